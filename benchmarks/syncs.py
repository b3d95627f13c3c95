"""Rows of a site's own, all of which change something: ours, and row by row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction

from wagtail_regcert import sync
from wagtail_regcert.models import Learner, Registration

Rows = Sequence[dict[str, Any]]


def learners(last: int) -> Rows:
    """A new name for each of the first learners."""
    found = Learner.objects.order_by("pk").exclude(uln=None).values_list("uln", "given_names")
    return [{"uln": uln, "given_names": f"{name} New"} for uln, name in found[:last]]


def registrations(last: int) -> Rows:
    """A new number for each of the first registrations."""
    found = Registration.objects.order_by("pk").exclude(learner__uln=None)
    fields = ("learner__uln", "qualification__number", "pk")
    return [
        {"uln": uln, "qualification": number, "registration_number": f"SYNC-{pk}"}
        for uln, number, pk in found.values_list(*fields)[:last]
    ]


def ours(what: Callable[[Rows], sync.SyncResult], rows: Rows) -> dict[str, int]:
    return undone(lambda: {"updated": what(rows).updated})


def one_by_one(save: Callable[[dict[str, Any]], None], rows: Rows) -> dict[str, int]:
    def work() -> dict[str, int]:
        for row in rows:
            save(row)
        return {"updated": len(rows)}

    return undone(work)


def save_learner(row: dict[str, Any]) -> None:
    """As Django has it for such a row; no history."""
    Learner.objects.update_or_create(uln=row["uln"], defaults={"given_names": row["given_names"]})


def save_registration(row: dict[str, Any]) -> None:
    """The same; the row's learner and qualification are looked up by the query itself."""
    Registration.objects.update_or_create(
        learner__uln=row["uln"],
        qualification__number=row["qualification"],
        defaults={"registration_number": row["registration_number"]},
    )


def undone(work: Callable[[], dict[str, int]]) -> dict[str, int]:
    """The work in one transaction, which leaves nothing: its end is not timed, for nobody."""
    with transaction.atomic():
        done = work()
        transaction.set_rollback(True)
    return done
