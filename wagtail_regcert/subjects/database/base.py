"""A subject's hands in the database: looking up, locking, writing, naming what is written to history.

A table's rules stand beside, without a database: :mod:`wagtail_regcert.subjects.rules`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from django.db import models, router
from django.db.models import F, Value
from django.db.models.functions import Coalesce

from ...exporting.columns import FileLayout, columns_of
from ...models.fields import PlainDate
from ...models.sets import in_values, names_of
from ...models.writing import delete_rows, insert_rows, update_rows
from ...problems import SinceImport
from ..types import Key, Record, Step, Values
from .shown import Shown


class Found(NamedTuple):
    """What an import wrote, as it is stored now."""

    pk: int
    values: Values
    more: tuple[Any, ...] = ()
    """What the subject itself looks at."""


class Subject(Shown):
    """A table that can be imported, and all that the engine needs of it."""

    related: Mapping[str, Any] = {}
    """Fields whose values are names of rows of other models; those that do not exist yet are created."""
    defaults: Mapping[str, Any] = {}
    """Fields that a database needs when a record is created, and what they then hold if nothing is given."""
    key_names: tuple[str, ...] = ()
    """Fields of the model that are written when a record is created, and not among :attr:`fields`."""
    created_stamps: tuple[str, ...] = ()
    """Fields that hold when a record was written, when it is created."""
    updated_stamps: tuple[str, ...] = ()
    """The same when it is updated."""

    lookups: Mapping[str, str] = {}
    """Fields of the layout that are called otherwise in the table, to where an export finds them."""
    known_by_lookups: tuple[str, ...] = ()
    """Lookups of which a record must have at least one to be exported; none where all have one."""

    def file_layout(self) -> FileLayout:
        """What a file of the table looks like that an import reads again."""
        columns = columns_of(self.layout, self.lookups)
        return FileLayout(name=self.about, columns=columns, known_by=self.known_by_lookups)

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

    def write(
        self,
        created: Sequence[Record],
        updated: Sequence[Record | Step],
        fields: tuple[str, ...],
        now: dt.datetime,
    ) -> None:
        """Create and update records; values that pass from one to another are freed first."""
        self._free(created, updated, fields)
        self._insert(created, fields, now)
        self._update(updated, fields, now)

    def _free(
        self, created: Sequence[Record], updated: Sequence[Record | Step], fields: tuple[str, ...]
    ) -> None:
        """Take away what others get: databases look at one row after the other."""
        for field in self.exchanged:
            if field in fields:
                at = fields.index(field)
                taken = {one.after[at] for one in (*created, *updated) if one.after} - {""}
                freed = [
                    one.pk
                    for one in updated
                    if one.before
                    and one.after
                    and one.before[at] != one.after[at]
                    and one.before[at] in taken
                ]
                update_rows(self.model, [field], [(None, pk) for pk in freed])

    def _columns(self, rows: Sequence[Values], fields: tuple[str, ...]) -> Sequence[Sequence[Any]]:
        """Values as they are written: of related rows their primary keys. Missing ones are created."""
        if self.related.keys().isdisjoint(fields):
            return rows
        columns: list[Sequence[Any]] = list(zip(*rows, strict=True)) or [()] * len(fields)
        for field, model in self.related.items():
            if field in fields:
                at = fields.index(field)
                keys = keys_by_name(model, columns[at], create=True)
                columns[at] = [keys.get(name) for name in columns[at]]
        return list(zip(*columns, strict=True))

    def _insert(self, records: Sequence[Record], fields: tuple[str, ...], now: dt.datetime) -> None:
        stamps = (now,) * len(self.created_stamps)
        rows = self._columns([record.after for record in records], fields)
        missing = [name for name in self.defaults if name not in fields]
        defaults = [self.defaults[name] for name in missing]
        insert_rows(
            self.model,
            (*self.key_names, *fields, *missing, *self.created_stamps),
            [
                (*self.key_values(record.key), *row, *defaults, *stamps)
                for record, row in zip(records, rows, strict=True)
            ],
        )

    def _update(self, records: Sequence[Record | Step], fields: tuple[str, ...], now: dt.datetime) -> None:
        stamps = (now,) * len(self.updated_stamps)
        rows = self._columns([record.after or () for record in records], fields)
        update_rows(
            self.model,
            (*fields, *self.updated_stamps),
            [(*row, *stamps, record.pk) for record, row in zip(records, rows, strict=True)],
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

    def history_changes(
        self, steps: Sequence[Step], fields: tuple[str, ...]
    ) -> Callable[[dict[str, list[str]]], dict[str, list[str]]]:
        """Makes of field to [old, new] what history keeps: of related rows their primary keys."""
        keys: dict[str, Mapping[str, int]] = {}
        for field, model in self.related.items():
            if field in fields:
                at = fields.index(field)
                both = ((step.before, step.after) for step in steps)
                keys[field] = keys_by_name(model, {values[at] for one in both for values in one if values})

        def kept(found: dict[str, list[str]]) -> dict[str, list[str]]:
            for field in keys.keys() & found.keys():
                found[field] = [str(keys[field].get(name, name)) for name in found[field]]
            return found

        return kept

    def with_primary_keys(self, keys: Iterable[Any]) -> Mapping[Any, Any]:
        """Keys to what they are now, where what stood in for a primary key has one."""
        return {key: key for key in keys}

    def keys_now(self, keys: Collection[Any]) -> Mapping[Any, int]:
        """The primary keys of those of the keys that are stored now."""
        raise NotImplementedError

    def held(self, field: str, values: Collection[str]) -> set[str]:
        """Those of the values of an exchanged field that anybody has."""
        return {
            value
            for chosen in in_values(field, values, self.model.objects.db)
            for value in self.model.objects.order_by().filter(chosen).values_list(field, flat=True)
        }

    def is_about_learner(self, records: Iterable[Record], learner: int) -> bool:
        """Whether any of the records is about this learner (primary key)."""
        return False

    def referred_to(self, pks: Collection[int]) -> set[int]:
        """Those of the records that any row of the database refers to, of whatever app."""
        return rows_referred_to(self.model, pks)


def rows_referred_to(model: Any, pks: Collection[int]) -> set[int]:
    """Those of the rows that any row of the database refers to, of whatever app."""
    found: set[int] = set()
    for relation in model._meta.get_fields(include_hidden=True):
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
        # A site's relation may refer by another field than the primary key, from another database.
        using = router.db_for_write(relation.related_model)
        rows = relation.related_model._base_manager.using(using)
        key = f"{field.name}__pk"
        found.update(
            chain.from_iterable(
                rows.filter(chosen).values_list(key, flat=True) for chosen in in_values(key, pks, using)
            )
        )
    return found


def plain_expressions(model: Any, fields: Sequence[str]) -> list[Any]:
    """Expressions that read fields as plain texts: dates ISO, blanks ``""``, related rows by name."""
    found: list[Any] = []
    for name in fields:
        field = model._meta.get_field(name)
        if isinstance(field, models.DateField):
            found.append(PlainDate(name))
        elif field.is_relation:
            found.append(Coalesce(F(f"{name}__name"), Value("")))
        else:
            found.append(Coalesce(F(name), Value("")) if field.null else F(name))
    return found


def keys_by_name(model: Any, names: Iterable[str], *, create: bool = False) -> dict[str, int]:
    """Name to primary key; with ``create`` rows that do not exist are created."""
    wanted = set(names) - {""}
    found: dict[str, int] = {}
    for chosen in in_values("name", wanted, model.objects.db):
        found.update(model.objects.filter(chosen).values_list("name", "pk"))
    missing = sorted(wanted - found.keys()) if create else []
    if missing:
        insert_rows(model, ("name",), [(name,) for name in missing])
        found.update(keys_by_name(model, missing))
    return found
