"""Working on sets of rows: statements grow with chunks, never with rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from django.db import connections, models, router
from django.db.models.expressions import RawSQL

T = TypeVar("T")

CHUNK = 5000
"""Values in one list of placeholders, rows in one bulk write."""


def in_chunks(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Cut a sequence into pieces of at most ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def sets_of(values: Iterable[str] | Iterable[int], using: str) -> Iterator[Any]:
    """What to compare a column with, by ``…__in``, to find all of the values: a few sets at most.

    SQLite and PostgreSQL take any number of values as one parameter; a list of placeholders costs
    Django and the database more than the rows that it finds. No set where there are no values.
    """
    ordered: list[Any] = sorted(values)
    if not ordered:
        return
    match connections[using].vendor:
        case "sqlite":
            yield RawSQL("SELECT value FROM json_each(%s)", [json.dumps(ordered)])
        case "postgresql":
            kind = "bigint" if isinstance(ordered[0], int) else "text"
            yield RawSQL(f"SELECT unnest(%s::{kind}[])", [ordered])
        case _:
            yield from in_chunks(ordered)


def insert_rows(model: type[models.Model], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows of values, a statement prepared once for each chunk.

    Passes by ``bulk_create``, which on SQLite cuts statements at 999 parameters and makes an instance
    of every row, and so by ``pre_save``: every column without a database default must be named.
    """
    connection = connections[router.db_for_write(model)]
    quote = connection.ops.quote_name
    fields = fields_of(model, names)
    columns = ", ".join(quote(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({marks})"
    _execute(connection, sql, fields, rows)


def update_rows(model: type[models.Model], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Update by primary key: rows of values, the key last. A statement prepared once for each chunk."""
    connection = connections[router.db_for_write(model)]
    quote = connection.ops.quote_name
    fields = fields_of(model, names)
    (key,) = fields_of(model, ["pk"])
    assignments = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    sql = f"UPDATE {quote(model._meta.db_table)} SET {assignments} WHERE {quote(key.column)} = %s"
    _execute(connection, sql, [*fields, key], rows)


def take_write_lock(model: type[models.Model]) -> None:
    """Begin a transaction with a write that changes nothing.

    SQLite fails at once, timeout or not, when a transaction reads first and another wrote in between.
    """
    connection = connections[router.db_for_write(model)]
    quote = connection.ops.quote_name
    table, key = quote(model._meta.db_table), quote(fields_of(model, ["pk"])[0].column)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {key} = {key} WHERE 1 = 0")


def fields_of(model: type[models.Model], names: Sequence[str]) -> list[Any]:
    """Fields by name; ``pk`` is the primary key."""
    return [model._meta.pk if name == "pk" else model._meta.get_field(name) for name in names]


def _execute(connection: Any, sql: str, fields: Sequence[Any], rows: Sequence[Sequence[Any]]) -> None:
    if not rows:
        return
    converters = [_converter(field, connection) for field in fields]
    with connection.cursor() as cursor:
        for chunk in in_chunks(rows):
            columns: list[Iterable[Any]] = [
                map(convert, column) if convert else column
                for convert, column in zip(converters, zip(*chunk, strict=True), strict=True)
            ]
            cursor.executemany(sql, list(zip(*columns, strict=True)))


# Django makes an encoder for every value; what we store is plain. All three databases take the text.
_JSON = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


def _converter(field: Any, connection: Any) -> Callable[[Any], Any] | None:
    """How a field's values go to the driver; ``None`` where they go as they are.

    Values that repeat (dates, times) are converted once.
    """
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    # AutoField is no IntegerField by class, but its values are.
    if isinstance(field, models.CharField | models.TextField | models.IntegerField | models.AutoField):
        return None
    if isinstance(field, models.JSONField):
        return _JSON.encode
    known: dict[Any, Any] = {}

    def convert(value: Any) -> Any:
        try:
            return known[value]
        except KeyError:
            return known.setdefault(value, field.get_db_prep_save(value, connection))

    return convert
