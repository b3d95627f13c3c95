"""Files that answer an export: what of it is missing, what was not sent, and what is awaited.

Primary keys alone are kept of what a file brought, as of what an export held. They outlive the file and its
report: what is awaited is asked for as long as it is known what was sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import compress
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from .exporting import held
from .importing import staging
from .importing.types import Sheet
from .models import AnswerPiece, ExportRun, ImportRun, Registration, RunPiece
from .models.runs import ExportRunQuerySet
from .models.sets import in_chunks, in_values
from .models.writing import insert_rows
from .subjects.registry import other_tables

SENT, NOT_SENT = 0, 1
"""What the byte of a record says."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a file brought of an export."""

    brought: Sequence[int]
    """Primary keys of the registrations that its records are about, in their order."""
    kinds: bytes
    """Of each record whether it was sent."""
    missing: int
    """How many registrations were sent and are not in the file."""

    @property
    def extra(self) -> int:
        return self.kinds.count(NOT_SENT)


def that_can_be_answered(exports: ExportRunQuerySet) -> ExportRunQuerySet:
    """Those of the exports that are of registrations, and of which it is known which."""
    return of_registrations(exports).unexpired()


def of_registrations(exports: ExportRunQuerySet) -> ExportRunQuerySet:
    """Those of the exports that are not of another table."""
    return exports.exclude(layout__in=other_tables())


def is_of_another_table(export: ExportRun) -> bool:
    """Whether an export is of learners, qualifications or the like."""
    return export.layout in other_tables()


def compare(export: ExportRun, stored: Iterable[int | None]) -> Answer:
    """Hold what the records of a file are about against what an export held."""
    sent = set(held.load(export))
    stored = list(stored)
    brought = {key for key in stored if key is not None}
    return Answer(
        brought=sorted(brought),
        kinds=bytes(SENT if key in sent else NOT_SENT for key in stored),
        missing=with_keys(Registration.objects.all(), sent - brought).count(),
    )


def keep(run: ImportRun, answer: Answer) -> None:
    """Keep what a file brought, with its report."""
    staging.save_kinds(run, RunPiece.Kind.NOT_SENT, answer.kinds)
    pieces = in_chunks(answer.brought, held.PIECE)
    rows = [(run.pk, number, held.packed(piece)) for number, piece in enumerate(pieces)]
    insert_rows(AnswerPiece, ("run", "number", "keys"), rows)


def missing(run: ImportRun) -> QuerySet[Registration]:
    """The registrations that were sent and are not in the run's file."""
    if run.answers is None:
        return Registration.objects.none()
    return _without(run.answers, ImportRun.objects.filter(pk=run.pk), Registration.objects.all())


def extra_rows(run: ImportRun, sheet: Sheet) -> list[int]:
    """The row numbers of the records of the run's file that are about nothing that was sent."""
    kinds = staging.load_kinds(run, RunPiece.Kind.NOT_SENT)
    return list(compress(sheet.numbers, kinds))


def awaited(export: ExportRun, registrations: QuerySet[Registration]) -> QuerySet[Registration]:
    """Those of the registrations that were sent and that no committed answer brought."""
    return _without(export, ImportRun.objects.committed().filter(answers=export), registrations)


def _without(
    export: ExportRun, runs: QuerySet[ImportRun], registrations: QuerySet[Registration]
) -> QuerySet[Registration]:
    return with_keys(registrations, set(held.load(export)).difference(_brought(runs)))


def _brought(runs: QuerySet[ImportRun]) -> Iterator[int]:
    pieces = AnswerPiece.objects.filter(run__in=runs.order_by().values("pk"))
    for data in pieces.values_list("keys", flat=True).iterator():
        yield from held.unpacked(bytes(data))


def with_keys(registrations: QuerySet[Registration], keys: Iterable[int]) -> QuerySet[Registration]:
    """Those of the registrations that have one of these primary keys."""
    conditions: list[Any] = [Q(condition) for condition in in_values("pk", keys, registrations.db)]
    return registrations.filter(reduce(or_, conditions)) if conditions else registrations.none()


def purge() -> None:
    """Forget what files brought whose export is forgotten or gone."""
    known = ExportRun.objects.unexpired()
    AnswerPiece.objects.exclude(run__answers__in=known.values("pk")).delete()
