"""What all syncs have in common: read rows, match them, write what differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from ...transactions import all_or_nothing
from ..sets import fields_of, in_chunks
from ..writing import insert_rows, take_write_lock, update_rows
from .values import Reader, RowProblem, SyncProblem

SyncRows = Iterable[Mapping[str, Any]]


@dataclass
class SyncResult:
    """What a sync did, in rows."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    problems: list[SyncProblem] = field(default_factory=list)


IndexedRow = tuple[int, dict[str, Any]]
"""Where a row stood, and its values as read."""


@dataclass
class SyncPlan:
    """What a sync is about to do."""

    creates: list[dict[str, Any]] = field(default_factory=list)
    updates: list[tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    """Before and after."""
    unchanged: int = 0
    problems: list[SyncProblem] = field(default_factory=list)


class Sync:
    """Common ground: read rows, match them, write what differs."""

    readers: Mapping[str, Reader]
    """Key of a row to how its value is read."""
    stored: Sequence[str]
    """Fields written, by attribute name of the column (``…_id`` for related rows)."""
    nullable: frozenset[str] = frozenset()
    """Texts stored as null when blank."""

    def __init__(self, model: type[models.Model], *, user: Any = None) -> None:
        self.model = model
        self.user = user

    def run(self, rows: SyncRows) -> SyncResult:
        """Bring the table in line with the rows, in one transaction."""
        return all_or_nothing(partial(self._run, list(rows)))

    def _run(self, rows: Sequence[Mapping[str, Any]]) -> SyncResult:
        take_write_lock(self.model)
        unread: list[SyncProblem] = []
        read: list[IndexedRow] = []
        for index, row in enumerate(rows):
            try:
                read.append((index, self._read(row)))
            except RowProblem as problem:
                unread.append(problem.at(index))
        self.prepare([values for _index, values in read])
        plan = self._plan(read)
        while self.hold_back(*_parted(read, {problem.index for problem in plan.problems})):
            plan = self._plan(read)
        self.name_related([*plan.creates, *(after for _before, after in plan.updates)])
        self.write(plan.creates, plan.updates)
        return SyncResult(
            created=len(plan.creates),
            updated=len(plan.updates),
            unchanged=plan.unchanged,
            problems=sorted([*unread, *plan.problems], key=lambda problem: problem.index),
        )

    def _plan(self, read: Sequence[IndexedRow]) -> SyncPlan:
        plan = SyncPlan()
        seen: set[Any] = set()
        for index, values in read:
            try:
                before = self.match(values)
                after = {**(before or self.blank()), **self.resolve(values)}
                self.check(before, after)
                keys = self.keys(after)
                if not keys.isdisjoint(seen):
                    raise RowProblem("", _("Another row is about the same record."))
            except RowProblem as problem:
                plan.problems.append(problem.at(index))
                continue
            seen |= keys
            if before is None:
                plan.creates.append(after)
            elif after != before:
                plan.updates.append((before, after))
            else:
                plan.unchanged += 1
        return plan

    def hold_back(self, left_alone: Sequence[Mapping[str, Any]], taken: Sequence[Mapping[str, Any]]) -> bool:
        """Told which rows were left alone and which not; whether all must be planned again for that."""
        return False

    def _read(self, row: Mapping[str, Any]) -> dict[str, Any]:
        values = {}
        for name, value in row.items():
            reader = self.readers.get(name)
            if reader is None:
                known = ", ".join(self.readers)
                raise RowProblem(name, _("There is no such field. Known are: %s.") % known)
            try:
                values[name] = reader(value)
            except RowProblem as problem:
                raise RowProblem(name, problem.message) from None
        return values

    def fetch(self, name: str, values: Iterable[Any]) -> dict[Any, dict[str, Any]]:
        """Stored rows by the value of one field, locked."""
        found = {}
        wanted = sorted({value for value in values if value})
        for chunk in in_chunks(wanted):
            rows = self.model._default_manager.filter(**{f"{name}__in": chunk})
            for row in rows.select_for_update().order_by("pk").values("id", *self.stored):
                # Blank texts that are stored as null compare as "".
                found[row[name]] = {
                    key: "" if value is None and key in self.nullable else value for key, value in row.items()
                }
        return found

    def blank(self) -> dict[str, Any]:
        """A record before anything is known of it."""
        return {
            name: "" if name in self.nullable else field.get_default()
            for name, field in zip(self.stored, fields_of(self.model, self.names()), strict=True)
        }

    def columns(self, after: Mapping[str, Any]) -> tuple[Any, ...]:
        """A record's values as stored."""
        return tuple(after[name] or None if name in self.nullable else after[name] for name in self.stored)

    def names(self) -> tuple[str, ...]:
        return tuple(name.removesuffix("_id") for name in self.stored)

    def write(
        self, creates: Sequence[dict[str, Any]], updates: Sequence[tuple[dict[str, Any], dict[str, Any]]]
    ) -> None:
        """Insert and update in bulk."""
        insert_rows(self.model, self.names(), [self.columns(after) for after in creates])
        update_rows(
            self.model, self.names(), [(*self.columns(after), before["id"]) for before, after in updates]
        )

    def name_related(self, records: Sequence[dict[str, Any]]) -> None:
        """Give the records the keys of rows that they name and that are not stored yet."""

    def prepare(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Fetch everything that matching needs, as sets."""
        raise NotImplementedError

    def match(self, values: Mapping[str, Any]) -> dict[str, Any] | None:
        """The stored record that a row is about."""
        raise NotImplementedError

    def resolve(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """A row's values by stored name."""
        return dict(values)

    def check(self, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> None:
        """Raise :class:`RowProblem` for what may not be stored."""

    def keys(self, after: Mapping[str, Any]) -> set[Any]:
        """What no two rows may share."""
        raise NotImplementedError


def _parted(
    rows: Sequence[IndexedRow], chosen: set[int]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The values of the rows at the chosen places, and those of the others."""
    return (
        [values for index, values in rows if index in chosen],
        [values for index, values in rows if index not in chosen],
    )
