"""What a subject and the engine hand each other: values that are given and stored, records, steps. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..damage import Damage
from ..layouts import Layout
from ..problems import CellError, Facts, SinceImport, Warn

Values = tuple[str, ...]
"""Stored values of one record, in the order of the plan's fields, plain: dates ISO, blanks ``""``.

So they are read, compared, kept in reports and written to history without being turned into anything else.
"""

Key = Hashable
"""What a record is known by, as its subject has it: whole numbers and texts, or a tuple of them."""


class BadCell(NamedTuple):
    """A cell that could not be taken."""

    text: str
    """The cell as cleaned."""
    error: CellError


@dataclass(frozen=True, kw_only=True)
class Given:
    """What a source gives: columns of plain values, and what is wrong with some."""

    layout: Layout
    """What the columns are."""
    numbers: Sequence[int]
    """The row number of each record."""
    columns: Sequence[Sequence[str | None]]
    """Values by column of the layout. ``None``: the record does not carry this field. A bad cell holds a
    blank and stands in ``bad``."""
    bad: Mapping[int, Mapping[int, BadCell]]
    """Record index to column index to what is wrong."""
    unreadable: Mapping[int, CellError]
    """Indexes of records of which nothing can be said but this."""
    short: frozenset[int] = frozenset()
    """Indexes of records that had fewer cells than the layout."""
    damaged: Mapping[int, Mapping[int, Damage]] = field(default_factory=dict)
    """Position of a column to index of a record to what has become of the cell, where the source says so."""
    first_counts: bool = False
    """Whether of several records about the same thing the first is taken; all are rejected otherwise."""

    def column(self, field: str) -> Sequence[str | None]:
        """The values of one field."""
        return self.columns[self.layout.position_of(field)]

    def column_or_none(self, field: str) -> Sequence[str | None]:
        """The same where the source may not carry the field at all."""
        return self.column(field) if self.layout.has(field) else [None] * len(self.numbers)


Stored = tuple[int, Values]
"""Primary key and values of a record as it is stored."""


class Record(NamedTuple):
    """An accepted record: what is stored, and what will be."""

    row: int
    key: Key
    """What it is known by."""
    pk: int | None
    """``None`` when the record is created."""
    before: Values | None
    """The stored values; ``None`` when the record is created."""
    after: Values

    @property
    def is_created(self) -> bool:
        return self.before is None

    @property
    def is_unchanged(self) -> bool:
        return self.before == self.after


class Step(NamedTuple):
    """What a commit or an undo does to one record. Values are plain, as staged."""

    row: int
    """Of the imported file."""
    key: Key
    pk: int
    before: Values | None
    """``None`` when the record is created."""
    after: Values | None
    """``None`` when it is deleted."""

    @property
    def creates(self) -> bool:
        return self.before is None

    @property
    def deletes(self) -> bool:
        return self.after is None


class Left(NamedTuple):
    """A record that undoing an import leaves alone."""

    row: int
    key: Key
    pk: int | None
    """``None`` when nobody knows it any more."""
    reason: SinceImport


class Description(NamedTuple):
    """What one record says of a learner or qualification."""

    names: tuple[str, ...]
    """By what it is known; the first stands in for its primary key."""
    key: Key
    """As its own table knows it."""
    values: Values
    """Of the fields of its own table; blank where the file says nothing."""

    @property
    def stand_in(self) -> str:
        return self.names[0]


class Advice(NamedTuple):
    """A warning before it is put in its place."""

    field: str
    value: str
    code: Warn
    facts: Facts


@dataclass
class Newcomers:
    """Those of one table."""

    problems: dict[int, dict[str, CellError]] = field(default_factory=dict)
    """Record index to field to what keeps it from being created."""
    first: dict[str, tuple[int, Description]] = field(default_factory=dict)
    """What stands in for each to the index of the first record that describes it, and how."""

    def records(self, numbers: Sequence[int], used: Set[Any]) -> dict[str, Record]:
        """Those that accepted records refer to, to be created, by what stands in for them."""
        return {
            stand_in: Record(numbers[index], described.key, None, None, described.values)
            for stand_in, (index, described) in self.first.items()
            if stand_in in used
        }
