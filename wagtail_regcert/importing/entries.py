"""What a commit or an undo did to records in, history entries out. Reads what they are called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..history import Entry
from ..models import ImportRun
from ..subjects.database.base import Subject
from ..subjects.types import Step


def entries(
    run: ImportRun, subject: Subject, fields: tuple[str, ...], steps: Sequence[Step]
) -> Iterator[Entry]:
    """One entry for each record: file, row, and each field's old and new value."""
    nothing = ("",) * len(fields)
    history_of = subject.history_changes(steps, fields)
    for step, label in zip(steps, subject.labels(steps), strict=True):
        found = {
            name: [old, new]
            for name, old, new in zip(fields, step.before or nothing, step.after or nothing, strict=True)
            if old != new
        }
        found = history_of(found)
        if step.creates or step.deletes:
            found = {**subject.identity_changes(step), **found}
        yield Entry(
            step.pk,
            label,
            {"file": run.file_name, "row": step.row, "changes": found},
            deleted=step.deletes,
        )
