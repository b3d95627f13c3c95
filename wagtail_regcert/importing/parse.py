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
from ..subjects.types import BadCell, Given
from .types import Sheet

LEAST_SEPARATORS = 2
"""A line of a cell with fewer is no row: three columns are mandatory."""


def parse(sheet: Sheet, layout: Layout) -> Given:
    """Clean and check every cell; values are plain, dates ISO and blanks ``""``."""
    bad: dict[int, dict[int, BadCell]] = {}
    raw = list(zip(*sheet.rows[:], strict=True)) or [()] * layout.width
    columns = [
        _parse_column(cells, column, position, bad, sheet.separator)
        for position, (cells, column) in enumerate(zip(raw, layout.columns, strict=True))
    ]
    unreadable = {index: CellError(Code.TOO_MANY_CELLS, row.facts) for index, row in sheet.long.items()}
    unreadable.update(dict.fromkeys(_repeated_headings(sheet, layout, bad), CellError(Code.REPEATED_HEADING)))
    return Given(
        layout=layout,
        numbers=sheet.numbers,
        columns=columns,
        bad=bad,
        unreadable=unreadable,
        short=sheet.short,
    )


def _repeated_headings(
    sheet: Sheet, layout: Layout, bad: Mapping[int, Mapping[int, BadCell]]
) -> Sequence[int]:
    """Indexes of rows that are the headings again."""
    at = next((at for at, column in enumerate(layout.columns) if column.kind.name != "text"), None)
    if at is None:
        texts = {index: row[0] for index, row in enumerate(sheet.rows[:])}
    else:
        # No heading is a status, a day or the like, so that their cell is bad.
        texts = {index: cells[at].text for index, cells in bad.items() if at in cells}
    heading = fold_heading(layout.headings[at or 0])
    headings = {text for text in set(texts.values()) if fold_heading(text) == heading}
    likely = (index for index, text in texts.items() if text in headings) if headings else ()
    return [index for index in likely if layout.is_header(sheet.cells(index))]


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
            is_wrong = column.required and not column.may_stay_blank
            return BadCell("", CellError(Code.REQUIRED)) if is_wrong else ""
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
