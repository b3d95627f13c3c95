"""Imports in real workers: started by documented commands, killed, many at once.

In this order: the first tests start and kill workers of their own.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, connections, transaction

from tests.makers import make_csv, make_learner, make_qualification
from tests.workers.processes import Person, Site, kill, until
from wagtail_regcert.importing import runs
from wagtail_regcert.layouts import REGISTRATIONS
from wagtail_regcert.models import (
    ImportRun,
    Learner,
    Registration,
    RegistrationLogEntry,
    RunPiece,
)

pytestmark = pytest.mark.usefixtures("transactional_db")

State = ImportRun.State
Kind = RunPiece.Kind

FULL = bool(os.environ.get("REGCERT_FULL"))
"""Whether eight at once are eight files of nearly 2 MB."""


def learners(count: int, first: int = 4_000_000_000) -> list[str]:
    """Make learners that are not there yet; their ULNs."""
    ulns = [f"{first + number}" for number in range(count)]
    known = set(Learner.objects.filter(uln__gte=ulns[0], uln__lte=ulns[-1]).values_list("uln", flat=True))
    Learner.objects.bulk_create(Learner(uln=uln, family_name=uln) for uln in ulns if uln not in known)
    return ulns


def records(numbers: Sequence[str], ulns: Sequence[str], mark: str) -> bytes:
    """A file that registers every learner on every qualification."""
    lines = [",".join(REGISTRATIONS.headings)]
    lines += [
        f"{number},{uln},Registered,{mark},01/09/2025,,,,,RM{uln}GB-PARCEL-OF-THE-WEEK"
        for number in numbers
        for uln in ulns
    ]
    return "\r\n".join(lines).encode()


def test_an_upload_returns_with_no_worker_in_sight_and_one_finishes_it_later(
    request, hosts, importer, person, qualification
):
    learner = make_learner()
    data = make_csv([qualification.number, learner.uln, "Registered", "R1"], ["?", "?", "Registered"])

    run = person.upload(data)
    at_once = person.status(run)
    waiting = person.get("import_report", run).text
    request.getfixturevalue("first_worker")
    states = person.follow(run, "validated")
    # The page was closed; the person comes back in another browser, by another web host.
    later = Person(hosts[1], importer)
    report, status = later.get("import_report", run).text, later.status(run)
    later.commit(run)
    states += later.follow(run, "committed")
    result = later.get("import_report", run).text

    assert (at_once["state"], at_once["progress"]) == ("uploaded", {"done": 0, "total": 0})
    assert "Import in progress" in waiting
    assert status["progress"] == {"done": 2, "total": 2}
    assert "Upload 1 accepted record" in report
    assert "Import Result" in result
    # States may pass between two looks, but never in another order.
    way = ["uploaded", "validating", "validated", "committing", "committed"]
    assert [state for state in way if state in states] == states
    assert {"validated", "committed"} <= set(states)
    assert Registration.objects.get(learner=learner).registration_number == "R1"


def test_a_worker_killed_while_validating_has_written_nothing(first_worker, person, qualification):
    # Rows of unknown learners take the longest.
    unknown = [f"{5_000_000_000 + number}" for number in range(15_000)]
    before = Registration.objects.count()

    run = person.upload(records([qualification.number], unknown, "A"))
    until(lambda: state_of(run) != State.UPLOADED, "a worker to begin", every=0.005)
    kill(first_worker)

    assert state_of(run) == State.VALIDATING
    assert set(run.pieces.values_list("kind", flat=True)) == {Kind.FILE}
    assert Registration.objects.count() == before
    # What is left does not stand in the way: of doing it again, or of throwing it away.
    ImportRun.objects.move(run.pk, State.VALIDATING, State.UPLOADED)
    runs.validate(run.pk)
    run.refresh_from_db()
    assert (run.state, run.rejected) == (State.VALIDATED, 15_000)
    person.post("import_cancel", run)
    assert state_of(run) == State.CANCELLED


def test_a_worker_killed_while_committing_has_written_nothing(site, person, qualification):
    ulns = learners(5000)
    worker = site.worker("worker-2")
    run = person.upload(records([qualification.number], ulns, "A"))
    person.follow(run, "validated")

    person.commit(run)
    wait_until_somebody_commits(site, run)
    kill(worker)

    written = Registration.objects.filter(qualification=qualification)
    assert state_of(run) == State.COMMITTING
    assert not written.exists()
    assert not RegistrationLogEntry.objects.filter(run=run).exists()
    # Another worker that takes it up does all of it, and once.
    runs.commit(run.pk)
    runs.commit(run.pk)
    run.refresh_from_db()
    assert (run.state, run.created, run.conflicts) == (State.COMMITTED, 5000, 0)
    assert written.count() == RegistrationLogEntry.objects.filter(run=run).count() == 5000


def test_a_task_waits_for_the_transaction_that_asked_for_it(site, workers, importer, qualification):
    learner = make_learner()
    data = make_csv([qualification.number, learner.uln, "Registered"])
    script = f"""
