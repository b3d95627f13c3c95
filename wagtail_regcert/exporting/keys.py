"""The primary keys of what is exported, in its order: read once, kept in little memory.

An export reads its keys first, in one statement at full speed, and then its records by key. However slowly
the file is fetched, no cursor and no transaction stays open meanwhile; what others create, change or delete
moves no record from its place; and no page has to be sorted, filtered or planned anew.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections, transaction
from django.db.models import QuerySet

IN_MEMORY = 1_000_000
"""Bytes of keys that are kept in memory; more go to a temporary file."""

PAGE = 4000
"""Keys whose records are read at once."""

KEYS_AT_ONCE = 10_000
"""Keys taken from the driver at once."""


class Keys:
    """A long list of primary keys. It can be read once it is complete, any number of times."""

    def __init__(self) -> None:
        # Open as long as the list is, which outlives any block.
        self._file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
        self._count = 0

    def __del__(self) -> None:
        # Of a download that was broken off or never began, too.
        self._file.close()

    def __len__(self) -> int:
        return self._count

    def extend(self, keys: Iterable[int]) -> None:
        """Add keys at the end."""
        added = array("q", keys)
        self._file.write(added.tobytes())
        self._count += len(added)

    def pages(self, size: int | None = None) -> Iterator[Sequence[int]]:
        """The keys in their order, at most ``size`` at once, else as many as records are read."""
        size = size or PAGE
        at = 0
        while at < self._count:
            page = array("q")
            self._file.seek(at * page.itemsize)
            page.frombytes(self._file.read(size * page.itemsize))
            at += len(page)
            yield page


def batches(rows: QuerySet[Any, tuple[Any, ...]]) -> Iterator[Sequence[tuple[Any, ...]]]:
    """All rows in one statement, some at once, without the driver holding the whole result.

    To be read to the end without delay: the statement is open meanwhile. Values come as the driver has them.
    """
    connection = connections[rows.db]
    try:
        sql, params = rows.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return
    with ExitStack() as stack:
        if connection.vendor == "postgresql":
            # In a transaction a server-side cursor works behind pgbouncer, too, where Django must be told
            # to use none outside of one.
            stack.enter_context(transaction.atomic(connection.alias))
        cursor = stack.enter_context(_cursor(connection))
        cursor.execute(sql, params)
        while batch := cursor.fetchmany(KEYS_AT_ONCE):
            yield batch


def _cursor(connection: Any) -> Any:
    """A cursor that reads from the server as rows are asked for."""
    if connection.vendor != "mysql":
        return connection.chunked_cursor()
    # Django's are of MySQLdb's other kind, which fetches everything first.
    from django.db.backends.mysql.base import CursorWrapper
    from MySQLdb.cursors import SSCursor

    connection.ensure_connection()
    with connection.wrap_database_errors:
        cursor = CursorWrapper(connection.connection.cursor(SSCursor))
    return (
        connection.make_debug_cursor(cursor) if connection.queries_logged else connection.make_cursor(cursor)
    )
