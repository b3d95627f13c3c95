"""Values of records by primary key: columns out, in the order of the keys.

Each table is read by its own primary keys and the rows are put together here. A join would be planned for
every page anew, and before a database has gathered statistics, as after a bulk load, PostgreSQL reads whole
tables for each page and MariaDB sorts them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import compress, count
from typing import Any

from django.db import connections
from django.db.models import Model

from ..models.fields import PlainDate
from .by_key import ByKey, Columns

REMEMBERED = 20_000
"""Rows of a related table that are kept for the pages that follow, so that small tables are read once."""


class Values:
    """Reads the same paths (lookups from a model) for one page of keys after the other."""

    def __init__(
        self, model: type[Model], paths: Sequence[str], *, days: Collection[str] = (), using: str
    ) -> None:
        """``days`` are those of the paths that lead to days; they may come as plain text."""
        # Drivers make days of texts one by one. PostgreSQL's is quicker at it than its server at writing.
        plain = connections[using].vendor != "postgresql"
        self._own = ByKey(model, using)
        self._related: dict[str, _Related] = {}
        names: list[Any] = []
        self._places: list[tuple[str, int]] = []
        """Of each path: the relation, if it leads over one, and which of the columns read there."""
        for path in paths:
            if path == "pk":
                # It is read in any case, and Django 5.2.0 reads no column twice.
                self._places.append(("pk", 0))
                continue
            relation, _, name = path.partition("__") if "__" in path else ("", "", path)
            if relation and relation not in self._related:
                self._related[relation] = _Related(model, relation, using)
            fields = self._related[relation].fields if relation else names
            self._places.append((relation, len(fields)))
            fields.append(PlainDate(name) if plain and path in days else name)
        self._own.fields += [*(f"{relation}_id" for relation in self._related), *names]

    def columns(self, keys: Sequence[int]) -> Columns:
        """The values of each path, for the keys that still exist."""
        columns = _in_order(keys, self._own.read(keys))
        for at, related in enumerate(self._related.values(), start=1):
            gone = related.remember(set(columns[at]))
            if gone:
                # Deleted since, and so their registrations, which refer to them.
                exist = [key not in gone for key in columns[at]]
                columns = [list(compress(column, exist)) for column in columns]
        found, *values = columns
        read: dict[str, Columns] = {"pk": [found], "": values[len(self._related) :]}
        for (relation, related), references in zip(self._related.items(), values, strict=False):
            read[relation] = related.columns(references)
        return [read[relation][at] for relation, at in self._places]


class _Related:
    """Rows of a table that what is exported refers to."""

    def __init__(self, model: type[Model], relation: str, using: str) -> None:
        other: Any = model._meta.get_field(relation).related_model
        self._table = ByKey(other, using)
        self.fields = self._table.fields
        self._position: dict[int | None, int] = {}
        """Of a row, by its key, in the columns that are known."""
        self._known: list[list[Any]] = []

    def remember(self, keys: set[int | None]) -> set[int]:
        """Read those of the rows that are not known yet; those that do not exist."""
        if not self._known or len(self._position) > REMEMBERED:
            # No reference, no values.
            self._position = {None: 0}
            self._known = [[None] for _field in self.fields]
        missing = {key for key in keys - self._position.keys() if key is not None}
        found, *columns = self._table.read(missing)
        self._position.update(zip(found, count(len(self._position)), strict=False))
        for known, column in zip(self._known, columns, strict=True):
            known.extend(column)
        return missing - self._position.keys()

    def columns(self, keys: Sequence[int | None]) -> Columns:
        """The values of each field for rows that are known."""
        positions = list(map(self._position.__getitem__, keys))
        return [list(map(known.__getitem__, positions)) for known in self._known]


def _in_order(keys: Sequence[int], columns: Columns) -> Columns:
    """Rows in the order of the keys, those of them that were found."""
    position = {key: at for at, key in enumerate(columns[0])}
    positions = [position[key] for key in keys if key in position]
    if positions == list(range(len(positions))):
        return columns
    return [list(map(column.__getitem__, positions)) for column in columns]
