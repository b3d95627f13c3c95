"""What is done to the engine, whole or with a part taken out: counts and faults come back."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from statistics import median
from typing import Any

from wagtail_regcert.importing import runs
from wagtail_regcert.models import ImportRun

from .conftest import Fire
from .processes import CONTEXT, Worker
from .world import (
    claimed,
    clear_round,
    commit,
    finish,
    grow_old,
    judge,
    make_world,
    registered,
    replay,
    stored_as_written,
    tracked,
    ulns,
    whole,
)

State = ImportRun.State
Sabotage = Callable[[], AbstractContextManager[None]]
CANCEL_EVERY = 5
"""Every so many unfinished runs are cancelled, the others tried again."""


def usual_duration(work: Callable[..., Any], *args: Any) -> float:
    """Seconds that the work takes when nobody kills it."""
    worker = Worker(work, *args)
    worker.result()
    return worker.seconds


def sabotaged_commit(run_id: Any, sabotage: Sabotage, start: Any = None) -> None:
    with sabotage():
        if start is not None:
            start.wait()
        commit(run_id)


def kill_commits(
    fire: Fire, sabotage: Sabotage = nullcontext, *, until_a_fault: bool = False
) -> tuple[dict[str, int], list[str]]:
    """Kill commits at random moments; look at what they left; finish or cancel them."""
    make_world(fire.records)
    chosen = ulns(fire.records)
    durations = []
    for number in range(3):
        run = claimed(f"D{number}", chosen)
        durations.append(usual_duration(sabotaged_commit, run.pk, sabotage))
        clear_round(fire.records)
    counts: Counter[str] = Counter()
    faults: list[str] = []

    for number, moment in enumerate(fire.moments(median(durations))):
        if until_a_fault and faults:
            break
        counts["kills"] += 1
        run = claimed(f"K{number}", chosen)
        before = registered()
        worker = Worker(sabotaged_commit, run.pk, sabotage)
        worker.wait_until_begun()
        time.sleep(moment)
        was_killed = worker.kill()
        left = judge(run.pk, before)
        faults += left.faults
        if left.state == State.COMMITTED:
            counts["killed_after_it" if was_killed else "too_late_to_kill"] += 1
        else:
            counts["killed_before_the_commit_point"] += 1
            faults += cancelled(run, before) if number % CANCEL_EVERY == 0 else finished(run, before)
        clear_round(fire.records)
    return {
        "usual_ms": round(median(durations) * 1000),
        **{
            name: counts[name]
            for name in ("kills", "killed_before_the_commit_point", "killed_after_it", "too_late_to_kill")
        },
    }, faults


def finished(run: ImportRun, before: Any) -> list[str]:
    """Try again what was left unfinished; what is wrong then."""
    finish(run.pk)
    end = judge(run.pk, before)
    told = [] if end.state == State.COMMITTED else [f"tried again, it is {end.state}"]
    return [*end.faults, *told, *stored_as_written(run.pk)]


def cancelled(run: ImportRun, before: Any) -> list[str]:
    """Cancel what was left unfinished, and have a late worker come for it; what is wrong then."""
    grow_old(run.pk)
    told = [] if runs.cancel(run.pk) else ["it could not be cancelled"]
    commit(run.pk)
    end = judge(run.pk, before)
    told += [] if end.state == State.CANCELLED else [f"cancelled, it is {end.state}"]
    return [*end.faults, *told]


def commit_one_run_by_many(workers: int, sabotage: Sabotage = nullcontext) -> list[str]:
    """Have several workers commit the same claimed run at once; what is wrong then."""
    make_world(60)
    run = claimed("N", ulns(60))
    start = CONTEXT.Barrier(workers)
    at_work = [Worker(sabotaged_commit, run.pk, sabotage, start) for _worker in range(workers)]
    faults = []
    for worker in at_work:
        worker.result()
    end = judge(run.pk, registered())
    if end.state != State.COMMITTED:
        faults.append(f"it is {end.state}")
    run.refresh_from_db()
    if run.conflicts:
        faults.append("it is in conflict with itself")
    return [*faults, *end.faults, *stored_as_written(run.pk)]


def two_files_at_once(sabotage: Sabotage) -> list[str]:
    """Commit two files that update the same registrations at once; what is wrong then.

    Not one creates: the second of two that do is told so by the unique constraint, locks or not.
    """
    make_world(60)
    start = CONTEXT.Barrier(2)
    started_with = tracked()
    existing = ulns(60)[::2]
    both = [claimed("A", existing), claimed("B", existing[::-1])]
    at_work = [Worker(sabotaged_commit, run.pk, sabotage, start) for run in both]
    faults = []
    for worker in at_work:
        worker.result()
    for run in both:
        run.refresh_from_db()
        faults += whole(run)
    return [*faults, *replay(started_with)]
