"""The columns of the import file, once.

Drives reading, checking, the tips, the sample file, the README's table and the import-layout export.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from .cells import NAME_LIMIT, Date, Gender, GenderLabel, Kind, Status, StatusLabel, Text
from .characters import as_one_line, clean

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


class Policy(StrEnum):
    """What a cell does to what is stored."""

    OVERWRITE = "overwrite"
    """A blank removes it."""
    KEEP_IF_BLANK = "keep_if_blank"
    FILL = "fill"
    """Nothing, where anything is stored."""


class KnownBy(StrEnum):
    """By what a file says which registration it means."""

    LEARNER_QUALIFICATION = "learner_qualification"
    REGISTRATION_NUMBER = "registration_number"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a file, or what takes the place of one."""

    heading: str
    """``""`` where the values come from elsewhere than the file."""
    field: str
    """Field of its subject that it fills; ``""``: it is known, and not read."""
    kind: Kind
    required: bool = False
    may_stay_blank: bool = False
    """Whether a blank is wrong only where the record is new, or something is stored. Of required columns."""
    policy: Policy = Policy.OVERWRITE
    is_optional: bool = False
    """Whether a file may lack it. Of a site's own layouts."""
    constant: str | None = None
    """The plain value of all records, where no column of the file has it."""
    examples: tuple[str, ...] = ()
    """One cell for each record of the sample file."""

    @property
    def keeps_if_blank(self) -> bool:
        """Whether a blank leaves the stored value alone. It removes it otherwise."""
        return self.policy is not Policy.OVERWRITE


@dataclass(frozen=True)
class Layout:
    """The columns of a file, in order."""

    columns: tuple[Column, ...]
    is_sites: bool = False
    """Whether a site has made it: its headings may stand in any order, below other rows, between others."""
    known_by: KnownBy = KnownBy.LEARNER_QUALIFICATION
    creates: tuple[str, ...] = ()
    """What its files may create beside what they are about: ``learners``, ``qualifications``."""

    @cached_property
    def in_file(self) -> tuple[Column, ...]:
        """The columns of the file itself."""
        return tuple(column for column in self.columns if column.constant is None)

    @cached_property
    def headings(self) -> tuple[str, ...]:
        return tuple(column.heading for column in self.in_file)

    @cached_property
    def width(self) -> int:
        return len(self.in_file)

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {column.field: position for position, column in enumerate(self.columns) if column.field}

    def of(self, columns: Iterable[Column]) -> Layout:
        """The same with these of its columns alone."""
        return replace(self, columns=tuple(columns))

    @cached_property
    def places_by_heading(self) -> dict[str, int]:
        """Heading to position, of the columns that a file has."""
        return {column.heading: place for place, column in enumerate(self.columns) if column.heading}

    def has(self, field: str) -> bool:
        """Whether a column fills this field."""
        return field in self._positions

    def position_of(self, field: str) -> int:
        """Where the column stands that fills a field."""
        return self._positions[field]

    def column_of(self, field: str) -> Column:
        """The column that fills a field."""
        return self.columns[self._positions[field]]

    @cached_property
    def _folded(self) -> list[str]:
        return list(map(fold_heading, self.headings))

    def is_header(self, cells: Sequence[str]) -> bool:
        """Whether a row is the headings, followed by nothing but blanks and headings that are not read."""
        # Only as many as there are headings: a row may have two million cells.
        if list(map(fold_heading, cells[: self.width])) != self._folded:
            return False
        return all(not clean(cell) or unread_heading(cell) for cell in cells[self.width :])


def fold_heading(cell: str) -> str:
    """Reduce a heading to what it is compared by.

    Cleaned, without invisible characters and one trailing ``*``, runs of white space as one space, case
    ignored.
    """
    return as_one_line(clean(cell)).removesuffix("*").rstrip().casefold()


ROW_IN_FILE = "Row in the file"
WHAT_IS_WRONG = "What is wrong"
UNREAD_HEADINGS = (ROW_IN_FILE, WHAT_IS_WRONG)
"""Headings of the file of rejected records after those of the layout. An import knows them and does not read
what stands under them."""


def unread_heading(cell: str) -> str | None:
    """Which of the headings that are not read a cell is, if any."""
    return _UNREAD.get(fold_heading(cell))


_UNREAD = {fold_heading(heading): heading for heading in UNREAD_HEADINGS}


REGISTRATIONS = Layout(
    columns=(
        Column(
            heading="Qualification Number",
            field="qualification",
            kind=Text(is_exact=True),
            required=True,
            examples=("603/2942/X", "60329431", "603/2942/X"),
        ),
        Column(
            heading="ULN",
            field="learner",
            kind=Text(is_exact=True),
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

LEARNERS = Layout(
    columns=(
        Column(
            heading="Learner reference",
            field="reference",
            kind=Text(is_exact=True),
            policy=Policy.KEEP_IF_BLANK,
            examples=("L0001", "L0002", "L0003"),
        ),
        Column(
            heading="ULN",
            field="uln",
            kind=Text(is_exact=True),
            policy=Policy.KEEP_IF_BLANK,
            examples=("9276308686", "1000000027", "1000000043"),
        ),
        Column(
            heading="Given names",
            field="given_names",
            kind=Text(NAME_LIMIT),
            examples=("Ann", "Zoë Louise", "Łukasz"),
        ),
        Column(
            heading="Family name",
            field="family_name",
            kind=Text(NAME_LIMIT),
            required=True,
            may_stay_blank=True,
            examples=("Lee", "O'Neil", "Nowak"),
        ),
        Column(
            heading="Gender",
            field="gender",
            kind=GenderLabel(),
            examples=(Gender.FEMALE.label, Gender.NOT_STATED.label, "M"),
        ),
        Column(
            heading="Date of birth",
            field="date_of_birth",
            kind=Date(),
            examples=("31/12/2006", "01/09/2005", ""),
        ),
    ),
)

QUALIFICATIONS = Layout(
    columns=(
        Column(
            heading="Qualification Number",
            field="number",
            kind=Text(is_exact=True),
            required=True,
            examples=("603/2942/X", "60329431"),
        ),
        Column(
            heading="Title",
            field="title",
            kind=Text(NAME_LIMIT),
            required=True,
            examples=("Level 2 Diploma in Bench Joinery", "Level 3 Certificate in Team Leading"),
        ),
        Column(
            heading="Awarding organisation",
            field="awarding_organisation",
            kind=Text(NAME_LIMIT, is_exact=True),
            required=True,
            examples=("City & Guilds", "NCFE"),
        ),
    ),
)

MORE_FIELDS = (
    Column(heading="Programme", field="programme", kind=Text(NAME_LIMIT)),
    Column(heading="Planned achievement date", field="planned_achievement_date", kind=Date()),
    Column(heading="Start date", field="start_date", kind=Date()),
)
"""What a registration has beside the fields of the ten columns: carried by syncs and a site's own layouts."""

_LEARNER_REFERENCE, _ULN = LEARNERS.columns[:2]

SOURCE_FIELDS: dict[str, tuple[Column, ...]] = {
    "registrations": (
        replace(_ULN, policy=Policy.OVERWRITE),
        replace(_LEARNER_REFERENCE, policy=Policy.OVERWRITE),
        *REGISTRATIONS.columns[:1],
        *REGISTRATIONS.columns[2:],
        *MORE_FIELDS,
    ),
    "learners": LEARNERS.columns,
    "qualifications": QUALIFICATIONS.columns,
}
"""What a record is about to every field that a source may carry of it; headings name them to people."""

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
