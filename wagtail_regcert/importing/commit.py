"""Accepted records in; what they write, its history and a list of conflicts out.

Plans again under lock and applies only what was accepted and has not changed. Must run inside a
transaction that began with a write.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..history import IMPORT, write_entries
from ..models import ImportRun
from ..problems import Problem
from ..subjects.database.base import Subject
from ..subjects.types import Record
from .conflicts import Conflict, as_problems, still_valid, without_blocked
from .entries import entries, steps_of
from .newcomers import Created, create, note_organisations_of
from .pipeline import prepare
from .plan import Change, change_of, cleared
from .types import Sheet


class Outcome(NamedTuple):
    """What a commit did."""

    created: int
    updated: int
    unchanged: int
    cleared: int
    conflicts: Sequence[Problem]
    beside: Created
    changes: bytes
    """The :class:`Change` that became of each accepted record, in their order."""


def apply_records(
    run: ImportRun,
    sheet: Sheet,
    subject: Subject,
    accepted: Iterable[Record],
    now: dt.datetime,
    today: dt.date,
) -> Outcome:
    """Write those of the accepted records that still hold. ``accepted`` are as staged, values plain."""
    # Hints would lock learners whom nobody named, and out of the order in which all lock them.
    plan = prepare(sheet, subject, subject.stored(lock=True), today, with_advice=False)
    fresh = {record.row: record for record in plan.records}
    conflicts: list[Conflict] = []
    created: list[Record] = []
    updated: list[Record] = []
    changes = bytearray()
    removed = 0
    decided = [still_valid(seen, fresh.get(seen.row), plan.differing) for seen in accepted]
    for record in without_blocked(decided, subject, plan.fields):
        if isinstance(record, Conflict):
            conflicts.append(record)
            changes.append(Change.NOT_APPLIED)
            continue
        change = change_of(record)
        changes.append(change)
        match change:
            case Change.CREATES:
                created.append(record)
            case Change.UPDATES:
                updated.append(record)
            case Change.CLEARS:
                updated.append(record)
                removed += cleared(record)
    used = {part for record in created for part in record.key} if plan.new else set()  # type: ignore[attr-defined]
    beside = create(
        run, {about: [new[one] for one in new if one in used] for about, new in plan.new.items()}, now
    )
    if used:
        pairs = subject.with_primary_keys(record.key for record in created)
        created = [record._replace(key=pairs[record.key]) for record in created]
    beside = beside.with_organisations(note_organisations_of(run, subject, plan.fields, [*created, *updated]))
    subject.write(created, updated, plan.fields, now)
    steps = list(steps_of(subject, created, updated))
    changed = entries(subject, plan.fields, steps, file_name=run.file_name)
    write_entries(
        IMPORT, changed, model=subject.model, user=run.user, user_name=run.user_name, run=run, timestamp=now
    )
    return Outcome(
        created=len(created),
        updated=len(updated),
        unchanged=changes.count(Change.NOTHING),
        cleared=removed,
        conflicts=as_problems(conflicts, plan.fields, subject),
        beside=beside,
        changes=bytes(changes),
    )
