"""Texts that a spreadsheet or a wrong encoding has spoilt, or that stand for nothing. Pure.

Nothing here rejects a value: any of these may be right, and a person is asked to look.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum
from itertools import chain, filterfalse
from typing import NamedTuple

from .characters import doubly_encoded
from .days import MONTH_NAMES, real_day


class Damage(StrEnum):
    """What has become of a text."""

    NUMBER = "number"
    """A long number was shortened."""
    ERROR = "error"
    """A formula failed."""
    DATE = "date"
    """It is a date, or was taken for one."""
    ENCODING = "encoding"
    """UTF-8 was read as Windows-1252."""


SHORTENED_DIGITS = 17
"""So many digits with none but zeros after the fifteenth were more digits once."""
_SHORTENED = re.compile(r"[0-9](?:[.,][0-9]+e[+-]?|e[+-])[0-9]+|[0-9]{15}00+", re.IGNORECASE)
_ERRORS = frozenset(
    (
        *("#n/a", "#ref!", "#value!", "#name?", "#div/0!", "#num!", "#null!", "#spill!", "#calc!", "#field!"),
        *("#blocked!", "#unknown!", "#getting_data"),
    )
)
_HASHES = re.compile("##+")
_MONTH = re.compile(rf"[0-9]{{1,2}}-(?:{MONTH_NAMES})|(?:{MONTH_NAMES})-[0-9]{{2}}", re.IGNORECASE)
_SLASHED = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}|[0-9]{2})")
_CENTURY = 2000
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
PLACEHOLDERS = frozenset(
    ("null", "none", "nan", "n/a", "na", "nil", "undefined", "unknown", "tbc", "tba", "-", "--", ".", "?")
)
"""What is written for "no value"; lower case."""

_WRITTEN_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?")
_READ_NUMBER = re.compile(
    r"""[£$€]?(?P<sign>[+-]?)[£$€]?
    (?P<number>(?:(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)(?:E[+-]?[0-9]{1,3})?)
    [£$€]?""",
    re.IGNORECASE | re.VERBOSE,
)
_DIGITS_KEPT = 15
"""Significant digits that a spreadsheet keeps of a number."""


def _in_any_case(texts: Iterable[str]) -> str:
    """Alternatives of a regular expression. ``re.IGNORECASE`` would try all of them on every text."""
    return "|".join(
        "".join(f"[{c}{c.upper()}]" if c.isalpha() else re.escape(c) for c in text) for text in texts
    )


_WORTH_A_LOOK = re.compile(
    rf"""[0-9](?:[.,][0-9]+[eE]|[eE][+-]|[0-9]{{14}}00|[0-9]{{0,3}}[/-])
    |\#
    |(?:{_in_any_case(MONTH_NAMES.split("|"))})-
    |(?:{_in_any_case(sorted(PLACEHOLDERS))})\Z
    |{_WRITTEN_NUMBER.pattern}\Z""",
    re.VERBOSE,
)
"""What every ASCII text begins with that is one of the three kinds below."""


class Suspects(NamedTuple):
    """Those of many texts that may be wrong, by kind."""

    damaged: frozenset[str]
    """What :func:`damage_of` tells something of."""
    placeholders: frozenset[str]
    """What stands for "no value"."""
    numbers: frozenset[str]
    """Numbers as a spreadsheet writes them, which may have been written in another way before."""


def suspects(texts: Collection[str]) -> Suspects:
    """Look over many texts (cleaned), nearly all of which are in order."""
    # Letters and digits mixed, as in most codes, are none of it; that is known sooner than by the pattern.
    unmixed = (filterfalse(str.isalnum, texts), filter(str.isalpha, texts), filter(str.isdecimal, texts))
    likely = set(filter(_WORTH_A_LOOK.match, chain.from_iterable(unmixed)))
    numbers = frozenset(filter(_WRITTEN_NUMBER.fullmatch, likely))
    likely.difference_update([number for number in numbers if len(number) < SHORTENED_DIGITS])
    likely.update(filterfalse(str.isascii, texts))
    return Suspects(
        damaged=frozenset(filter(damage_of, likely)),
        placeholders=frozenset(text for text in likely if text.lower() in PLACEHOLDERS),
        numbers=numbers,
    )


def damage_of(text: str) -> Damage | None:
    """What a spreadsheet or a wrong encoding has probably done to a cleaned text."""
    if _SHORTENED.fullmatch(text):
        return Damage.NUMBER
    if text.lower() in _ERRORS or _HASHES.fullmatch(text):
        return Damage.ERROR
    if _MONTH.fullmatch(text) or _is_day(text):
        return Damage.DATE
    return Damage.ENCODING if doubly_encoded(text) else None


def _is_day(text: str) -> bool:
    """Whether a text is a whole date: day and month in either order, or ISO."""
    if found := _SLASHED.fullmatch(text):
        first, second, year = map(int, found.groups())
        if len(found[3]) == len("yy"):
            # As LibreOffice Calc writes it.
            year += _CENTURY
        return bool(real_day(year, second, first) or real_day(year, first, second))
    if found := _ISO.fullmatch(text):
        year, month, day = map(int, found.groups())
        return real_day(year, month, day) is not None
    return False


def read_number(text: str) -> Decimal | None:
    """The number that a spreadsheet makes of a text; ``None`` where it leaves it a text."""
    found = _READ_NUMBER.fullmatch(text)
    if found is None:
        return None
    number = Decimal(found["number"].replace(",", ""))
    return -number if found["sign"] == "-" else number


def is_made_of(written: str, stored: str) -> bool:
    """Whether a spreadsheet that opens ``stored`` writes ``written``, a number as it does."""
    number = read_number(stored) if written != stored else None
    return number is not None and Decimal(written) in _kept(number)


def _kept(number: Decimal) -> Collection[Decimal]:
    """A number, and what is left of it by a spreadsheet that cuts or rounds it to the digits it keeps."""
    if len(number.as_tuple().digits) <= _DIGITS_KEPT:
        return (number,)
    step = Decimal((0, (1,), number.adjusted() - _DIGITS_KEPT + 1))
    rounded = (number.quantize(step, rounding) for rounding in (ROUND_DOWN, ROUND_HALF_UP))
    return (number, *rounded)
