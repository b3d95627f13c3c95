"""Undo: once, and all of it or nothing."""

import datetime as dt

import pytest
from django.db import IntegrityError, OperationalError
from django.utils import timezone

from tests.importing.undo.steps import imported, left, outcome, row, stored, undo
from tests.makers import make_learner, make_registration
from wagtail_regcert.history import UNDO
from wagtail_regcert.importing import runs
from wagtail_regcert.importing import undo as undo_module
from wagtail_regcert.models import ImportRun, Learner, Registration, RegistrationLogEntry, RunPiece
from wagtail_regcert.subjects.database import base as hands

pytestmark = pytest.mark.django_db


def fail(*args, **values):
    raise RuntimeError("the disk is full")


@pytest.mark.parametrize(
    ("module", "step"), [(hands, "update_rows"), (hands, "delete_rows"), (undo_module, "write_entries")]
)
def test_a_failure_on_the_way_leaves_everything_and_can_be_tried_again(
    user, maths, monkeypatch, module, step
):
    registration = make_registration(qualification=maths, registration_number="OLD")
    before = stored()
    run = imported(user, row(registration.learner, "A"), row(make_learner(), "B"))
    written = stored()

    with monkeypatch.context() as broken:
        broken.setattr(module, step, fail)
        with pytest.raises(RuntimeError):
            undo(run, user)
    run.refresh_from_db()
    failed = (outcome(run), bool(run.failure), stored() == written, left(run))
    undo(run, user)

    assert failed == (("failed", 0, 0, 0), True, True, [])
    assert outcome(run) == ("done", 1, 1, 0)
    assert run.failure == ""
    assert stored() == before
    assert RegistrationLogEntry.objects.filter(action=UNDO).count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [IntegrityError, OperationalError])
def test_what_the_database_gives_up_is_tried_again(user, maths, monkeypatch, error):
    run = imported(user, row(make_learner(), "B"))
    write, given_up = hands.delete_rows, []

    def once(*args):
        if not given_up:
            given_up.append(args)
            raise error("a circle of waiting")
        write(*args)

    monkeypatch.setattr(hands, "delete_rows", once)
    undo(run, user)

    assert outcome(run) == ("done", 0, 1, 0)
    assert not Registration.objects.exists()


def test_undoing_twice_does_it_once(user, maths):
    run = imported(user, row(make_learner(), "B"))
    undo(run, user)
    again = make_registration(learner=Learner.objects.get(), qualification=maths, registration_number="B")

    undo(run, user)
    runs.undo(run.pk, user.pk)

    assert not runs.begin_undo(run.pk, user)
    assert list(Registration.objects.all()) == [again]
    assert RegistrationLogEntry.objects.filter(action=UNDO).count() == 1


def test_an_undo_that_nobody_claimed_does_nothing(user, maths):
    run = imported(user, row(make_learner(), "B"))

    runs.undo(run.pk, user.pk)

    run.refresh_from_db()
    assert (run.undo_state, Registration.objects.count()) == ("", 1)


def test_a_report_that_lost_records_undoes_nothing(user, maths):
    run = imported(user, row(make_learner(), "B"))
    RunPiece.objects.filter(kind="records").delete()

    with pytest.raises(RuntimeError, match="damaged"):
        undo(run, user)

    assert Registration.objects.count() == 1


def test_an_undo_whose_worker_is_gone_can_be_asked_for_again_and_is_purged_in_the_end(user, maths):
    run = imported(user, row(make_learner()))
    assert runs.begin_undo(run.pk, user)
    at_work = runs.begin_undo(run.pk, user)
    ImportRun.objects.update(moved_at=timezone.now() - dt.timedelta(minutes=10))
    run.refresh_from_db()

    assert not at_work
    assert runs.can_undo(run)
    assert outcome(undo(run, user)) == ("done", 0, 1, 0)
    assert not Registration.objects.exists()


def test_purge_waits_for_an_undo_that_is_running(user, maths):
    run = imported(user, row(make_learner(), "B"))
    runs.begin_undo(run.pk, user)
    ImportRun.objects.update(created_at=timezone.now() - dt.timedelta(days=8))

    purged = runs.purge()
    runs.undo(run.pk, user.pk)
    run.refresh_from_db()

    assert (purged, outcome(run)) == (0, ("done", 0, 1, 0))
    assert runs.purge() == 1
