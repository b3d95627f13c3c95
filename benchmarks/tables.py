"""Learners and qualifications by file, all of which change something: ours, and row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from wagtail_regcert.layouts import LEARNERS, QUALIFICATIONS, Layout
from wagtail_regcert.models import AwardingOrganisation, ImportRun, Learner, Qualification

from . import ours
from .floors import day, day_text
from .syncs import undone

Cells = Sequence[str]


def learners(last: int) -> list[Cells]:
    """A new name for each of the first learners."""
    found = Learner.objects.order_by("pk").exclude(uln=None)[:last]
    return [
        (
            one.reference or "",
            one.uln or "",
            f"{one.given_names} New",
            one.family_name,
            one.get_gender_display(),
            day_text(one.date_of_birth),
        )
        for one in found
    ]


def qualifications(last: int) -> list[Cells]:
    """So many new ones, of the organisations that are known."""
    names = list(AwardingOrganisation.objects.order_by("pk").values_list("name", flat=True))
    return [
        (f"999/{number:05d}/X", f"Level {number % 6 + 2} Award {number}", names[number % len(names)])
        for number in range(last)
    ]


def as_file(layout: Layout, rows: Iterable[Cells]) -> bytes:
    """The file of these rows."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(layout.headings)
    writer.writerows(rows)
    return out.getvalue().encode()


def import_learners(data: bytes, user: Any) -> dict[str, int]:
    """Validate and commit, with history; rolled back."""
    return _import(data, user, ImportRun.About.LEARNERS)


def import_qualifications(data: bytes, user: Any) -> dict[str, int]:
    """The same."""
    return _import(data, user, ImportRun.About.QUALIFICATIONS)


def _import(data: bytes, user: Any, about: str) -> dict[str, int]:
    return undone(lambda: ours.commit(ours.validate(data, user, about)))


def save_learners(data: bytes) -> dict[str, int]:
    """``update_or_create`` for each row: nothing checked, no history; rolled back."""
    return _one_by_one(data, LEARNERS, _save_learner)


def save_qualifications(data: bytes) -> dict[str, int]:
    """The same."""
    return _one_by_one(data, QUALIFICATIONS, _save_qualification)


def _one_by_one(data: bytes, layout: Layout, save: Callable[[Cells], None]) -> dict[str, int]:
    def work() -> dict[str, int]:
        reader = csv.reader(io.StringIO(data.decode(), newline=""))
        if next(reader) != list(layout.headings):
            raise RuntimeError("The file has other headings")
        written = 0
        for row in reader:
            save(row)
            written += 1
        return {"written": written}

    return undone(work)


_GENDERS = {label: value for value, label in Learner._meta.get_field("gender").choices or ()}


def _save_learner(row: Cells) -> None:
    reference, uln, given, family, gender, born = row
    values = {
        "reference": reference,
        "given_names": given,
        "family_name": family,
        "gender": _GENDERS.get(gender, ""),
        "date_of_birth": day(born),
    }
    Learner.objects.update_or_create(uln=uln, defaults=values)


def _save_qualification(row: Cells) -> None:
    number, title, name = row
    organisation, _created = AwardingOrganisation.objects.get_or_create(name=name)
    values = {"title": title, "awarding_organisation": organisation}
    Qualification.objects.update_or_create(number=number, defaults=values)
