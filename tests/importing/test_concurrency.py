"""Commits at the same time, on real databases with real connections."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from tests.fire.sabotage import PAUSE, pausing
from tests.makers import make_csv, make_registration, make_run, make_user
from tests.site_layouts import load
from tests.site_layouts import validated as validated_by
from tests.threads import at_once
from wagtail_regcert import sync
from wagtail_regcert.importing import runs
from wagtail_regcert.layouts import REGISTRATIONS, Separator
from wagtail_regcert.models import (
    AwardingOrganisation,
    ImportRun,
    Learner,
    Programme,
    Qualification,
    Registration,
    RegistrationLogEntry,
)
from wagtail_regcert.subjects.database import registrations
from wagtail_regcert.subjects.database.registrations import StoredRegistrations
from wagtail_regcert.views.editing import lock_learners, locked

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


def test_learners_who_have_no_uln_are_kept_for_one_file_at_a_time() -> None:
    make_world()
    Learner.objects.bulk_create(Learner(reference=f"L{number}") for number in range(40))
    layout = load(
        {"heading": "Ref", "field": "reference"},
        {"heading": "Aim", "field": "qualification"},
        {"heading": "No", "field": "registration_number"},
    )
    lines = {number: [f"L{one},603/2942/X,{number}" for one in range(40)] for number in "AB"}
    first = validated_by(layout, "Ref,Aim,No", *lines["A"])
    second = validated_by(layout, "Ref,Aim,No", *lines["B"][::-1])

    with pausing():
        raised = at_once(lambda: commit(first), lambda: commit(second))

    first.refresh_from_db()
    second.refresh_from_db()
    assert raised == []
    assert {first.state, second.state} == {"committed"}
    assert {(run.created, run.conflicts) for run in (first, second)} == {(40, 0), (0, 40)}


@pytest.mark.parametrize("attempt", range(5))
def test_of_equal_files_one_is_applied_and_the_other_finds_all_as_it_says(attempt: int) -> None:
    make_world()
    first, second = validated("A"), validated("A", ULNS[::-1])

    raised = at_once(lambda: commit(first), lambda: commit(second))

    first.refresh_from_db()
    second.refresh_from_db()
    winner, other = (first, second) if first.updated else (second, first)
    assert raised == []
    assert (winner.created, winner.updated, winner.unchanged, winner.conflicts) == (20, 20, 0, 0)
    assert (other.created, other.updated, other.unchanged, other.conflicts) == (0, 0, 40, 0)
    assert set(RegistrationLogEntry.objects.values_list("run", flat=True)) == {winner.pk}
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
def test_of_a_worker_and_a_cancel_at_once_one_comes_first_and_the_other_does_nothing(attempt: int) -> None:
    make_world()
    run = validated("A")
    runs.begin_commit(run.pk)
    cancelled = []

    raised = at_once(
        lambda: runs.commit(run.pk, by_owner=False), lambda: cancelled.append(runs.cancel(run.pk))
    )

    run.refresh_from_db()
    written = Registration.objects.filter(registration_number="A").count()
    seen = (run.state, run.failure, written, RegistrationLogEntry.objects.count(), run.pieces.exists())
    assert raised == []
    assert seen == (
        ("cancelled", "", 0, 0, False) if cancelled == [True] else ("committed", "", 40, 40, True)
    )


class Meeting(StoredRegistrations):
    """Lets another know that a commit is at work, and goes on once that one is done, or soon."""

    begun: threading.Event
    answered: threading.Event
    # SQLite lets nobody write meanwhile: there the other is done after the commit.
    patience = 1 if connection.vendor == "sqlite" else 60

    def registrations(self, pairs: Any, fields: Any) -> Any:
        # A validation, which locks nothing, reads through here too.
        if self._lock:
            self.begun.set()
            self.answered.wait(self.patience)
        return super().registrations(pairs, fields)


@pytest.fixture
def meeting(monkeypatch: pytest.MonkeyPatch) -> type[Meeting]:
    monkeypatch.setattr(Meeting, "begun", threading.Event(), raising=False)
    monkeypatch.setattr(Meeting, "answered", threading.Event(), raising=False)
    monkeypatch.setattr(registrations, "StoredRegistrations", Meeting)
    return Meeting


def test_whoever_cancels_a_commit_at_work_is_told_that_it_is_too_late(meeting: type[Meeting]) -> None:
    make_world()
    user = make_user("manage_registration", "import_registration")
    run = validated("A")
    ImportRun.objects.update(user=user, user_name=user.get_username())
    runs.begin_commit(run.pk)
    client = Client()
    client.force_login(user)
    pages = []

    def cancel() -> None:
        meeting.begun.wait(60)
        address = reverse("wagtail_regcert:import_cancel", args=[run.pk])
        pages.append(client.post(address, follow=True).content.decode())
        meeting.answered.set()

    raised = at_once(lambda: runs.commit(run.pk), cancel)

    run.refresh_from_db()
    told = "had been uploaded already" if connection.vendor == "sqlite" else "being uploaded now"
    assert raised == []
    assert (run.state, run.updated + run.created) == ("committed", 40)
    assert told in pages[0]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has a whole database held")
def test_who_waited_in_vain_to_cancel_a_commit_at_work_is_told_that_too(meeting: type[Meeting]) -> None:
    make_world()
    run = validated("A")
    runs.begin_commit(run.pk)
    cancelled = []

    def cancel() -> None:
        meeting.begun.wait(60)
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 100")
        cancelled.append((runs.cancel(run.pk), ImportRun.objects.get(pk=run.pk).state))
        meeting.answered.set()

    raised = at_once(lambda: runs.commit(run.pk, by_owner=False), cancel)

    run.refresh_from_db()
    assert raised == []
    assert cancelled == [(False, "committing")]
    assert run.state == "committed"


@pytest.mark.parametrize("attempt", range(5))
def test_edits_by_hand_during_a_commit_are_not_lost(attempt: int) -> None:
    make_world()
    run = validated("A")
    edited = list(Registration.objects.order_by("-pk").values_list("pk", flat=True)[:10])

    def edit() -> None:
        # As our screens do it. MariaDB may break a statement that comes to a row by way of another index.
        for pk in edited:
            with transaction.atomic():
                lock_learners()
                if locked(Registration, pk).registration_number == "":
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


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite locks the whole database for a commit")
def test_a_qualification_deleted_meanwhile_is_a_conflict_of_its_records_alone() -> None:
    make_world()
    pearson = AwardingOrganisation.objects.get()
    other = Qualification.objects.create(number="1", title="Other", awarding_organisation=pearson)
    rows = [[number, uln, "Registered"] for uln in ULNS for number in ("603/2942/X", "1")]
    run = make_run(make_csv(*rows))

    def delete() -> None:
        time.sleep(PAUSE / 2)
        # As soon as it may: at once on PostgreSQL, where nothing refers to it yet.
        with contextlib.suppress(IntegrityError):
            other.delete()

    with pausing():
        raised = at_once(lambda: commit(run), delete)

    run.refresh_from_db()
    applied = run.created + run.updated + run.unchanged
    assert raised == []
    assert run.state == "committed"
    assert (applied, run.conflicts) in {(80, 0), (40, 40)}
    assert Qualification.objects.filter(pk=other.pk).exists() == (run.conflicts == 0)
    assert RegistrationLogEntry.objects.count() == applied


@pytest.mark.parametrize("attempt", range(3))
def test_syncs_at_once_create_everything_once(attempt: int) -> None:
    make_world()
    learners = [{"reference": f"L{number}", "uln": str(2_000_000_000 + number)} for number in range(300)]
    qualifications = [
        {"number": f"N{number}", "title": "T", "awarding_organisation": "New"} for number in range(300)
    ]
    registrations = [{"uln": uln, "qualification": "603/2942/X", "programme": "New"} for uln in ULNS]
    syncs = (
        partial(sync.learners, learners),
        partial(sync.qualifications, qualifications),
        partial(sync.registrations, registrations),
    )

    raised = at_once(*syncs, *syncs)

    assert raised == []
    assert (Learner.objects.count(), Qualification.objects.count()) == (340, 301)
    assert (Registration.objects.count(), Programme.objects.count()) == (40, 1)
    assert [sync().unchanged for sync in syncs] == [300, 300, 40]


@pytest.mark.parametrize("attempt", range(3))
def test_a_sync_and_a_commit_of_the_same_learners_wait_and_not_in_a_circle(attempt: int) -> None:
    make_world()
    # Keys and ULNs in opposite orders.
    Learner.objects.bulk_create(Learner(uln=str(3_000_000_000 - number)) for number in range(2000))
    ulns = list(Learner.objects.filter(family_name="").order_by("pk").values_list("uln", flat=True))
    run = validated("A", ulns)
    rows = [{"uln": uln, "qualification": "603/2942/X", "programme": "New"} for uln in ulns]

    raised = at_once(lambda: commit(run), lambda: sync.registrations(rows))

    run.refresh_from_db()
    assert raised == []
    assert run.state == "committed"
    assert run.created + run.conflicts == 2000
    assert Registration.objects.filter(programme__name="New").count() == 2000


@pytest.mark.parametrize("attempt", range(3))
def test_a_registration_moved_to_another_learner_during_a_commit_is_right_or_refused(attempt: int) -> None:
    make_world()
    first, second = Learner.objects.filter(uln__in=ULNS[:2]).order_by("uln")
    other = make_registration(learner=first)
    run = make_run(
        make_csv(*([number, uln, "Registered"] for uln in ULNS[:2] for number in ("603/2942/X", "7")))
    )
    client = Client()
    client.force_login(make_user("manage_registration"))
    url = f"/admin/registration-and-certification/edit/{other.pk}/"
    form = client.get(url).context["form"]
    values = {**form.initial, "seen": form["seen"].value(), "learner": second.pk}
    values = {name: value if value is not None else "" for name, value in values.items()}
    answers = []

    with pausing():
        raised = at_once(lambda: commit(run), lambda: answers.append(client.post(url, values).status_code))

    other.refresh_from_db()
    assert raised == []
    assert answers[0] in (200, 302)
    assert other.learner == (second if answers == [302] else first)
