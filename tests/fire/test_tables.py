"""SIGKILL at commits and undos of each table, and of files that create what they refer to: all or nothing."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction

from tests.makers import make_user
from tests.site_layouts import load, opened
from tests.threads import at_once
from wagtail_regcert.importing import runs
from wagtail_regcert.importing.run_layout import RunLayout, own_layout
from wagtail_regcert.models import (
    AwardingOrganisation,
    ChangeLogEntry,
    ImportRun,
    Learner,
    Qualification,
    Registration,
    RegistrationLogEntry,
    RunPiece,
)

from .processes import Worker
from .scenarios import usual_duration
from .world import commit, grow_old

pytestmark = pytest.mark.django_db(transaction=True)

TABLES = (Learner, Qualification, AwardingOrganisation, Registration)
LOGS = (ChangeLogEntry, RegistrationLogEntry)


@dataclass(frozen=True)
class File:
    """What is imported, and what is there before and after."""

    layout: RunLayout
    data: bytes
    before: tuple[int, ...]
    after: tuple[int, ...]
    entries: int
    """How many entries of history there are of its commit."""

    def claimed(self) -> ImportRun:
        found: Any = opened(self.layout, self.data)
        run = runs.start_run(
            data=self.data,
            file_name="file.csv",
            separator=self.layout.separator,
            encoding=found.encoding,
            layout=self.layout,
        )
        runs.validate(run.pk)
        assert runs.begin_commit(run.pk)
        return run


def learners(count: int) -> File:
    """Half of the learners are there, and their ULNs pass on to the next one."""
    Learner.objects.bulk_create(Learner(reference=f"L{n}", uln=f"{10**9 + n}") for n in range(count // 2))
    layout = own_layout("learners")
    lines = [f"L{number},{10**9 + number + 1},Ann,Lee,," for number in range(count)]
    data = "\r\n".join([",".join(layout.layout.headings), *lines]).encode()
    return File(layout, data, (count // 2, 0, 0, 0), (count, 0, 0, 0), count)


def registrations(count: int) -> File:
    """All that they refer to comes with them."""
    columns = {
        "ULN": "uln",
        "Aim": "qualification",
        "Name": "full_name",
        "Title": "title",
        "Body": "awarding_organisation",
    }
    layout = load(
        *({"heading": heading, "field": field} for heading, field in columns.items()),
        creates=["learners", "qualifications"],
    )
    lines = [
        f"{10**9 + number},Q{number % 7},Ann Lee{number},Maths {number % 7},NCFE" for number in range(count)
    ]
    data = "\r\n".join([",".join(columns), *lines]).encode()
    return File(layout, data, (0, 0, 0, 0), (count, 7, 1, count), 2 * count + 7)


FILES = {"learners": learners, "registrations with all that they refer to": registrations}


def stored() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in TABLES)


def entries() -> int:
    return sum(log.objects.count() for log in LOGS)


def settled(run: ImportRun) -> ImportRun:
    """The run as it is once nobody holds it: a killed worker's session may live on for a moment."""
    with transaction.atomic():
        return ImportRun.objects.select_for_update().get(pk=run.pk)


def as_it_was(run: ImportRun) -> None:
    ImportRun.objects.filter(pk=run.pk).delete()
    for log in LOGS:
        log.objects.all().delete()


@pytest.mark.parametrize("name", FILES)
def test_a_killed_commit_or_undo_did_all_or_nothing_and_can_be_finished(fire, name):
    file = FILES[name](fire.records)
    user = make_user(superuser=True)
    learners_before = list(Learner.objects.order_by("pk").values_list("reference", "uln"))
    counts: Counter[str] = Counter()
    run = file.claimed()
    commits = usual_duration(commit, run.pk)
    assert runs.begin_undo(run.pk, user)
    undos = usual_duration(runs.undo, run.pk, user.pk)
    as_it_was(run)
    moments = zip(fire.moments(commits), fire.moments(undos), strict=True)

    for at_commit, at_undo in moments:
        run = file.claimed()
        worker = Worker(commit, run.pk)
        worker.wait_until_begun()
        time.sleep(at_commit)
        worker.kill()
        run = settled(run)
        counts[f"commits {run.state}"] += 1
        if run.state == ImportRun.State.COMMITTED:
            assert (stored(), entries()) == (file.after, file.entries)
        else:
            assert (stored(), entries()) == (file.before, 0)
            grow_old(run.pk)
            assert runs.begin_commit(run.pk)
            commit(run.pk)
        assert (stored(), entries()) == (file.after, file.entries)

        assert runs.begin_undo(run.pk, user)
        worker = Worker(runs.undo, run.pk, user.pk)
        worker.wait_until_begun()
        time.sleep(at_undo)
        worker.kill()
        run = settled(run)
        counts[f"undos {run.undo_state}"] += 1
        if run.undo_state != ImportRun.Undo.DONE:
            assert (stored(), entries()) == (file.after, file.entries)
            grow_old(run.pk)
            assert runs.begin_undo(run.pk, user)
            runs.undo(run.pk, user.pk)
        run.refresh_from_db()
        assert (run.undo_state, run.undo_left) == (ImportRun.Undo.DONE, 0)
        assert (stored(), entries()) == (file.before, 2 * file.entries)
        assert list(Learner.objects.order_by("pk").values_list("reference", "uln")) == learners_before
        as_it_was(run)

    fire.tell(**counts)


@pytest.mark.parametrize("name", FILES)
def test_equal_files_at_once_create_everything_once(fire, name):
    file = FILES[name](fire.records)
    chosen = [file.claimed() for _time in range(3)]

    raised = at_once(*(lambda run=run: commit(run.pk) for run in chosen))

    for run in chosen:
        run.refresh_from_db()
    assert raised == []
    assert {run.state for run in chosen} == {ImportRun.State.COMMITTED}
    assert (stored(), entries()) == (file.after, file.entries)
    done = sorted((run.created + run.updated, run.unchanged, run.conflicts) for run in chosen)
    assert done[:2] == [(0, fire.records, 0)] * 2
    assert done[2] == (fire.records, 0, 0)
    assert RunPiece.objects.filter(kind=RunPiece.Kind.NEW_LEARNERS).values("run").distinct().count() == (
        1 if file.layout.layout.creates else 0
    )
