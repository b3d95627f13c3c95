"""Tables whose rows carry what they are searched by."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar

from django.db import models, transaction

from ..databases import SourceQuerySet
from .writing import fill_search_text, search_fields_of, take_write_lock

M = TypeVar("M", bound=models.Model)


class SearchedQuerySet(SourceQuerySet[M]):
    """Rows of such a table as sets."""

    def update(self, **values: Any) -> int:
        """Update, and keep what rows are searched by."""
        if not search_fields_of(self.model, values):
            return super().update(**values)
        # Keys are read where the update is written.
        self._for_write = True
        with transaction.atomic(self.db):
            take_write_lock(self.model)
            keys = list(self.values_list("pk", flat=True))
            updated = super().update(**values)
            fill_search_text(self.model, keys)
        return updated

    update.alters_data = True  # type: ignore[attr-defined]

    def bulk_update(self, objs: Any, fields: Any, *args: Any, **options: Any) -> int:
        """Update many, and keep what they are searched by."""
        objs, fields = list(objs), set(fields)
        if not search_fields_of(self.model, fields):
            return super().bulk_update(objs, fields, *args, **options)
        self._for_write = True
        with transaction.atomic(self.db):
            updated = super().bulk_update(objs, fields, *args, **options)
            fill_search_text(self.model, [one.pk for one in objs])
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
            names = set(update_fields)
            update_fields = names | {field.name for field in search_fields_of(self.model, names)}
        return super().bulk_create(
            objs, batch_size, ignore_conflicts, update_conflicts, update_fields, unique_fields
        )


def refill_search_text(instance: models.Model, update_fields: Collection[str] | None) -> None:
    """After some fields of a row were saved: what it is searched by, from all that is stored by now."""
    if update_fields and search_fields_of(type(instance), update_fields):
        fill_search_text(type(instance), [instance.pk])
