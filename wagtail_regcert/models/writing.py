"""Writing sets of rows: statements grow with chunks, never with rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import Any

from django.db import connections, models, router, transaction

from .fields import SearchText
from .sets import columns_of, fields_of, in_chunks, in_values


def insert_rows(model: type[models.Model], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows of values: a statement for each chunk, or one ``COPY`` on PostgreSQL.

    Passes by ``bulk_create``, which on SQLite cuts statements at 999 parameters and makes an instance
    of every row, and so by ``pre_save``: every column without a database default must be named.
    """
    if rows:
        connection = connections[router.db_for_write(model)]
        for field in search_fields_of(model, names):
            blank = dict.fromkeys(set(field.sources) - set(names), [""] * len(rows))
            names, rows = _with_search_text(field, names, rows, blank)
        _fill(connection, model._meta.db_table, fields_of(model, names), rows)


def update_rows(model: type[models.Model], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Update by primary key: rows of values, the key last. Statements grow with chunks at most.

    A server would be asked once for every row, so it gets the rows in a temporary table and updates from
    that. SQLite is asked nothing: it runs a prepared statement for each row.
    """
    if not rows:
        return
    using = router.db_for_write(model)
    for field in search_fields_of(model, names):
        keys = [row[-1] for row in rows]
        stored = stored_values(model, sorted(set(field.sources) - set(names)), keys, using)
        names, rows = _with_search_text(field, names, rows, stored)
    _update(using, model, names, rows)


def _update(
    using: str, model: type[models.Model], names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    connection = connections[using]
    fields, keys = fields_of(model, names), fields_of(model, ["pk"])
    table, (key,) = connection.ops.quote_name(model._meta.db_table), columns_of(connection, keys)
    columns = columns_of(connection, fields)
    if connection.vendor == "sqlite":
        assignments = ", ".join(f"{column} = %s" for column in columns)
        _execute(connection, f"UPDATE {table} SET {assignments} WHERE {key} = %s", [*fields, *keys], rows)
        return
    with _temporary(connection, table, [*columns, key]) as given:
        _fill(connection, given, [*fields, *keys], rows)
        given = connection.ops.quote_name(given)
        joined = f"{table}.{key} = {given}.{key}"
        if connection.vendor == "postgresql":
            assignments = ", ".join(f"{column} = {given}.{column}" for column in columns)
            sql = f"UPDATE {table} SET {assignments} FROM {given} WHERE {joined}"
        else:
            assignments = ", ".join(f"{table}.{column} = {given}.{column}" for column in columns)
            sql = f"UPDATE {table} JOIN {given} ON {joined} SET {assignments}"
        with connection.cursor() as cursor:
            cursor.execute(sql)


def fill_search_text(model: type[models.Model], keys: Iterable[int], using: str | None = None) -> None:
    """Make what rows are searched by anew, from what is stored. Migrations say in which database."""
    using = using or router.db_for_write(model)
    for field in model._meta.fields:
        if isinstance(field, SearchText):
            for chunk in in_chunks(list(keys)):
                found: list[tuple[str, int]] = []
                for chosen in in_values("pk", chunk, using):
                    rows = model._base_manager.using(using).filter(chosen)
                    values = rows.order_by().values_list("pk", *field.sources)
                    found += [(field.made_of(texts), key) for key, *texts in values]
                if found:
                    _update(using, model, [field.name], found)


def search_fields_of(model: type[models.Model], names: Collection[str]) -> list[SearchText]:
    """Fields that are made of any of these for searches, and are not given themselves."""
    return [
        field
        for field in model._meta.fields
        if isinstance(field, SearchText)
        and field.name not in names
        and not set(field.sources).isdisjoint(names)
    ]


def stored_values(
    model: type[models.Model], names: Sequence[str], keys: Sequence[int], using: str
) -> dict[str, list[Any]]:
    """Name to what is stored in the rows with these primary keys, in their order; ``None`` where none."""
    if not names:
        return {}
    found: dict[int, Sequence[Any]] = {}
    for chosen in in_values("pk", keys, using):
        rows = model._base_manager.using(using).filter(chosen).order_by()
        found.update((key, values) for key, *values in rows.values_list("pk", *names))
    nothing = [None] * len(names)
    columns = zip(*(found.get(key, nothing) for key in keys), strict=True)
    return dict(zip(names, map(list, columns), strict=True))


def _with_search_text(
    field: SearchText,
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
    others: Mapping[str, Sequence[Any]],
) -> tuple[Sequence[str], Sequence[Sequence[Any]]]:
    """Put before each row what it will be searched by. ``others`` has the sources that are not in the rows.

    In the same statement as its sources: PostgreSQL looks up again whatever a row refers to that is updated
    twice in one transaction, and so would wait for a learner while it holds the registration.
    """
    sources = [
        map(itemgetter(names.index(name)), rows) if name in names else others[name] for name in field.sources
    ]
    texts = map(field.made_of, zip(*sources, strict=True))
    return (field.name, *names), [(text, *row) for text, row in zip(texts, rows, strict=True)]


def delete_rows(model: type[models.Model], keys: Sequence[int]) -> None:
    """Delete by primary key. Rows that still refer to one make the database refuse, all or nothing."""
    using = router.db_for_write(model)
    for chosen in in_values("pk", keys, using):
        # ``delete`` would first read them all, to see what refers to them.
        rows = model._base_manager.using(using).filter(chosen)
        rows._raw_delete(using)


def take_write_lock(model: type[models.Model]) -> None:
    """Begin a transaction with a write that changes nothing.

    SQLite fails at once, timeout or not, when a transaction reads first and another wrote in between.
    """
    connection = connections[router.db_for_write(model)]
    quote = connection.ops.quote_name
    table, key = quote(model._meta.db_table), quote(fields_of(model, ["pk"])[0].column)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {key} = {key} WHERE 1 = 0")


def _fill(connection: Any, table: str, fields: Sequence[Any], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows of values into a table: by ``COPY`` where the driver has it (psycopg 3)."""
    columns = columns_of(connection, fields)
    into = f"{connection.ops.quote_name(table)} ({', '.join(columns)})"
    with connection.wrap_database_errors, connection.cursor() as cursor:
        if not hasattr(cursor, "copy"):
            marks = ", ".join(["%s"] * len(fields))
            _execute(connection, f"INSERT INTO {into} VALUES ({marks})", fields, rows)
            return
        # Django knows nothing of this one: it neither counts it nor makes its errors Django's.
        with cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for chunk in _converted(connection, fields, rows):
                for row in zip(*chunk, strict=True):
                    copy.write_row(row)


@contextmanager
def _temporary(connection: Any, table: str, columns: Sequence[str]) -> Iterator[str]:
    """An empty table of our own, with some columns of another: its name."""
    name = "regcert_given"
    given = connection.ops.quote_name(name)
    of_ours = "TEMPORARY TABLE" if connection.vendor == "mysql" else "TABLE"
    with transaction.atomic(connection.alias, savepoint=False), connection.cursor() as cursor:
        if connection.vendor == "mysql":
            # A rollback does not take it away.
            cursor.execute(f"DROP {of_ours} IF EXISTS {given}")
        cursor.execute(
            f"CREATE TEMPORARY TABLE {given} AS SELECT {', '.join(columns)} FROM {table} WHERE 1 = 0"
        )
        yield name
        # Dropping what is not called temporary would end MariaDB's transaction.
        cursor.execute(f"DROP {of_ours} {given}")


def _execute(connection: Any, sql: str, fields: Sequence[Any], rows: Sequence[Sequence[Any]]) -> None:
    """Run a statement for every row, prepared once for each chunk."""
    # Of the class: django-debug-toolbar (8.0.0) puts its own in its place, which fails at this on SQLite.
    with type(connection).cursor(connection) as cursor:
        for columns in _converted(connection, fields, rows):
            cursor.executemany(sql, list(zip(*columns, strict=True)))


def _converted(
    connection: Any, fields: Sequence[Any], rows: Sequence[Sequence[Any]]
) -> Iterator[list[Iterable[Any]]]:
    """The columns of each chunk of rows, as they go to the driver."""
    converters = [_converter(field, connection) for field in fields]
    for chunk in in_chunks(rows):
        yield [
            map(convert, column) if convert else column
            for convert, column in zip(converters, zip(*chunk, strict=True), strict=True)
        ]


def _own(field: Any) -> Any:
    """The field whose values a foreign key holds, or the field itself."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return field


# Django makes an encoder for every value; what we store is plain, and no part of it holds itself. All three
# databases take the text.
_JSON = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False)


def _converter(field: Any, connection: Any) -> Callable[[Any], Any] | None:
    """How a field's values go to the driver; ``None`` where they go as they are.

    Values that repeat (dates, times) are converted once; they may be plain: ISO texts, ``""`` for none.
    """
    if isinstance(field, models.UUIDField):
        # New ones come as hexadecimal digits, which all databases take.
        return None
    field = _own(field)
    if isinstance(field, models.CharField) and field.null:
        return lambda value: value or None
    # AutoField is no IntegerField by class, but its values are.
    if isinstance(
        field,
        models.BinaryField | models.CharField | models.TextField | models.IntegerField | models.AutoField,
    ):
        return None
    if isinstance(field, models.JSONField):
        return _JSON.encode
    return _Prepared(field, connection).__getitem__


class _Prepared(dict[Any, Any]):
    """Values of a field to what goes to the driver, each prepared once."""

    def __init__(self, field: Any, connection: Any) -> None:
        super().__init__()
        self._field, self._connection = field, connection

    def __missing__(self, value: Any) -> Any:
        given = None if value == "" else value
        prepared = self[value] = self._field.get_db_prep_save(given, self._connection)
        return prepared
