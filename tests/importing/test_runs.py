"""A run's states: every move from every state, and what a move leaves behind."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, OperationalError, connections
from django.urls import reverse
from django.utils import timezone

from tests.makers import make_csv, make_learner, make_qualification, make_registration, make_run, make_user
from wagtail_regcert.importing import commit as commit_module
from wagtail_regcert.importing import runs, staging
from wagtail_regcert.layouts import Separator
from wagtail_regcert.models import ImportRun, Registration, RegistrationLogEntry, RunPiece
from wagtail_regcert.transactions import ATTEMPTS

pytestmark = pytest.mark.django_db

State = ImportRun.State
STATES = list(State)


@pytest.fixture
def learner():
    make_qualification(number="603/2942/X", title="Maths")
    return make_learner()


def data_of(learner, *cells):
    return make_csv(["603/2942/X", learner.uln, "Registered", *cells], ["unknown", learner.uln, "Exempt"])


def uploaded(data, **values):
    run = runs.start_run(
        data=data, file_name="file.csv", separator=Separator.COMMA, encoding="utf-8", user=None
    )
    ImportRun.objects.filter(pk=run.pk).update(**values)
    return run


def in_state(state, learner):
    """A run that came to this state the usual way, as far as there is one."""
    data = data_of(learner, "R1")
    if state in (State.UPLOADED, State.VALIDATING):
        return uploaded(data, state=state)
    run = make_run(data)
    if state == State.CANCELLED:
        runs.cancel(run.pk)
    elif state != State.VALIDATED:
        assert runs.begin_commit(run.pk)
    if state == State.COMMITTED:
        runs.commit(run.pk, by_owner=False)
    if state == State.EXPIRED:
        RunPiece.objects.filter(run=run).delete()
    ImportRun.objects.filter(pk=run.pk).update(state=state)
    return run


def age(run, days=8):
    ImportRun.objects.filter(pk=run.pk).update(created_at=timezone.now() - dt.timedelta(days=days))


def state_of(run):
    return State(ImportRun.objects.values_list("state", flat=True).get(pk=run.pk))


def after(state, move, learner):
    run = in_state(state, learner)
    answer = move(run)
    return state_of(run), answer, run


@pytest.mark.parametrize("state", STATES)
def test_only_an_uploaded_run_is_validated(learner, state):
    moved, _answer, run = after(state, lambda run: runs.validate(run.pk), learner)

    assert moved == (State.VALIDATED if state == State.UPLOADED else state)
    run.refresh_from_db()
    if state == State.UPLOADED:
        assert (run.rows, run.accepted, run.rejected, run.created, run.done) == (2, 1, 1, 1, 2)


@pytest.mark.parametrize("state", STATES)
def test_only_a_validated_run_or_one_whose_commit_failed_is_claimed(learner, state):
    moved, claimed, _run = after(state, lambda run: runs.begin_commit(run.pk), learner)

    assert claimed == (state in (State.VALIDATED, State.FAILED))
    assert moved == (State.COMMITTING if claimed else state)


@pytest.mark.parametrize("state", STATES)
def test_only_a_claimed_run_is_committed(learner, state):
    run = in_state(state, learner)
    before = set(Registration.objects.values_list("pk", "registration_number"))

    runs.commit(run.pk, by_owner=False)

    written = set(Registration.objects.values_list("pk", "registration_number")) - before
    assert state_of(run) == (State.COMMITTED if state == State.COMMITTING else state)
    assert [number for _pk, number in written] == (["R1"] if state == State.COMMITTING else [])


@pytest.mark.parametrize("state", STATES)
def test_a_run_is_cancelled_unless_it_is_at_its_end(learner, state):
    run = in_state(state, learner)
    kept = RunPiece.objects.count()

    cancelled = runs.cancel(run.pk)

    # One whose commit no worker has begun is cancelled too; test_concurrency.py has those that are begun.
    ends = (State.COMMITTED, State.CANCELLED, State.EXPIRED)
    assert cancelled == (state not in ends)
    assert state_of(run) == (State.CANCELLED if cancelled else state)
    assert RunPiece.objects.count() == (0 if cancelled else kept)


@pytest.mark.parametrize("state", STATES)
def test_what_expired_is_purged_unless_it_is_running(learner, state):
    run = in_state(state, learner)
    kept = RunPiece.objects.count()
    history = RegistrationLogEntry.objects.count()
    age(run)
    run.refresh_from_db()

    purged = runs.purge()

    found = ImportRun.objects.get(pk=run.pk)
    counts = ("rows", "accepted", "created", "updated", "rejected", "error_count", "file_name", "digest")
    running, gone = (State.VALIDATING, State.COMMITTING), (State.CANCELLED, State.EXPIRED)
    expected = state if state in (*running, *gone, State.COMMITTED) else State.EXPIRED
    assert found.state == expected
    assert purged == (0 if state in (*running, *gone) else 1)
    assert RunPiece.objects.count() == (kept if state in running else 0)
    assert [getattr(found, name) for name in counts] == [getattr(run, name) for name in counts]
    assert RegistrationLogEntry.objects.count() == history


@pytest.mark.parametrize("state", STATES)
def test_what_has_not_expired_is_not_purged(learner, state):
    run = in_state(state, learner)
    kept = RunPiece.objects.count()
    age(run, days=6)

    assert runs.purge() == 0

    assert state_of(run) == state
    assert RunPiece.objects.count() == kept


def test_the_days_of_staging_are_a_setting(learner, settings):
    settings.WAGTAIL_REGCERT = {"STAGING_DAYS": 3}
    run = make_run(data_of(learner))
    age(run, days=4)
    run.refresh_from_db()

    assert run.has_expired
    assert runs.purge() == 1


def test_a_purged_run_cannot_be_committed(learner):
    run = make_run(data_of(learner))
    age(run)
    runs.purge()

    assert not runs.begin_commit(run.pk)
    runs.commit(run.pk, by_owner=False)

    assert state_of(run) == State.EXPIRED
    assert not Registration.objects.exists()


def test_a_move_says_when_it_was_made(learner):
    run = in_state(State.VALIDATED, learner)
    long_ago = timezone.now() - dt.timedelta(days=3)
    ImportRun.objects.filter(pk=run.pk).update(moved_at=long_ago)

    runs.begin_commit(run.pk)
    run.refresh_from_db()

    assert run.moved_at > long_ago
    assert run.finished_at is None


def test_a_validation_that_broke_says_so_and_can_only_be_cancelled(learner):
    run = uploaded(data_of(learner))
    staging.discard(run)
    staging.save_file(run, b"not what came")

    with pytest.raises(RuntimeError):
        runs.validate(run.pk)

    run.refresh_from_db()
    assert (run.state, run.failure, run.accepted) == (State.FAILED, runs.BROKEN, 0)
    assert not runs.begin_commit(run.pk)
    assert runs.cancel(run.pk)


def test_a_run_cancelled_during_its_validation_keeps_no_report(learner, monkeypatch):
    run = uploaded(data_of(learner))
    prepare = runs.prepare

    def cancel_meanwhile(*args, **options):
        assert runs.cancel(run.pk)
        return prepare(*args, **options)

    monkeypatch.setattr(runs, "prepare", cancel_meanwhile)
    runs.validate(run.pk)

    assert state_of(run) == State.CANCELLED
    assert not RunPiece.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [OperationalError, IntegrityError])
@pytest.mark.parametrize(("failures", "state", "numbers"), [(2, "committed", ["R1"]), (3, "failed", [])])
def test_what_the_database_gave_up_is_tried_again_from_the_start(
    learner, monkeypatch, error, failures, state, numbers
):
    run = make_run(data_of(learner, "R1"))
    runs.begin_commit(run.pk)
    write_entries, attempts = commit_module.write_entries, []

    def give_up_at_first(*args, **values):
        attempts.append(Registration.objects.count())
        if len(attempts) <= failures:
            raise error("deadlock found")
        return write_entries(*args, **values)

    monkeypatch.setattr(commit_module, "write_entries", give_up_at_first)
    try:
        runs.commit(run.pk, by_owner=False)
    except error:
        assert failures == ATTEMPTS

    assert attempts == [1, 1, 1]
    assert state_of(run) == state
    assert list(Registration.objects.values_list("registration_number", flat=True)) == numbers
    assert RegistrationLogEntry.objects.count() == len(numbers)


def test_an_expired_run_cannot_be_claimed(learner):
    run = make_run(data_of(learner, "R1"))
    ImportRun.objects.update(created_at=timezone.now() - dt.timedelta(days=8))

    assert not runs.begin_commit(run.pk)
    ImportRun.objects.update(state=State.FAILED)
    assert not runs.begin_commit(run.pk)
    run.pieces.all().delete()
    assert not runs.begin_validation(run.pk)


def test_an_owner_who_got_the_role_back_commits_at_the_second_try(learner):
    user = make_user("manage_registration", "import_registration")
    held = list(user.user_permissions.all())
    run = make_run(data_of(learner, "R1"), user=user)
    user.user_permissions.clear()
    runs.begin_commit(run.pk)
    runs.commit(run.pk)
    before = state_of(run), Registration.objects.count()

    user.user_permissions.set(held)
    assert runs.begin_commit(run.pk)
    runs.commit(run.pk)

    assert before == (State.FAILED, 0)
    assert state_of(run) == State.COMMITTED
    assert Registration.objects.get().registration_number == "R1"


def test_a_deleted_users_runs_and_history_keep_the_name(learner):
    user = make_user("manage_registration", "import_registration", name="ira")
    run = make_run(data_of(learner), user=user)
    runs.begin_commit(run.pk)
    runs.commit(run.pk)

    user.delete()

    run.refresh_from_db()
    entry = RegistrationLogEntry.objects.get()
    assert (run.user, run.user_name) == (None, "ira")
    assert (entry.user_name, str(entry.user_display_name)) == ("ira", "ira")


@pytest.mark.django_db(transaction=True)
class TestUnderAtomicRequests:
    """A site may wrap every request in a transaction."""

    @pytest.fixture
    def importer(self, client, monkeypatch):
        monkeypatch.setitem(connections.settings["default"], "ATOMIC_REQUESTS", True)
        user = make_user("manage_registration", "import_registration")
        client.force_login(user)
        return user

    def upload(self, client, data):
        file = SimpleUploadedFile("file.csv", data, content_type="text/csv")
        response = client.post(reverse("wagtail_regcert:import"), {"file": file, "separator": "comma"})
        assert response.status_code == 302, response.content
        return ImportRun.objects.get()

    def test_a_file_is_validated_and_committed(self, client, importer, learner):
        old = make_registration(learner=make_learner(), qualification=None, registration_number="KEEP")

        run = self.upload(client, data_of(learner, "R1"))
        validated = run.state, run.accepted
        client.post(reverse("wagtail_regcert:import_commit", args=[run.pk]))

        assert validated == (State.VALIDATED, 1)
        assert state_of(run) == State.COMMITTED
        assert set(Registration.objects.values_list("registration_number", flat=True)) == {"KEEP", "R1"}
        assert not RegistrationLogEntry.objects.filter(object_id=old.pk).exists()

    def test_a_commit_that_breaks_writes_nothing_and_says_so(self, client, importer, learner, monkeypatch):
        run = self.upload(client, data_of(learner, "R1"))

        def break_down(*args, **values):
            raise RuntimeError("the disk is full")

        monkeypatch.setattr(commit_module, "write_entries", break_down)
        client.post(reverse("wagtail_regcert:import_commit", args=[run.pk]))

        assert state_of(run) == State.FAILED
        assert not Registration.objects.exists()

    def test_a_run_is_cancelled(self, client, importer, learner):
        run = self.upload(client, data_of(learner, "R1"))

        client.post(reverse("wagtail_regcert:import_cancel", args=[run.pk]))

        assert state_of(run) == State.CANCELLED
        assert not RunPiece.objects.exists()
