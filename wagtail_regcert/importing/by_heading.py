"""Rows of a file that others write in, sheet out: its headings are found wherever they stand. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import tablib

from ..cells import day_form
from ..characters import clean
from ..damage import Damage
from ..date_forms import writer
from ..layouts import ROW_IN_FILE, Column, Layout, fold_heading, unread_heading
from ..problems import Facts, Fault, FileFault, shown
from .numbers import Cell, TypedCell, TypedKind
from .rows import is_blank, shifted, without
from .types import LongRow, Sheet

HEADER_ROWS = 50
"""Among so many first rows of a file its headings are looked for."""


@dataclass(frozen=True, kw_only=True)
class Header:
    """Where the headings stand, and what is under each."""

    index: int
    """Of the row, among those that were looked at."""
    layout: Layout
    """Of the columns that the file has, in the layout's order, and of constants."""
    positions: tuple[int, ...]
    """Where each of those columns of the file stands."""
    unread: Mapping[int, str]
    """Position to heading of what we have added to such a file ourselves."""
    others: Mapping[int, str]
    """Position to heading of what the layout does not name; ``""`` for a blank one."""
    width: int


def find_header(rows: Iterable[Sequence[str]], layout: Layout) -> Header | Facts:
    """The first row with all the headings that must be there; else what the nearest one is missing."""
    wanted = {fold_heading(column.heading): column for column in layout.columns if column.heading}
    needed = {heading for heading, column in wanted.items() if not column.is_optional}
    nearest: set[str] | None = None
    for index, row in enumerate(rows):
        # Any row may have two million cells: what is there once is folded once.
        folded = list(map({cell: fold_heading(cell) for cell in set(row)}.__getitem__, row))
        found = wanted.keys() & set(folded)
        if found and needed <= found:
            repeated = next((one for one, times in Counter(folded).items() if one and times > 1), None)
            if repeated is not None:
                at = folded.index(repeated)
                return {"reason": "repeated", "index": index, "heading": shown(clean(row[at]))}
            return _header(index, row, folded, wanted, layout)
        if nearest is None or len(needed & found) > len(needed & nearest):
            nearest = found
    missing = needed - (nearest or set())
    return {
        "reason": "layout",
        "missing": [column.heading for heading, column in wanted.items() if heading in missing],
        "rows": HEADER_ROWS,
    }


def _header(
    index: int, row: Sequence[str], folded: Sequence[str], wanted: Mapping[str, Column], layout: Layout
) -> Header:
    there = [(column, folded.index(heading)) for heading, column in wanted.items() if heading in folded]
    constants = [column for column in layout.columns if column.constant is not None]
    unread = {at: heading for at, cell in enumerate(row) if (heading := unread_heading(cell))}
    named = {position for _column, position in there} | unread.keys()
    return Header(
        index=index,
        layout=layout.of([*(column for column, _position in there), *constants]),
        positions=tuple(position for _column, position in there),
        unread=unread,
        others={at: clean(cell) for at, cell in enumerate(row) if at not in named},
        width=len(row),
    )


def plain_rows(
    cells: Sequence[Sequence[Cell]],
) -> tuple[list[list[str]], list[int], dict[tuple[int, int], TypedCell]]:
    """The rows of a workbook that are not blank, as texts, which they are, and what is no plain text."""
    typed = {
        (number, position): cell
        for number, row in enumerate(cells, start=1)
        for position, cell in enumerate(row)
        if type(cell) is not str and isinstance(cell, TypedCell)
    }
    having_typed = {number for number, _position in typed}
    rows: list[list[str]] = []
    numbers = []
    for number, row in enumerate(cells, start=1):
        texts: Any = row
        if number in having_typed:
            texts = [cell.text if isinstance(cell, TypedCell) else cell for cell in row]
        if number in having_typed or not is_blank(texts):
            rows.append(texts)
            numbers.append(number)
    return rows, numbers, typed


