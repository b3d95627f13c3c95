"""The database goes away between validate and commit, and during commit: the run ends right all the same."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from statistics import median
from typing import Any

import pytest
from django.db import OperationalError, connection

from tests.missing import missing
from wagtail_regcert.importing import runs
from wagtail_regcert.models import ImportRun

from .cluster import PrivateCluster
from .conftest import Fire
from .processes import CONTEXT, FOR_GOOD, Worker, WorkFailed, elsewhere
from .scenarios import finished, usual_duration
from .servers import SERVERS
from .world import (
    Registered,
    State,
    Verdict,
    claimed,
    clear_round,
    commit,
    judge,
    make_world,
    registered,
    stored_as_written,
    ulns,
    upload,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no server to lose"),
]


def cut_connections() -> int:
    """End every other connection to this database, as a server that stops does."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            return int(cursor.fetchone()[0])
        cursor.execute(
            "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()"
        )
        others = [key for (key,) in cursor.fetchall()]
        for other in others:
            # It may have gone by itself.
            with suppress(OperationalError):
                cursor.execute(f"KILL {other}")
        return len(others)


def validate_then_commit(run_id: Any, is_validated: Any, is_cut: Any) -> None:
    """As a worker with one connection for both tasks."""
    runs.validate(run_id)
    is_validated.set()
    is_cut.wait(FOR_GOOD)
    commit(run_id)


def test_a_worker_whose_connection_was_cut_after_validation_commits_over_a_new_one(fire):
    make_world(50)
    run = upload("N", ulns(50))
    is_validated, is_cut = CONTEXT.Event(), CONTEXT.Event()

    worker = Worker(validate_then_commit, run.pk, is_validated, is_cut)
    is_validated.wait(FOR_GOOD)
    claim = runs.begin_commit(run.pk)
    cut = cut_connections()
    is_cut.set()
    worker.result()

    fire.tell(cut=cut)
    assert claim
    assert cut == 1
    assert judge(run.pk, registered()) == (State.COMMITTED, [])
    assert stored_as_written(run.pk) == []


def test_a_commit_that_is_cut_once_is_done_again_from_the_start(fire):
    make_world(fire.records)
    chosen = ulns(fire.records)
    duration = usual_commit(fire)
    counts: Counter[str] = Counter()

    for number, moment in enumerate(fire.moments(duration)):
        run = claimed(f"N{number}", chosen)
        before = registered()
        worker = Worker(commit, run.pk)
        worker.wait_until_begun()
        time.sleep(moment)
        counts["cuts_that_hit"] += cut_connections()
        worker.result()
        assert judge(run.pk, before) == (State.COMMITTED, [])
        assert stored_as_written(run.pk) == []
        clear_round(fire.records)

    fire.tell(cuts=fire.kills, usual_ms=round(duration * 1000), **counts)
    assert counts["cuts_that_hit"] > 0


def test_a_commit_that_is_cut_again_and_again_fails_whole_and_is_finished_later(fire):
    make_world(fire.records)
    chosen = ulns(fire.records)
    duration = usual_commit(fire)
    counts: Counter[str] = Counter()
    faults: list[str] = []

    for number in range(fire.kills):
        run = claimed(f"N{number}", chosen)
        before = registered()
        worker = Worker(commit, run.pk)
        worker.wait_until_begun()
        until = time.monotonic() + fire.random.uniform(0.5, 6) * duration
        while time.monotonic() < until:
            counts["cuts_that_hit"] += cut_connections()
            time.sleep(fire.random.uniform(0, duration))
        with suppress(WorkFailed):
            worker.result()
        left = judge(run.pk, before)
        counts[f"left_{left.state}"] += 1
        faults += left.faults
        if left.state != State.COMMITTED:
            faults += finished(run, before)
        clear_round(fire.records)

    fire.tell(rounds=fire.kills, usual_ms=round(duration * 1000), **counts, faults=len(faults))
    assert faults == []


def usual_commit(fire: Fire) -> float:
    durations = []
    for number in range(3):
        durations.append(usual_duration(commit, claimed(f"D{number}", ulns(fire.records)).pk))
        clear_round(fire.records)
    return median(durations)


@pytest.fixture
def cluster() -> Iterator[PrivateCluster]:
    server = SERVERS[connection.vendor]
    if name := server.missing_program():
        missing(f"there is no {name} to make a server of our own with")
    with server() as made:
        made.load(connection.settings_dict)
        yield made


def test_a_server_that_is_restarted_for_real_between_validate_and_commit(cluster):
    database = cluster.settings
    elsewhere(make_world, 50, database=database)
    run_id = elsewhere(lambda: upload("N", ulns(50)).pk, database=database)
    is_validated, is_cut = CONTEXT.Event(), CONTEXT.Event()

    worker = Worker(validate_then_commit, run_id, is_validated, is_cut, database=database)
    is_validated.wait(FOR_GOOD)
    claim = elsewhere(runs.begin_commit, run_id, database=database)
    cluster.stop()
    cluster.start()
    is_cut.set()
    worker.result()

    assert claim
    assert elsewhere(judge, run_id, Registered([], 0), database=database) == (State.COMMITTED, [])
    assert elsewhere(stored_as_written, run_id, database=database) == []


def test_a_server_that_is_restarted_for_real_during_a_commit(fire, cluster):
    database = cluster.settings
    chosen = ulns(fire.records)
    elsewhere(make_world, fire.records, database=database)
    rounds = max(2, fire.kills // 10)
    counts: Counter[str] = Counter()
    run_id = elsewhere(claim_one, "D", chosen, database=database)
    worker = Worker(commit, run_id, database=database)
    worker.result()
    duration = worker.seconds

    for number in range(rounds):
        elsewhere(clear_round, fire.records, database=database)
        run_id = elsewhere(claim_one, f"N{number}", chosen, database=database)
        before = elsewhere(registered, database=database)
        worker = Worker(commit, run_id, database=database)
        worker.wait_until_begun()
        time.sleep(fire.random.uniform(0, duration))
        cluster.stop()
        with suppress(WorkFailed):
            worker.result()
        cluster.start()
        left: Verdict = elsewhere(judge, run_id, before, database=database)
        counts[f"left_{left.state}"] += 1
        assert left.faults == []
        if left.state != State.COMMITTED:
            assert elsewhere(finish_one, run_id, before, database=database) == []

    fire.tell(restarts=rounds, usual_ms=round(duration * 1000), **counts)


def claim_one(number: str, chosen: list[str]) -> Any:
    return claimed(number, chosen).pk


def finish_one(run_id: Any, before: Registered) -> list[str]:
    return finished(ImportRun.objects.get(pk=run_id), before)
