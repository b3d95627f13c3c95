"""What screens show of a table and of its records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import ngettext

from ..rules import Rules
from ..types import Left, Record, Step, Values


class Shown(Rules):
    """The part of a subject that screens ask for."""

    model: Any
    writes: tuple[str, ...]
    """Names of the models that an import may add to or change."""
    form_url_name: str
    """Name of the address of the form that takes its files."""
    form_title: Any
    """What that form is called."""
    has_run_filter = False
    """Whether the listing can show just what one import touched."""

    @property
    def written_models(self) -> list[Any]:
        """The models that an import may add to or change."""
        return [self.model._meta.app_config.get_model(name) for name in self.writes]

    @property
    def name_headings(self) -> dict[str, Any]:
        """Name and heading of each column that says on screen which record is meant."""
        return {self.model._meta.model_name: capfirst(self.model._meta.verbose_name)}

    def names(self, entries: Sequence[Record | Step | Left], fields: tuple[str, ...]) -> list[dict[str, Any]]:
        """What those columns hold for each of the entries, whose values are of these fields."""
        (name,) = self.name_headings
        stored = self.model.objects.in_bulk([entry.pk for entry in entries if entry.pk is not None])
        return [{name: stored.get(entry.pk) or self._name_of(entry, fields)} for entry in entries]

    def _name_of(self, entry: Record | Step | Left, fields: tuple[str, ...]) -> str:
        """What a record is called that is not stored (yet, or any more)."""
        values: Values | None = getattr(entry, "after", None) or getattr(entry, "before", None)
        own = {field.name for field in self.model._meta.concrete_fields if not field.is_relation}
        known = dict(zip(fields, values or (), strict=False))
        return str(self.model(**{name: value for name, value in known.items() if name in own}))

    def counted(self, count: int) -> str:
        """A number of records, in words."""
        return ngettext("%(count)d record", "%(count)d records", count) % {"count": count}

    def created_note(self, count: int, fields: tuple[str, ...]) -> str:
        """What a report says of this many records that will be created with these fields; mostly nothing."""
        return ""
