"""Registrations in the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ...cells import Status
from ...databases import connection
from ...models import Learner, Programme, Qualification, Registration
from ...models.sets import in_values, names_of
from ...problems import SinceImport
from ...transactions import OvertakenError
from ..learners import LearnerRules
from ..newcomers import NUMBER, REFERENCE, ULN, is_stand_in
from ..qualifications import QualificationRules
from ..registrations import Pair, RegistrationRules
from ..types import Left, Record, Step, Stored, Values
from .base import Found, Subject, plain_expressions
from .qualifications import StoredQualifications

_DESCRIBED: dict[str, tuple[Any, tuple[str, ...]]] = {
    "learners": (Learner, LearnerRules.fields),
    "qualifications": (Qualification, QualificationRules.fields),
}
"""What registrations refer to, and the fields that a file of registrations may describe of it."""

_COMPLETED = ("programme_id", "planned_achievement_date", "start_date")
"""What is filled in after an import has created a registration."""


class StoredRegistrations:
    """Reads keys and values; with ``lock`` it keeps the rows it read from changing until the commit.

    Locking a learner also keeps registrations from being added to it, by its foreign key. Rows are
    locked in the order of their keys, so that two commits wait for each other but never in a circle.
    SQLite needs no row locks: a commit begins with a write, which locks all.
    """

    def __init__(self, *, lock: bool = False) -> None:
        self._lock = lock

    def qualifications(self, keys: Collection[str]) -> Mapping[str, int]:
        return Qualification.objects.by_match_key(keys)

    def learners(self, ulns: Collection[str]) -> Mapping[str, int]:
        return self._set(Learner, "uln").by_uln(ulns)

    def registrations(self, pairs: Set[Pair], fields: Sequence[str]) -> Mapping[Pair, Stored]:
        found: Mapping[Pair, Stored] = self._set(Registration, "pk").stored_values(pairs, fields)
        return found

    def registrations_with(
        self, pairs: Set[Pair], fields: Sequence[str], more: Sequence[str]
    ) -> Mapping[Pair, Found]:
        """As :meth:`registrations`, with more fields, for learners not looked up.

        Locks the learners first and by their ULNs, as a plan does by looking them up.
        """
        if self._lock:
            self._lock_learners({learner for learner, _qualification in pairs})
        found = self._set(Registration, "pk").stored_values(pairs, (*fields, *more))
        return {
            pair: Found(pk, values[: len(fields)], values[len(fields) :])
            for pair, (pk, values) in found.items()
        }

    def learners_named(
        self, references: Collection[str], ulns: Collection[str]
    ) -> tuple[Mapping[str, int], Mapping[str, int]]:
        found = self._by_reference(references)
        if not self._lock:
            return found, self.learners(ulns)
        by_uln = self._lock_learners(set(found.values()), ulns)
        if self._by_reference(references) != found:
            raise OvertakenError("References passed to other learners before these were locked")
        return found, by_uln

    def _by_reference(self, references: Collection[str]) -> Mapping[str, int]:
        found: dict[Any, int] = {}
        for chosen in in_values("reference", references, Learner.objects.db):
            found.update(Learner.objects.order_by().filter(chosen).values_list("reference", "pk"))
        return found

    def _lock_learners(self, pks: Collection[int], ulns: Collection[str] = ()) -> Mapping[str, int]:
        """Lock learners: by ULN, as plans look them up, and then those that have none."""
        known = Learner.objects.ulns_of(pks)
        found = self.learners({*ulns, *filter(None, known.values())})
        locked = set(found.values())
        without = [pk for pk, uln in known.items() if uln is None]
        for chosen in in_values("pk", without, Learner.objects.db):
            locked.update(self._set(Learner, "pk").filter(chosen, uln=None).values_list("pk", flat=True))
        if known.keys() - locked:
            raise OvertakenError("ULNs passed to other learners before these were locked")
        return found

    def by_number(self, numbers: Collection[str]) -> Mapping[str, Sequence[Pair]]:
        found = self._by_number(numbers)
        if not (self._lock and found):
            return found
        self._lock_learners({learner for pairs in found.values() for learner, _qualification in pairs})
        if self._by_number(numbers) != found:
            raise OvertakenError("Numbers passed to other registrations before their learners were locked")
        return found

    def _by_number(self, numbers: Collection[str]) -> Mapping[str, Sequence[Pair]]:
        found: dict[str, list[Pair]] = {}
        for chosen in in_values("registration_number", numbers, Registration.objects.db):
            rows = Registration.objects.order_by().filter(chosen)
            for number, *pair in rows.values_list("registration_number", "learner_id", "qualification_id"):
                # A database may take others for equal.
                if number in numbers:
                    found.setdefault(number, []).append((pair[0], pair[1]))
        return {number: sorted(pairs) for number, pairs in found.items()}

    def described(self, about: str, pks: Collection[int]) -> Mapping[int, Values]:
        """Not locked: a learner is, by being looked up, and a qualification by being referred to."""
        model, fields = _DESCRIBED[about]
        columns = plain_expressions(model, fields)
        found: dict[int, Values] = {}
        for chosen in in_values("pk", pks, model.objects.db):
            for pk, *values in model.objects.order_by().filter(chosen).values_list("pk", *columns):
                found[pk] = tuple(values)
        return found

    def organisations(self, names: Collection[str]) -> Collection[str]:
        return StoredQualifications().organisations(names)

    def _set(self, model: Any, order: str) -> Any:
        if not self._lock:
            return model.objects.order_by()
        # A programme, which may be none, cannot be locked, and need not be.
        of = ("self",) if connection().features.has_select_for_update_of else ()
        return model.objects.select_for_update(of=of).order_by(order)


class RegistrationSubject(RegistrationRules, Subject):
    """Registrations, their history by learner and qualification."""

    model = Registration
    writes = ("registration",)
    form_url_name = "import"
    form_title = _("Import and Update Qualifications")
    has_run_filter = True
    name_headings = {"learner": _("Learner"), "qualification": _("Qualification")}
    related = {"programme": Programme}
    defaults = {
        "status": Status.NOT_REGISTERED.value,
        "registration_number": "",
        "postal_tracking_reference": "",
    }
    key_names = ("learner", "qualification")
    created_stamps = ("created_at", "updated_at")
    updated_stamps = ("updated_at",)

    def stored(self, *, lock: bool = False) -> StoredRegistrations:
        return StoredRegistrations(lock=lock)

    def key_values(self, key: Pair) -> tuple[Any, ...]:
        return key

    def pks(self, records: Sequence[Record]) -> Mapping[Any, int]:
        return self.keys_now({record.key for record in records})

    def keys_now(self, keys: Collection[Any]) -> Mapping[Any, int]:
        pairs = self.with_primary_keys(keys)
        stored = Registration.objects.order_by().keys_of(set(pairs.values()))
        return {key: stored[pair] for key, pair in pairs.items() if pair in stored}

    def with_primary_keys(self, keys: Iterable[Any]) -> Mapping[Any, Pair]:
        """Keys to what they are now, where what stood in for a primary key has one."""
        keys = set(keys)
        parts = {part for key in keys for part in key if is_stand_in(part)}
        if not parts:
            return {key: key for key in keys}
        known = _primary_keys(parts)
        pairs: Any = {
            key: tuple(known.get(part) if is_stand_in(part) else part for part in key) for key in keys
        }
        return {key: pair for key, pair in pairs.items() if None not in pair}

    def find(
        self, records: Sequence[Record], fields: tuple[str, ...], *, lock: bool = False
    ) -> Sequence[Found | None]:
        pairs = self.with_primary_keys(record.key for record in records)
        more = tuple(name for name in _COMPLETED if name not in _attributes(fields))
        stored: Any = self.stored(lock=lock).registrations_with(
            set(pairs.values()), fields, ("updated_at", *more)
        )
        return [stored.get(pairs.get(record.key)) for record in records]

    def since_import(
        self, record: Record, found: Found, imported_at: dt.datetime | None
    ) -> SinceImport | None:
        """A commit stamps the run and all that it writes with the same moment, and every later write stamps
        another. The values are compared too, for whoever writes past the models."""
        updated_at, *completed = found.more
        if found.values != record.after:
            return SinceImport.CHANGED
        if record.is_created and any(completed):
            return SinceImport.COMPLETED
        return SinceImport.CHANGED if updated_at != imported_at else None

    def is_about_learner(self, records: Iterable[Record], learner: int) -> bool:
        keys: Any = self.with_primary_keys(record.key for record in records)
        return any(key[0] == learner for key in keys.values())

    def labels(self, steps: Sequence[Step]) -> Sequence[str]:
        pairs: Any = [step.key for step in steps]
        learners = names_of(Learner, {learner for learner, _qualification in pairs})
        qualifications = names_of(Qualification, {qualification for _learner, qualification in pairs})
        if missing := {qualification for _learner, qualification in pairs} - qualifications.keys():
            # PostgreSQL would find it out only at the end. Learners are locked, and are there.
            raise OvertakenError(f"Qualifications deleted meanwhile: {sorted(missing)}")
        return [f"{learners[learner]} – {qualifications[qualification]}" for learner, qualification in pairs]

    def identity_changes(self, step: Step) -> Mapping[str, list[str]]:
        key: Any = step.key
        learner, qualification = map(str, key)
        if step.creates:
            return {"learner": ["", learner], "qualification": ["", qualification]}
        return {"learner": [learner, ""], "qualification": [qualification, ""]}

    def names(self, entries: Sequence[Record | Step | Left], fields: tuple[str, ...]) -> list[dict[str, Any]]:
        now = self.with_primary_keys(entry.key for entry in entries)
        pairs: Any = [now.get(entry.key, entry.key) for entry in entries]
        learners = Learner.objects.in_bulk([one for one, _other in pairs if not is_stand_in(one)])
        qualifications = Qualification.objects.in_bulk([one for _other, one in pairs if not is_stand_in(one)])
        return [
            {
                "learner": learners.get(learner) or _named_by(learner),
                "qualification": qualifications.get(qualification) or _named_by(qualification),
            }
            for learner, qualification in pairs
        ]

    def counted(self, count: int) -> str:
        return ngettext("%(count)d registration", "%(count)d registrations", count) % {"count": count}

    def created_note(self, count: int, fields: tuple[str, ...]) -> str:
        if {"programme", "planned_achievement_date"} & set(fields):
            return ""
        text = ngettext(
            "%(created)d new registration will have no programme and planned achievement date: a file does "
            "not carry them. Fill them in on the registration, or have them synchronised.",
            "%(created)d new registrations will have no programme and planned achievement date: a file does "
            "not carry them. Fill them in on the registrations, or have them synchronised.",
            count,
        )
        return text % {"created": count}


def _attributes(fields: Iterable[str]) -> set[str]:
    """Fields as columns that can be read without another table."""
    return {"programme_id" if name == "programme" else name for name in fields}


def _primary_keys(stand_ins: Collection[str]) -> dict[str, int]:
    """What stood in for a primary key to the primary key, for what is stored by now."""
    named: dict[str, set[str]] = {
        kind: {one.removeprefix(kind) for one in stand_ins if one.startswith(kind)}
        for kind in (ULN, REFERENCE, NUMBER)
    }
    stored = StoredRegistrations()
    by_reference, by_uln = stored.learners_named(named[REFERENCE], named[ULN])
    found = {
        ULN: by_uln,
        REFERENCE: by_reference,
        NUMBER: stored.qualifications(named[NUMBER]),
    }
    return {kind + name: pk for kind, pks in found.items() for name, pk in pks.items()}


def _named_by(part: Any) -> str:
    """What says who is meant by what stands in for a primary key; nothing of one whose row is gone."""
    return part.partition(":")[2] if is_stand_in(part) else ""
