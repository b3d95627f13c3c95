"""A committed run in; registrations as they were before it, their history, and a list of those left alone.

Puts back only what nobody has touched since. Applying must run inside a transaction that began with a
write.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from ..history import UNDO, write_entries
from ..layouts import STORED_FIELDS
from ..models import ImportRun, Registration, RunPiece
from ..models.writing import delete_rows, update_rows
from ..problems import SinceImport
from . import staging
from .entries import entries
from .plan import WITHOUT_EFFECT
from .stored import StoredInDatabase
from .types import Left, Record, Step, UndoPlan

_MORE = ("updated_at", "programme_id", "planned_achievement_date", "start_date")
"""What is read of a registration beside the values that a file carries."""


def plan_undo(run: ImportRun, *, lock: bool = False) -> UndoPlan:
    """Decide for every registration that the run created or updated: undone, or left alone, and why."""
    records = _applied(run)
    pairs = {(record.learner, record.qualification) for record in records}
    stored = StoredInDatabase(lock=lock).registrations_with(pairs, *_MORE)
    steps: list[Step] = []
    left: list[Left] = []
    for record in records:
        found = stored.get((record.learner, record.qualification))
        reason = _since(record, found, run.finished_at)
        if found is None or reason:
            left.append(Left(*record[:3], reason or SinceImport.DELETED))
        else:
            steps.append(Step(*record[:3], found[0], record.after, record.before))
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


def _since(record: Record, found: tuple[Any, ...] | None, imported_at: Any) -> SinceImport | None:
    """What happened to a registration since the import; ``None`` for nothing.

    A commit stamps the run and all that it writes with the same moment, and every later write stamps
    another. The values are compared too, for whoever writes past the models.
    """
    if found is None:
        return SinceImport.DELETED
    _key, *values, updated_at, programme, planned, started = found
    if tuple(values) != record.after:
        return SinceImport.CHANGED
    if record.is_created and any(value is not None for value in (programme, planned, started)):
        return SinceImport.COMPLETED
    return SinceImport.CHANGED if updated_at != imported_at else None


def apply_undo(run: ImportRun, user: Any, now: dt.datetime) -> UndoPlan:
    """Put the old values back and delete what the run created; say what was done."""
    plan = plan_undo(run, lock=True)
    update_rows(
        Registration,
        (*STORED_FIELDS, "updated_at"),
        [(*step.after, now, step.registration) for step in plan.steps if step.after is not None],
    )
    delete_rows(Registration, [step.registration for step in plan.steps if step.deletes])
    write_entries(UNDO, entries(run, plan.steps), user=user, run=run, timestamp=now)
    return plan
