"""Accepted records in; registrations, their history and a list of conflicts out.

Plans again under lock and applies only what was accepted and has not changed. Must run inside a
transaction that began with a write.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ..history import IMPORT, write_entries
from ..layouts import STORED_FIELDS
from ..models import ImportRun, Registration
from ..models.writing import insert_rows, update_rows
from ..problems import Problem
from .conflicts import Conflict, as_problems, holding
from .entries import entries
from .pipeline import prepare
from .plan import Change, change_of, cleared
from .stored import StoredInDatabase
from .types import Record, Sheet, Step


class Outcome(NamedTuple):
    """What a commit did."""

    created: int
    updated: int
    unchanged: int
    cleared: int
    conflicts: Sequence[Problem]
    changes: bytes
    """The :class:`Change` that became of each accepted record, in their order."""


def apply_records(
    run: ImportRun, sheet: Sheet, accepted: Iterable[Record], now: dt.datetime, today: dt.date
) -> Outcome:
    """Write those of the accepted records that still hold. ``accepted`` are as staged, values plain."""
    # Hints would lock learners whom nobody named, and out of the order in which all lock them.
    plan = prepare(sheet, StoredInDatabase(lock=True), today, with_hints=False)
    fresh = {record.row: record for record in plan.records}
    conflicts: list[Conflict] = []
    created: list[Record] = []
    updated: list[Record] = []
    changes = bytearray()
    removed = 0
    for seen in accepted:
        record = holding(seen, fresh.get(seen.row))
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
    _insert(created, now)
    update_rows(
        Registration,
        (*STORED_FIELDS, "updated_at"),
        [(*record.after, now, record.registration) for record in updated],
    )
    changed = entries(run, list(_steps(created, updated)))
    write_entries(IMPORT, changed, user=run.user, user_name=run.user_name, run=run, timestamp=now)
    return Outcome(
        created=len(created),
        updated=len(updated),
        unchanged=changes.count(Change.NOTHING),
        cleared=removed,
        conflicts=as_problems(conflicts),
        changes=bytes(changes),
    )


def _insert(created: Sequence[Record], now: dt.datetime) -> None:
    insert_rows(
        Registration,
        ("learner", "qualification", *STORED_FIELDS, "created_at", "updated_at"),
        [(record.learner, record.qualification, *record.after, now, now) for record in created],
    )


def _steps(created: Sequence[Record], updated: Sequence[Record]) -> Iterator[Step]:
    """What was done, in row order, with the primary keys of the registrations just inserted."""
    keys = Registration.objects.order_by().keys_of({record[1:3] for record in created})
    for record in sorted([*created, *updated]):
        registration = record.registration or keys[record.learner, record.qualification]
        yield Step(*record[:3], registration, record.before, record.after)
