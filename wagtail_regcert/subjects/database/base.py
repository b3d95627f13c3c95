"""A subject's hands in the database: looking up, locking, writing, naming what is written to history.

A table's rules stand beside, without a database: :mod:`wagtail_regcert.subjects.rules`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from django.db import models

from ...models.sets import among, names_of
from ...models.writing import delete_rows, insert_rows, update_rows
from ...problems import SinceImport
from ..rules import Rules
from ..types import Key, Record, Step, Values


class Found(NamedTuple):
    """What an import wrote, as it is stored now."""

    pk: int
    values: Values
    more: tuple[Any, ...] = ()
    """What the subject itself looks at."""


class Subject(Rules):
    """A table that can be imported, and all that the engine needs of it."""

    model: Any
    writes: tuple[str, ...]
    """Names of the models that an import may add to or change."""
    key_names: tuple[str, ...] = ()
    """Fields of the model that are written when a record is created, and not among :attr:`fields`."""
    created_stamps: tuple[str, ...] = ()
    """Fields that hold when a record was written, when it is created."""
    updated_stamps: tuple[str, ...] = ()
    """The same when it is updated."""

    def stored(self, *, lock: bool = False) -> Any:
        """What :meth:`match` reads through; with ``lock`` what it reads is kept from changing."""
        raise NotImplementedError

    def key_values(self, key: Any) -> tuple[Any, ...]:
        """The values of :attr:`key_names`."""
        return ()

    def pks(self, records: Sequence[Record]) -> Mapping[Key, int]:
        """The primary keys of records that were just created, by key."""
        raise NotImplementedError

    def find(
        self, records: Sequence[Record], fields: tuple[str, ...], *, lock: bool = False
    ) -> Sequence[Found | None]:
        """What is stored now of records that an import wrote; ``None`` for what is not there any more."""
        raise NotImplementedError

    def since_import(
        self, record: Record, found: Found, imported_at: dt.datetime | None
    ) -> SinceImport | None:
        """What happened to a record since an import wrote it; ``None`` for nothing."""
        return None if found.values == record.after else SinceImport.CHANGED

    def insert(self, records: Sequence[Record], fields: tuple[str, ...], now: dt.datetime) -> None:
        """Create records."""
        stamps = (now,) * len(self.created_stamps)
        insert_rows(
            self.model,
            (*self.key_names, *fields, *self.created_stamps),
            [(*self.key_values(record.key), *record.after, *stamps) for record in records],
        )

    def update(self, rows: Sequence[tuple[int, Values]], fields: tuple[str, ...], now: dt.datetime) -> None:
        """Give records, by primary key, their new values."""
        stamps = (now,) * len(self.updated_stamps)
        update_rows(
            self.model, (*fields, *self.updated_stamps), [(*values, *stamps, pk) for pk, values in rows]
        )

    def delete(self, pks: Sequence[int]) -> None:
        """Delete records."""
        delete_rows(self.model, pks)

    def labels(self, steps: Sequence[Step]) -> Sequence[str]:
        """What the records of steps, which are stored, are called in history."""
        names = names_of(self.model, [step.pk for step in steps])
        return [names[step.pk] for step in steps]

    def identity_changes(self, step: Step) -> Mapping[str, list[str]]:
        """Field to [old, new] of what a created or deleted record is about, beside its values."""
        return {}

    def keys_now(self, keys: Collection[Any]) -> Mapping[Any, int]:
        """The primary keys of those of the keys that are stored now."""
        raise NotImplementedError

    def is_about_learner(self, records: Iterable[Record], learner: int) -> bool:
        """Whether any of the records is about this learner (primary key)."""
        return False

    def referred_to(self, pks: Collection[int]) -> set[int]:
        """Those of the records that any row of the database refers to, of whatever app."""
        found: set[int] = set()
        using = self.model.objects.db
        for relation in self.model._meta.get_fields(include_hidden=True):
            if (
                not relation.auto_created
                or relation.concrete
                or not isinstance(relation, models.ForeignObjectRel)
            ):
                continue
            field = relation.field
            # Many-to-many relations refer by the rows of a table of their own, which are among these.
            if field.many_to_many or field.related_model is None or not hasattr(field, "attname"):
                continue
            rows = relation.related_model._base_manager.using(using)
            found.update(
                chain.from_iterable(
                    rows.filter(chosen).values_list(field.attname, flat=True)
                    for chosen in among(field.attname, pks, using)
                )
            )
        return found
