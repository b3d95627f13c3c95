"""Entries of a run's report as templates show them: with names, headings and values as files write them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.urls import reverse

from ..importing import runs, staging
from ..layouts import STORED_COLUMNS
from ..messages import left_alone, message, note_message
from ..models import ImportRun, Learner, Qualification, Registration
from ..problems import NoteCode, Problem
from ..subjects.types import Left, Record, Step, Values
from ..tables import PER_PAGE, LeftTable
from .base import registration_url

NOTE_STATUS = {NoteCode.GUESSED_ENCODING: "info"}
"""How urgent a note looks; the others warn."""


def shown_notes(run: ImportRun, user: Any) -> list[dict[str, Any]]:
    """Notes on a run's file; with the address of an earlier import that one names, if the user may see it."""
    notes = staging.load_notes(run)
    earlier = [note.facts["run"] for note in notes if "run" in note.facts]
    visible = ImportRun.objects.visible_to(user).filter(pk__in=earlier).values_list("pk", flat=True)
    urls = (
        {str(key): reverse("wagtail_regcert:import_report", args=[key]) for key in visible} if earlier else {}
    )
    return [
        {
            "message": note_message(note),
            "status": NOTE_STATUS.get(note.code, "warning"),
            "url": urls.get(note.facts.get("run", "")),
        }
        for note in notes
    ]


def changed_fields(before: Values | None, after: Values | None) -> Iterator[dict[str, Any]]:
    """The columns whose values differ; values are plain, ``None`` stands for "no registration"."""
    nothing = ("",) * len(STORED_COLUMNS)
    for column, old, new in zip(STORED_COLUMNS, before or nothing, after or nothing, strict=True):
        if old != new:
            yield {
                "heading": column.heading,
                "old": column.kind.from_plain(old),
                "new": column.kind.from_plain(new),
                "cleared": bool(old and not new),
            }


def shown_records(records: Sequence[Record]) -> list[dict[str, Any]]:
    """What an import changes, field by field."""
    return [
        {
            **entry,
            "creates": record.is_created,
            "fields": list(changed_fields(record.before, record.after)),
        }
        for entry, record in zip(_named(records), records, strict=True)
    ]


def shown_steps(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """What an undo does, field by field."""
    return [
        {**entry, "deletes": step.deletes, "fields": list(changed_fields(step.before, step.after))}
        for entry, step in zip(_named(steps), steps, strict=True)
    ]


def shown_left(left: Sequence[Left]) -> list[dict[str, Any]]:
    """What an undo leaves alone, and why."""
    return [
        {**entry, "reason": left_alone(one.reason)} for entry, one in zip(_named(left), left, strict=True)
    ]


def shown_conflicts(conflicts: Sequence[Problem], records: Sequence[Record]) -> list[dict[str, Any]]:
    """What a commit did not apply, and why; with the address of the registration, where there is one."""
    pairs: Any = {record.key for record in records}
    stored: Any = Registration.objects.keys_of(pairs)
    found = []
    for entry, record, conflict in zip(_named(records), records, conflicts, strict=True):
        key = stored.get(record.key)
        found.append({**entry, "url": registration_url(key) if key else "", "message": message(conflict)})
    return found


def undo_context(run: ImportRun) -> dict[str, Any]:
    """What the result of a run says about its undo. Of what was left alone the first few only."""
    kept = run.undo_state == ImportRun.Undo.DONE and not run.has_expired
    left = shown_left(list(staging.load_left(run, 0, PER_PAGE))) if kept else []
    return {
        "may_undo": runs.can_undo(run),
        "left": LeftTable(left) if left else None,
    }


def _named(entries: Sequence[Record | Step | Left]) -> Iterator[dict[str, Any]]:
    pairs: Any = [entry.key for entry in entries]
    learners = Learner.objects.in_bulk([learner for learner, _qualification in pairs])
    qualifications = Qualification.objects.in_bulk([qualification for _learner, qualification in pairs])
    for entry, (learner, qualification) in zip(entries, pairs, strict=True):
        yield {
            "row": entry.row,
            "learner": learners.get(learner, ""),
            "qualification": qualifications.get(qualification, ""),
        }