def arrange(
    rows: list[list[str]],
    numbers: Sequence[int],
    layout: Layout,
    *,
    separator: str,
    encoding: str,
    hidden: frozenset[int] = frozenset(),
    typed: Mapping[tuple[int, int], TypedCell] | None = None,
) -> Sheet | FileFault:
    """Put the columns of a file in the order of its layout.

    ``rows`` are those that are not blank, ``numbers`` which they are in the file. Of a workbook ``hidden``
    has the numbers of rows that are not shown, ``typed`` row number and position to what is no plain text.
    """
    header = find_header(rows[: sum(number <= HEADER_ROWS for number in numbers)], layout)
    if not isinstance(header, Header):
        number = numbers[header["index"]] if "index" in header else 0
        return FileFault(Fault.BAD_HEADER, {**header, "row": number})
    rows, numbers = rows[header.index + 1 :], numbers[header.index + 1 :]
    if header.unread:
        kept = [index for index, row in enumerate(rows) if not is_blank(without(row, header.unread))]
        rows, numbers = [rows[index] for index in kept], [numbers[index] for index in kept]
    if not rows:
        return FileFault(Fault.NO_RECORDS)
    last = max(header.positions)
    short: set[int] = set()
    long: dict[int, LongRow] = {}
    found: list[list[str]] = []
    for index, row in enumerate(rows):
        if len(row) <= last:
            # A workbook does not say where a row ends.
            if typed is None:
                short.add(index)
            row = row + [""] * (last + 1 - len(row))
        found.append([row[position] for position in header.positions])
        if wrong := shifted(row, header.unread) if header.unread else None:
            long[index] = LongRow([*found[-1], wrong], {"unread": ROW_IN_FILE, "text": shown(wrong)})
        elif len(row) > header.width and typed is None:
            long[index] = LongRow([*found[-1], *row[header.width :]], {"cells": len(row)})
    damaged, no_value = _write_typed(typed or {}, found, numbers, header)
    return Sheet(
        layout=header.layout,
        rows=tablib.Dataset(*found, headers=header.layout.headings),
        numbers=numbers,
        short=frozenset(short),
        long=long,
        separator=separator,
        encoding=encoding,
        ignored=_ignored(rows, header),
        hidden=sum(number in hidden for number in numbers) if hidden else 0,
        damaged=damaged,
        no_value=no_value,
    )


def _write_typed(
    typed: Mapping[tuple[int, int], TypedCell], rows: list[list[str]], numbers: Sequence[int], header: Header
) -> tuple[dict[int, dict[int, Damage]], dict[int, set[int]]]:
    """Write days as their columns have them; say which cells are damaged, and which have no value."""
    damaged: dict[int, dict[int, Damage]] = {}
    no_value: dict[int, set[int]] = {}
    indexes = {number: index for index, number in enumerate(numbers)} if typed else {}
    places = {position: place for place, position in enumerate(header.positions)}
    for (number, position), cell in typed.items():
        index, place = indexes.get(number), places.get(position)
        if index is None or place is None:
            continue
        form = day_form(header.layout.columns[place].kind)
        if cell.kind is TypedKind.NO_VALUE:
            no_value.setdefault(place, set()).add(index)
        elif cell.kind is TypedKind.LONG_NUMBER:
            damaged.setdefault(place, {})[index] = Damage.NUMBER
        elif form is not None:
            if cell.day is not None:
                rows[index][place] = writer(form)(cell.day)
        else:
            damaged.setdefault(place, {})[index] = Damage.DATE
    return damaged, no_value


def _ignored(rows: Sequence[Sequence[str]], header: Header) -> dict[str, int]:
    """Heading that the layout does not name to how many records have something there."""
    found: dict[str, set[int]] = {}
    for position, heading in header.others.items():
        cells: Any = [row[position] if position < len(row) else "" for row in rows]
        blank = {cell for cell in set(cells) if not clean(cell)}
        filled = {index for index, cell in enumerate(cells) if cell not in blank}
        if filled:
            found.setdefault(heading, set()).update(filled)
    return {heading: len(indexes) for heading, indexes in found.items()}
