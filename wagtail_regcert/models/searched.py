"""Tables whose rows carry what they are searched by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.db import models, router, transaction
from django.db.models import Case, TextField, Value, When

from ..databases import SourceQuerySet
from .fields import SearchText
from .sets import in_chunks
from .writing import search_fields_of, stored_values, take_write_lock

M = TypeVar("M", bound=models.Model)

CASES = 250
"""Rows whose texts one statement tells apart: SQLite takes 999 parameters, and three a row are needed."""


class SearchedQuerySet(SourceQuerySet[M]):
    """Rows of such a table as sets."""

    def update(self, **values: Any) -> int:
        """Update, and keep what rows are searched by: in the same statement, as :mod:`.writing` has to.

        ``bulk_update`` comes through here, too.
        """
        fields = search_fields_of(self.model, values)
        if not fields:
            return super().update(**values)
        texts = {
            field.name: field.made_of([values[name] for name in field.sources])
            for field in fields
            if all(name in values and _is_text(values[name]) for name in field.sources)
        }
        if len(texts) == len(fields):
            return super().update(**values, **texts)
        return self._update_one_by_one(fields, values)

    update.alters_data = True  # type: ignore[attr-defined]

    def with_those_made_of(self, names: set[str]) -> set[str]:
        """Names of fields, with those that change whenever these do."""
        return names | {field.name for field in search_fields_of(self.model, names)}

    def _update_one_by_one(self, fields: Sequence[SearchText], values: Mapping[str, Any]) -> int:
        """Update rows whose texts differ, since they are also made of what is stored or computed."""
        updated = 0
        # Keys are read where the update is written.
        self._for_write = True
        with transaction.atomic(self.db):
            take_write_lock(self.model)
            keys = sorted(self.order_by().values_list("pk", flat=True))
            # Values that refer to annotations need them; all others are found by key alone.
            rows: Any = self if self.query.annotations else self.model._base_manager.using(self.db)
            for chunk in in_chunks(keys, CASES):
                chosen = rows.order_by().filter(pk__in=chunk)
                list(
                    self.model._base_manager.using(self.db)
                    .select_for_update()
                    .filter(pk__in=chunk)
                    .order_by("pk")
                )
                texts = {field.name: _as_case(field, chosen, values) for field in fields}
                updated += super(SearchedQuerySet, chosen).update(**values, **texts)
        return updated

    def bulk_create(
        self,
        objs: Any,
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        update_fields: Any = None,
        unique_fields: Any = None,
    ) -> Any:
        """Create many, and keep what those are searched by that exist and are updated instead."""
        if update_fields:
            update_fields = self.with_those_made_of(set(update_fields))
        return super().bulk_create(
            objs, batch_size, ignore_conflicts, update_conflicts, update_fields, unique_fields
        )


def _is_text(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _as_case(field: SearchText, rows: Any, values: Mapping[str, Any]) -> Case:
    """What each of the rows will be searched by when it has these values."""
    given = {
        f"new_{name}": values[name]
        if hasattr(values[name], "resolve_expression")
        else Value(values[name], output_field=TextField())
        for name in field.sources
        if name in values
    }
    names = [f"new_{name}" if name in values else name for name in field.sources]
    found = rows.annotate(**given).values_list("pk", *names)
    cases = [When(pk=key, then=Value(field.made_of(texts))) for key, *texts in found]
    return Case(*cases, output_field=TextField())


def names_to_save(
    instance: models.Model, update_fields: Iterable[str] | None, using: str | None
) -> set[str] | None:
    """The fields to save, with what the row is searched by where it is made of some of them.

    The rest that it is made of is what is stored by now, not what the instance happens to hold.
    """
    if update_fields is None:
        return None
    names = set(update_fields)
    model, using = type(instance), using or router.db_for_write(type(instance), instance=instance)
    for field in search_fields_of(model, names):
        others = sorted(set(field.sources) - names)
        stored = stored_values(model, others, [instance.pk], using)
        field.remember(instance, {name: value for name, (value,) in stored.items()})
        names.add(field.name)
    return names
