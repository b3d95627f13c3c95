"""The syncs of learners, qualifications and registrations: how each is matched and written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from ...cells import match_key
from ...history import SYNC, Entry, changes, plain, write_entries
from ...messages import sentence
from ...problems import Code
from ..sets import in_chunks
from ..writing import insert_rows, update_rows
from .base import Sync
from .values import RowProblem, read_date, read_gender, read_status, read_uln, text


class LearnerSync(Sync):
    """Learners, matched by ``reference``, else by ULN."""

    readers = {
        "uln": read_uln,
        "reference": text(128),
        "given_names": text(255),
        "family_name": text(255),
        "gender": read_gender,
        "date_of_birth": read_date,
    }
    stored = tuple(readers)
    nullable = frozenset({"uln", "reference"})

    def prepare(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._by_reference = self.fetch("reference", (row.get("reference") for row in rows))
        self._by_uln = self.fetch("uln", (row.get("uln") for row in rows))
        # What counts is who has a ULN in the end: two learners may swap theirs.
        self._new_ulns: dict[str, str] = {}
        for row in rows:
            if row.get("reference") and "uln" in row:
                self._new_ulns.setdefault(row["reference"], row["uln"])

    def match(self, values: Mapping[str, Any]) -> dict[str, Any] | None:
        reference, uln = values.get("reference"), values.get("uln")
        if not reference and not uln:
            raise RowProblem("", _("A learner needs a reference or a ULN to be known by."))
        found = self._by_reference.get(reference) if reference else None
        holder = self._by_uln.get(uln) if uln else None
        if holder is None or (reference and self._gives_up_its_uln(holder)):
            return found
        if found is None:
            if reference and holder["reference"]:
                raise RowProblem("uln", _("Learner %s already has this ULN.") % holder["reference"])
            return holder
        if holder["id"] != found["id"]:
            raise RowProblem("uln", _("Another learner already has this ULN."))
        return found

    def _gives_up_its_uln(self, learner: Mapping[str, Any]) -> bool:
        """Whether a row of this sync gives the learner another ULN, or none."""
        return self._new_ulns.get(learner["reference"], learner["uln"]) != learner["uln"]

    def hold_back(self, left_alone: Sequence[Mapping[str, Any]], taken: Sequence[Mapping[str, Any]]) -> bool:
        # A learner whose row is left alone keeps its ULN.
        kept = self._new_ulns.keys() & {row.get("reference") for row in left_alone}
        kept -= {row.get("reference") for row in taken}
        for reference in kept:
            del self._new_ulns[reference]
        return bool(kept)

    def write(
        self, creates: Sequence[dict[str, Any]], updates: Sequence[tuple[dict[str, Any], dict[str, Any]]]
    ) -> None:
        # First free what others get: databases look at one row after the other.
        freed = [before["id"] for before, after in updates if before["uln"] not in ("", after["uln"])]
        update_rows(self.model, ["uln"], [(None, key) for key in freed])
        super().write(creates, updates)

    def keys(self, after: Mapping[str, Any]) -> set[Any]:
        return {(name, after[name]) for name in ("id", "uln", "reference") if after.get(name)}


class QualificationSync(Sync):
    """Qualifications, matched by number; awarding organisations not yet known are created."""

    readers = {"number": text(128, is_exact=True), "title": text(255), "awarding_organisation": text(255)}
    stored = ("number", "match_key", "title", "awarding_organisation_id")

    def prepare(self, rows: Sequence[Mapping[str, Any]]) -> None:
        from ..qualifications import AwardingOrganisation

        self._by_key = self.fetch("match_key", (match_key(row.get("number", "")) for row in rows))
        self._organisations = by_name(
            AwardingOrganisation, (row.get("awarding_organisation", "") for row in rows)
        )

    def match(self, values: Mapping[str, Any]) -> dict[str, Any] | None:
        key = match_key(values.get("number", ""))
        if not key:
            raise RowProblem("number", _("A qualification needs a number with at least one letter or digit."))
        return self._by_key.get(key)

    def resolve(self, values: Mapping[str, Any]) -> dict[str, Any]:
        found = dict(values)
        found["match_key"] = match_key(values["number"])
        if "awarding_organisation" in found:
            name = found.pop("awarding_organisation")
            found["awarding_organisation_id"] = self._organisations.get(name, name) or None
        return found

    def name_related(self, records: Sequence[dict[str, Any]]) -> None:
        from ..qualifications import AwardingOrganisation

        create_named(AwardingOrganisation, "awarding_organisation_id", records)

    def check(self, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> None:
        if not after["title"]:
            raise RowProblem("title", sentence(Code.REQUIRED, {}))
        if after["awarding_organisation_id"] is None:
            raise RowProblem("awarding_organisation", sentence(Code.REQUIRED, {}))

    def keys(self, after: Mapping[str, Any]) -> set[Any]:
        return {after["match_key"]}


class RegistrationSync(Sync):
    """Registrations, matched by learner (``learner`` or ``uln``: the ULN; or ``reference``) and
    qualification number. Programmes not yet known are created. Each change leaves a history entry."""

    readers = {
        "learner": read_uln,
        "uln": read_uln,
        "reference": text(128),
        "qualification": text(128, is_exact=True),
        "programme": text(255),
        "planned_achievement_date": read_date,
        "start_date": read_date,
        "status": read_status,
        "registration_number": text(128),
        "registration_date": read_date,
        "certificate_claimed_date": read_date,
        "achieved_date": read_date,
        "certificate_received_date": read_date,
        "certificate_sent_date": read_date,
        "postal_tracking_reference": text(128),
    }
    stored = ("learner_id", "qualification_id", "programme_id", *tuple(readers)[5:])

    def prepare(self, rows: Sequence[Mapping[str, Any]]) -> None:
        from ..learners import Learner
        from ..qualifications import Programme, Qualification

        self._ulns = Learner.objects.by_uln(
            {uln for row in rows for uln in (row.get("learner"), row.get("uln")) if uln}
        )
        self._references: dict[str, int] = {}
        for chunk in in_chunks(sorted({row["reference"] for row in rows if row.get("reference")})):
            named = Learner.objects.filter(reference__in=chunk).values_list("reference", "pk")
            self._references.update((reference, pk) for reference, pk in named if reference is not None)
        self._qualifications = Qualification.objects.by_match_key(
            {match_key(row.get("qualification", "")) for row in rows} - {""}
        )
        self._programmes = by_name(Programme, (row.get("programme", "") for row in rows))
        learners = {*self._ulns.values(), *self._references.values()}
        # Learners first and by their ULNs, as commits of imports do, so that they wait but not in a circle.
        Learner.objects.select_for_update().order_by("uln").by_uln(Learner.objects.ulns_of(learners))
        self._stored: dict[tuple[int, int], dict[str, Any]] = {}
        for chunk in in_chunks(sorted(learners)):
            found = self.model._default_manager.select_for_update().filter(learner__in=chunk)
            for row in found.order_by("pk").values("id", *self.stored):
                self._stored[row["learner_id"], row["qualification_id"]] = row

    def _pair(self, values: Mapping[str, Any]) -> tuple[int, int]:
        found = {}
        for name, keys in (("reference", self._references), ("learner", self._ulns), ("uln", self._ulns)):
            if known_by := values.get(name):
                if known_by not in keys:
                    raise RowProblem(name, _("There is no such learner."))
                found[name] = keys[known_by]
        if not found:
            raise RowProblem("learner", _("A registration needs a learner: a ULN or a reference."))
        if len(set(found.values())) > 1:
            raise RowProblem("learner", _("The reference and the ULN are those of different learners."))
        learner = next(iter(found.values()))
        qualification = self._qualifications.get(match_key(values.get("qualification", "")))
        if qualification is None:
            raise RowProblem("qualification", _("There is no such qualification."))
        return learner, qualification

    def match(self, values: Mapping[str, Any]) -> dict[str, Any] | None:
        return self._stored.get(self._pair(values))

    def resolve(self, values: Mapping[str, Any]) -> dict[str, Any]:
        found = {name: value for name, value in values.items() if name in self.stored}
        found["learner_id"], found["qualification_id"] = self._pair(values)
        if "programme" in values:
            name = values["programme"]
            found["programme_id"] = self._programmes.get(name, name) or None
        return found

    def name_related(self, records: Sequence[dict[str, Any]]) -> None:
        from ..qualifications import Programme

        create_named(Programme, "programme_id", records)

    def keys(self, after: Mapping[str, Any]) -> set[Any]:
        return {(after["learner_id"], after["qualification_id"])}

    def write(
        self, creates: Sequence[dict[str, Any]], updates: Sequence[tuple[dict[str, Any], dict[str, Any]]]
    ) -> None:
        now = timezone.now()
        insert_rows(
            self.model,
            (*self.names(), "created_at", "updated_at"),
            [(*self.columns(after), now, now) for after in creates],
        )
        update_rows(
            self.model,
            (*self.names(), "updated_at"),
            [(*self.columns(after), now, before["id"]) for before, after in updates],
        )
        self._log(creates, updates, now)

    def _log(
        self,
        creates: Sequence[dict[str, Any]],
        updates: Sequence[tuple[dict[str, Any], dict[str, Any]]],
        now: dt.datetime,
    ) -> None:
        changed = [(None, after) for after in creates] + list(updates)
        labels: dict[tuple[int, int], Any] = {}
        for chunk in in_chunks(sorted({after["learner_id"] for _before, after in changed})):
            found = self.model._default_manager.filter(learner__in=chunk)
            for registration in found.select_related("learner", "qualification"):
                pair = (registration.learner_id, registration.qualification_id)  # type: ignore[attr-defined]
                labels[pair] = (registration.pk, str(registration))
        entries = []
        for before, after in changed:
            pk, label = labels[after["learner_id"], after["qualification_id"]]
            what = changes(before and _tracked(before), _tracked(after))
            entries.append(Entry(pk, label, {"changes": what}))
        write_entries(SYNC, entries, user=self.user, timestamp=now)


def by_name(model: Any, names: Iterable[str]) -> dict[str, int]:
    """Primary keys by name, for those that exist."""
    found: dict[str, int] = {}
    for chunk in in_chunks(sorted({name for name in names if name})):
        found.update(model.objects.filter(name__in=chunk).values_list("name", "pk"))
    return found


def create_named(model: Any, key: str, records: Sequence[dict[str, Any]]) -> None:
    """Create the related rows that records hold by name, and put their primary keys in place."""
    named = [record for record in records if isinstance(record[key], str)]
    missing = sorted({record[key] for record in named})
    insert_rows(model, ("name",), [(name,) for name in missing])
    created = by_name(model, missing)
    for record in named:
        record[key] = created[record[key]]


def _tracked(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name.removesuffix("_id"): plain(value) for name, value in values.items() if name != "id"}
