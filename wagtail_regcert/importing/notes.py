"""Sheet, given values and what was accepted in, notes on the file out. Touches nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence

from ..cells import day_form
from ..characters import LOST, clean
from ..date_forms import DAY_FIRST_FORMS
from ..days import month_first_day
from ..problems import Code, Note, NoteCode, shown
from ..subjects.types import Given
from .types import Sheet

VALUES_SHOWN = 5
"""How many values a note shows."""
MANY_DATES = 10
"""So many different dates in a column say something of their order."""
LAST_MONTH = 12


def file_notes(sheet: Sheet, given: Given, accepted: Sequence[int]) -> list[Note]:
    """Say what no single record shows. ``accepted`` are indexes of records."""
    return [
        *_guessed_encoding(sheet),
        *_lost_characters(sheet, given),
        *_day_month_order(given, accepted),
    ]


def layout_notes(sheet: Sheet) -> list[Note]:
    """Say what a layout leaves out of a file, and what of a workbook is not seen."""
    ignored = [
        Note(NoteCode.IGNORED_COLUMN, shown(heading), count) for heading, count in sheet.ignored.items()
    ]
    hidden = [Note(NoteCode.HIDDEN_ROWS, "", sheet.hidden)] if sheet.hidden else []
    return [*ignored, *hidden]


def _guessed_encoding(sheet: Sheet) -> Iterator[Note]:
    """Values that would be others in another encoding."""
    if sheet.encoding != "cp1252":
        return
    records = 0
    values: dict[str, None] = {}
    for index in range(len(sheet.numbers)):
        cells = sheet.cells(index)
        foreign = [text for cell in cells if not cell.isascii() and not (text := clean(cell)).isascii()]
        if foreign:
            records += 1
        if len(values) < VALUES_SHOWN:
            values.update(dict.fromkeys(foreign))
    if records:
        first = list(map(shown, values))[:VALUES_SHOWN]
        yield Note(NoteCode.GUESSED_ENCODING, "", records, {"values": first})


def _lost_characters(sheet: Sheet, given: Given) -> Iterator[Note]:
    """A cell that has lost a character is bad, unless its row has too many."""
    lost = {index for index, cells in given.bad.items() if any(LOST in cell.text for cell in cells.values())}
    lost.update(index for index, row in sheet.long.items() if any(LOST in cell for cell in row.cells))
    if lost:
        yield Note(NoteCode.LOST_CHARACTERS, "", len(lost))


def _day_month_order(given: Given, accepted: Sequence[int]) -> Iterator[Note]:
    """Dates that may have been written with the month first."""
    dates = [
        position
        for position, column in enumerate(given.layout.columns)
        if column.heading and day_form(column.kind) in DAY_FIRST_FORMS
    ]
    month_first = {
        position
        for cells in given.bad.values()
        for position, cell in cells.items()
        if position in dates and cell.error.code == Code.BAD_DATE and month_first_day(cell.text)
    }
    for position in dates:
        values = given.columns[position]
        days: dict[str, dt.date] = {value: dt.date.fromisoformat(value) for value in set(values) if value}
        if position in month_first:
            reason = "month_first"
        elif _could_be_months(days.values()):
            reason = "no_late_day"
        else:
            continue
        both_ways = {value for value, day in days.items() if day.day <= LAST_MONTH and day.day != day.month}
        records = sum(values[index] in both_ways for index in accepted)
        if records:
            column = given.layout.columns[position]
            facts = {"reason": reason, "form": day_form(column.kind)}
            yield Note(NoteCode.DAY_MONTH_ORDER, column.heading, records, facts)


def _could_be_months(days: Collection[dt.date]) -> bool:
    """Whether there are many days and no late one. Those that are all the first of a month may well be so."""
    numbers = {day.day for day in days}
    return len(days) >= MANY_DATES and max(numbers) <= LAST_MONTH and numbers != {1}
