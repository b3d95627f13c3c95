"""Sheet in, columns of plain values out. Touches nothing.

Works column by column: the same text in a column is cleaned and parsed once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import compress, count

from ..cells import plain, read_cell
from ..characters import clean, is_clean
from ..layouts import Column, Layout, fold_heading
from ..problems import CellError, Code
from ..subjects.types import BadCell, Given
from .types import Sheet

LEAST_SEPARATORS = 2
"""A line of a cell with fewer is no row: three columns are mandatory."""


def parse(sheet: Sheet) -> Given:
    """Clean and check every cell; values are plain, dates ISO and blanks ``""``."""
    bad: dict[int, dict[int, BadCell]] = {}
    raw = list(zip(*sheet.rows[:], strict=True)) or [()] * sheet.layout.width
    layout, places = _read_columns(sheet.layout)
    columns: list[Sequence[str | None]] = []
    for position, (column, place) in enumerate(zip(layout.columns, places, strict=True)):
        if place is None:
            columns.append([column.constant] * len(sheet.numbers))
            continue
        columns.append(_parse_column(raw[place], column, position, bad, sheet.separator))
        for index in sheet.no_value.get(place, ()):
            error = CellError(Code.BAD_CHARACTER, {"reason": "no_value"})
            bad.setdefault(index, {})[position] = BadCell("", error)
    unreadable = {index: CellError(Code.TOO_MANY_CELLS, row.facts) for index, row in sheet.long.items()}
    unreadable.update(dict.fromkeys(_repeated_headings(sheet, layout, bad), CellError(Code.REPEATED_HEADING)))
    return Given(
        layout=layout,
        numbers=sheet.numbers,
        columns=columns,
        bad=bad,
        unreadable=unreadable,
        short=sheet.short,
        damaged={
            position: damage
            for position, place in enumerate(places)
            if place is not None and (damage := sheet.damaged.get(place))
        },
    )


def _read_columns(layout: Layout) -> tuple[Layout, Sequence[int | None]]:
    """The columns that fill a field, and where each stands in the file; ``None`` for a constant."""
    if not layout.is_sites:
        return layout, range(layout.width)
    places = {column.heading: place for place, column in enumerate(layout.in_file)}
    read = layout.of(column for column in layout.columns if column.field)
    return read, [None if column.constant is not None else places[column.heading] for column in read.columns]


def _repeated_headings(
    sheet: Sheet, layout: Layout, bad: Mapping[int, Mapping[int, BadCell]]
) -> Sequence[int]:
    """Indexes of rows that are the headings again."""
    at = next((at for at, one in enumerate(layout.columns) if one.heading and one.kind.name != "text"), None)
    if at is None:
        texts = {index: row[0] for index, row in enumerate(sheet.rows[:])}
    else:
        # No heading is a status, a day or the like, so that their cell is bad.
        texts = {index: cells[at].text for index, cells in bad.items() if at in cells}
    heading = fold_heading(sheet.layout.headings[0] if at is None else layout.columns[at].heading)
    headings = {text for text in set(texts.values()) if fold_heading(text) == heading}
    likely = (index for index, text in texts.items() if text in headings) if headings else ()
    return [index for index in likely if sheet.layout.is_header(sheet.cells(index))]


def _parse_column(
    cells: Sequence[str],
    column: Column,
    position: int,
    bad: dict[int, dict[int, BadCell]],
    separator: str,
) -> Sequence[str | None]:
    wrong: dict[str, BadCell] = {}
    values: dict[str, str | None] = {}
    for cell in column.kind.to_read(set(cells)):
        value: str | BadCell | None = _parse_cell(cell, column, separator)
        if isinstance(value, BadCell):
            wrong[cell], value = value, ""
        elif not value and column.keeps_if_blank:
            value = None
        if value != cell:
            values[cell] = value
    if wrong:
        for index in compress(count(), map(wrong.__contains__, cells)):
            bad.setdefault(index, {})[position] = wrong[cells[index]]
    return list(map(values.get, cells, cells)) if values else cells


def _parse_cell(raw: str, column: Column, separator: str) -> str | BadCell:
    """One raw cell in; its value, or what is wrong with it, out."""
    if is_clean(raw):
        text, value = raw, column.kind.parse(raw)
    else:
        text = clean(raw)
        value = read_cell(text, column.kind) if text else ""
    if type(value) is str:
        # A cell that is not blank may stand for no value.
        is_missing = not value and column.required and not column.may_stay_blank
        return BadCell(text, CellError(Code.REQUIRED)) if is_missing else value
    if not isinstance(value, CellError):
        return plain(value)
    if value.code == Code.BAD_CHARACTER and (rows := _rows_swallowed(text, separator)):
        value = CellError(value.code, {**value.facts, "rows": rows})
    return BadCell(text, value)


def _rows_swallowed(text: str, separator: str) -> int:
    """Count the rows that a quotation mark at the beginning of a cell has made a part of it."""
    _own, *rest = re.split(r"\r\n?|\n", text)
    return sum(line.count(separator) >= LEAST_SEPARATORS for line in rest)
