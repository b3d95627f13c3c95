"""Which layouts fit a file: all the headings that they need are there. Pure."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import islice

from ..layouts import Layout, Separator
from ..problems import FileFault
from .by_heading import HEADER_ROWS, Header, find_header, plain_rows
from .decode import decode
from .read import cut_rows
from .rows import is_blank
from .workbook import is_workbook, read_workbook


def first_rows(
    data: bytes, separator: Separator, limit: int, most: int = HEADER_ROWS
) -> list[tuple[int, Sequence[str]]]:
    """Number and cells of the first rows that are not blank; none where the file cannot be read.

    Of a workbook those of its first visible sheet. ``limit``, in bytes, is how large an upload may be.
    """
    if is_workbook(data):
        workbook = read_workbook(data, limit)
        if isinstance(workbook, FileFault):
            return []
        rows, numbers, _odd = plain_rows(workbook.rows[:most])
        return list(zip(numbers, rows, strict=True))
    decoded = decode(data)
    if isinstance(decoded, FileFault):
        return []
    found: list[tuple[int, Sequence[str]]] = []
    # What stands before broken quoting is still there.
    with suppress(csv.Error):
        for number, row in enumerate(islice(cut_rows(decoded.text, separator), most), start=1):
            if not is_blank(row):
                found.append((number, row))
    return found


def fitting(
    data: bytes, layouts: Iterable[tuple[str, Separator, Layout]], limit: int
) -> list[tuple[str, Separator]]:
    """The names of those layouts that fit the file, with the separators by which they do, in their order."""
    heads: dict[Separator, list[Sequence[str]]] = {}
    found = []
    for name, separator, layout in layouts:
        if separator not in heads:
            heads[separator] = [row for _number, row in first_rows(data, separator, limit)]
        if isinstance(find_header(heads[separator], layout), Header):
            found.append((name, separator))
    return found
