"""Registrations in, CSV bytes out, in a stream; and the ``ExportRun`` that every export leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from django.db import connections
from django.db.models import Count, Max, Q, QuerySet

from .. import conf
from ..characters import guard
from ..models import ExportRun, Registration
from ..models.fields import PlainDate
from ..models.sets import among
from .columns import COLUMNS, ExportColumn, ExportLayout
from .csvfile import csv_bytes

COMMAND = "regcert_export"
"""How the filters of an export by command begin; a query string with names for keys follows."""

CHUNK = 2000
"""Records read at once."""

_SUSPICIOUS = frozenset("'=+-@\t\r")
"""First characters of cells that may need a guard."""


def start_export(
    registrations: QuerySet[Registration], layout: ExportLayout, *, user: Any, filters: str
) -> tuple[ExportRun, Iterator[bytes]]:
    """Note who exports what, and return the note and the file's bytes.

    What is created after the note is not in the file, so that the note tells the truth.
    ``filters`` says in words or as a query string what ``registrations`` were chosen by.
    """
    has_uln = Q(learner__uln__isnull=False)
    counts: dict[str, Any] = {"records": Count("pk"), "last": Max("pk")}
    if layout is ExportLayout.IMPORT:
        # Looks at every learner, which the other layout need not wait for.
        counts["records_with_uln"] = Count("pk", filter=has_uln)
    found = registrations.order_by().aggregate(**counts)
    records = found["records"]
    if layout is ExportLayout.IMPORT:
        registrations, records = registrations.filter(has_uln), found["records_with_uln"]
    run = ExportRun.objects.create(
        user=user,
        user_name=user.get_username() if user else "",
        layout=layout.value,
        filters=filters,
        records=records,
        left_out=found["records"] - records,
    )
    return run, export_bytes(registrations, layout, last=found["last"] or 0)


def export_bytes(
    registrations: QuerySet[Registration], layout: ExportLayout, *, last: int | None = None
) -> Iterator[bytes]:
    """Write registrations up to the primary key ``last``, in the order of their creation."""
    columns = COLUMNS[layout]
    guarding = layout is ExportLayout.IMPORT or conf.settings.ESCAPE_FORMULAS
    return csv_bytes([column.heading for column in columns], _rows(registrations, columns, guarding, last))


def _rows(
    registrations: QuerySet[Registration],
    columns: Sequence[ExportColumn],
    guarding: bool,
    last: int | None,
) -> Iterator[Sequence[str]]:
    # Column by column: a loop over cells in Python would take longer than reading them.
    writers = [_writer(column, guarding) for column in columns]
    for chunk in _chunks(registrations, columns, last):
        values = iter(zip(*chunk, strict=True))
        # The primary keys; none where all of a page has just been deleted.
        if next(values, None) is None:
            continue
        cells = [
            write(*(next(values) for _path in column.paths))
            for column, write in zip(columns, writers, strict=True)
        ]
        yield from zip(*cells, strict=True)


def _chunks(
    registrations: QuerySet[Registration], columns: Sequence[ExportColumn], last: int | None
) -> Iterator[list[tuple[Any, ...]]]:
    """Page by key: MariaDB's driver would otherwise hold the whole result."""
    found = registrations.order_by("pk")
    if last is not None:
        found = found.filter(pk__lte=last)
    vendor = connections[found.db].vendor
    # Drivers make days of texts one by one. PostgreSQL's is quicker at it than its server at writing them.
    values = [
        PlainDate(path) if column.is_day and vendor != "postgresql" else path
        for column in columns
        for path in column.paths
    ]
    if vendor == "mysql":
        # Asked for a page of the joined tables, MariaDB (10.11) begins with the smallest of them and sorts
        # all there is, for every page anew. So it is asked for keys, and then for their rows.
        rows = Registration.objects.using(found.db).order_by("pk").values_list("pk", *values)
        for keys in _pages(found.values_list("pk")):
            for chosen in among("pk", chain.from_iterable(keys), found.db):
                yield list(rows.filter(chosen))
    else:
        yield from _pages(found.values_list("pk", *values))


def _pages(rows: QuerySet[Any, tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    """Pages of rows that are in the order of their first value, the primary key."""
    page = list(rows[:CHUNK])
    while page:
        yield page
        page = list(rows.filter(pk__gt=page[-1][0])[:CHUNK]) if len(page) == CHUNK else []


Writer = Callable[..., Iterable[str]]


class _Written(dict[Any, str]):
    """Value to cell, each written once. Days of two centuries are the most that it holds."""

    def __init__(self, write: Callable[..., str]) -> None:
        super().__init__()
        self._write = write

    def __missing__(self, value: Any) -> str:
        cell = self[value] = self._write(value)
        return cell


def _writer(column: ExportColumn, guarding: bool) -> Writer:
    """A function from the columns of values to the column of cells."""
    if column.repeats and column.write:
        known = _Written(column.write)
        return lambda values: map(known.__getitem__, values)
    write = column.write
    texts: Writer = (lambda *values: map(write, *values)) if write else _as_they_are
    return (lambda *values: _guarded(texts(*values))) if guarding else texts


def _as_they_are(values: Iterable[str | None]) -> list[str]:
    return [value or "" for value in values]


def _guarded(texts: Iterable[str]) -> list[str]:
    return [guard(text) if text[:1] in _SUSPICIOUS else text for text in texts]
