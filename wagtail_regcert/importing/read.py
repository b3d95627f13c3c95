"""Text in, sheet out; or the reason why there is none. Touches nothing.

The ``csv`` reader tells row numbers and widths, which tablib's own CSV reader loses; tablib holds the
rectangular rows.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO, TextIOWrapper

import tablib

from ..cells import clean
from ..layouts import Layout, Separator
from ..problems import Facts, Fault, FileFault, shown
from .types import Sheet

CELL_LIMIT = 131_072
"""The most characters of one cell, as the ``csv`` module has it by default."""

_ANY = "surrogatepass"
"""No character is refused here."""

_TOO_LONG = "field larger than field limit"
"""How the ``csv`` module begins to complain of a cell over the limit."""

_SEPARATOR_ROW = re.compile(r"sep=(.)", re.DOTALL)


def read(text: str, separator: Separator, layout: Layout) -> Sheet | FileFault:
    """Cut text into records of cells, with their row numbers."""
    rows: list[list[str]] = []
    try:
        rows.extend(cut_rows(text, separator))
    except csv.Error as error:
        # The rows before the broken one are there.
        facts: Facts = {"row": len(rows) + 1, "reason": _reason(str(error))}
        return FileFault(Fault.MALFORMED_CSV, {**facts, **_better_separator(text, separator, layout)})
    numbers = [number for number, row in enumerate(rows, start=1) if not _is_blank(row)]
    if len(numbers) < len(rows):
        rows = [rows[number - 1] for number in numbers]

    start = 0
    if numbers and numbers[0] == 1 and (named := _named_separator(rows[0], separator)):
        if named != separator.character:
            return FileFault(Fault.BAD_HEADER, {"row": 1, "named": named})
        start = 1
    if len(rows) == start:
        return FileFault(Fault.BAD_HEADER, {"reason": "none"})
    header = rows[start]
    difference = layout.first_difference(header)
    if difference is not None:
        facts = {
            "row": numbers[start],
            "position": difference + 1,
            "expected": layout.headings[difference] if difference < layout.width else "",
            "found": shown(clean(header[difference])) if difference < len(header) else "",
        }
        return FileFault(Fault.BAD_HEADER, {**facts, **_better_separator(text, separator, layout)})
    if len(rows) == start + 1:
        return FileFault(Fault.NO_RECORDS)
    return _sheet(rows[start + 1 :], numbers[start + 1 :], len(header), layout)


def _sheet(rows: list[list[str]], numbers: list[int], header_width: int, layout: Layout) -> Sheet:
    """Make ragged rows rectangular, and remember which were not."""
    width = layout.width
    short: set[int] = set()
    long: dict[int, list[str]] = {}
    for index, row in enumerate(rows):
        cells = len(row)
        if cells == width:
            continue
        if cells < width:
            short.add(index)
            row.extend([""] * (width - cells))
        else:
            if cells > header_width or not _is_blank(row[width:]):
                long[index] = row
            rows[index] = row[:width]
    return Sheet(
        rows=tablib.Dataset(*rows, headers=layout.headings),
        numbers=numbers,
        short=frozenset(short),
        long=long,
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


def _is_blank(row: list[str]) -> bool:
    # Nearly every row has a cell of letters and digits alone, which is found sooner.
    return not any(map(str.isalnum, row)) and not any(map(clean, row))


def _named_separator(row: list[str], separator: Separator) -> str | None:
    """The separator that a first row such as Excel's ``sep=;`` names."""
    if len(row) == 2 and clean(row[0]) == "sep=" and not clean(row[1]):
        return separator.character
    found = _SEPARATOR_ROW.fullmatch(row[0]) if len(row) == 1 else None
    return found.group(1) if found else None


def _better_separator(text: str, separator: Separator, layout: Layout) -> dict[str, str]:
    """The other separator, if there is one, that would give the headings."""
    for other in Separator:
        if other is not separator and _has_headings(text, other, layout):
            return {"better": other.value}
    return {}


def _has_headings(text: str, separator: Separator, layout: Layout) -> bool:
    with suppress(csv.Error):
        for number, row in enumerate(cut_rows(text, separator), start=1):
            if not _is_blank(row) and not (number == 1 and _named_separator(row, separator)):
                return layout.first_difference(row) is None
    return False
