"""Finding sets of rows: statements grow with chunks, never with rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence, Set
from typing import Any, TypeVar

from django.db import connections, models
from django.db.models import F, Func, Lookup, Q
from django.db.models.expressions import RawSQL

T = TypeVar("T")

CHUNK = 5000
"""Values in one list of placeholders, rows in one bulk write."""


def in_chunks(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Cut a sequence into pieces of at most ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def in_values(field: str, values: Iterable[str] | Iterable[int], using: str) -> Iterator[Any]:
    """Conditions that find all rows whose ``field`` has one of the values, for ``filter``: a few at most.

    SQLite and PostgreSQL take any number of values as one parameter, and MariaDB takes keys as they are; a
    list of placeholders costs Django and the database more than the rows that it finds. No condition where
    there are no values.
    """
    ordered: list[Any] = sorted(values)
    if not ordered:
        return
    match connections[using].vendor:
        case "sqlite":
            yield Q((f"{field}__in", RawSQL("SELECT value FROM json_each(%s)", [json.dumps(ordered)])))
        case "postgresql":
            yield _AnyOf(F(field), ordered)
        case _:
            for chunk in in_chunks(ordered):
                yield _OneOf(F(field), chunk) if isinstance(chunk[0], int) else Q((f"{field}__in", chunk))


def in_pairs(
    model: type[models.Model], names: tuple[str, str], pairs: Set[tuple[int, int]], using: str
) -> Iterator[Any]:
    """Conditions, as of :func:`in_values`, that find all rows whose two fields have one of the pairs."""
    connection = connections[using]
    if not pairs:
        return
    match connection.vendor:
        case "sqlite":
            table = connection.ops.quote_name(model._meta.db_table)
            first, second, key = columns_of(connection, fields_of(model, [*names, "pk"]))
            # An object may have a name more than once. CROSS JOIN: the pairs are walked, not the table.
            sql = (
                f"SELECT {table}.{key} FROM json_each(%s) pair CROSS JOIN {table}"
                f" ON {table}.{first} = CAST(pair.key AS integer) AND {table}.{second} = pair.value"
            )
            members = ",".join([f'"{one}":{other}' for one, other in pairs])
            yield Q(pk__in=RawSQL(sql, [f"{{{members}}}"]))
        case "postgresql":
            arrays = tuple(map(_array, zip(*pairs, strict=True)))
            yield _InPairs(names, ("SELECT * FROM unnest(%s::bigint[], %s::bigint[])", arrays))
        case _:
            for chunk in in_chunks(sorted(pairs)):
                yield _InPairs(names, (", ".join(map("(%d, %d)".__mod__, chunk)), ()))


class _AnyOf(Lookup):
    """``column = ANY (array)`` on PostgreSQL, which plans it better than ``IN (SELECT …)``."""

    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        if not isinstance(self.rhs[0], int):
            return f"{column} = ANY (%s::text[])", (*params, _array(self.rhs))
        # With the range that they lie in, neighbours are found by the index, whatever is known of the table.
        sql = f"({column} = ANY (%s::bigint[]) AND {column} BETWEEN %s AND %s)"
        return sql, (*params, _array(self.rhs), *params, self.rhs[0], self.rhs[-1])


class _OneOf(Lookup):
    """``column IN (1, 2, …)`` of whole numbers."""

    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} IN ({', '.join(map(str, self.rhs))})", tuple(params)


class _InPairs(Lookup):
    """``(column, column) IN (…)``: of two fields, and the SQL of pairs with its parameters.

    A lookup, for Django compares any other condition with TRUE on MariaDB, which then uses no index.
    """

    prepare_rhs = False

    def __init__(self, names: tuple[str, str], pairs: tuple[str, tuple[str, ...]]) -> None:
        columns: Any = Func(*names, template="(%(expressions)s)", output_field=models.BooleanField())
        super().__init__(columns, pairs)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        columns, params = self.process_lhs(compiler, connection)
        pairs, given = self.rhs
        return f"{columns} IN ({pairs})", (*params, *given)


def _array(values: Sequence[Any]) -> str:
    """PostgreSQL's literal of an array; psycopg would look at each value to find its type."""
    if isinstance(values[0], int):
        return f"{{{','.join(map(str, values))}}}"
    # Quotation marks alone would not do: a backslash escapes inside them.
    escaped = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return '{"' + '","'.join(escaped) + '"}'


def names_of(model: Any, keys: Iterable[int]) -> dict[int, str]:
    """Primary key to what the object is called, for those that exist.

    A model with many rows says what an object is ``named_by`` and its ``name_for`` a key and such values:
    making an instance of each takes five times as long.
    """
    names: dict[int, str] = {}
    for chosen in in_values("pk", keys, model.objects.db):
        rows = model.objects.filter(chosen).order_by()
        if hasattr(model, "named_by"):
            for pk, *values in rows.values_list("pk", *model.named_by):
                names[pk] = model.name_for(pk, *values)
        else:
            names.update((instance.pk, str(instance)) for instance in rows)
    return names


def fields_of(model: type[models.Model], names: Sequence[str]) -> list[Any]:
    """Fields by name; ``pk`` is the primary key."""
    return [model._meta.pk if name == "pk" else model._meta.get_field(name) for name in names]


def columns_of(connection: Any, fields: Sequence[Any]) -> list[str]:
    """The quoted columns of fields."""
    return [connection.ops.quote_name(field.column) for field in fields]
