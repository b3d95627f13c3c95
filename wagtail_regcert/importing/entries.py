"""What a commit or an undo did to records in, history entries out. Reads what they are called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import attrgetter

from ..history import Entry
from ..subjects.database.base import Subject
from ..subjects.types import Record, Step


def entries(
    subject: Subject, fields: tuple[str, ...], steps: Sequence[Step], *, file_name: str | None = None
) -> Iterator[Entry]:
    """One entry for each record: each field's old and new value; of a file its name and the row."""
    nothing = ("",) * len(fields)
    # What a new record holds of fields that nobody gave.
    filled = {name: ["", value] for name, value in subject.defaults.items() if value and name not in fields}
    history_of = subject.history_changes(steps, fields)
    for step, label in zip(steps, subject.labels(steps), strict=True):
        found = {
            name: [old, new]
            for name, old, new in zip(fields, step.before or nothing, step.after or nothing, strict=True)
            if old != new
        }
        found = history_of(found)
        if step.creates:
            found = {**subject.identity_changes(step), **found, **filled}
        elif step.deletes:
            found = {**subject.identity_changes(step), **found}
        yield Entry(
            step.pk,
            label,
            {"changes": found}
            if file_name is None
            else {"file": file_name, "row": step.row, "changes": found},
            deleted=step.deletes,
        )


def steps_of(subject: Subject, created: Sequence[Record], updated: Sequence[Record]) -> Iterator[Step]:
    """What was done, in row order, with the primary keys of the records just created."""
    pks = subject.pks(created)
    for record in sorted([*created, *updated], key=attrgetter("row")):
        yield Step(record.row, record.key, record.pk or pks[record.key], record.before, record.after)
