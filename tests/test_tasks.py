"""Tasks: they wait for the database to hold the run, and a run taken twice is done once."""

from unittest.mock import Mock

import pytest
from django_tasks.backends.immediate import ImmediateBackend

from tests.makers import make_csv, make_learner, make_qualification, make_run, make_user
from wagtail_regcert.importing import runs
from wagtail_regcert.layouts import Separator
from wagtail_regcert.models import ImportRun, Registration
from wagtail_regcert.tasks import (
    commit_run,
    enqueue_commit,
    enqueue_undo,
    enqueue_validation,
    undo_run,
    validate_run,
)

State = ImportRun.State


@pytest.fixture
def importer(db):
    return make_user("manage_registration", "import_registration")


@pytest.fixture
def data(db):
    make_qualification(number="603/2942/X")
    make_learner(uln="4242424242")
    return make_csv(["603/2942/X", "4242424242", "Registered"])


def start(data, user):
    return runs.start_run(
        data=data, file_name="a.csv", separator=Separator.COMMA, encoding="utf-8", user=user
    )


def test_a_run_is_validated_only_once_the_database_holds_it(
    data, importer, django_capture_on_commit_callbacks
):
    run = start(data, importer)

    with django_capture_on_commit_callbacks() as waiting:
        enqueue_validation(run.pk)
    run.refresh_from_db()
    before = run.state
    for callback in waiting:
        callback()
    run.refresh_from_db()

    assert before == State.UPLOADED
    assert (run.state, run.accepted) == (State.VALIDATED, 1)


def test_a_commit_waits_for_the_request_to_end(data, importer, django_capture_on_commit_callbacks):
    run = make_run(data, user=importer)

    with django_capture_on_commit_callbacks() as waiting:
        assert runs.begin_commit(run.pk)
        enqueue_commit(run.pk)
    before = Registration.objects.count()
    for callback in waiting:
        callback()
    run.refresh_from_db()

    assert before == 0
    assert Registration.objects.count() == 1
    assert run.state == State.COMMITTED


def test_a_task_that_comes_twice_does_its_work_once(data, importer):
    run = start(data, importer)

    for _time in range(2):
        validate_run.enqueue(str(run.pk))
    claims = [runs.begin_commit(run.pk) for _time in range(2)]
    for _time in range(2):
        commit_run.enqueue(str(run.pk))
    run.refresh_from_db()

    assert claims == [True, False]
    assert (run.state, run.created) == (State.COMMITTED, 1)
    assert Registration.objects.count() == 1


def test_a_commit_of_a_run_that_nobody_claimed_writes_nothing(data, importer):
    run = make_run(data, user=importer)

    commit_run.enqueue(str(run.pk))
    run.refresh_from_db()

    assert run.state == State.VALIDATED
    assert Registration.objects.count() == 0


def test_an_owner_who_lost_the_role_in_between_writes_nothing(data, importer):
    run = make_run(data, user=importer)
    runs.begin_commit(run.pk)
    importer.user_permissions.clear()

    commit_run.enqueue(str(run.pk))
    run.refresh_from_db()

    assert run.state == State.FAILED
    assert Registration.objects.count() == 0


def test_an_undo_waits_for_the_request_to_end_and_is_done_once(
    data, importer, django_capture_on_commit_callbacks
):
    run = make_run(data, user=importer)
    runs.begin_commit(run.pk)
    runs.commit(run.pk)

    with django_capture_on_commit_callbacks() as waiting:
        assert runs.begin_undo(run.pk, importer)
        enqueue_undo(run.pk, importer)
    before = Registration.objects.count()
    for callback in waiting:
        callback()
    undo_run.enqueue(str(run.pk), str(importer.pk))
    run.refresh_from_db()

    assert before == 1
    assert Registration.objects.count() == 0
    assert (run.undo_state, run.undo_deleted) == ("done", 1)


@pytest.mark.django_db(transaction=True)
def test_a_run_that_no_queue_takes_is_shown_as_failed(data, importer, monkeypatch, caplog):
    run = start(data, importer)
    monkeypatch.setattr(ImmediateBackend, "enqueue", Mock(side_effect=ConnectionError("no broker")))

    enqueue_validation(run.pk)
    run.refresh_from_db()

    assert (run.state, run.failure) == (State.FAILED, runs.NOT_QUEUED)
    assert "no broker" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_no_queue_takes_can_be_tried_again(data, importer, monkeypatch):
    run = make_run(data, user=importer)
    with monkeypatch.context() as away:
        away.setattr(ImmediateBackend, "enqueue", Mock(side_effect=ConnectionError))
        runs.begin_commit(run.pk)
        enqueue_commit(run.pk)
    run.refresh_from_db()
    failed = (run.state, Registration.objects.count())

    runs.begin_commit(run.pk)
    enqueue_commit(run.pk)
    run.refresh_from_db()

    assert failed == (State.FAILED, 0)
    assert (run.state, run.failure, Registration.objects.count()) == (State.COMMITTED, "", 1)
