"""What a subject tells the engine of its table: the rules, without a database. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..layouts import Layout
from ..problems import CellError, Code, Problem
from .types import Advice, Given, Key, Newcomers, Record, Stored, Values

NO_PROBLEMS: Mapping[str, CellError] = {}


@dataclass(frozen=True, kw_only=True)
class Matched:
    """What the records of a source are about, and what is stored of it."""

    keys: Sequence[Key | None]
    """What each record is known by; ``None`` where that is not to be found, and ``problems`` say why."""
    stored: Mapping[Key, Stored]
    """What is stored of those that exist."""
    problems: Callable[[int], Mapping[str, CellError]] = lambda index: NO_PROBLEMS
    """Record index to field to what only the stored records show to be wrong; ``ROW`` for the whole row."""
    wrong: Set[int] = frozenset()
    """Indexes of records that have a key and such problems."""
    claims: Sequence[Sequence[Key | None]] = ()
    """What no two records may share, a value for each record: ``keys`` where there is nothing else."""
    newcomers: Mapping[str, Newcomers] = field(default_factory=dict)
    """What else the records describe, by its table, and what would be created of it."""
    advice: Mapping[int, Sequence[Advice]] = field(default_factory=dict)
    """Index of a record to warnings that are known beforehand."""
    differing: Mapping[str, Set[int]] = field(default_factory=dict)
    """Table to the indexes of records that describe what they refer to otherwise than it is stored."""
    others: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Field that the source does not carry to the values that the records have there, where warnings look
    at them."""
    new: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Field to the names of related rows that are not stored yet and would be created."""
    holders: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Exchanged field to value to the primary key of the stored record that has it."""


class Suspicions(Protocol):
    """What looks wrong in accepted records."""

    @property
    def records(self) -> Collection[int]:
        """Indexes of records that :meth:`of` may have something to say of."""

    def of(self, index: int, row: int, before: Values | None, after: Values) -> list[Problem]:
        """Warnings of an accepted record, in column order, the row itself last."""


class NoSuspicions:
    """Nothing ever looks wrong."""

    records: Collection[int] = ()

    def of(self, index: int, row: int, before: Values | None, after: Values) -> list[Problem]:
        return []


class Rules:
    """The rules of one table, as the planner asks for them."""

    about: str
    """Names the subject in runs, commands and addresses."""
    layout: Layout
    """The columns of its file."""
    known_by: tuple[str, ...]
    """The fields of the layout that tell a person which record is meant."""
    fields: tuple[str, ...]
    """The fields that are written, in the order in which they are shown."""
    needed: tuple[str, ...] = ()
    """Fields without which no record can be created."""
    exchanged: Mapping[str, Code] = {}
    """Fields whose values are unique and may pass from one record to another, and what is wrong with a record
    that takes one which nobody gives up."""

    def known_by_in(self, layout: Layout) -> tuple[str, ...]:
        """The fields of a layout that tell a person which record is meant."""
        return tuple(name for name in self.known_by if layout.has(name) and layout.column_of(name).heading)

    def carried(self, layout: Layout) -> tuple[str, ...]:
        """The fields that a source of this layout carries."""
        return tuple(name for name in self.fields if layout.has(name))

    def match(
        self, given: Given, stored: Any, fields: tuple[str, ...], *, with_hints: bool = True
    ) -> Matched:
        """Find what the records are about. Reads through ``stored``, a set at a time."""
        raise NotImplementedError

    def values(self, given: Given, fields: tuple[str, ...]) -> Sequence[Sequence[str | None]]:
        """The columns of values to be stored; ``None`` leaves a value as it is."""
        return [given.column(name) for name in fields]

    def blank(self, fields: tuple[str, ...]) -> Values:
        """The values of a new record of which nothing is given."""
        return ("",) * len(fields)

    def suspicions(self, given: Given, will_be: Mapping[str, Sequence[str]], today: dt.date) -> Suspicions:
        """What looks wrong in the records, whether they are accepted or not.

        ``will_be`` has the values as they will be, by field: those that the source carries, and ``others``.
        """
        return NoSuspicions()

    def organisations(
        self, records: Sequence[Record], fields: tuple[str, ...], new: Mapping[str, Mapping[str, Record]]
    ) -> Set[str]:
        """The names of awarding organisations that accepted records, and what is ``new`` with them, refer to
        and that are created where they are unknown."""
        return frozenset()
