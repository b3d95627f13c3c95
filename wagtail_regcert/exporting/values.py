"""Values of records by primary key: columns out, in the order of the keys.

Each table is read by its own primary keys and the rows are put together here. A join would be planned for
every page anew, and before a database has gathered statistics, as after a bulk load, PostgreSQL reads whole
tables for each page and MariaDB sorts them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction
from django.db.models import Model

from ..models.fields import PlainDate
from ..models.sets import among

REMEMBERED = 20_000
"""Rows of a related table that are kept for the pages that follow, so that small tables are read once."""

Row = tuple[Any, ...]


class Values:
    """Reads the same paths (lookups from a model) for one page of keys after the other."""

    def __init__(
        self, model: type[Model], paths: Sequence[str], *, days: Collection[str] = (), using: str
    ) -> None:
        """``days`` are those of the paths that lead to days; they may come as plain text."""
        # Drivers make days of texts one by one. PostgreSQL's is quicker at it than its server at writing.
        plain = connections[using].vendor != "postgresql"
        self._model = model
        self._using = using
        self._own: list[Any] = []
        self._related: dict[str, _Related] = {}
        self._places: list[tuple[str, int]] = []
        for path in paths:
            if path == "pk":
                # It is read in any case, and Django 5.2.0 reads no column twice.
                self._places.append(("pk", 0))
                continue
            relation, _, name = path.partition("__") if "__" in path else ("", "", path)
            if relation and relation not in self._related:
                self._related[relation] = _Related(model, relation, using)
            fields = self._related[relation].fields if relation else self._own
            self._places.append((relation, len(fields)))
            fields.append(PlainDate(name) if plain and path in days else name)

    def columns(self, keys: Sequence[int]) -> list[Sequence[Any]]:
        """The values of each path, for the keys that still exist."""
        with _by_index(self._using):
            return self._columns(keys)

    def _columns(self, keys: Sequence[int]) -> list[Sequence[Any]]:
        fields = [*(f"{relation}_id" for relation in self._related), *self._own]
        stored = _by_key(self._model, keys, fields, self._using)
        rows = list(map(stored.__getitem__, keys if len(stored) == len(keys) else filter(stored.get, keys)))
        for at, related in enumerate(self._related.values(), start=1):
            gone = related.remember({row[at] for row in rows})
            if gone:
                # Deleted since, and so their registrations, which refer to them.
                rows = [row for row in rows if row[at] not in gone]
        if not rows:
            return [()] * len(self._places)
        found, *columns = zip(*rows, strict=True)
        read: dict[str, Sequence[Sequence[Any]]] = {"pk": [found], "": columns[len(self._related) :]}
        for (relation, related), column in zip(self._related.items(), columns, strict=False):
            read[relation] = related.columns(column)
        return [read[relation][at] for relation, at in self._places]


class _Related:
    """Rows of a table that what is exported refers to."""

    def __init__(self, model: type[Model], relation: str, using: str) -> None:
        self._model: Any = model._meta.get_field(relation).related_model
        self._using = using
        self._known: dict[int | None, Row] = {}
        self.fields: list[Any] = []

    def remember(self, keys: set[int | None]) -> set[int | None]:
        """Read those of the rows that are not known yet; those that do not exist."""
        if len(self._known) > REMEMBERED:
            self._known.clear()
        # No reference, no values.
        self._known[None] = (None,) * (1 + len(self.fields))
        missing = keys - self._known.keys()
        self._known.update(_by_key(self._model, missing, self.fields, self._using))
        return missing - self._known.keys()

    def columns(self, keys: Sequence[int | None]) -> Sequence[Sequence[Any]]:
        """The values of each field for rows that are known."""
        return list(zip(*map(self._known.__getitem__, keys), strict=True))[1:]


@contextmanager
def _by_index(using: str) -> Iterator[None]:
    """Have PostgreSQL find rows by their keys.

    For a page of keys from all over a table it would read the whole table, every time.
    """
    connection = connections[using]
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(using), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        yield
        # What goes on in the same transaction is not ours.
        cursor.execute("SET LOCAL enable_seqscan TO DEFAULT")


def _by_key(
    model: type[Model], keys: Collection[Any], fields: Sequence[Any], using: str
) -> dict[int | None, Row]:
    """Rows by primary key, which is their first value."""
    rows = model._base_manager.using(using).order_by().values_list("pk", *fields)
    return {row[0]: row for chosen in among("pk", keys, using) for row in rows.filter(chosen)}
