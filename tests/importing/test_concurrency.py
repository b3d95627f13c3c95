"""Commits at the same time, on real databases with real connections."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest
from django.db import connection, connections, transaction

from wagtail_regcert.importing import runs
from wagtail_regcert.layouts import REGISTRATIONS, Separator
from wagtail_regcert.models import (
    AwardingOrganisation,
    ImportRun,
    Learner,
    Qualification,
    Registration,
    RegistrationLogEntry,
)
from wagtail_regcert.views.editing import locked

pytestmark = pytest.mark.django_db(transaction=True)

ULNS = [f"{1_000_000_000 + number}" for number in range(40)]


def make_world() -> None:
    pearson = AwardingOrganisation.objects.create(name="Pearson")
    maths = Qualification.objects.create(number="603/2942/X", title="Maths", awarding_organisation=pearson)
    Learner.objects.bulk_create(Learner(uln=uln, family_name=uln) for uln in ULNS)
    half = Learner.objects.filter(uln__in=ULNS[:20])
    Registration.objects.bulk_create(Registration(learner=one, qualification=maths) for one in half)


def validated(number: str, ulns: Sequence[str] = ULNS) -> ImportRun:
    lines = [",".join(REGISTRATIONS.headings)]
    lines += [f"603/2942/X,{uln},Registered,{number},01/09/2025,,,,," for uln in ulns]
    data = "\n".join(lines).encode()
    run = runs.start_run(data=data, file_name="a.csv", separator=Separator.COMMA, encoding="utf-8")
    runs.validate(run.pk)
    return run


def at_once(*calls: Callable[[], object]) -> list[BaseException]:
    """Start all calls together, each on its own connection; what they raised."""
    barrier = threading.Barrier(len(calls))
    raised: list[BaseException] = []

    def work(call: Callable[[], object]) -> None:
        try:
            barrier.wait()
            call()
        except BaseException as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for good"
    return raised


def commit(run: ImportRun) -> None:
    if runs.begin_commit(run.pk):
        runs.commit(run.pk, by_owner=False)


@pytest.mark.parametrize("attempt", range(5))
def test_overlapping_files_are_applied_one_after_the_other(attempt: int) -> None:
    make_world()
    first, second = validated("A"), validated("B", ULNS[::-1])

    raised = at_once(lambda: commit(first), lambda: commit(second))

    first.refresh_from_db()
    second.refresh_from_db()
    winner, loser = (first, second) if first.conflicts == 0 else (second, first)
    number = "A" if winner == first else "B"
    assert raised == []
    assert (winner.state, winner.created, winner.updated, winner.conflicts) == ("committed", 20, 20, 0)
    assert (loser.state, loser.created, loser.updated, loser.conflicts) == ("committed", 0, 0, 40)
    assert set(Registration.objects.values_list("registration_number", flat=True)) == {number}
    assert RegistrationLogEntry.objects.count() == 40


@pytest.mark.parametrize("attempt", range(5))
def test_one_file_committed_by_many_at_once_is_applied_once(attempt: int) -> None:
    make_world()
    run = validated("A")

    raised = at_once(*[lambda: commit(run)] * 6)

    run.refresh_from_db()
    assert raised == []
    assert (run.state, run.created, run.updated, run.conflicts) == ("committed", 20, 20, 0)
    assert RegistrationLogEntry.objects.count() == 40


@pytest.mark.parametrize("attempt", range(5))
def test_workers_that_take_the_same_claimed_run_apply_it_once(attempt: int) -> None:
    make_world()
    run = validated("A")
    runs.begin_commit(run.pk)

    raised = at_once(*[lambda: runs.commit(run.pk, by_owner=False)] * 4)

    assert raised == []
    assert RegistrationLogEntry.objects.count() == 40


@pytest.mark.parametrize("attempt", range(5))
def test_edits_by_hand_during_a_commit_are_not_lost(attempt: int) -> None:
    make_world()
    run = validated("A")
    edited = list(Registration.objects.order_by("-pk").values_list("pk", flat=True)[:10])

    def edit() -> None:
        # As our screens do it. MariaDB may break a statement that comes to a row by way of another index.
        for pk in edited:
            with transaction.atomic():
                if locked(pk).registration_number == "":
                    Registration.objects.filter(pk=pk).update(registration_number="HAND")

    raised = at_once(lambda: commit(run), edit)

    run.refresh_from_db()
    by_hand = Registration.objects.filter(registration_number="HAND").count()
    assert raised == []
    assert run.conflicts == by_hand
    assert run.updated == 20 - by_hand
    assert Registration.objects.filter(registration_number="A").count() == 40 - by_hand


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite locks the whole database for a commit")
def test_a_registration_added_by_hand_meanwhile_is_a_conflict_and_stays() -> None:
    make_world()
    run = validated("A")
    maths = Qualification.objects.get()
    waiting = Learner.objects.get(uln=ULNS[30])

    raised = at_once(
        lambda: commit(run),
        lambda: Registration.objects.get_or_create(learner=waiting, qualification=maths),
    )

    run.refresh_from_db()
    assert raised == []
    assert run.state == "committed"
    assert Registration.objects.count() == 40
    number = Registration.objects.get(learner=waiting).registration_number
    assert (number, run.conflicts) in {("A", 0), ("", 1)}
