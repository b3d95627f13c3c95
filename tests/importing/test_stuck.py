"""Runs that got stuck or failed: recognised, tried again, cancelled, purged."""

import datetime as dt
import threading

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from tests.makers import make_csv, make_learner, make_qualification, make_run, make_user
from wagtail_regcert.importing import runs, staging
from wagtail_regcert.layouts import Separator
from wagtail_regcert.models import ImportRun, Registration, RegistrationLogEntry, RunPiece

State = ImportRun.State
pytestmark = pytest.mark.django_db


@pytest.fixture
def data():
    make_qualification(number="603/2942/X")
    make_learner(uln="4242424242")
    return make_csv(["603/2942/X", "4242424242", "Registered", "R1"], ["1", "2", "Nope"])


def uploaded(data):
    return runs.start_run(data=data, file_name="a.csv", separator=Separator.COMMA, encoding="utf-8")


def silent(run, state, minutes=10, **values):
    """The run as a worker left it that many minutes ago."""
    heard = timezone.now() - dt.timedelta(minutes=minutes)
    ImportRun.objects.filter(pk=run.pk).update(state=state, moved_at=heard, **values)
    run.refresh_from_db()
    return run


@pytest.mark.parametrize("state", list(State))
def test_only_runs_at_work_get_stuck_and_only_after_a_while(data, settings, state):
    settings.WAGTAIL_REGCERT = {"STUCK_MINUTES": 3}
    run = uploaded(data)

    seen = [silent(run, state, minutes).seems_stuck for minutes in (2, 3)]
    found = list(ImportRun.objects.stuck())

    at_work = state in (State.UPLOADED, State.VALIDATING, State.COMMITTING)
    assert seen == [False, at_work]
    assert found == ([run] if at_work else [])


def test_progress_is_a_sign_of_life(data):
    run = silent(uploaded(data), State.VALIDATING)

    ImportRun.objects.progress(run.pk, State.VALIDATING, done=1)
    run.refresh_from_db()

    assert not run.seems_stuck
    assert run.done == 1


@pytest.mark.parametrize("state", [State.UPLOADED, State.VALIDATING])
def test_a_stuck_validation_is_claimed_once_and_finished(data, state):
    run = silent(uploaded(data), state)

    claims = [runs.begin_validation(run.pk) for _time in range(2)]
    runs.validate(run.pk)
    runs.validate(run.pk)
    run.refresh_from_db()

    assert claims == [True, False]
    assert (run.state, run.accepted, run.rejected) == (State.VALIDATED, 1, 1)


def test_a_failed_validation_can_be_tried_again(data, monkeypatch):
    run = uploaded(data)
    with monkeypatch.context() as broken:
        broken.setattr(runs, "prepare", None)
        with pytest.raises(TypeError):
            runs.validate(run.pk)
    run.refresh_from_db()
    failed = (run.state, bool(run.failure), run.has_report)

    assert not runs.begin_commit(run.pk)
    assert runs.begin_validation(run.pk)
    runs.validate(run.pk)
    run.refresh_from_db()

    assert failed == (State.FAILED, True, False)
    assert (run.state, run.failure, run.accepted) == (State.VALIDATED, "", 1)


@pytest.mark.parametrize("slow_one_ends_first", [True, False])
def test_of_two_validations_of_a_run_the_first_to_end_stores_its_report(
    data, monkeypatch, slow_one_ends_first
):
    run = uploaded(data)
    prepare = runs.prepare

    def slowly(*args, **options):
        monkeypatch.setattr(runs, "prepare", prepare)
        silent(run, State.VALIDATING)
        assert runs.begin_validation(run.pk)
        if slow_one_ends_first:
            ImportRun.objects.move(run.pk, State.UPLOADED, State.VALIDATING)
        else:
            runs.validate(run.pk)
        return prepare(*args, **options)

    monkeypatch.setattr(runs, "prepare", slowly)
    runs.validate(run.pk)
    run.refresh_from_db()

    kinds = list(RunPiece.objects.filter(run=run).values_list("kind", flat=True))
    assert run.state == State.VALIDATED
    assert {"file", "errors", "error_kinds", "records", "record_kinds"} <= set(kinds)
    assert len(kinds) == len(set(kinds))
    assert len(list(staging.load_records(run))) == 1


@pytest.mark.parametrize("state", [State.VALIDATED, State.COMMITTING, State.COMMITTED, State.CANCELLED])
def test_no_other_run_is_validated_again(data, state):
    run = silent(make_run(data), state)

    assert not runs.begin_validation(run.pk)
    run.refresh_from_db()
    assert run.state == state


def test_a_commit_that_is_only_slow_is_not_claimed_again(data):
    run = make_run(data)
    runs.begin_commit(run.pk)

    assert not runs.begin_commit(run.pk)
    run.refresh_from_db()
    assert run.state == State.COMMITTING


