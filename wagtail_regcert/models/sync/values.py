"""One value of a row in, as a site has it; the value as it is stored out, or what is wrong with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from ...cells import (
    TEMPORARY_ULN,
    TEXT_LIMIT,
    Date,
    Gender,
    Kind,
    Status,
    StatusLabel,
    Text,
    parse_day,
    read_cell,
)
from ...characters import clean
from ...messages import sentence
from ...problems import CellError, Place


@dataclass(frozen=True)
class SyncProblem:
    """Why a row was left alone."""

    index: int
    """Of the row, from 0."""
    field: str
    """``""`` for the row as a whole."""
    message: str


class RowProblem(Exception):
    """Stops one row."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.message = message

    def at(self, index: int) -> SyncProblem:
        return SyncProblem(index, self.name, self.message)


Reader = Callable[[Any], Any]


def text(limit: int, *, is_exact: bool = False) -> Reader:
    """Read a text as a cell is read; ``""`` when blank."""
    kind = Text(limit, is_exact=is_exact)

    def read(value: Any) -> str:
        return str(_checked(clean(str(value)), kind)) if value is not None else ""

    return read


def _checked(cell: str, kind: Kind) -> Any:
    return _accepted(read_cell(cell, kind), cell) if cell else ""


def _accepted(value: Any, cell: str) -> Any:
    if isinstance(value, CellError):
        raise RowProblem("", sentence(value.code, value.facts, cell, place=Place.FORM))
    return value


def read_date(value: Any) -> dt.date | None:
    """Read a day: a date, ``dd/mm/yyyy`` or ``yyyy-mm-dd``."""
    if isinstance(value, dt.datetime):
        value = value.date()
    if not isinstance(value, dt.date):
        cell = clean(str(value)) if value is not None else ""
        return _accepted(parse_day(cell), cell) if cell else None
    # Through the cell's own form, so that the years of a file hold here too.
    return _checked(Date().format(value), Date())


def read_status(value: Any) -> str:
    """Read a status: its stored value or its label."""
    cell = clean(str(value)) if value is not None else ""
    if cell in set(Status):
        return cell
    return _checked(cell, StatusLabel()) or Status.NOT_REGISTERED


def read_gender(value: Any) -> str:
    """Read a gender: its code or its label."""
    cell = clean(str(value)) if value is not None else ""
    for gender in Gender:
        if cell.casefold() in (gender.value.casefold(), gender.label.casefold()):
            return gender.value
    if cell:
        labels = ", ".join(gender.label for gender in Gender)
        raise RowProblem("", _("This is not one of: %s.") % labels)
    return ""


def read_uln(value: Any) -> str:
    """Read a ULN; the temporary one counts as blank."""
    uln = text(TEXT_LIMIT, is_exact=True)(value)
    return "" if uln == TEMPORARY_ULN else uln
