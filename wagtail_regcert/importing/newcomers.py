"""What a file refers to and creates: written with the commit, taken away with its undo."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..history import IMPORT, UNDO, write_entries
from ..models import AwardingOrganisation, ImportRun, RunPiece
from ..models.sets import in_values
from ..models.writing import delete_rows
from ..subjects.database.base import Subject, keys_by_name, rows_referred_to
from ..subjects.registry import subject_of
from ..subjects.types import Record, Step
from . import staging
from .entries import entries, steps_of

KINDS = {"learners": RunPiece.Kind.NEW_LEARNERS, "qualifications": RunPiece.Kind.NEW_QUALIFICATIONS}
"""What may be created to the piece of a report that keeps it, in the order of creation."""


@dataclass(frozen=True, kw_only=True)
class Created:
    """How many were created beside the records."""

    learners: int = 0
    qualifications: int = 0
    organisations: int = 0

    def with_organisations(self, count: int) -> Created:
        """The same with more awarding organisations."""
        return replace(self, organisations=self.organisations + count)


def create(run: ImportRun, new: Mapping[str, Sequence[Record]], now: dt.datetime) -> Created:
    """Create what registrations are about to refer to, with history, and note it for an undo."""
    qualifications = subject_of("qualifications")
    organisations = note_organisations_of(
        run, qualifications, qualifications.fields, new.get("qualifications", ())
    )
    for about, kind in KINDS.items():
        records = new.get(about, ())
        if not records:
            continue
        subject = subject_of(about)
        subject.write(records, [], subject.fields, now)
        steps = list(steps_of(subject, records, []))
        changed = entries(subject, subject.fields, steps, file_name=run.file_name)
        write_entries(
            IMPORT,
            changed,
            model=subject.model,
            user=run.user,
            user_name=run.user_name,
            run=run,
            timestamp=now,
        )
        staging.save_records(run, records, kind)
    return Created(
        learners=len(new.get("learners", ())),
        qualifications=len(new.get("qualifications", ())),
        organisations=organisations,
    )


def note_organisations_of(
    run: ImportRun, subject: Subject, fields: tuple[str, ...], records: Sequence[Record]
) -> int:
    """Note for an undo which awarding organisations records are about to create; how many."""
    places = [
        fields.index(field)
        for field, model in subject.related.items()
        if model is AwardingOrganisation and field in fields
    ]
    named = {record.after[at] for record in records for at in places} - {""}
    found = sorted(named - keys_by_name(AwardingOrganisation, named).keys())
    if found:
        staging.save_names(run, RunPiece.Kind.NEW_ORGANISATIONS, found)
    return len(found)


def take_away(run: ImportRun, user: Any, now: dt.datetime) -> None:
    """Delete what the run created beside its records, unless it changed or anything refers to it by now."""
    for about, kind in KINDS.items():
        records = list(staging.load_records(run, kind=kind))
        if not records:
            continue
        subject = subject_of(about)
        found = subject.find(records, subject.fields, lock=True)
        unchanged = [
            (record, one)
            for record, one in zip(records, found, strict=True)
            if one is not None and subject.since_import(record, one, run.finished_at) is None
        ]
        referred = subject.referred_to({one.pk for _record, one in unchanged})
        steps = [
            Step(record.row, record.key, one.pk, record.after, None)
            for record, one in unchanged
            if one.pk not in referred
        ]
        # Read first: what is deleted has no name any more.
        undone = list(entries(subject, subject.fields, steps, file_name=run.file_name))
        subject.delete([step.pk for step in steps])
        write_entries(UNDO, undone, model=subject.model, user=user, run=run, timestamp=now)
    names = staging.load_names(run, RunPiece.Kind.NEW_ORGANISATIONS)
    pks = _as_created(names)
    delete_rows(AwardingOrganisation, sorted(pks - rows_referred_to(AwardingOrganisation, pks)))


def _as_created(organisations: Collection[str]) -> set[int]:
    """Primary keys of those of the awarding organisations (names) that have nothing but their name."""
    rows = AwardingOrganisation.objects.order_by().filter(**dict.fromkeys(AwardingOrganisation.DAYS))
    return {
        pk
        for chosen in in_values("name", organisations, AwardingOrganisation.objects.db)
        for pk in rows.filter(chosen).values_list("pk", flat=True)
    }
