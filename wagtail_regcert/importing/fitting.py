"""The first look at a file that others write: its rows as they stand, and which layouts fit it. Pure."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import islice

from ..layouts import Layout, Separator
from ..problems import FileFault
from .by_heading import HEADER_ROWS, Header, find_header
from .decode import decode
from .numbers import Cell
from .read import cut_rows
from .rows import is_blank
from .workbook import is_workbook, read_workbook

ANY = Layout(columns=(), is_sites=True)
"""Names no heading at all."""


def read_rows(data: bytes, separator: Separator, limit: int, most: int | None = None) -> list[Sequence[str]]:
    """The cells of the first rows as texts, of as many as there are or ``most``; none of what cannot be read.

    Of a workbook those of its first visible sheet. ``limit``, in bytes, is how large an upload may be.
    """
    if is_workbook(data):
        workbook = read_workbook(data, limit)
        return [] if isinstance(workbook, FileFault) else texts_of(workbook.rows[:most])
    decoded = decode(data)
    found: list[Sequence[str]] = []
    if not isinstance(decoded, FileFault):
        # What stands before broken quoting is still there.
        with suppress(csv.Error):
            found.extend(islice(cut_rows(decoded.text, separator), most))
    return found


def texts_of(rows: Iterable[Sequence[Cell]]) -> list[Sequence[str]]:
    """Rows of a workbook as they are shown."""
    return [[cell if isinstance(cell, str) else cell.text for cell in row] for row in rows]


def filled_rows(
    data: bytes, separator: Separator, limit: int, most: int | None = None
) -> list[tuple[int, Sequence[str]]]:
    """Number and cells of those of the rows that are not blank."""
    rows = enumerate(read_rows(data, separator, limit, most), start=1)
    return [(number, row) for number, row in rows if not is_blank(row)]


def likely_separator(text: str) -> Separator:
    """The separator that stands most often in the first lines of a text."""
    head = "\n".join(text.splitlines()[:HEADER_ROWS])
    return max(Separator, key=lambda separator: head.count(separator.character))


def fitting(data: bytes, layouts: Iterable[tuple[str, Separator, Layout]], limit: int) -> list[str]:
    """The names of those layouts that fit the file, by the separators that they have, in their order."""
    heads: dict[Separator, list[Sequence[str]]] = {}
    workbook = Separator.COMMA if is_workbook(data) else None
    found = []
    for name, separator, layout in layouts:
        # A workbook has none, and is unpacked once.
        by = workbook or separator
        if by not in heads:
            heads[by] = [row for _number, row in filled_rows(data, by, limit, HEADER_ROWS)]
        if isinstance(find_header(heads[by], layout), Header):
            found.append(name)
    return found
