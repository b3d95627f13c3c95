"""What the number of a workbook's cell means under its number format. Touches nothing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from math import isinf
from typing import NamedTuple

MAX_DIGITS = 15
"""As many digits of a number Excel keeps."""

_TOO_LONG = 10.0**MAX_DIGITS
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_WHOLE = re.compile(r"[-+]?[0-9]+")
_TOKEN = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[[^\]]*\]?|.', re.DOTALL)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_ONLY_FOR_DISPLAY = re.compile(r"\[(?:\$-[^\]]*|[a-z]+[0-9]*)\]", re.IGNORECASE)
"""A locale or a colour."""
_SHOWN_AS_THEY_ARE = frozenset(" -/:()+!^&'~{}<>=$£€")
_PLAIN_FORMATS = frozenset({"general", "standard"})
"""The latter has letters of dates in it, and some programs write it for the former."""

_DAY, _TIME = "d/m/y", "h:m:s"
BUILT_IN: Mapping[int, str] = {
    **dict.fromkeys([*range(14, 18), 22, *range(27, 37), *range(50, 59)], _DAY),
    **dict.fromkeys([*range(18, 22), 45, 47], _TIME),
    46: "[h]:mm:ss",
}
"""Formats that files refer to without saying what they are, as far as they show days and times. From 27 on
they are those of East Asia."""

_DAY_SECONDS = 24 * 60 * 60
_FALSE_LEAP_DAY = 60
"""The 29th of February 1900, a day that Excel has to be like Lotus 1-2-3."""
_BEFORE_IT = dt.date(1899, 12, 31)
_AFTER_IT = dt.date(1899, 12, 30)
_IN_1904 = dt.date(1904, 1, 1)


class TypedKind(StrEnum):
    """How a cell can be something else than a text."""

    DAY = "day"
    LONG_NUMBER = "long_number"
    NO_VALUE = "no_value"


class TypedCell(NamedTuple):
    """A cell that is no text."""

    kind: TypedKind
    text: str
    """What a person would see: the ISO day, with a time if it has one; all digits; nothing where there is no
    value."""
    day: dt.date | None = None
    """Of a day that exists, without a time of day."""


Cell = str | TypedCell


class NumberFormat:
    """How numbers of one style are meant."""

    def __init__(self, code: str = "", *, since_1904: bool = False) -> None:
        tokens = [] if code.lower() in _PLAIN_FORMATS else _first_section(code)
        letters = {token.lower() for token in tokens}
        self._since_1904 = since_1904
        self._is_elapsed = any(map(_ELAPSED.fullmatch, tokens))
        self._shows_day = not letters.isdisjoint("dy")
        self._is_moment = self._is_elapsed or not letters.isdisjoint("dmyhs")
        self._picture = None if self._is_moment else _zeros(tokens)
        self._cells: dict[str, Cell] = {}

    def cell(self, text: str) -> Cell:
        """What a number as it is stored means; each distinct one is worked out once.

        Raises ``ValueError`` for what is no number.
        """
        cell = self._cells.get(text)
        if cell is None:
            cell = self._cells[text] = self._cell(text.strip())
        return cell

    def _cell(self, text: str) -> Cell:
        if _NUMBER.fullmatch(text) is None or isinf(number := float(text)):
            raise ValueError(text)
        if self._is_moment:
            return self._moment(number)
        if abs(number) >= _TOO_LONG:
            whole = text.lstrip("+") if _WHOLE.fullmatch(text) else _plain(number)
            return TypedCell(TypedKind.LONG_NUMBER, whole)
        plain = str(int(number)) if number.is_integer() else _plain(number)
        if self._picture and number.is_integer():
            return plain[: number < 0] + _filled(self._picture, plain.removeprefix("-"))
        return plain

    def _moment(self, number: float) -> TypedCell:
        """A day, a time or both; by the second, since thousandths come from calculating."""
        if abs(number) >= _TOO_LONG:
            return TypedCell(TypedKind.DAY, _plain(number))
        seconds = round(number * _DAY_SECONDS)
        if self._is_elapsed:
            return TypedCell(TypedKind.DAY, "-"[: seconds < 0] + _hours(abs(seconds)))
        days, seconds = divmod(seconds, _DAY_SECONDS)
        time = _hours(seconds)
        if days == 0 and not (self._since_1904 and self._shows_day):
            return TypedCell(TypedKind.DAY, time)
        try:
            day = self._day(days)
        except (ValueError, OverflowError):
            # A spreadsheet shows #### for it.
            return TypedCell(TypedKind.DAY, _plain(number))
        text = day.isoformat() if day else "1900-02-29"
        return TypedCell(TypedKind.DAY, f"{text} {time}") if seconds else TypedCell(TypedKind.DAY, text, day)

    def _day(self, days: int) -> dt.date | None:
        """The day of a serial number. Raises ``ValueError`` or ``OverflowError`` where there is none."""
        if days < 0:
            raise ValueError(days)
        if self._since_1904:
            return _IN_1904 + dt.timedelta(days)
        if days == _FALSE_LEAP_DAY:
            return None
        return (_BEFORE_IT if days < _FALSE_LEAP_DAY else _AFTER_IT) + dt.timedelta(days)


def iso_moment(text: str) -> TypedCell:
    """What a cell means whose day or time is stored as ISO 8601 writes it."""
    text = text.strip()
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return TypedCell(TypedKind.DAY, text)
    if moment.time() == dt.time():
        return TypedCell(TypedKind.DAY, moment.date().isoformat(), moment.date())
    return TypedCell(TypedKind.DAY, moment.replace(tzinfo=None).isoformat(" ", "seconds"))


def _first_section(code: str) -> list[str]:
    """The tokens of the format for positive numbers."""
    tokens: list[str] = _TOKEN.findall(code)
    return tokens[: tokens.index(";")] if ";" in tokens else tokens


def _zeros(tokens: Sequence[str]) -> list[str] | None:
    """The digits' places, each as a blank text, and texts between them; ``None`` for any other format.

    One place alone pads nothing, and what stands beside it is a unit.
    """
    picture: list[str] = []
    for piece in tokens:
        if piece == "0":
            picture.append("")
        elif piece == "#" and "" not in picture:
            continue
        elif piece[0] == '"':
            picture.extend(filter(None, [piece.strip('"')]))
        elif piece[0] == "\\":
            picture.append(piece[1:])
        elif piece in _SHOWN_AS_THEY_ARE:
            picture.append(piece)
        elif piece[0] not in "_*" and not _ONLY_FOR_DISPLAY.fullmatch(piece):
            return None
    return picture if picture.count("") > 1 else None


def _filled(picture: Sequence[str], digits: str) -> str:
    """Put digits into their places, from the last on; what is over goes before the first."""
    places = picture.count("")
    digits = digits.zfill(places)
    first = len(digits) - places + 1
    parts = iter([digits[:first], *digits[first:]])
    return "".join(part or next(parts) for part in picture)


def _hours(seconds: int) -> str:
    """Write a time as hours, minutes and seconds."""
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}"


def _plain(number: float) -> str:
    """Write a number with as few digits as tell it from others, and without an exponent."""
    text = format(Decimal(repr(number)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