import time
from django.contrib.auth import get_user_model
from django.db import transaction
from wagtail_regcert.importing import runs
from wagtail_regcert.layouts import Separator
from wagtail_regcert.models import ImportRun
from wagtail_regcert.tasks import enqueue_validation

user = get_user_model().objects.get(pk={importer.pk})
with transaction.atomic():
    run = runs.start_run(
        data={data!r}, file_name="a.csv", separator=Separator.COMMA, encoding="utf-8", user=user
    )
    enqueue_validation(run.pk)
    time.sleep(1)
    print(ImportRun.objects.get(pk=run.pk).state, run.pk)
"""

    state, key = site.manage("shell", "--no-imports", "-c", script).split()

    run = ImportRun.objects.get(pk=key)
    assert state == "uploaded"
    until(lambda: state_of(run) == State.VALIDATED, "the run to be validated")


def test_eight_imports_at_once_on_two_workers_are_all_right_and_none_is_lost(site, workers, hosts, importer):
    # The same learners in each, so that they have to wait for each other.
    ulns = learners(5600 if FULL else 60)
    courses = [[make_qualification().number for _course in range(4)] for _file in range(8)]
    files = [records(courses[file], ulns, f"F{file}") for file in range(8)]
    people = [Person(hosts[file % 2], importer) for file in range(8)]
    size = 4 * len(ulns)
    assert all(len(data) < 2_097_152 for data in files)

    def whole_way(person: Person, data: bytes) -> ImportRun:
        try:
            run = person.upload(data)
            person.follow(run, "validated")
            person.commit(run)
            person.follow(run, "committed")
            run.refresh_from_db()
            return run
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(whole_way, people, files))

    assert [(run.state, run.failure) for run in done] == [(State.COMMITTED, "")] * 8
    assert [(run.created, run.updated, run.rejected, run.conflicts) for run in done] == [(size, 0, 0, 0)] * 8
    for file, numbers in enumerate(courses):
        written = Registration.objects.filter(
            qualification__number__in=numbers, registration_number=f"F{file}"
        )
        assert written.count() == size
        assert RegistrationLogEntry.objects.filter(run=done[file]).count() == size
    assert [work_of(site, name) > 0 for name in ("worker-3", "worker-4")] == [True, True]
    assert site.left_on_disk() == []


def test_a_worker_that_is_told_to_stop_ends_what_it_has_begun(site, workers, person, qualification):
    unknown = [f"{5_000_000_000 + number}" for number in range(10_000)]

    run = person.upload(records([qualification.number], unknown, "A"))
    until(lambda: state_of(run) != State.UPLOADED, "a worker to begin", every=0.005)
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    codes = [worker.wait(30) for worker in workers]

    assert state_of(run) == State.VALIDATED
    assert codes == [0, 0]


def state_of(run: ImportRun) -> str:
    return ImportRun.objects.values_list("state", flat=True).get(pk=run.pk)


def work_of(site: Site, name: str) -> int:
    """How many tasks a worker has done, by its log."""
    done = "state=SUCCESSFUL" if site.tasks == "database" else "Job OK"
    return site.log(name).count(done)


def wait_until_somebody_commits(site: Site, run: ImportRun) -> None:
    """Wait until a commit holds the run's row, or on SQLite the whole database."""
    if site.tasks == "database":
        until(lambda: _commit_is_claimed(run), "a worker to take the commit", every=0.005)
    until(lambda: _is_locked(run), "the commit to begin", every=0.001)


def _commit_is_claimed(run: ImportRun) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args_kwargs FROM django_tasks_database_dbtaskresult"
            " WHERE status = 'RUNNING' AND task_path LIKE '%%commit_run'"
        )
        return any(str(run.pk) in str(row) for row in cursor.fetchall())


def _is_locked(run: ImportRun) -> bool:
    if connection.vendor != "sqlite":
        with transaction.atomic():
            return not ImportRun.objects.select_for_update(skip_locked=True).filter(pk=run.pk).exists()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 0")
        try:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("ROLLBACK")
        except OperationalError:
            return True
        finally:
            cursor.execute("PRAGMA busy_timeout = 20000")
    return False
