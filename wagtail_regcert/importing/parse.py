"""Sheet in, columns of plain values out. Touches nothing.

Works column by column: the same text in a column is cleaned and parsed once.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..cells import bad_character, clean, is_clean, plain
from ..layouts import Column, Layout
from ..problems import CellError, Code
from .types import BadCell, Parsed, Sheet


def parse(sheet: Sheet, layout: Layout) -> Parsed:
    """Clean and check every cell; values are plain, dates ISO and blanks ``""``."""
    bad: dict[int, dict[int, BadCell]] = {}
    raw = list(zip(*sheet.rows[:], strict=True)) or [()] * layout.width
    columns = [
        _parse_column(cells, column, position, bad)
        for position, (cells, column) in enumerate(zip(raw, layout.columns, strict=True))
    ]
    return Parsed(columns=columns, bad=bad)


def _parse_column(
    cells: Sequence[str], column: Column, position: int, bad: dict[int, dict[int, BadCell]]
) -> Sequence[str]:
    wrong: dict[str, BadCell] = {}
    values: dict[str, str] = {}
    for cell in column.kind.to_read(set(cells)):
        value = _parse_cell(cell, column)
        if isinstance(value, BadCell):
            wrong[cell], value = value, ""
        if value != cell:
            values[cell] = value
    if wrong:
        for index, cell in enumerate(cells):
            if cell in wrong:
                bad.setdefault(index, {})[position] = wrong[cell]
    return list(map(values.get, cells, cells)) if values else cells


def _parse_cell(raw: str, column: Column) -> str | BadCell:
    """One raw cell in; its value, or what is wrong with it, out."""
    if is_clean(raw):
        text, value = raw, column.kind.parse(raw)
    else:
        text = clean(raw)
        if not text:
            return BadCell("", CellError(Code.REQUIRED)) if column.required else ""
        value = bad_character(text) or column.kind.parse(text)
    if type(value) is str:
        return value
    return BadCell(text, value) if isinstance(value, CellError) else plain(value)
