"""The values that the stages hand on: sheet and plan."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple

import tablib

from ..characters import LOST
from ..damage import Damage
from ..layouts import Layout
from ..problems import Facts, Note, Problem
from ..subjects.types import Left, Record, Step

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

    layout: Layout
    """Of its columns, in order, and of constants."""
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
    ignored: Mapping[str, int] = field(default_factory=dict)
    """Heading that the layout does not name to how many records have something under it."""
    hidden: int = 0
    """Records in rows of a workbook that are not shown."""
    damaged: Mapping[int, Mapping[int, Damage]] = field(default_factory=dict)
    """Position of a column to index of a record to what has become of the cell, where a workbook shows it."""
    no_value: Mapping[int, Collection[int]] = field(default_factory=dict)
    """Position of a column to indexes of records with a formula that has no value."""

    def cells(self, index: int) -> Sequence[str]:
        """All cells of a record that are read, surplus ones too."""
        return self.long[index].cells if index in self.long else self.rows[index]

    def cells_to_correct(self, index: int) -> Sequence[str]:
        """The same, with a mark where a formula has no value: a blank would remove what is stored."""
        lost = [place for place, indexes in self.no_value.items() if index in indexes]
        cells = list(self.cells(index)) if lost else self.cells(index)
        for place in lost:
            cells[place] = LOST  # type: ignore[index]
        return cells


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
    accepted: Sequence[int]
    """Their indexes among all records of the source."""
    errors: Sequence[Problem]
    warnings: Sequence[Problem]
    fields: tuple[str, ...] = ()
    """The fields whose values the records have, in their order."""
    new: Mapping[str, Mapping[str, Record]] = field(default_factory=dict)
    """What the records refer to and what is created first, by its table and by what stands in for it."""
    new_organisations: int = 0
    """How many awarding organisations are created with it."""
    differing: Mapping[str, Set[int]] = field(default_factory=dict)
    """Table to the row numbers of records that describe what they refer to otherwise than it is stored."""
    notes: Sequence[Note] = ()
    """What is remarkable about the file, as far as it and what is stored show."""
    stored: Sequence[int | None] = ()
    """Primary key of what each record of the source is about, rejected or not; ``None`` where nothing is
    stored of it. Nothing where it was not asked for."""
    rejected: frozenset[int] = field(default=frozenset())
    """Row numbers of the rejected records."""
