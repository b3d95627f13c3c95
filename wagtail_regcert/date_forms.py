"""How the files of others write days. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from enum import StrEnum

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
