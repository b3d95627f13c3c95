"""Rows of one table by primary key: keys in, columns of values out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from django.db import connections, models, transaction
from django.db.models import Q, QuerySet

from ..models.sets import in_values

Columns = Sequence[Sequence[Any]]
"""The values of some rows, field by field."""

_SEPARATOR = "\x1f"
"""Between texts that come as one. No form and no import takes a text that has it."""


class ByKey:
    """Reads the same fields of one table, for some keys after the other."""

    def __init__(self, model: type[models.Model], using: str) -> None:
        self._model = model
        self._using = using
        self.fields: list[Any] = []
        """What is read beside the key; complete before anything is."""

    def read(self, keys: Collection[int]) -> Columns:
        """The rows that have these keys, in any order; their key is the first column.

        A text that is null may come as ``""``.
        """
        if not keys:
            return self._no_rows()
        return self._gathered(keys) if self._is_postgresql else self._fetched(keys)

    @property
    def _is_postgresql(self) -> bool:
        return connections[self._using].vendor == "postgresql"

    def _no_rows(self) -> list[list[Any]]:
        return [[] for _name in ("pk", *self.fields)]

    @property
    def _rows(self) -> QuerySet[Any, tuple[Any, ...]]:
        rows = self._model._base_manager.using(self._using).order_by()
        return rows.values_list("pk", *self.fields)

    def _fetched(self, keys: Collection[int]) -> Columns:
        columns = self._no_rows()
        unbroken = _range_of(keys)
        for chosen in [Q(pk__range=unbroken)] if unbroken else in_values("pk", keys, self._using):
            for column, values in zip(columns, zip(*self._rows.filter(chosen), strict=True), strict=False):
                column.extend(values)
        return columns

    def _gathered(self, keys: Collection[int]) -> Columns:
        """Each column as one value: a fraction of the work that a tuple for each row is."""
        columns = self._select(self._as_texts, keys)
        if any(len(column) != len(columns[0]) for column in columns):
            # Code has stored a text that has the separator in it.
            columns = self._select(self._as_arrays, keys)
        return columns

    def _select(self, gathered: str, keys: Collection[int]) -> Columns:
        select = f"SELECT {gathered} FROM {self._source} WHERE column_0"
        if unbroken := _range_of(keys):
            with connections[self._using].cursor() as cursor:
                cursor.execute(f"{select} BETWEEN %s AND %s", unbroken)
                (found,) = cursor.fetchall()
        else:
            with _by_index(self._using) as cursor:
                cursor.execute(f"{select} = ANY ('{{{','.join(map(str, keys))}}}'::bigint[])")
                (found,) = cursor.fetchall()
        return [value.split(_SEPARATOR) if isinstance(value, str) else value or [] for value in found]

    @cached_property
    def _source(self) -> str:
        names = ", ".join(f"column_{at}" for at in range(len(self.fields) + 1))
        # A query of nothing but columns has no parameters.
        sql, _params = self._rows.query.get_compiler(using=self._using).as_sql()
        return f"({sql}) rows ({names})"

    @cached_property
    def _as_texts(self) -> str:
        compiler = self._rows.query.get_compiler(using=self._using)
        compiler.pre_sql_setup()
        is_text = [
            isinstance(column.output_field, models.CharField | models.TextField)
            for column, _sql, _alias in compiler.select
        ]
        return ", ".join(
            f"string_agg(coalesce(column_{at}, ''), '{_SEPARATOR}')" if text else f"array_agg(column_{at})"
            for at, text in enumerate(is_text)
        )

    @cached_property
    def _as_arrays(self) -> str:
        return ", ".join(f"array_agg(column_{at})" for at in range(len(self.fields) + 1))


def _range_of(keys: Collection[int]) -> tuple[int, int] | None:
    """The first and the last of keys with none missing in between, as on most pages of a whole table.

    A range is found faster than its keys.
    """
    first, last = min(keys), max(keys)
    return (first, last) if last - first + 1 == len(keys) else None


@contextmanager
def _by_index(using: str) -> Iterator[Any]:
    """A cursor for which PostgreSQL finds rows by their keys.

    For a page of keys from all over a table it would otherwise read the whole table, every time.
    """
    with transaction.atomic(using), connections[using].cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        yield cursor
        # What goes on in the same transaction is not ours.
        cursor.execute("SET LOCAL enable_seqscan TO DEFAULT")
