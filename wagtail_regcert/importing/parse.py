"""Sheet in, columns of plain values out. Touches nothing.

Works column by column: the same text in a column is cleaned and parsed once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ..cells import plain, read_cell
from ..characters import clean, is_clean
from ..layouts import Column, Layout, fold_heading
from ..problems import CellError, Code
from .types import BadCell, Parsed, Sheet

LEAST_SEPARATORS = 2
"""A line of a cell with fewer is no row: three columns are mandatory."""


def parse(sheet: Sheet, layout: Layout) -> Parsed:
    """Clean and check every cell; values are plain, dates ISO and blanks ``""``."""
    bad: dict[int, dict[int, BadCell]] = {}
    raw = list(zip(*sheet.rows[:], strict=True)) or [()] * layout.width
    columns = [
        _parse_column(cells, column, position, bad, sheet.separator)
        for position, (cells, column) in enumerate(zip(raw, layout.columns, strict=True))
    ]
    return Parsed(columns=columns, bad=bad, repeated=_repeated_headings(sheet, layout, bad))


def _repeated_headings(
    sheet: Sheet, layout: Layout, bad: Mapping[int, Mapping[int, BadCell]]
) -> frozenset[int]:
    """Indexes of rows that are the headings again. No heading is a status, so that their cell is bad."""
    at = next(position for position, column in enumerate(layout.columns) if column.field == "status")
    heading = fold_heading(layout.headings[at])
    texts = {cells[at].text for cells in bad.values() if at in cells}
    headings = {text for text in texts if fold_heading(text) == heading}
    likely = (
        index for index, cells in bad.items() if headings and at in cells and cells[at].text in headings
    )
    return frozenset(index for index in likely if layout.is_header(sheet.cells(index)))


def _parse_column(
    cells: Sequence[str],
    column: Column,
    position: int,
    bad: dict[int, dict[int, BadCell]],
    separator: str,
) -> Sequence[str]:
    wrong: dict[str, BadCell] = {}
    values: dict[str, str] = {}
    for cell in column.kind.to_read(set(cells)):
        value = _parse_cell(cell, column, separator)
        if isinstance(value, BadCell):
            wrong[cell], value = value, ""
        if value != cell:
            values[cell] = value
    if wrong:
        for index, cell in enumerate(cells):
            if cell in wrong:
                bad.setdefault(index, {})[position] = wrong[cell]
    return list(map(values.get, cells, cells)) if values else cells


def _parse_cell(raw: str, column: Column, separator: str) -> str | BadCell:
    """One raw cell in; its value, or what is wrong with it, out."""
    if is_clean(raw):
        text, value = raw, column.kind.parse(raw)
    else:
        text = clean(raw)
        if not text:
            return BadCell("", CellError(Code.REQUIRED)) if column.required else ""
        value = read_cell(text, column.kind)
    if type(value) is str:
        return value
    if not isinstance(value, CellError):
        return plain(value)
    if value.code == Code.BAD_CHARACTER and (rows := _rows_swallowed(text, separator)):
        value = CellError(value.code, {**value.facts, "rows": rows})
    return BadCell(text, value)


def _rows_swallowed(text: str, separator: str) -> int:
    """Count the rows that a quotation mark at the beginning of a cell has made a part of it."""
    _own, *rest = re.split(r"\r\n?|\n", text)
    return sum(line.count(separator) >= LEAST_SEPARATORS for line in rest)
