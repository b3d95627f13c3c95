"""SIGKILL from outside, at random moments: everything or nothing, and it can be finished."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from statistics import median

import pytest
from django.db import connection

from wagtail_regcert.importing import runs
from wagtail_regcert.layouts import REGISTRATIONS
from wagtail_regcert.models import ImportRun, RunPiece

from .processes import FOR_GOOD, Worker
from .scenarios import kill_commits, usual_duration
from .world import (
    NUMBER,
    clear_round,
    finish,
    grow_old,
    judge,
    make_world,
    registered,
    stored_as_written,
    ulns,
    upload,
    validated,
)

State = ImportRun.State
pytestmark = pytest.mark.django_db(transaction=True)

MANAGE = Path(__file__).parents[2] / "example_site" / "manage.py"


def test_a_killed_commit_wrote_all_or_nothing_and_can_be_finished(fire):
    counts, faults = kill_commits(fire)

    fire.tell(**counts, faults=len(faults))
    assert faults == []
    assert counts["killed_before_the_commit_point"] > 0


def test_a_killed_validation_left_no_half_report_and_can_be_finished(fire):
    make_world(fire.records)
    chosen = ulns(fire.records)
    whole = pieces_of(validated("N", chosen))
    duration = median(usual_duration(runs.validate, upload("N", chosen).pk) for _time in range(3))
    before = registered()
    counts: Counter[str] = Counter()

    for moment in fire.moments(duration):
        run = upload("N", chosen)
        worker = Worker(runs.validate, run.pk)
        worker.wait_until_begun()
        time.sleep(moment)
        worker.kill()
        left = state_of(run)
        counts[left] += 1
        expected = whole if left == State.VALIDATED else [("file", 0, run.size)]
        assert pieces_of(run) == expected
        assert judge(run.pk, before).faults == []
        if left != State.VALIDATED:
            grow_old(run.pk)
            assert runs.begin_validation(run.pk)
            runs.validate(run.pk)
        assert pieces_of(run) == whole

    fire.tell(kills=fire.kills, usual_ms=round(duration * 1000), **left_as(counts))
    assert counts[State.UPLOADED] + counts[State.VALIDATING] > 0


def test_a_killed_command_wrote_all_or_nothing_and_can_be_finished(fire, tmp_path):
    make_world(fire.records)
    chosen = ulns(fire.records)
    path = tmp_path / "file.csv"
    lines = [f"{NUMBER},{uln},Registered,R,01/09/2025,,,,,\r\n" for uln in chosen]
    path.write_text(",".join(REGISTRATIONS.headings) + "\r\n" + "".join(lines))
    rounds = max(2, fire.kills // 10)
    _run, process = command_at_work(path)
    staged = time.monotonic()
    process.wait(FOR_GOOD)
    duration = time.monotonic() - staged
    clear_round(fire.records)
    before = registered()
    counts: Counter[str] = Counter()

    for _round in range(rounds):
        run, process = command_at_work(path)
        time.sleep(fire.random.uniform(0, duration))
        process.kill()
        process.wait(FOR_GOOD)
        verdict = judge(run.pk, before)
        counts[verdict.state] += 1
        assert verdict.faults == []
        if verdict.state != State.COMMITTED:
            finish(run.pk)
        assert judge(run.pk, before).faults == []
        assert stored_as_written(run.pk) == []
        clear_round(fire.records)
        before = registered()

    fire.tell(kills=rounds, usual_ms=round(duration * 1000), **left_as(counts))


def left_as(counts: Counter[str]) -> dict[str, int]:
    return {f"left_{state}": count for state, count in sorted(counts.items())}


def pieces_of(run: ImportRun) -> list[tuple[str, int, int]]:
    return sorted(RunPiece.objects.filter(run=run).values_list("kind", "number", "items"))


def state_of(run: ImportRun) -> State:
    run.refresh_from_db()
    return State(run.state)


def command_at_work(path: Path) -> tuple[ImportRun, subprocess.Popen[bytes]]:
    """The command in a process that was started as any other, and its run once that is staged."""
    known = set(ImportRun.objects.values_list("pk", flat=True))
    command = [sys.executable, str(MANAGE), "regcert_import", str(path)]
    environment = {**os.environ, "DATABASE_URL": url_of_the_test_database()}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    until = time.monotonic() + FOR_GOOD
    while time.monotonic() < until:
        if run := ImportRun.objects.exclude(pk__in=known).first():
            return run, process
        time.sleep(0.01)
    process.kill()
    raise AssertionError("the command never staged its file")


def url_of_the_test_database() -> str:
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    scheme = {"postgresql": "postgres", "mysql": "mysql"}[connection.vendor]
    login = ":".join(filter(None, (values["USER"], values["PASSWORD"])))
    return f"{scheme}://{login}@{values['HOST']}:{values['PORT']}/{values['NAME']}"
