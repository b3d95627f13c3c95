"""What a commit or an undo did to registrations in, history entries out. Reads what they are called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..history import Entry
from ..layouts import STORED_FIELDS
from ..models import ImportRun, Learner, Qualification
from ..models.sets import names_of
from ..transactions import OvertakenError
from .types import BLANK, Step


def entries(run: ImportRun, steps: Sequence[Step]) -> Iterator[Entry]:
    """One entry for each registration: file, row, and each field's old and new value."""
    learners = names_of(Learner, {step.learner for step in steps})
    qualifications = names_of(Qualification, {step.qualification for step in steps})
    if missing := {step.qualification for step in steps} - qualifications.keys():
        # PostgreSQL would find it out only at the end. Learners are locked, and are there.
        raise OvertakenError(f"Qualifications deleted meanwhile: {sorted(missing)}")
    for step in steps:
        found = {
            name: [old, new]
            for name, old, new in zip(STORED_FIELDS, step.before or BLANK, step.after or BLANK, strict=True)
            if old != new
        }
        if step.creates or step.deletes:
            learner, qualification = str(step.learner), str(step.qualification)
            found = {
                "learner": ["", learner] if step.creates else [learner, ""],
                "qualification": ["", qualification] if step.creates else [qualification, ""],
            } | found
        yield Entry(
            step.registration,
            f"{learners[step.learner]} – {qualifications[step.qualification]}",
            {"file": run.file_name, "row": step.row, "changes": found},
            deleted=step.deletes,
        )
