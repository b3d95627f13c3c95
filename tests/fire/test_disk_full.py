"""A full disk under SQLite: nothing of a run is written, and it is finished when there is room again."""

from __future__ import annotations

import resource
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from wagtail_regcert.importing import runs
from wagtail_regcert.models import ImportRun

from .processes import Worker, WorkFailed, elsewhere
from .scenarios import finished
from .world import (
    State,
    claimed,
    clear_round,
    commit,
    judge,
    make_world,
    registered,
    ulns,
    upload,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="the servers' disks are not ours to fill"),
]

PAGE = 4096
SLACK = 12
"""Pages that the log needs beyond those by which the database grows."""


def pages() -> int:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        return int(cursor.fetchone()[0])


def no_more_pages(left: int) -> None:
    """The database may grow by so many pages: SQLite says that the disk is full."""
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA max_page_count = {pages() + left}")
    # Only this connection has the limit: it must not be replaced for its age between two attempts.
    connection.close_at = None


def no_longer_log(left: int) -> None:
    """The write-ahead log may have so many pages: the system refuses to write more."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    resource.setrlimit(resource.RLIMIT_FSIZE, (left * PAGE, left * PAGE))


def with_little_room(fill: Callable[[int], None], left: int, work: Callable[..., Any], run_id: Any) -> None:
    fill(left)
    work(run_id)


def compact() -> None:
    """Give free pages back, so that whatever is written next needs new ones."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")


def room_needed(work: Callable[..., Any], run: ImportRun) -> int:
    """Pages by which the database grows."""
    compact()
    before = pages()
    elsewhere(work, run.pk)
    return pages() - before


@pytest.mark.parametrize("fill", [no_more_pages, no_longer_log])
def test_a_commit_without_room_writes_nothing_and_is_finished_with_room(fire, fill):
    make_world(fire.records)
    chosen = ulns(fire.records)
    needed = room_needed(commit, claimed("N", chosen))
    clear_round(fire.records)
    counts: Counter[str] = Counter()
    faults: list[str] = []

    for number in range(fire.kills):
        run = claimed(f"N{number}", chosen)
        before = registered()
        compact()
        work_without_room(fill, number * (needed + SLACK) // fire.kills, commit, run, counts)
        left = judge(run.pk, before)
        counts[f"left_{left.state}"] += 1
        faults += left.faults
        if left.state != State.COMMITTED:
            faults += finished(run, before)
        clear_round(fire.records)

    fire.tell(fills=fire.kills, pages_needed=needed, **counts, faults=len(faults))
    assert faults == []
    assert counts["without_room"] > 0


@pytest.mark.parametrize("fill", [no_more_pages, no_longer_log])
def test_a_validation_without_room_leaves_no_report_and_is_finished_with_room(fire, fill):
    make_world(fire.records)
    chosen = ulns(fire.records)
    needed = room_needed(runs.validate, upload("N", chosen))
    counts: Counter[str] = Counter()
    faults: list[str] = []

    for number in range(fire.kills):
        run = upload(f"N{number}", chosen)
        before = registered()
        compact()
        work_without_room(fill, number * (needed + SLACK) // fire.kills, runs.validate, run, counts)
        left = judge(run.pk, before)
        counts[f"left_{left.state}"] += 1
        run.refresh_from_db()
        faults += left.faults
        if run.has_report != (left.state == State.VALIDATED):
            faults.append(f"it is {left.state} and its report is {run.has_report}")
        if left.state != State.VALIDATED:
            faults += finished(run, before)
        clear_round(fire.records)

    fire.tell(fills=fire.kills, pages_needed=needed, **counts, faults=len(faults))
    assert faults == []
    assert counts["without_room"] > 0


def work_without_room(fill: Any, left: int, work: Any, run: ImportRun, counts: Counter[str]) -> None:
    try:
        Worker(with_little_room, fill, left, work, run.pk).result()
    except WorkFailed as failure:
        # Whatever else goes wrong is not ours to count.
        if not any(words in str(failure) for words in ("is full", "disk I/O error")):
            raise
        counts["without_room"] += 1
