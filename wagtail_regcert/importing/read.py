"""Text in, sheet out; or the reason why there is none. Touches nothing.

The ``csv`` reader tells row numbers and widths, which tablib's own CSV reader loses; tablib holds the
rectangular rows.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from io import BytesIO, TextIOWrapper
from itertools import islice

import tablib

from ..characters import clean, strip
from ..layouts import ROW_IN_FILE, Layout, Separator, fold_heading, unread_heading
from ..problems import Facts, Fault, FileFault, shown
from .by_heading import HEADER_ROWS, Header, arrange, find_header
from .decode import Decoded
from .header import describe_header, is_web_page
from .rows import is_blank, shifted, without
from .types import LongRow, Sheet

CELL_LIMIT = 131_072
"""The most characters of one cell, as the ``csv`` module has it by default."""

_ANY = "surrogatepass"
"""No character is refused here."""

_TOO_LONG = "field larger than field limit"
"""How the ``csv`` module begins to complain of a cell over the limit."""

_SEPARATOR_ROW = re.compile(r"sep\s*=\s*(\S?)", re.IGNORECASE)


def read(
    decoded: Decoded, separator: Separator, layout: Layout, our_export: Sequence[str]
) -> Sheet | FileFault:
    """Cut text into records of cells, with their row numbers.

    ``our_export`` has the headings of a file that people take for one of this layout.
    """
    text = decoded.text
    rows: list[list[str]] = []
    try:
        rows.extend(cut_rows(text, separator))
    except csv.Error as error:
        # The rows before the broken one are there.
        facts: Facts = {"row": len(rows) + 1, "reason": _reason(str(error)), "html": is_web_page(text)}
        return FileFault(Fault.MALFORMED_CSV, {**facts, **_better_separator(text, separator, layout)})
    numbers = [number for number, row in enumerate(rows, start=1) if not is_blank(row)]
    if len(numbers) < len(rows):
        rows = [rows[number - 1] for number in numbers]

    start = 0
    if numbers and numbers[0] == 1 and (named := _named_separator(rows[0], separator)):
        if named != separator.character:
            return FileFault(Fault.BAD_HEADER, {"reason": "separator_row", "named": named})
        start = 1
    if len(rows) == start:
        return FileFault(Fault.BAD_HEADER, {"reason": "none"})
    if layout.is_sites:
        sheet_or_fault = arrange(
            rows[start:], numbers[start:], layout, separator=separator.character, encoding=decoded.encoding
        )
        if isinstance(sheet_or_fault, FileFault) and sheet_or_fault.code is Fault.BAD_HEADER:
            better = _better_separator(text, separator, layout)
            return FileFault(sheet_or_fault.code, {**sheet_or_fault.facts, **better})
        return sheet_or_fault
    header = rows[start]
    if not layout.is_header(header):
        facts = _why_no_header(text, header, separator, layout, our_export)
        return FileFault(Fault.BAD_HEADER, {"row": numbers[start], **facts})
    sheet = _sheet(rows[start + 1 :], numbers[start + 1 :], header, layout, separator, decoded.encoding)
    return sheet if sheet.numbers else FileFault(Fault.NO_RECORDS)


def _why_no_header(
    text: str, header: Sequence[str], separator: Separator, layout: Layout, our_export: Sequence[str]
) -> Facts:
    """Say what a file is that does not begin with the headings, or what is wrong with them."""
    if is_web_page(text):
        return {"reason": "html", "html": True}
    exported = [fold_heading(heading) for heading in our_export]
    for other in Separator:
        if list(map(fold_heading, _first_row(text, other)[: len(exported)])) == exported:
            return {"reason": "export"}
    if better := _better_separator(text, separator, layout):
        return {"reason": "better", **better}
    if is_blank(header[1:]) and any(layout.is_header(_first_row(header[0], other)) for other in Separator):
        return {"reason": "quoted"}
    return describe_header(header, layout)


def _sheet(
    rows: list[list[str]],
    numbers: list[int],
    header: Sequence[str],
    layout: Layout,
    separator: Separator,
    encoding: str,
) -> Sheet:
    """Make ragged rows rectangular, and remember which were not."""
    width = layout.width
    unread = {
        index: heading
        for index in range(width, len(header))
        if clean(header[index]) and (heading := unread_heading(header[index]))
    }
    if unread:
        kept = [index for index, row in enumerate(rows) if not is_blank(without(row, unread))]
        rows, numbers = [rows[index] for index in kept], [numbers[index] for index in kept]
    short: set[int] = set()
    long: dict[int, LongRow] = {}
    for index, row in enumerate(rows):
        cells = len(row)
        if cells == width:
            continue
        if cells < width:
            short.add(index)
            row.extend([""] * (width - cells))
            continue
        surplus = without(row, unread)[width:]
        if wrong := shifted(row, unread):
            facts = {"unread": ROW_IN_FILE, "text": shown(wrong)}
            long[index] = LongRow([*row[:width], wrong, *surplus], facts)
        elif cells > len(header) or not is_blank(surplus):
            long[index] = LongRow([*row[:width], *surplus], {"cells": cells})
        rows[index] = row[:width]
    return Sheet(
        layout=layout,
        rows=tablib.Dataset(*rows, headers=layout.headings),
        numbers=numbers,
        short=frozenset(short),
        long=long,
        separator=separator.character,
        encoding=encoding,
    )


def cut_rows(text: str, separator: Separator) -> Iterator[list[str]]:
    """The cells of every row, blank ones too. Raises ``csv.Error`` for broken quoting and long cells."""
    # Not splitlines(): it also splits at U+2028, U+0085 and vertical tabs. Nor StringIO: it takes four bytes
    # for each character, and longer.
    lines = TextIOWrapper(BytesIO(text.encode("utf-8", _ANY)), encoding="utf-8", errors=_ANY, newline="")
    rows = csv.reader(lines, delimiter=separator.character, strict=True)
    # The module's limit is global to the process; another library may have raised it.
    return map(_within_limit, rows) if csv.field_size_limit() > CELL_LIMIT else rows


def _within_limit(row: list[str]) -> list[str]:
    if any(len(cell) > CELL_LIMIT for cell in row):
        raise csv.Error(f"{_TOO_LONG} ({CELL_LIMIT})")
    return row


def _reason(message: str) -> str:
    """Name what the ``csv`` module complains of."""
    if _TOO_LONG in message:
        return "long"
    return "unclosed" if "end of data" in message else "after_quote"


def _named_separator(row: list[str], separator: Separator) -> str | None:
    """The separator that a first row such as Excel's ``sep=;`` names."""
    found = None if any(map(clean, row[1:])) else _SEPARATOR_ROW.fullmatch(strip(row[0]))
    if found is None:
        return None
    if found[1]:
        return found[1]
    if Separator.TAB.character in row[0].partition("=")[2]:
        return Separator.TAB.character
    # Nothing is left of the separator but that it has parted two cells.
    return separator.character if len(row) > 1 else None


def _better_separator(text: str, separator: Separator, layout: Layout) -> dict[str, str]:
    """The other separator, if there is one, that would give the headings."""
    for other in Separator:
        if other is not separator and _has_headings(text, other, layout):
            return {"better": other.value}
    return {}


def _has_headings(text: str, separator: Separator, layout: Layout) -> bool:
    """Whether the headings are there where this is the separator."""
    if not layout.is_sites:
        return layout.is_header(_first_row(text, separator))
    with suppress(csv.Error):
        return isinstance(find_header(islice(cut_rows(text, separator), HEADER_ROWS), layout), Header)
    return False


def _first_row(text: str, separator: Separator) -> list[str]:
    """The first row that is not blank and names no separator; no cells where there is none."""
    with suppress(csv.Error):
        for number, row in enumerate(cut_rows(text, separator), start=1):
            if not is_blank(row) and not (number == 1 and _named_separator(row, separator)):
                return row
    return []
