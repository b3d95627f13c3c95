"""Texts that are no date as dd/mm/yyyy: which day they probably mean, and what is odd about them. Pure.

Never decides anything: it only lets a message say what to enter.
"""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from typing import NamedTuple

FIRST_YEAR, LAST_YEAR = 1900, 2100
"""Years of a date that is accepted."""


class Reading(StrEnum):
    """What is odd about a text that looks like a date."""

    ONE_DIGIT = "one_digit"
    """Day or month has one digit; so spreadsheets write it, which may have swapped the two."""
    SHORT_YEAR = "short_year"
    NOT_REAL = "not_real"
    MONTH_FIRST = "month_first"
    YEAR_FIRST = "year_first"
    TIME = "time"
    WORD = "word"
    SERIAL = "serial"
    """The number of days by which spreadsheets keep a date."""
    OTHER_SEPARATOR = "other_separator"


class LikelyDay(NamedTuple):
    """How a text is probably meant."""

    reading: Reading
    day: dt.date | None = None
    """``None`` where that would be guessing."""


_SHORT_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH_NAMES = "|".join(_SHORT_MONTHS)
"""English short names, as alternatives of a regular expression that ignores case."""

_NUMBERS = re.compile(r"([0-9]{1,4})([/.-])([0-9]{1,2})\2([0-9]{1,4})")
_TIME = re.compile(
    r"""(.*[0-9])(?:[ T]|,\ )\s*
    [0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?\s*(?:[AP]M)?\s*
    (?:Z|[+-][0-9]{2}:?[0-9]{2})?""",
    re.IGNORECASE | re.VERBOSE,
)
_DAY = r"([0-9]{1,2})(?:st|nd|rd|th)?"
_MONTH = rf"({MONTH_NAMES})[a-z]*"
_YEAR = r"([0-9]{4}|[0-9]{2})"
_DAY_WORD = re.compile(rf"{_DAY}[ ./-]*{_MONTH}[ .,/-]*{_YEAR}", re.IGNORECASE)
_WORD_DAY = re.compile(rf"{_MONTH}[ ./-]*{_DAY}[ .,/-]+{_YEAR}", re.IGNORECASE)
_SERIAL = re.compile(r"([1-7][0-9]{4})(?:[.,][0-9]+)?")
_SERIAL_START = dt.date(1899, 12, 30)
_LONGEST = 60
"""Characters; what is longer is no date."""
_CENTURY_PIVOT = 50
"""Years of two digits below are in this century."""


def real_day(year: int, month: int, day: int) -> dt.date | None:
    """The day, if there is one and it can be accepted."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def month_first_day(text: str) -> dt.date | None:
    """The day of a text that is one only as mm/dd/yyyy."""
    if len(text) != 10 or not (found := _NUMBERS.fullmatch(text)) or found[2] != "/" or len(found[4]) != 4:
        return None
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    return None if real_day(year, second, first) else real_day(year, first, second)


def likely_day(text: str) -> LikelyDay | None:
    """Say how a text that is no accepted date is probably meant; ``None`` where nobody can tell."""
    if len(text) > _LONGEST:
        return None
    if found := _TIME.fullmatch(text):
        inner = _likely_day_alone(found[1])
        if inner is None or inner.day is None:
            return inner
        return LikelyDay(Reading.TIME, inner.day)
    return _likely_day_alone(text)


def _likely_day_alone(text: str) -> LikelyDay | None:
    if found := _NUMBERS.fullmatch(text):
        return _of_numbers(found[1], found[3], found[4])
    if found := _DAY_WORD.fullmatch(text):
        return _of_word(found[1], found[2], found[3])
    if found := _WORD_DAY.fullmatch(text):
        return _of_word(found[2], found[1], found[3])
    if found := _SERIAL.fullmatch(text):
        day = _SERIAL_START + dt.timedelta(days=int(found[1]))
        return LikelyDay(Reading.SERIAL, day) if day.year <= LAST_YEAR else None
    return None


def _of_numbers(first: str, second: str, last: str) -> LikelyDay | None:
    if len(first) == 4:
        found = real_day(int(first), int(second), int(last))
        return LikelyDay(Reading.YEAR_FIRST, found) if found else LikelyDay(Reading.NOT_REAL)
    if len(first) > 2 or len(last) == 3:
        return None
    if len(last) != 4:
        return LikelyDay(Reading.SHORT_YEAR if len(first) == len(second) == 2 else Reading.ONE_DIGIT)
    year = int(last)
    day = real_day(year, int(second), int(first))
    if day is None:
        swapped = real_day(year, int(first), int(second))
        return LikelyDay(Reading.MONTH_FIRST, swapped) if swapped else LikelyDay(Reading.NOT_REAL)
    if len(first) == 1 or len(second) == 1:
        return LikelyDay(Reading.ONE_DIGIT)
    return LikelyDay(Reading.OTHER_SEPARATOR, day)


def _of_word(day: str, month: str, year: str) -> LikelyDay:
    number = int(year)
    if len(year) == 2:
        number += 2000 if number < _CENTURY_PIVOT else 1900
    found = real_day(number, _SHORT_MONTHS.index(month.lower()) + 1, int(day))
    return LikelyDay(Reading.WORD, found) if found else LikelyDay(Reading.NOT_REAL)
