"""Kinds of cell: how each is cleaned, parsed, checked and written.

A parser takes a cleaned, non-blank cell and returns its value or a :class:`CellError`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, chain, filterfalse
from typing import Any, Protocol, Self

from .characters import PLAINLY_CLEAN, as_one_line, bad_character, clean
from .date_forms import READ_FORMS, DateForm, reader
from .problems import CellError, Code

TEXT_LIMIT = 128
"""The most characters of any text cell."""

NAME_LIMIT = 255
"""The most characters of a name or title."""

TEMPORARY_ULN = "9999999999"
"""The national stand-in for a ULN not yet known; many learners share it."""


def match_key(number: str) -> str:
    """Reduce a qualification number to what it is matched by: upper case, no white space, no ``/``."""
    return "".join(number.upper().split()).replace("/", "")


def fold_status(text: str) -> str:
    """Reduce a status to what it is matched by: case ignored, runs of white space as one space."""
    return " ".join(text.split()).casefold()


def check_digit_fails(uln: str) -> bool:
    """Whether ten digits fail the ULN check: weights 10 to 1, sum modulo 11 is 10.

    The sum of the running sums has those weights. It is of codes of characters: a digit's is 48 more, and
    48 times the weights is a multiple of 11.
    """
    is_uln = len(uln) == 10 and uln.isascii() and uln.isdigit()
    return is_uln and sum(accumulate(uln.encode())) % 11 != 10


class Labelled(StrEnum):
    """Values that are stored, each with its label."""

    label: str
    """As written in files, in every language."""

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


class Status(Labelled):
    """How far a registration has come. Values are stored; labels stand in files."""

    NOT_REGISTERED = "not_registered", "Not registered"
    REGISTERED = "registered", "Registered"
    ACHIEVED = "achieved", "Achieved"
    CERTIFICATE_CLAIMED = "certificate_claimed", "Certificate Claimed"
    CERTIFICATE_RECEIVED = "certificate_received", "Certificate Received"
    CERTIFICATE_SENT = "certificate_sent", "Certificate Sent"
    EXEMPT = "exempt", "Exempt"
    REGISTRATION_NOT_REQUIRED = "registration_not_required", "Registration Not Required"


class Gender(Labelled):
    """A learner's gender as awarding organisations ask for it."""

    FEMALE = "F", "Female"
    MALE = "M", "Male"
    OTHER = "O", "Other"
    NOT_STATED = "U", "Not stated"


def full_name(given: str, family: str) -> str:
    """Both names, one space between."""
    return f"{given} {family}".strip()


def plain(value: Any) -> str:
    """A value as plans, reports and history keep it: dates ISO, blanks ``""``, all else as text."""
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, dt.date) else str(value)


class Kind(Protocol):
    """How one column's cells are read and written."""

    @property
    def name(self) -> str:
        """``text``, ``status`` or ``date``: names the kind in messages and tips."""

    @property
    def is_exact(self) -> bool:
        """Whether an invisible character in a cell is bad, since the cell must be one that is known."""

    def parse(self, cell: str) -> object:
        """Cleaned, non-blank cell without bad characters in; value or :class:`CellError` out."""

    def to_read(self, cells: Set[str]) -> Iterable[str]:
        """Those of the raw cells that are not plainly their own values: something to take off or refuse."""

    def format(self, value: object) -> str:
        """Write a stored value; ``""`` for none."""

    def from_plain(self, value: str) -> str:
        """Write a value that a report keeps as plain text: dates ISO, statuses by their value."""


def fold_cell(text: str) -> str:
    """Reduce a cell to what it is compared by where a list of texts is known: as a status is."""
    return fold_status(as_one_line(clean(text)))


def read_cell(text: str, kind: Kind) -> Any:
    """Cleaned, non-blank text in; its value, or the first :class:`CellError` that applies, out."""
    return bad_character(text, refuse_invisible=kind.is_exact) or kind.parse(text)


@dataclass(frozen=True)
class Text:
    """Any text up to a limit."""

    limit: int = TEXT_LIMIT
    name: str = "text"
    is_exact: bool = False

    def parse(self, cell: str) -> str | CellError:
        if len(cell) > self.limit:
            return CellError(Code.TOO_LONG, {"limit": self.limit, "length": len(cell)})
        return cell

    def to_read(self, cells: Set[str]) -> Iterable[str]:
        long = {cell for cell in cells if len(cell) > self.limit}
        short = cells - long if long else cells
        # Letters beyond ASCII may have to be composed. Cells may come twice: telling them apart takes longer.
        special = filterfalse(str.isalnum, short)
        return chain(long, filterfalse(str.isascii, short), filterfalse(PLAINLY_CLEAN.fullmatch, special))

    def format(self, value: object) -> str:
        return str(value) if value else ""

    def from_plain(self, value: str) -> str:
        return value


