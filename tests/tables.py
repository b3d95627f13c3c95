"""Tables as migrations left them, again after each test that commits.

Django's flush would leave them empty, Wagtail's root page, site and locale included. Which tests come after
it is chance where they run side by side, and no user's site is without a page.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from wagtail_regcert.models.writing import take_write_lock

_at_first: dict[str, list[Any]] = {}
"""The rows of each table before any test, by its quoted name."""


def remember_tables() -> None:
    """Call this once all is migrated."""
    with connection.cursor() as cursor:
        _at_first.update((table, _rows_of(cursor, table)) for table in _tables())


def bring_tables_back(*_: Any) -> None:
    """Stands in for the end of a ``TransactionTestCase``."""
    tables = _tables()
    with connection.constraint_checks_disabled(), transaction.atomic(), connection.cursor() as cursor:
        # A request of a browser that is gone may still be at work, and write.
        take_write_lock(ContentType)
        # One question for all the tables that had nothing: nearly all have nothing now.
        cursor.execute("SELECT " + ", ".join(f"EXISTS(SELECT 1 FROM {table})" for table in tables))
        filled_again = []
        for table, is_filled in zip(tables, cursor.fetchone(), strict=True):
            before = _at_first.get(table, [])
            if not (is_filled or before) or (before and _rows_of(cursor, table) == before):
                continue
            cursor.execute(f"DELETE FROM {table}")
            if before:
                values = ", ".join(["%s"] * len(before[0]))
                cursor.executemany(f"INSERT INTO {table} VALUES ({values})", before)
                filled_again.append(table)
        for sql in _counted_on_from(filled_again):
            cursor.execute(sql)


def _counted_on_from(tables: list[str]) -> list[str]:
    """What lets PostgreSQL give keys that no row has: a flush may have begun to count anew."""
    quote = connection.ops.quote_name
    models = [
        one for one in apps.get_models(include_auto_created=True) if quote(one._meta.db_table) in tables
    ]
    return connection.ops.sequence_reset_sql(no_style(), models)


def _tables() -> list[str]:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return [connection.ops.quote_name(name) for name in sorted(names)]


def _rows_of(cursor: CursorWrapper, table: str) -> list[Any]:
    cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
    return list(cursor.fetchall())
