"""Records in, CSV bytes out, in a stream; and the ``ExportRun`` that every export leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from django.db.models import QuerySet

from .. import conf
from ..characters import guard
from ..databases import atomic
from ..models import ExportRun, Registration
from . import held
from .columns import ExportColumn, FileLayout, FixedLayout
from .csvfile import Cells, csv_columns
from .keys import Keys, batches
from .values import Values

COMMAND = "regcert_export"
"""How the filters of an export by command begin; a query string with names for keys follows."""

_SUSPICIOUS = frozenset("'=+-@\t\r\uff1d\uff0b\uff0d\uff20")
"""First characters of cells that may need a guard."""


def start_export(
    records: QuerySet[Any], layout: FileLayout, *, user: Any, filters: str
) -> tuple[ExportRun, Iterator[bytes]]:
    """Note who exports what, and return the note and the file's bytes.

    Records come in the order of ``records``, else in that of their creation. What is created after the
    note is not in the file, so that the note tells the truth. ``filters`` says in words or as a query string
    what ``records`` were chosen by.
    """
    keys, left_out = _keys(records, layout)
    with atomic():
        run = ExportRun.objects.create(
            user=user,
            user_name=user.get_username() if user else "",
            layout=layout.name,
            filters=filters,
            records=len(keys),
            left_out=left_out,
        )
        if records.model is Registration:
            held.keep(run, keys)
    return run, _bytes(keys, layout, records)


def export_bytes(records: QuerySet[Any], layout: FileLayout) -> Iterator[bytes]:
    """The file without a note, as tests compare it."""
    keys, _left_out = _keys(records, layout)
    return _bytes(keys, layout, records)


def _keys(records: QuerySet[Any], layout: FileLayout) -> tuple[Keys, int]:
    """The keys of what the layout can carry, and how many it cannot."""
    found = records if records.ordered else records.order_by("pk")
    keys, left_out = Keys(), 0
    for batch in batches(found.values_list("pk", *layout.known_by)):
        if not layout.known_by:
            keys.extend(chain.from_iterable(batch))
            continue
        known = [key for key, *values in batch if any(value is not None for value in values)]
        left_out += len(batch) - len(known)
        keys.extend(known)
    return keys, left_out


def _bytes(keys: Keys, layout: FileLayout, records: QuerySet[Any]) -> Iterator[bytes]:
    columns = layout.columns
    guarding = layout.name != FixedLayout.EXPORT or conf.settings.ESCAPE_FORMULAS
    return csv_columns([column.heading for column in columns], _pages(keys, columns, guarding, records))


def _pages(
    keys: Keys, columns: Sequence[ExportColumn], guarding: bool, records: QuerySet[Any]
) -> Iterator[Cells]:
    values = Values(
        records.model,
        [path for column in columns for path in column.paths],
        days={path for column in columns if column.is_day for path in column.paths},
        using=records.db,
    )
    writers = [_writer(column, guarding) for column in columns]
    for page in keys.pages():
        read = iter(values.columns(page))
        yield [
            write(*islice(read, len(column.paths))) for column, write in zip(columns, writers, strict=True)
        ]


Writer = Callable[..., Sequence[str]]


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
        return lambda values: list(map(known.__getitem__, values))
    write = column.write
    texts: Writer = (lambda *values: list(map(write, *values))) if write else _as_they_are
    return (lambda *values: _guarded(texts(*values))) if guarding else texts


def _as_they_are(values: Iterable[str | None]) -> list[str]:
    return [value or "" for value in values]


def _guarded(texts: Sequence[str]) -> list[str]:
    return [guard(text) if text[:1] in _SUSPICIOUS else text for text in texts]
