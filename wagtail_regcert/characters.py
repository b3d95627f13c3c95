"""Characters: which are white, invisible or bad; how a text is cleaned, guarded and told.

Everything that is typed, synced or read from a file goes through :func:`clean`.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import chain, groupby
from typing import Literal

from .problems import CellError, Code

INVISIBLE = (
    "\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
"""Ranges of a regular expression: Unicode's format characters (category Cf) and variation selectors.

Written out, since collecting them takes longer than reading a small file; a test holds them to Unicode's.
"""

LOST = "\ufffd"
"""Stands for what could not be decoded."""

FORMULA_STARTS = "=+\\-@\uff1d\uff0b\uff0d\uff20"
"""Ranges of what a spreadsheet may run as a formula, full-width forms too."""

DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
"""What is typed for a hyphen or dash."""

APOSTROPHES = "'\u2018\u2019\u02bc\u00b4`"
"""What is typed for an apostrophe."""

LATIN_LOOKALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТХУаеѕіјорсхуһԁӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧονιυıﬁ",
    "ABESIJKMHOPCTXYaesijopcxyhdlABEZHIKMNOPTYXoviuif",
)
"""Cyrillic, Greek and other letters to the Latin ones that they look like."""

_LONG = 1000
"""Characters from which on a text is normalised with care."""

_NOT_BLANK = re.compile(rf"[^\s{INVISIBLE}]")
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_GUARDED = re.compile(f"'+[{FORMULA_STARTS}]")
_FORMULA = re.compile(f"'*[{FORMULA_STARTS}\\t\\r]")
_BAD = r"\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffd"
_BAD_CHARACTER = re.compile(f"[{_BAD}]")
_BAD_OR_INVISIBLE = re.compile(f"[{_BAD}{INVISIBLE}]")
PLAINLY_CLEAN = re.compile("[0-9A-Za-z](?:[ -~]*[0-9A-Za-z])?")
"""Whole texts in which nothing has to be taken off or refused. Most cells are so."""


def strip(text: str) -> str:
    """Take white space and invisible characters off both ends."""
    if text.isascii():
        return text.strip()
    # Nearly always nothing but white space stands there, or nothing at all.
    text = text.strip()
    if text and not (_INVISIBLE.match(text) or _INVISIBLE.match(text[-1])):
        return text
    start = _NOT_BLANK.search(text)
    if start is None:
        return ""
    end = len(text)
    while not _NOT_BLANK.match(text[end - 1]):
        end -= 1
    return text[start.start() : end]


def clean(cell: str) -> str:
    """Take off what spreadsheets and our own exports put around a value; what is left is in NFC.

    White space and invisible characters at the ends, Excel's text protection ``="…"`` once, one guarding
    apostrophe.
    """
    if not cell.isascii():
        cell = normalized("NFC", cell)
    cell = strip(cell)
    if cell[:2] == '="' and cell[-1:] == '"' and len(cell) > 2:
        cell = strip(cell[2:-1].replace('""', '"'))
    if cell[:1] == "'" and _GUARDED.match(cell):
        cell = cell[1:]
    return cell


def normalized(form: Literal["NFC", "NFKC"], text: str) -> str:
    """Bring a text to a normal form of Unicode.

    Python (up to 3.15) takes time by the square of the number of marks that stand in a row out of order:
    half a minute for one cell of a hostile file. It takes none where they are in order.
    """
    return unicodedata.normalize(form, _with_marks_in_order(text) if len(text) > _LONG else text)


def _with_marks_in_order(text: str) -> str:
    """Take letters apart, and sort each run of marks as all normal forms do."""
    apart = "".join(unicodedata.normalize("NFD", character) for character in text)
    runs = groupby(apart, key=lambda character: unicodedata.combining(character) > 0)
    return "".join(
        chain.from_iterable(sorted(run, key=unicodedata.combining) if marks else run for marks, run in runs)
    )


def is_clean(cell: str) -> bool:
    """Whether :func:`clean` and :func:`bad_character` would plainly find nothing."""
    return cell.isascii() and (cell.isalnum() or PLAINLY_CLEAN.fullmatch(cell) is not None)


def is_blank(text: str) -> bool:
    """Whether a text has nothing but white space and invisible characters."""
    return _NOT_BLANK.search(text) is None


def without_invisible(text: str) -> str:
    """Take invisible characters out."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def as_one_line(text: str) -> str:
    """Take invisible characters out and write each run of white space as one space, none at the ends."""
    return " ".join(without_invisible(text).split())


def guard(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would run as a formula; :func:`clean` takes it off."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def bad_character(text: str, *, refuse_invisible: bool = False) -> CellError | None:
    """Find the first control or surrogate character, line break or U+FFFD, or also invisible character."""
    found = (_BAD_OR_INVISIBLE if refuse_invisible else _BAD_CHARACTER).search(text)
    if found is None:
        return None
    return CellError(
        Code.BAD_CHARACTER,
        {"position": found.start() + 1, "codepoint": codepoint(found.group())},
    )


def codepoint(character: str) -> str:
    """Write a character as ``U+0041``."""
    return f"U+{ord(character):04X}"


def doubly_encoded(text: str) -> str | None:
    """What a text was before UTF-8 was read as Windows-1252 (``Ã©`` for ``é``); ``None`` for any other."""
    if text.isascii():
        return None
    try:
        return text.encode("cp1252").decode()
    except UnicodeError:
        return None
