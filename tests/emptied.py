"""Tables emptied after each test that commits, with less work than Django's flush."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import TransactionTestCase

BASICS = (ContentType, Permission, Group, Group.permissions.through)
"""What ``flush`` has ``post_migrate`` make again: hundreds of rows in dozens of transactions."""

_flush = TransactionTestCase._fixture_teardown
_flushed: list[Any] = []
"""The rows of these as a flush left them, once there was one."""


def empty_where_filled(test: TransactionTestCase) -> None:
    """Leave the tables as a flush does, whose basics are as they were after one, or else are made again."""
    if not _flushed or _rows_of_basics() != _flushed:
        _flush(test)
        _flushed[:] = _rows_of_basics()
        return
    kept = {model._meta.db_table for model in BASICS}
    names = set(connection.introspection.django_table_names(only_existing=True, include_views=False))
    tables = [connection.ops.quote_name(name) for name in sorted(names - kept)]
    with connection.constraint_checks_disabled(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"EXISTS(SELECT 1 FROM {table})" for table in tables))
        for table, is_filled in zip(tables, cursor.fetchone(), strict=True):
            if is_filled:
                cursor.execute(f"DELETE FROM {table}")


def _rows_of_basics() -> list[Any]:
    return [list(model._base_manager.order_by("pk").values_list()) for model in BASICS]