@dataclass(frozen=True)
class StatusLabel:
    """One of the eight statuses, by its label."""

    limit: int = TEXT_LIMIT
    name: str = "status"
    is_exact: bool = True

    def parse(self, cell: str) -> Status | CellError:
        if len(cell) > self.limit:
            return CellError(Code.TOO_LONG, {"limit": self.limit, "length": len(cell)})
        return _STATUS_BY_LABEL.get(fold_status(cell)) or CellError(Code.BAD_STATUS)

    def to_read(self, cells: Set[str]) -> Iterable[str]:
        return cells

    def format(self, value: object) -> str:
        return Status(str(value)).label

    def from_plain(self, value: str) -> str:
        return Status(value).label if value else ""

    @property
    def labels(self) -> tuple[str, ...]:
        """The accepted values."""
        return tuple(status.label for status in Status)


@dataclass(frozen=True)
class GenderLabel:
    """One of the genders, by its label or its code."""

    name: str = "gender"
    is_exact: bool = True

    def parse(self, cell: str) -> Gender | CellError:
        return _GENDER_BY_TEXT.get(cell.casefold()) or CellError(Code.BAD_GENDER)

    def to_read(self, cells: Set[str]) -> Iterable[str]:
        return cells

    def format(self, value: object) -> str:
        return Gender(str(value)).label if value else ""

    def from_plain(self, value: str) -> str:
        return Gender(value).label if value else ""

    @property
    def labels(self) -> tuple[str, ...]:
        """The accepted values; their codes are, too."""
        return tuple(gender.label for gender in Gender)


_GENDER_BY_TEXT = {text.casefold(): gender for gender in Gender for text in (gender.value, gender.label)}

_STATUS_BY_LABEL = {fold_status(status.label): status for status in Status}


def day_as_text(day: dt.date) -> str:
    """Write a day as dd/mm/yyyy. Not by ``strftime``, which is slow and pads years by platform."""
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"


_READ_DAY = {form: reader(form) for form in READ_FORMS}
_NOT_A_DAY = CellError(Code.BAD_DATE)


@dataclass(frozen=True)
class Date:
    """A day, in files of our own as dd/mm/yyyy."""

    name: str = "date"
    is_exact: bool = True
    form: DateForm = DateForm.DAY_FIRST

    def parse(self, cell: str) -> dt.date | CellError:
        day = _READ_DAY[self.form](cell)
        if day is None:
            is_ours = self.form is DateForm.DAY_FIRST
            return _NOT_A_DAY if is_ours else CellError(Code.BAD_DATE, {"form": self.form.value})
        return day

    def to_read(self, cells: Set[str]) -> Iterable[str]:
        return cells

    def format(self, value: object) -> str:
        return day_as_text(value) if isinstance(value, dt.date) else ""

    def from_plain(self, value: str) -> str:
        return day_as_text(dt.date.fromisoformat(value)) if value else ""


@dataclass(frozen=True)
class Translated:
    """Cells that stand for values by a list, and else are cells of another kind."""

    kind: Kind
    values: Mapping[str, str]
    """Folded cell (:func:`fold_cell`) to plain value."""

    @property
    def name(self) -> str:
        return self.kind.name

    @property
    def is_exact(self) -> bool:
        return self.kind.is_exact

    def parse(self, cell: str) -> object:
        known = self.values.get(fold_cell(cell))
        return self.kind.parse(cell) if known is None else known

    def to_read(self, cells: Set[str]) -> Iterable[str]:
        return cells

    def format(self, value: object) -> str:
        return self.kind.format(value)

    def from_plain(self, value: str) -> str:
        return self.kind.from_plain(value)


def day_form(kind: Kind) -> DateForm | None:
    """In which form the cells of a kind are days; ``None`` where they are none."""
    plain_kind = kind.kind if isinstance(kind, Translated) else kind
    return plain_kind.form if isinstance(plain_kind, Date) else None


def read_plain(text: str, kind: Kind) -> Any:
    """Read a value as programs write it, cleaned and not blank: ISO days, codes; or as a cell.

    Its plain value, or a :class:`CellError`.
    """
    if isinstance(kind, StatusLabel) and text in set(Status):
        return text
    value = parse_day(text) if isinstance(kind, Date) else read_cell(text, kind)
    return value if isinstance(value, CellError) else plain(value)


def parse_day(text: str) -> dt.date | CellError:
    """Read a cleaned day as files have it or, as programs and addresses have it, as yyyy-mm-dd."""
    if error := bad_character(text, refuse_invisible=True):
        return error
    if len(text) == 10 and text[4] == text[7] == "-":
        text = "/".join(reversed(text.split("-")))
    return Date().parse(text)
