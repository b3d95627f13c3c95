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
from ..subjects.database.base import Subject
from ..subjects.registry import subject_of
from ..subjects.types import Left, Record, Step
from . import staging
from .entries import entries
from .exchange import blocked
from .newcomers import take_away
from .plan import WITHOUT_EFFECT
from .run_layout import fields_of
from .types import UndoPlan


def plan_undo(run: ImportRun, *, lock: bool = False) -> UndoPlan:
    """Decide for every record that the run created or updated: undone, or left alone, and why."""
    subject = subject_of(run.about)
    fields = fields_of(run)
    records = _applied(run)
    # What was created with the run had no primary key when the report was made.
    keys = subject.with_primary_keys(record.key for record in records)
    records = [record._replace(key=keys.get(record.key, record.key)) for record in records]
    found = subject.find(records, fields, lock=lock)
    reasons = [
        SinceImport.DELETED if one is None else subject.since_import(record, one, run.finished_at)
        for record, one in zip(records, found, strict=True)
    ]
    created = {
        one.pk
        for record, one, reason in zip(records, found, reasons, strict=True)
        if one and record.is_created and not reason
    }
    referred = subject.referred_to(created)
    reasons = [
        SinceImport.REFERRED if one and one.pk in referred and not reason else reason
        for one, reason in zip(found, reasons, strict=True)
    ]
    for field in subject.exchanged.keys() & set(fields):
        _leave_what_is_taken(subject, field, fields.index(field), records, reasons)
    steps: list[Step] = []
    left: list[Left] = []
    for record, one, reason in zip(records, found, reasons, strict=True):
        if one is None or reason:
            pk = one.pk if one else record.pk
            left.append(Left(record.row, record.key, pk, reason or SinceImport.DELETED))
        else:
            steps.append(Step(record.row, record.key, one.pk, record.after, record.before))
    return UndoPlan(steps=steps, left=left)


def _leave_what_is_taken(
    subject: Subject, field: str, at: int, records: Sequence[Record], reasons: list[SinceImport | None]
) -> None:
    """Leave records alone that would get back what another has, and go on having."""
    takes: dict[int, str] = {}
    gives: dict[str, int] = {}
    for index, record in enumerate(records):
        back = record.before[at] if record.before else ""
        if record.after[at] != back:
            takes.update({index: back} if back else {})
            if record.after[at] and (not reasons[index] or record.after[at] not in gives):
                gives[record.after[at]] = index
    held = subject.held(field, set(takes.values()))
    out = [index for index, reason in enumerate(reasons) if reason]
    for index in blocked(takes, gives, held, out):
        reasons[index] = reasons[index] or SinceImport.TAKEN


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
    fields = fields_of(run)
    plan = plan_undo(run, lock=True)
    # Read first: what is deleted has no name any more.
    undone = list(entries(subject, fields, plan.steps, file_name=run.file_name))
    subject.delete([step.pk for step in plan.steps if step.deletes])
    subject.write([], [step for step in plan.steps if not step.deletes], fields, now)
    write_entries(UNDO, undone, model=subject.model, user=user, run=run, timestamp=now)
    take_away(run, user, now)
    return plan
