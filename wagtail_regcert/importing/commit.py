"""Accepted records in; registrations, their history and a list of conflicts out.

Plans again under lock and applies only what was accepted and has not changed. Must run inside a
transaction that began with a write.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..history import IMPORT, Entry, write_entries
from ..layouts import STORED_FIELDS
from ..models import ImportRun, Learner, Qualification, Registration
from ..models.sets import insert_rows, sets_of, update_rows
from ..problems import ROW, Code, Problem
from .pipeline import prepare
from .plan import cleared
from .staging import as_plain
from .stored import StoredInDatabase
from .types import Record, Sheet


class Outcome(NamedTuple):
    """What a commit did."""

    created: int
    updated: int
    unchanged: int
    cleared: int
    conflicts: Sequence[Problem]


def apply_records(
    run: ImportRun, sheet: Sheet, accepted: Iterable[Record], now: dt.datetime, today: dt.date
) -> Outcome:
    """Write those of the accepted records that still hold. ``accepted`` are as staged, values plain."""
    plan = prepare(sheet, StoredInDatabase(lock=True), today)
    fresh = {record.row: record for record in plan.records}
    conflicts: list[Problem] = []
    created: list[Record] = []
    updated: list[Record] = []
    unchanged = removed = 0
    for seen in accepted:
        record = fresh.get(seen.row)
        facts = _conflict(seen, record)
        if record is None or facts:
            conflicts.append(Problem(seen.row, ROW, "", Code.CHANGED_SINCE_VALIDATION, facts))
            continue
        removed += cleared(record)
        if record.is_created:
            created.append(record)
        elif record.is_unchanged:
            unchanged += 1
        else:
            updated.append(record)
    _insert(created, now)
    update_rows(
        Registration,
        (*STORED_FIELDS, "updated_at"),
        [(*record.after, now, record.registration) for record in updated],
    )
    entries = _entries(run, sorted([*created, *updated]), _keys(created))
    write_entries(IMPORT, entries, user=run.user, user_name=run.user_name, run=run, timestamp=now)
    return Outcome(len(created), len(updated), unchanged, removed, conflicts)


def _conflict(seen: Record, record: Record | None) -> Mapping[str, str]:
    """Why a record does not hold any more; nothing when it does."""
    if record is None or record[1:3] != seen[1:3]:
        return {"reason": "invalid"}
    before = None if record.before is None else as_plain(record.before)
    if before == seen.before:
        return {}
    if seen.before is None:
        return {"reason": "created"}
    return {"reason": "changed" if before is not None else "deleted"}


def _insert(created: Sequence[Record], now: dt.datetime) -> None:
    insert_rows(
        Registration,
        ("learner", "qualification", *STORED_FIELDS, "created_at", "updated_at"),
        [(record.learner, record.qualification, *record.after, now, now) for record in created],
    )


def _keys(created: Sequence[Record]) -> Mapping[tuple[int, int], Any]:
    """Primary keys of the registrations just inserted."""
    return Registration.objects.stored_values({record.learner for record in created})


def _entries(
    run: ImportRun, records: Sequence[Record], keys: Mapping[tuple[int, int], Any]
) -> Iterator[Entry]:
    learners = _names(Learner, {record.learner for record in records})
    qualifications = _names(Qualification, {record.qualification for record in records})
    for record in records:
        registration = record.registration or keys[record.learner, record.qualification][0]
        label = f"{learners[record.learner]} – {qualifications[record.qualification]}"
        before = as_plain(record.before) if record.before else ("",) * len(STORED_FIELDS)
        found = {
            name: [old, new]
            for name, old, new in zip(STORED_FIELDS, before, as_plain(record.after), strict=True)
            if old != new
        }
        if record.is_created:
            found = {
                "learner": ["", str(record.learner)],
                "qualification": ["", str(record.qualification)],
            } | found
        yield Entry(registration, label, {"file": run.file_name, "row": record.row, "changes": found})


def _names(model: Any, keys: set[int]) -> dict[int, str]:
    """Primary key to what the object is called."""
    return {
        instance.pk: str(instance)
        for chosen in sets_of(keys, model.objects.db)
        for instance in model.objects.filter(pk__in=chosen)
    }
