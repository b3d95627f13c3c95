"""A run as plain data: what ``regcert_import --json`` prints and ``import_status`` answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..messages import message, note_message, sentence
from ..models import ImportRun, RunPiece
from ..problems import Note, Problem
from . import staging
from .pipeline import Refused
from .run_layout import layout_of
from .runs import errors_with_conflicts

COUNTS = (
    "rows",
    "accepted",
    "created",
    "updated",
    "unchanged",
    "rejected",
    "cleared",
    "conflicts",
)


BESIDE = ("created_learners", "created_qualifications", "created_organisations")
"""What a file of registrations may create beside them, by its layout."""


def refusal(refused: Refused) -> dict[str, Any]:
    """A file that was refused as a whole."""
    fault = refused.fault
    return {
        "fatal": {"code": fault.code.value, "message": sentence(fault.code, fault.facts)},
        **dict.fromkeys(COUNTS, 0),
        "notes": [],
        "warnings": [],
        "errors": [],
        "encoding": refused.encoding,
        "committed": False,
        "answers": None,
        "run": None,
    }


def summary(run: ImportRun) -> dict[str, Any]:
    """A run without its errors and warnings."""
    return {
        "fatal": None,
        **{name: getattr(run, name) for name in COUNTS},
        **({name: getattr(run, name) for name in BESIDE} if layout_of(run).creates else {}),
        "notes": [] if run.has_expired else list(map(_plain_note, staging.load_notes(run))),
        "encoding": run.encoding,
        "committed": run.state == ImportRun.State.COMMITTED,
        "answers": _answers(run),
        "run": str(run.pk),
    }


def _answers(run: ImportRun) -> dict[str, int] | None:
    """What is missing of the export that the file answers, and what is in the file beside."""
    if run.answers_id is None:
        return None
    return {"export": run.answers_id, "missing": run.missing, "extra": run.extra}


def result(run: ImportRun) -> dict[str, Any]:
    """A run with all its errors, conflicts and warnings."""
    return {
        **summary(run),
        "warnings": list(_plain(staging.load_problems(run, RunPiece.Kind.WARNINGS))),
        "errors": list(_plain(errors_with_conflicts(run))),
    }


def _plain_note(note: Note) -> dict[str, Any]:
    return {
        "code": note.code.value,
        "column": note.column,
        "count": note.count,
        "message": note_message(note),
    }


def _plain(problems: Iterator[Problem]) -> Iterator[dict[str, Any]]:
    for problem in problems:
        yield {
            "row": problem.row,
            "column": problem.column,
            "value": problem.value,
            "code": problem.code.value,
            "message": message(problem),
        }