def test_a_commit_that_no_worker_has_begun_is_cancelled_at_once_and_never_done(data):
    run = make_run(data)
    runs.begin_commit(run.pk)

    cancelled = runs.cancel(run.pk)
    runs.commit(run.pk, by_owner=False)
    run.refresh_from_db()

    assert cancelled
    assert (run.state, run.failure) == (State.CANCELLED, "")
    assert not run.pieces.exists()
    assert not Registration.objects.exists()


def test_a_run_whose_commit_is_asked_for_as_it_is_cancelled_is_cancelled(data, monkeypatch):
    run = make_run(data)
    state_of = runs._state

    def asked_for_meanwhile(run_id):
        found = state_of(run_id)
        assert ImportRun.objects.move(run_id, State.VALIDATED, State.COMMITTING)
        return found

    monkeypatch.setattr(runs, "_state", asked_for_meanwhile)
    cancelled = runs.cancel(run.pk)
    run.refresh_from_db()

    assert cancelled
    assert run.state == State.CANCELLED
    assert not run.pieces.exists()


def test_a_stuck_commit_is_claimed_once_and_applied_once(data):
    run = silent(make_run(data), State.COMMITTING)

    claims = [runs.begin_commit(run.pk) for _time in range(2)]
    runs.commit(run.pk, by_owner=False)
    runs.commit(run.pk, by_owner=False)
    run.refresh_from_db()

    assert claims == [True, False]
    assert (run.state, run.created, run.conflicts) == (State.COMMITTED, 1, 0)
    assert RegistrationLogEntry.objects.count() == 1


def test_a_worker_that_comes_back_after_a_stuck_commit_was_cancelled_writes_nothing(data):
    run = silent(make_run(data), State.COMMITTING)

    cancelled = runs.cancel(run.pk)
    runs.commit(run.pk, by_owner=False)
    run.refresh_from_db()

    assert cancelled
    assert run.state == State.CANCELLED
    assert not run.pieces.exists()
    assert not Registration.objects.exists()


@pytest.mark.parametrize("state", [State.VALIDATING, State.COMMITTING])
def test_an_expired_run_is_purged_when_its_worker_is_silent_and_not_before(data, state):
    run = make_run(data)
    long_ago = timezone.now() - dt.timedelta(days=8)
    silent(run, state, minutes=9, created_at=long_ago)

    assert runs.purge() == 0
    assert run.pieces.exists()
    silent(run, state)
    assert runs.purge() == 1
    assert not run.pieces.exists()
    run.refresh_from_db()
    assert run.state == State.EXPIRED


def test_a_worker_that_comes_after_a_queued_run_was_cancelled_does_nothing(data):
    run = uploaded(data)

    cancelled = runs.cancel(run.pk)
    runs.validate(run.pk)
    run.refresh_from_db()

    assert cancelled
    assert (run.state, run.failure, run.rows) == (State.CANCELLED, "", 0)
    assert not run.pieces.exists()


def test_a_worker_whose_run_is_cancelled_as_it_begins_ends_without_a_failure(data, monkeypatch):
    run = uploaded(data)
    load_file = staging.load_file

    def cancelled_first(one):
        assert runs.cancel(one.pk)
        return load_file(one)

    monkeypatch.setattr(staging, "load_file", cancelled_first)
    runs.validate(run.pk)
    run.refresh_from_db()

    assert (run.state, run.failure) == (State.CANCELLED, "")


def test_a_run_that_lost_its_file_without_being_cancelled_is_a_failure(data):
    run = uploaded(data)
    run.pieces.all().delete()

    with pytest.raises(runs.FileGone):
        runs.validate(run.pk)
    run.refresh_from_db()

    assert (run.state, run.failure) == (State.FAILED, runs.BROKEN)


def test_a_run_of_the_command_line_has_no_owner_to_ask(data):
    run = make_run(data)
    runs.begin_commit(run.pk)

    runs.commit(run.pk)
    run.refresh_from_db()

    assert (run.state, run.created) == (State.COMMITTED, 1)


def test_the_run_of_a_deleted_user_is_not_committed(data):
    user = make_user("manage_registration", "import_registration")
    run = make_run(data, user=user)
    runs.begin_commit(run.pk)
    user.delete()

    runs.commit(run.pk)
    run.refresh_from_db()

    assert run.state == State.FAILED
    assert not Registration.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no rows to pass by: all writers wait")
def test_a_commit_at_work_is_left_to_its_worker_at_once(data):
    run = silent(make_run(data), State.COMMITTING)
    begun, answered = threading.Event(), threading.Event()

    def work():
        with transaction.atomic():
            ImportRun.objects.move(run.pk, State.COMMITTING, State.COMMITTED)
            begun.set()
            answered.wait(10)
        connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    begun.wait(10)
    answers = [runs.begin_commit(run.pk), runs.cancel(run.pk), runs.purge()]
    in_time = not answered.is_set()
    answered.set()
    worker.join()
    run.refresh_from_db()

    assert in_time
    assert answers == [False, False, 0]
    assert run.state == State.COMMITTED
    assert run.pieces.exists()
