"""A committed run in; records as they were before it, their history, and a list of those left alone.

Puts back only what nobody has touched since. Applying must run inside a transaction that began with a
write.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from ..history import UNDO, write_entries
from ..models import ImportRun, RunPiece
from ..problems import SinceImport
from ..subjects.registry import subject_of
from ..subjects.types import Left, Record, Step
from . import staging
from .entries import entries
from .plan import WITHOUT_EFFECT
from .types import UndoPlan


def plan_undo(run: ImportRun, *, lock: bool = False) -> UndoPlan:
    """Decide for every record that the run created or updated: undone, or left alone, and why."""
    subject = subject_of(run.about)
    fields = subject.carried(subject.layout)
    records = _applied(run)
    steps: list[Step] = []
    left: list[Left] = []
    for record, found in zip(records, subject.find(records, fields, lock=lock), strict=True):
        if found is None:
            left.append(Left(record.row, record.key, record.pk, SinceImport.DELETED))
        elif reason := subject.since_import(record, found, run.finished_at):
            left.append(Left(record.row, record.key, found.pk, reason))
        else:
            steps.append(Step(record.row, record.key, found.pk, record.after, record.before))
    return UndoPlan(steps=steps, left=left)


def _applied(run: ImportRun) -> Sequence[Record]:
    """The records that changed something, as staged."""
    changes = staging.load_kinds(run, RunPiece.Kind.RECORD_KINDS)
    # Not strict: a report that lost records is told of below.
    found = zip(staging.load_records(run), changes, strict=False)
    records = [record for record, change in found if change not in WITHOUT_EFFECT]
    if len(records) != run.created + run.updated:
        raise RuntimeError(f"The report of run {run.pk} is damaged: it has {len(records)} changes")
    return records


def apply_undo(run: ImportRun, user: Any, now: dt.datetime) -> UndoPlan:
    """Put the old values back and delete what the run created; say what was done."""
    subject = subject_of(run.about)
    fields = subject.carried(subject.layout)
    plan = plan_undo(run, lock=True)
    # Read first: what is deleted has no name any more.
    undone = list(entries(run, subject, fields, plan.steps))
    subject.update([(step.pk, step.after) for step in plan.steps if step.after is not None], fields, now)
    subject.delete([step.pk for step in plan.steps if step.deletes])
    write_entries(UNDO, undone, user=user, run=run, timestamp=now)
    return plan
