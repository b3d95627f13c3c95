"""Qualifications in the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ...models import AwardingOrganisation, Qualification
from ...models.sets import in_values
from ..qualifications import QualificationRules
from ..types import Record, Stored
from .base import Found, Subject, keys_by_name, plain_expressions


class StoredQualifications:
    """Reads qualifications by match key; with ``lock`` in the order of their keys."""

    def __init__(self, *, lock: bool = False) -> None:
        self._lock = lock

    def qualifications(self, keys: Collection[str], fields: Sequence[str]) -> Mapping[str, Stored]:
        using = Qualification.objects.db
        if self._lock:
            pks = set(Qualification.objects.by_match_key(keys).values())
            for chosen in in_values("pk", pks, using):
                locked = Qualification.objects.filter(chosen).select_for_update().order_by("pk")
                list(locked.values_list("pk", flat=True))
        columns = plain_expressions(Qualification, fields)
        found: dict[str, Stored] = {}
        for chosen in in_values("match_key", keys, using):
            rows = Qualification.objects.order_by().filter(chosen).values_list("match_key", "pk", *columns)
            for key, pk, *values in rows:
                found[key] = (pk, tuple(values))
        return found

    def organisations(self, names: Collection[str]) -> Collection[str]:
        return keys_by_name(AwardingOrganisation, names).keys()


class QualificationSubject(QualificationRules, Subject):
    """Qualifications, with the awarding organisations that they name."""

    model = Qualification
    writes = ("qualification", "awardingorganisation")
    form_url_name = "import_qualifications"
    form_title = _("Import and Update the List of Qualifications")
    related = {"awarding_organisation": AwardingOrganisation}
    lookups = {"awarding_organisation": "awarding_organisation__name"}
    key_names = ("match_key",)

    def stored(self, *, lock: bool = False) -> StoredQualifications:
        return StoredQualifications(lock=lock)

    def key_values(self, key: Any) -> tuple[Any, ...]:
        return (key,)

    def pks(self, records: Sequence[Record]) -> Mapping[Any, int]:
        return self.keys_now([record.key for record in records])

    def keys_now(self, keys: Collection[Any]) -> Mapping[Any, int]:
        return Qualification.objects.by_match_key(keys)

    def find(
        self, records: Sequence[Record], fields: tuple[str, ...], *, lock: bool = False
    ) -> Sequence[Found | None]:
        keys: Any = [record.key for record in records]
        stored = self.stored(lock=lock).qualifications(set(keys), fields)
        return [Found(*stored[key]) if key in stored else None for key in keys]

    def counted(self, count: int) -> str:
        return ngettext("%(count)d qualification", "%(count)d qualifications", count) % {"count": count}
