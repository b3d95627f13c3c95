"""The columns of the import file, once.

Drives reading, checking, the tips, the sample file, the README's table and the import-layout export.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from .cells import WHITE, Date, Kind, Status, StatusLabel, Text, clean

__all__ = ["REGISTRATIONS", "STORED_FIELDS", "Column", "Layout", "Separator", "Status"]


class Separator(StrEnum):
    """What may stand between two cells."""

    COMMA = "comma", ","
    SEMICOLON = "semicolon", ";"
    TAB = "tab", "\t"
    PIPE = "pipe", "|"

    character: str

    def __new__(cls, value: str, character: str = "") -> Separator:
        member = str.__new__(cls, value)
        member._value_ = value
        member.character = character
        return member


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a file."""

    heading: str
    field: str
    """Field of ``Registration`` that it fills."""
    kind: Kind
    required: bool = False
    examples: tuple[str, ...]
    """One cell for each record of the sample file."""


@dataclass(frozen=True)
class Layout:
    """The columns of a file, in order."""

    columns: tuple[Column, ...]

    @cached_property
    def headings(self) -> tuple[str, ...]:
        return tuple(column.heading for column in self.columns)

    @cached_property
    def width(self) -> int:
        return len(self.columns)

    def column_of(self, field: str) -> Column:
        """The column that fills a field."""
        return next(column for column in self.columns if column.field == field)

    def first_difference(self, cells: Sequence[str]) -> int | None:
        """Compare a header row with the headings; index of the first that differs, or ``None``.

        A heading may carry one trailing ``*``; blank cells after the last heading do not matter.
        """
        # Only as many as there are headings: a row may have two million cells.
        found = [_heading(cell) for cell in cells[: self.width]]
        for index, heading in enumerate(self.headings):
            if index >= len(found) or found[index] != heading.casefold():
                return index
        return next((i for i in range(self.width, len(cells)) if clean(cells[i])), None)


def _heading(cell: str) -> str:
    return re.sub(r"\*\Z", "", clean(cell)).rstrip(WHITE).casefold()


REGISTRATIONS = Layout(
    columns=(
        Column(
            heading="Qualification Number",
            field="qualification",
            kind=Text(),
            required=True,
            examples=("603/2942/X", "60329431", "603/2942/X"),
        ),
        Column(
            heading="ULN",
            field="learner",
            kind=Text(),
            required=True,
            examples=("9276308686", "1000000027", "1000000043"),
        ),
        Column(
            heading="Status",
            field="status",
            kind=StatusLabel(),
            required=True,
            examples=(
                Status.REGISTERED.label,
                Status.CERTIFICATE_SENT.label,
                Status.NOT_REGISTERED.label,
            ),
        ),
        Column(
            heading="Registration number",
            field="registration_number",
            kind=Text(),
            examples=("REG-0001", "REG-0002", ""),
        ),
        Column(
            heading="Registration date",
            field="registration_date",
            kind=Date(),
            examples=("01/09/2025", "02/09/2024", ""),
        ),
        Column(
            heading="Certificate claimed date",
            field="certificate_claimed_date",
            kind=Date(),
            examples=("", "30/06/2025", ""),
        ),
        Column(
            heading="Achieved date",
            field="achieved_date",
            kind=Date(),
            examples=("", "13/06/2025", ""),
        ),
        Column(
            heading="Certificate received Date",
            field="certificate_received_date",
            kind=Date(),
            examples=("", "21/07/2025", ""),
        ),
        Column(
            heading="Certificate Sent Date",
            field="certificate_sent_date",
            kind=Date(),
            examples=("", "24/07/2025", ""),
        ),
        Column(
            heading="Postal Tracking Reference",
            field="postal_tracking_reference",
            kind=Text(),
            examples=("", "RM123456789GB", ""),
        ),
    ),
)

STORED_COLUMNS = REGISTRATIONS.columns[2:]
"""All but the two that say which registration a record is about."""

STORED_FIELDS = tuple(column.field for column in STORED_COLUMNS)
"""The eight fields of ``Registration`` whose values the file carries, in column order."""

DATE_CHAIN = (
    "registration_date",
    "achieved_date",
    "certificate_claimed_date",
    "certificate_received_date",
    "certificate_sent_date",
)
"""The dates in the order in which they happen."""

OWN_DATE = {
    Status.REGISTERED: "registration_date",
    Status.ACHIEVED: "achieved_date",
    Status.CERTIFICATE_CLAIMED: "certificate_claimed_date",
    Status.CERTIFICATE_RECEIVED: "certificate_received_date",
    Status.CERTIFICATE_SENT: "certificate_sent_date",
}
"""The date that a status tells of."""
