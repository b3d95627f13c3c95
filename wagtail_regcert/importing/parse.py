"""Sheet in, columns of typed values out. Touches nothing.

Works column by column: the same text in a column is cleaned and parsed once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..cells import Date, bad_character, clean
from ..layouts import Column, Layout
from ..problems import CellError, Code
from .types import BadCell, Parsed, Sheet


def parse(sheet: Sheet, layout: Layout) -> Parsed:
    """Clean, check and type every cell; a blank text is ``""``, a blank date ``None``."""
    bad: dict[int, dict[int, BadCell]] = {}
    columns = [
        _parse_column(sheet.rows.get_col(position), column, position, bad)
        for position, column in enumerate(layout.columns)
    ]
    return Parsed(columns=columns, bad=bad)


def _parse_column(
    cells: Sequence[str], column: Column, position: int, bad: dict[int, dict[int, BadCell]]
) -> list[Any]:
    known: dict[str, Any] = {}
    blank = None if isinstance(column.kind, Date) else ""
    values: list[Any] = []
    for index, raw in enumerate(cells):
        try:
            value = known[raw]
        except KeyError:
            value = known[raw] = _parse_cell(raw, column, blank)
        if type(value) is BadCell:
            bad.setdefault(index, {})[position] = value
            value = blank
        values.append(value)
    return values


def _parse_cell(raw: str, column: Column, blank: Any) -> Any:
    """One raw cell in; its value, or what is wrong with it, out."""
    text = clean(raw)
    if not text:
        return BadCell("", CellError(Code.REQUIRED)) if column.required else blank
    value = bad_character(text) or column.kind.parse(text)
    return BadCell(text, value) if isinstance(value, CellError) else value
