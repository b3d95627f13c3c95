"""Learners in the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ...models import Learner
from ...models.sets import in_values
from ..learners import LearnerRules, LearnersByKey
from ..types import Record, Stored
from .base import Found, Subject, plain_expressions


class StoredLearners:
    """Reads learners by reference and ULN; with ``lock`` in the order in which all lock them: by ULN."""

    def __init__(self, *, lock: bool = False) -> None:
        self._lock = lock

    def learners(
        self, references: Collection[str], ulns: Collection[str], fields: Sequence[str]
    ) -> LearnersByKey:
        pks: set[int] = set()
        for name, wanted in (("reference", references), ("uln", ulns)):
            for chosen in in_values(name, wanted, Learner.objects.db):
                pks.update(Learner.objects.order_by().filter(chosen).values_list("pk", flat=True))
        by_reference: dict[str, Stored] = {}
        by_uln: dict[str, Stored] = {}
        referenced: set[int] = set()
        for pk, reference, uln, values in self.by_pk(pks, fields):
            if reference:
                referenced.add(pk)
                by_reference[reference] = (pk, values)
            if uln:
                by_uln[uln] = (pk, values)
        return LearnersByKey(by_reference, by_uln, referenced)

    def by_pk(self, pks: Collection[int], fields: Sequence[str]) -> Iterable[tuple[int, str, str, Any]]:
        """Primary key, reference, ULN and values of those that exist."""
        learners = Learner.objects.order_by()
        if self._lock:
            # As registrations lock them: those that have no ULN last.
            learners = Learner.objects.select_for_update().order_by(F("uln").asc(nulls_last=True), "pk")
        columns = plain_expressions(Learner, fields)
        for chosen in in_values("pk", pks, Learner.objects.db):
            for pk, reference, uln, *values in learners.filter(chosen).values_list(
                "pk", "reference", "uln", *columns
            ):
                yield pk, reference, uln, tuple(values)


class LearnerSubject(LearnerRules, Subject):
    """Learners."""

    model = Learner
    writes = ("learner",)
    form_url_name = "import_learners"
    form_title = _("Import and Update Learners")
    known_by_lookups = ("reference", "uln")
    defaults = {"given_names": "", "family_name": "", "gender": ""}

    def stored(self, *, lock: bool = False) -> StoredLearners:
        return StoredLearners(lock=lock)

    def pks(self, records: Sequence[Record]) -> Mapping[Any, int]:
        return self.keys_now([record.key for record in records])

    def keys_now(self, keys: Collection[Any]) -> Mapping[Any, int]:
        references = {reference for reference, _uln in keys} - {""}
        ulns = {uln for _reference, uln in keys} - {""}
        found = self.stored().learners(references, ulns, ())
        known: dict[Any, int] = {}
        for reference, uln in keys:
            stored = found.by_reference.get(reference) or found.by_uln.get(uln)
            if stored is not None:
                known[reference, uln] = stored[0]
        return known

    def find(
        self, records: Sequence[Record], fields: tuple[str, ...], *, lock: bool = False
    ) -> Sequence[Found | None]:
        created = self.keys_now([record.key for record in records if record.pk is None])
        pks = [record.pk or created.get(record.key, 0) for record in records]
        found = {
            pk: Found(pk, values) for pk, _r, _u, values in self.stored(lock=lock).by_pk(set(pks), fields)
        }
        return [found.get(pk) for pk in pks]

    def is_about_learner(self, records: Iterable[Record], learner: int) -> bool:
        return any(record.pk == learner for record in records)

    def counted(self, count: int) -> str:
        return ngettext("%(count)d learner", "%(count)d learners", count) % {"count": count}
