"""How files write days, and read them. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from enum import StrEnum

from .days import real_day

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""English short names, in every language."""


class DateForm(StrEnum):
    """A form of days, named by what it looks like."""

    DAY_FIRST = "dd/mm/yyyy"
    DAY_FIRST_SHORT = "d/m/yyyy"
    """Without zeros before days and months of one digit."""
    MONTH_FIRST = "mm/dd/yyyy"
    ISO = "yyyy-mm-dd"
    MONTH_NAME = "dd-mmm-yyyy"
    DIGITS = "ddmmyyyy"
    YEAR_AND_MONTH = "yyyy-mm"
    """Of exports alone: it does not say which day."""


def writer(form: DateForm) -> Callable[[dt.date], str]:
    """What writes a day in this form. Not by ``strftime``, which pads years by platform."""
    return _WRITERS[form]


_WRITERS: dict[DateForm, Callable[[dt.date], str]] = {
    DateForm.DAY_FIRST: lambda day: f"{day.day:02d}/{day.month:02d}/{day.year:04d}",
    DateForm.DAY_FIRST_SHORT: lambda day: f"{day.day}/{day.month}/{day.year:04d}",
    DateForm.MONTH_FIRST: lambda day: f"{day.month:02d}/{day.day:02d}/{day.year:04d}",
    DateForm.ISO: lambda day: day.isoformat(),
    DateForm.MONTH_NAME: lambda day: f"{day.day:02d}-{MONTHS[day.month - 1]}-{day.year:04d}",
    DateForm.DIGITS: lambda day: f"{day.day:02d}{day.month:02d}{day.year:04d}",
    DateForm.YEAR_AND_MONTH: lambda day: f"{day.year:04d}-{day.month:02d}",
}


def reader(form: DateForm) -> Callable[[str], dt.date | None]:
    """What reads a cleaned text in this form; ``None`` for what is no such day."""
    pattern, parts = _PATTERNS[form]

    def read(text: str) -> dt.date | None:
        found = pattern.fullmatch(text)
        if found is None:
            return None
        named = dict(zip(parts, found.groups(), strict=True))
        month = named["month"]
        number = int(month) if month.isdigit() else _MONTH_NUMBERS.get(month.casefold(), 0)
        return real_day(int(named["year"]), number, int(named["day"]))

    return read


_MONTH_NUMBERS = {name.casefold(): number for number, name in enumerate(MONTHS, start=1)}
_DAY_MONTH_YEAR = ("day", "month", "year")
_PATTERNS: dict[DateForm, tuple[re.Pattern[str], tuple[str, ...]]] = {
    DateForm.DAY_FIRST: (re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})"), _DAY_MONTH_YEAR),
    DateForm.DAY_FIRST_SHORT: (re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})"), _DAY_MONTH_YEAR),
    DateForm.MONTH_FIRST: (re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})"), ("month", "day", "year")),
    DateForm.ISO: (re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})"), ("year", "month", "day")),
    DateForm.MONTH_NAME: (re.compile(r"([0-9]{2})-([A-Za-z]{3})-([0-9]{4})"), _DAY_MONTH_YEAR),
    DateForm.DIGITS: (re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})"), _DAY_MONTH_YEAR),
}
READ_FORMS = tuple(_PATTERNS)
"""The forms that say which day."""
DAY_FIRST_FORMS = (DateForm.DAY_FIRST, DateForm.DAY_FIRST_SHORT, DateForm.DIGITS)
"""Those in which the month might stand where the day is read."""
