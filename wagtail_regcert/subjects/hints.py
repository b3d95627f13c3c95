"""Likely reasons why a number or ULN is not known; they never decide anything.

Reads through what the subject is given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Set
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple, Protocol

from ..cells import check_digit_fails, match_key
from ..characters import APOSTROPHES, DASHES, LATIN_LOOKALIKES, clean, doubly_encoded, normalized
from ..damage import read_number
from ..problems import Facts

AT_ONCE = 5000
"""Unknown texts whose candidates are looked up together."""

NO_FACTS: Facts = {}
"""One for all: there can be millions of errors."""

_SHORTENED = re.compile(r"[0-9](?:[.,][0-9]+)?E[+-]?[0-9]+", re.IGNORECASE)
_ZEROS = ("0", "00", "000")
"""Leading zeros that a spreadsheet may have taken away."""
_KEY_LENGTH = 8
"""Characters of a qualification number that may look like one with an exponent (``0503E000``)."""
_END_OF_WHOLE_NUMBER = re.compile(r"[.,]0*\Z")
_SIGNS = re.compile(rf"[\s,\"/\u2044\u2215{APOSTROPHES}{re.escape(DASHES)}]")
_ANY_DASH = re.compile(f"[{re.escape(DASHES)}]")
_ANY_APOSTROPHE = re.compile(f"[{APOSTROPHES}]")
_TYPED_DASHES = ("-", "\u2013", "\u2014")
_TYPED_APOSTROPHES = ("'", "\u2019")


class Known(Protocol):
    """What is known, a set at a time."""

    def qualifications(self, keys: Collection[str]) -> Mapping[str, Any]:
        """Those of the match keys that exist."""

    def learners(self, ulns: Collection[str]) -> Mapping[str, Any]:
        """Those of the ULNs that exist."""


class Candidate(NamedTuple):
    """What a text may have been before something changed it."""

    hint: str
    """``zeros``, ``number``, ``signs``, ``encoding`` or ``lookalike``."""
    text: str


class Hints:
    """What may have happened to numbers and ULNs that are not known."""

    def __init__(self, stored: Known, unknown_numbers: Mapping[str, str], unknown_ulns: Set[str]) -> None:
        """``unknown_numbers`` has the match key of each."""
        self._numbers = _existing(unknown_numbers, stored.qualifications, match_key)
        self._ulns = _existing({uln: uln for uln in unknown_ulns}, stored.learners, str)

    def qualification(self, number: str) -> Facts:
        return _facts(number, self._numbers.get(number))

    def learner(self, uln: str) -> Facts:
        facts = _facts(uln, self._ulns.get(uln))
        return facts or ({"hint": "check_digit"} if check_digit_fails(uln) else NO_FACTS)


def _facts(text: str, found: Candidate | None) -> Facts:
    if found is not None:
        return {"hint": found.hint, "known": found.text}
    return {"hint": "excel"} if _SHORTENED.fullmatch(text) else NO_FACTS


def _existing(
    unknown: Mapping[str, str],
    lookup: Callable[[Collection[str]], Mapping[str, Any]],
    key_of: Callable[[str], str],
) -> dict[str, Candidate]:
    """The first candidate of each unknown text (given with its key) that exists.

    Looked up some at a time: each has several, and in the wrong file all are unknown.
    """
    existing: dict[str, Candidate] = {}
    texts = iter(unknown.items())
    while some := list(islice(texts, AT_ONCE)):
        candidates = {text: [(key_of(one.text), one) for one in _candidates(text, key)] for text, key in some}
        keys = {key for found in candidates.values() for key, _one in found} - {""}
        known = lookup(keys) if keys else {}
        for text, found in candidates.items() if known else ():
            one = next((one for key, one in found if key in known), None)
            if one is not None:
                existing[text] = one
    return existing


def _candidates(text: str, key: str) -> Iterator[Candidate]:
    """What a text may have been, the likeliest first."""
    if key[:1].isdigit():
        for zeros in _ZEROS:
            yield Candidate("zeros", zeros + key)
        for form in _with_exponent(text):
            yield Candidate("number", form)
    if not (text.isascii() and text.isalnum()):
        for form in _tidied(text):
            yield Candidate("signs", form)
    if not text.isascii():
        if before := doubly_encoded(text):
            yield Candidate("encoding", clean(before))
        yield Candidate("lookalike", text.translate(LATIN_LOOKALIKES))


def _with_exponent(text: str) -> Iterator[str]:
    """Texts that a spreadsheet reads as this whole number: ``0503E000`` for ``503`` or ``5.03E+02``."""
    if len(text) > _KEY_LENGTH:
        return
    number = read_number(text.replace(",", "."))
    if number is None or number != number.to_integral_value() or not 0 < number < Decimal(10) ** _KEY_LENGTH:
        return
    digits = str(int(number))
    for exponent in range(len(digits) - len(digits.rstrip("0")) + 1):
        mantissa = digits[: len(digits) - exponent]
        for width in (1, 2, 3):
            end = f"E{exponent:0{width}d}"
            for length in range(len(mantissa), max(len(mantissa), _KEY_LENGTH - len(end)) + 1):
                yield mantissa.zfill(length) + end


def _tidied(text: str) -> Iterator[str]:
    """A text without what is typed or left in it for the eye, and with other dashes and apostrophes."""
    plain = normalized("NFKC", text)
    yield _SIGNS.sub("", _END_OF_WHOLE_NUMBER.sub("", plain))
    yield _SIGNS.sub("", plain)
    for dash in _TYPED_DASHES:
        dashed = _ANY_DASH.sub(dash, plain)
        for apostrophe in _TYPED_APOSTROPHES:
            yield _ANY_APOSTROPHE.sub(apostrophe, dashed)
