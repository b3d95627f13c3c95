"""Entries of a run's report as templates show them: with names, headings and values as files write them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import ngettext

from ..importing import runs, staging
from ..importing.run_layout import columns_of, fields_of
from ..layouts import Column
from ..messages import left_alone, message, note_message
from ..models import ImportRun
from ..permissions import visible_imports
from ..problems import NoteCode, Problem
from ..subjects.database.base import Subject
from ..subjects.registry import subject_of
from ..subjects.types import Left, Record, Step, Values
from ..tables import PER_PAGE, ConflictsTable, LeftTable
from .base import record_url

NOTE_STATUS = {NoteCode.GUESSED_ENCODING: "info"}
"""How urgent a note looks; the others warn."""


BEFORE_UPLOAD = (NoteCode.IMPORTED_BEFORE, NoteCode.NEW_ORGANISATIONS)
"""Notes that ask for a decision; the result says what came of it."""


def shown_notes(run: ImportRun, user: Any) -> list[dict[str, Any]]:
    """Notes on a run's file; with the address of an earlier import that one names, if the user may see it."""
    decided = run.state == ImportRun.State.COMMITTED
    notes = [note for note in staging.load_notes(run) if not (decided and note.code in BEFORE_UPLOAD)]
    earlier = [note.facts["run"] for note in notes if "run" in note.facts]
    visible = visible_imports(user).filter(pk__in=earlier).values_list("pk", flat=True)
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


def changed_fields(
    columns: Sequence[Column], before: Values | None, after: Values | None
) -> Iterator[dict[str, Any]]:
    """The columns whose values differ; values are plain, ``None`` stands for "no record"."""
    nothing = ("",) * len(columns)
    for column, old, new in zip(columns, before or nothing, after or nothing, strict=True):
        if old != new:
            yield {
                "heading": column.heading,
                "old": column.kind.from_plain(old),
                "new": column.kind.from_plain(new),
                "cleared": bool(old and not new),
            }


def shown_records(run: ImportRun, records: Sequence[Record]) -> list[dict[str, Any]]:
    """What an import changes, field by field."""
    columns = columns_of(run)
    return [
        {
            "row": record.row,
            "names": list(names.values()),
            "creates": record.is_created,
            "fields": list(changed_fields(columns, record.before, record.after)),
        }
        for names, record in zip(_names(run, records), records, strict=True)
    ]


def shown_steps(run: ImportRun, steps: Sequence[Step]) -> list[dict[str, Any]]:
    """What an undo does, field by field."""
    columns = columns_of(run)
    return [
        {
            "row": step.row,
            "names": list(names.values()),
            "deletes": step.deletes,
            "fields": list(changed_fields(columns, step.before, step.after)),
        }
        for names, step in zip(_names(run, steps), steps, strict=True)
    ]


def _names(run: ImportRun, entries: Sequence[Record | Step | Left]) -> list[dict[str, Any]]:
    return subject_of(run.about).names(entries, fields_of(run))


def created_beside(run: ImportRun) -> str:
    """What a run creates, or has created, beside what it is about; mostly nothing."""
    organisations = run.created_organisations
    parts = [
        subject_of(about).counted(count)
        for about, count in (
            ("learners", run.created_learners),
            ("qualifications", run.created_qualifications),
        )
        if count
    ]
    if organisations:
        text = ngettext("%(count)d awarding organisation", "%(count)d awarding organisations", organisations)
        parts.append(text % {"count": organisations})
    return ", ".join(parts)


def left_table(run: ImportRun, left: Sequence[Left]) -> LeftTable:
    """What an undo leaves alone, and why."""
    rows = [
        {"row": one.row, **names, "reason": left_alone(one.reason)}
        for names, one in zip(_names(run, left), left, strict=True)
    ]
    return LeftTable(rows, names=subject_of(run.about).name_headings)


def conflicts_table(
    run: ImportRun, conflicts: Sequence[Problem], records: Sequence[Record]
) -> ConflictsTable:
    """What a commit did not apply, and why; with the address of the record, where there is one."""
    subject = subject_of(run.about)
    stored = subject.keys_now([record.key for record in records if record.pk is None])
    rows = []
    for names, record, conflict in zip(_names(run, records), records, conflicts, strict=True):
        key = stored.get(record.key) if record.pk is None else record.pk
        url = record_url(subject.model, key) if key else ""
        rows.append({"row": record.row, **names, "url": url, "message": message(conflict)})
    return ConflictsTable(rows, names=subject.name_headings)


def undo_context(run: ImportRun, subject: Subject) -> dict[str, Any]:
    """What the result of a run says about its undo. Of what was left alone the first few only."""
    kept = run.undo_state == ImportRun.Undo.DONE and not run.has_expired
    left = list(staging.load_left(run, 0, PER_PAGE)) if kept else []
    return {
        "may_undo": runs.can_undo(run),
        "left": left_table(run, left) if left else None,
        "restored": subject.counted(run.undo_restored),
        "deleted": subject.counted(run.undo_deleted),
        "left_count": subject.counted(run.undo_left),
    }
