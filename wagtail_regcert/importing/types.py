"""The values that the stages hand on: sheet, parsed rows, plan."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import tablib

from ..layouts import STORED_FIELDS
from ..problems import CellError, Facts, Note, Problem, SinceImport

Values = tuple[str, ...]
"""Eight values of a registration, in the order of ``STORED_FIELDS``, plain: dates ISO, blanks ``""``.

So they are read, compared, kept in reports and written to history without being turned into anything else.
"""

BLANK: Values = ("",) * len(STORED_FIELDS)
"""What is stored of no registration."""


Progress = Callable[[int], None]
"""Told, every so often, how many records are done."""


class LongRow(NamedTuple):
    """A row with cells where none belong."""

    cells: Sequence[str]
    """All that it had, but for those under headings that are not read."""
    facts: Facts
    """What a message says of it."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A file's records as rectangular rows of raw cells, and where they stood."""

    rows: tablib.Dataset
    """One row a record, as wide as the layout: short rows filled up, long ones cut."""
    numbers: Sequence[int]
    """The row number of each record."""
    short: frozenset[int]
    """Indexes of records that had fewer cells than the layout."""
    long: Mapping[int, LongRow]
    """Indexes of records with cells where none belong."""
    separator: str
    """The character between two cells."""
    encoding: str

    def cells(self, index: int) -> Sequence[str]:
        """All cells of a record that are read, surplus ones too."""
        return self.long[index].cells if index in self.long else self.rows[index]


class BadCell(NamedTuple):
    """A cell that could not be taken."""

    text: str
    """The cell as cleaned."""
    error: CellError


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """Columns of plain values; a bad cell holds a blank there and stands in ``bad``."""

    columns: Sequence[Sequence[str]]
    bad: Mapping[int, Mapping[int, BadCell]]
    """Record index to column index to what is wrong."""
    repeated: frozenset[int]
    """Indexes of records that are the headings again."""


class Record(NamedTuple):
    """An accepted record: what is stored, and what will be."""

    row: int
    learner: int
    """Primary key."""
    qualification: int
    """Primary key."""
    registration: int | None
    """Primary key; ``None`` when the record creates it."""
    before: Values | None
    """The stored values; ``None`` when there is no registration yet."""
    after: Values

    @property
    def is_created(self) -> bool:
        return self.before is None

    @property
    def is_unchanged(self) -> bool:
        return self.before == self.after


class Step(NamedTuple):
    """What a commit or an undo does to one registration. Values are plain, as staged."""

    row: int
    """Of the imported file."""
    learner: int
    """Primary key."""
    qualification: int
    """Primary key."""
    registration: int
    """Primary key."""
    before: Values | None
    """``None`` when the registration is created."""
    after: Values | None
    """``None`` when it is deleted."""

    @property
    def creates(self) -> bool:
        return self.before is None

    @property
    def deletes(self) -> bool:
        return self.after is None


class Left(NamedTuple):
    """A registration that undoing an import leaves alone."""

    row: int
    learner: int
    """Primary key."""
    qualification: int
    """Primary key."""
    reason: SinceImport


@dataclass(frozen=True, kw_only=True)
class UndoPlan:
    """What undoing an import would do, in row order."""

    steps: Sequence[Step]
    left: Sequence[Left]

    @property
    def deleted(self) -> int:
        return sum(1 for step in self.steps if step.deletes)

    @property
    def restored(self) -> int:
        return len(self.steps) - self.deleted


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a file would do."""

    rows: int
    records: Sequence[Record]
    """The accepted ones, in row order."""
    errors: Sequence[Problem]
    warnings: Sequence[Problem]
    notes: Sequence[Note]
    """What is remarkable about the file, as far as it and what is stored show."""
    rejected: frozenset[int] = field(default=frozenset())
    """Row numbers of the rejected records."""


class StoredValues(Protocol):
    """What the plan asks of the database, a set at a time."""

    def qualifications(self, keys: Collection[str]) -> Mapping[str, int]:
        """Match key to primary key, for those that exist."""

    def learners(self, ulns: Collection[str]) -> Mapping[str, int]:
        """ULN to primary key, for those that exist."""

    def registrations(self, pairs: Set[tuple[int, int]]) -> Mapping[tuple[int, int], tuple[Any, ...]]:
        """(learner, qualification) to (primary key, the eight values), for those that exist."""
