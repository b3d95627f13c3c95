"""Erasing a learner: what names or numbers them goes, what can be counted stays.

Set-based, in one transaction that begins with a write. ``docs/data-protection.md`` says what is left.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import chain, product
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.db.models import Q
from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from .characters import normalized, without_invisible
from .databases import alias, atomic
from .history import ERASE, Entry, write_entries
from .importing import staging
from .models import (
    ChangeLogEntry,
    ExportRun,
    ImportRun,
    Learner,
    Registration,
    RegistrationLogEntry,
    RunPiece,
)
from .models.sets import in_chunks, in_values
from .models.writing import take_write_lock, update_rows
from .subjects.registry import subject_of

State = ImportRun.State

IDENTIFYING = ("registration_number", "postal_tracking_reference")
"""Fields of a registration by which others know the learner."""

ERASED = "erased"
"""Stands for a search or the name of a file that named the learner."""

History = dict[int, tuple[str, dict[str, Any]]]
"""Primary key of a history entry to its label and data."""

SHORTEST = 4
"""Characters of a text that is looked for inside other texts; shorter ones stand in everything."""


@dataclass(frozen=True, kw_only=True)
class Erased:
    """What was done, in rows."""

    registrations: int
    """Kept, without their numbers and references."""
    entries: int
    """Entries of the registrations' history, kept without what names the learner."""
    log_entries: int
    """Those of the learner, kept without values."""
    reports: int
    """Imports whose file and report named the learner and were thrown away. Their counts stay."""
    file_names: int
    """Imports whose file was called after the learner."""
    exports: int
    """Exports whose search named the learner."""


@dataclass(frozen=True)
class Traces:
    """By what texts a learner is known; all folded."""

    names: frozenset[str]
    """Given names and family names, present and former, each on its own."""
    texts: frozenset[str]
    """ULN, reference, names in full and the numbers of their registrations, present and former."""

    def are_in(self, text: str) -> bool:
        """Whether a text holds any of the texts, alone or inside a longer one, however it is punctuated."""
        folded = fold(text)
        return folded in self.texts or any(known in folded for known in self.texts if len(known) >= SHORTEST)

    def are_in_name(self, file_name: str) -> bool:
        """The same of the name of a file, in which one of the names is enough."""
        words = fold(file_name).split()
        return self.are_in(file_name) or any(name in words for name in self.names if len(name) >= SHORTEST)

    def were_searched(self, text: str) -> bool:
        """Whether somebody looked for the learner, perhaps by the beginning of a name or number."""
        known = [*self.names, *self.texts]
        return self.are_in(text) or any(
            term in one for term in fold(text).split() if len(term) >= SHORTEST - 1 for one in known
        )


def fold(text: str) -> str:
    """Letters and digits only, one space wherever anything else stands.

    Case, forms of the same letter, invisible characters and what parts the ten digits of a ULN are ignored.
    """
    if not text.isascii():
        text = normalized("NFKC", without_invisible(text))
    text = _PARTED_ULN.sub(lambda found: "".join(filter(str.isdigit, found.group())), text)
    # Ignoring case can take composed letters apart.
    return " ".join(_WORD.findall(normalized("NFKC", text.casefold())))


_WORD = re.compile(r"[^\W_]+")
_PARTED_ULN = re.compile(
    # As people part long numbers. A comma parts cells too, so it counts only as a spreadsheet sets it.
    r"(?<![0-9])[0-9](?:[ '\u2019-]?[0-9]){9}(?![0-9])|(?<![0-9,\[])[0-9](?:,[0-9]{3}){3}(?![0-9,])"
)


def erase_learner(learner_id: int) -> Erased:
    """Make a learner a pseudonym everywhere; twice does no more than once.

    Imports that are running give way: an import that is being validated or waits for a worker ends as
    expired. Raises ``Learner.DoesNotExist``.
    """
    with atomic():
        take_write_lock(Learner)
        # Imports first, then learners, as commits and undos do, so that they wait but not in a circle.
        staged = RunPiece.objects.values("run")
        list(ImportRun.objects.filter(pk__in=staged).select_for_update().order_by("pk").values_list("pk"))
        learner = Learner.objects.select_for_update().get(pk=learner_id)
        registrations = list(Registration.objects.filter(learner=learner).select_for_update())
        entries = _history(learner.pk, {registration.pk for registration in registrations})
        traces = _traces(learner, registrations, entries)
        _pseudonymise(learner)
        # Before the names of files, which stand in the same data.
        changed = _erase_history(entries, str(learner))
        erased = Erased(
            registrations=_erase_numbers(learner, {one.pk for one in registrations}),
            entries=changed,
            log_entries=_erase_log(learner),
            reports=_discard_reports(learner.pk, traces),
            file_names=_rename_files(traces),
            exports=_erase_searches(traces),
        )
        _note(learner, registrations)
    return erased


def pseudonym(learner_id: int) -> str:
    """What an erased learner is called."""
    return f"Erased learner #{learner_id}"


def _traces(learner: Learner, registrations: Collection[Registration], entries: History) -> Traces:
    texts = [learner.reference]
    texts += [getattr(registration, name) for registration in registrations for name in IDENTIFYING]
    # What they were called and numbered before, too.
    labels = [str(learner), f"{learner.family_name} {learner.given_names}"]
    given, family = {learner.given_names}, {learner.family_name}
    for label, data in chain.from_iterable(one.values_list("label", "data") for one in _logs_of(learner)):
        labels.append(label)
        found = data.get("changes", {})
        texts += [text for name in ("uln", "reference") for text in found.get(name, ())]
        given.update(found.get("given_names", ()))
        family.update(found.get("family_name", ()))
    labels += [f"{first} {last}".strip() for first, last in product(given, family)]
    for label, data in entries.values():
        texts += [text for name in IDENTIFYING for text in data.get("changes", {}).get(name, ())]
        labels.append(label.partition(" – ")[0])
    # A pseudonym, and what stands for a learner without name and ULN, have a "#".
    parts = {part for label in labels for part in label.split(" · ") if "#" not in part}
    names = [fold(part).split() for part in parts if not any(map(str.isdigit, part))]
    texts += [*parts, *(" ".join([*full[-1:], *full[:-1]]) for full in names)]
    return Traces(
        names=frozenset(chain.from_iterable(names)),
        texts=frozenset(filter(None, map(fold, filter(None, texts)))),
    )


def _history(learner: int, registrations: set[int]) -> History:
    """All entries of registrations that are or were this learner's; deleted ones have left only these."""
    key = str(learner)
    was = Q(data__changes__learner__0=key) | Q(data__changes__learner__1=key)
    keys = registrations | set(RegistrationLogEntry.objects.filter(was).values_list("object_id", flat=True))
    found: History = {}
    for chosen in in_values("object_id", keys, RegistrationLogEntry.objects.db):
        entries = RegistrationLogEntry.objects.filter(chosen)
        found.update((pk, (label, data)) for pk, label, data in entries.values_list("pk", "label", "data"))
    return found


def _pseudonymise(learner: Learner) -> None:
    learner.uln = learner.reference = learner.date_of_birth = None
    learner.given_names, learner.family_name = "", pseudonym(learner.pk)
    learner.gender = ""
    learner.save()


def _erase_numbers(learner: Learner, keys: Collection[int]) -> int:
    return Registration.objects.filter(learner=learner, pk__in=keys).update(**dict.fromkeys(IDENTIFYING, ""))


def _erase_history(entries: History, label: str) -> int:
    """The entries lose the learner's name and numbers, and keep who changed what else, and when."""
    rows = [(label, _without_numbers(data), pk) for pk, (_name, data) in entries.items()]
    update_rows(RegistrationLogEntry, ["label", "data"], rows)
    return len(rows)


def _without_numbers(data: dict[str, Any]) -> dict[str, Any]:
    changes = data.get("changes", {})
    return {**data, "changes": {name: both for name, both in changes.items() if name not in IDENTIFYING}}


def _erase_log(learner: Learner) -> int:
    """The entries of the learner keep who, when, and from which row of which file."""
    label, erased = str(learner), 0
    for its in _logs_of(learner):
        rows = [
            (label, {name: data[name] for name in ("file", "row") if name in data}, pk)
            for pk, data in its.values_list("pk", "data")
        ]
        update_rows(its.model, ["label", "data"], rows)
        erased += len(rows)
    return erased


def _logs_of(learner: Learner) -> list[Any]:
    """The learner's entries in our log, and in Wagtail's, to which code of a site may have written."""
    return [table.objects.for_instance(learner).using(alias()) for table in (ChangeLogEntry, ModelLogEntry)]


def _rename_files(traces: Traces) -> int:
    """File names that name the learner; the history of the imports has them too."""
    named = ImportRun.objects.values_list("pk", "file_name")
    runs = [pk for pk, name in named.iterator() if traces.are_in_name(name)]
    for chunk in in_chunks(runs):
        ImportRun.objects.filter(pk__in=chunk).update(file_name=f"{ERASED}.csv")
        for table in (RegistrationLogEntry, ChangeLogEntry):
            entries = table.objects.filter(run__in=chunk).values_list("pk", "data")
            rows = [({**data, "file": f"{ERASED}.csv"}, pk) for pk, data in entries]
            update_rows(table, ["data"], rows)
    return len(runs)


def _discard_reports(learner: int, traces: Traces) -> int:
    """Throw away the file and report of every import that mentions the learner."""
    # A record that created the learner has no primary key yet, and may know them by very short texts alone.
    touched = set(ChangeLogEntry.objects.of(Learner).filter(object_id=learner).values_list("run", flat=True))
    discarded = 0
    for run in ImportRun.objects.filter(pieces__isnull=False).distinct():
        is_known = run.pk in touched or subject_of(run.about).is_about_learner(
            staging.load_records(run), learner
        )
        if is_known or any(map(traces.are_in, staging.texts(run))):
            _discard(run)
            discarded += 1
    return discarded


def _discard(run: ImportRun) -> None:
    for state in set(State) - {State.COMMITTED, State.CANCELLED, State.EXPIRED}:
        # Whatever works on it finds that it is not its turn any more, and writes nothing.
        ImportRun.objects.move(run.pk, state, State.EXPIRED)
    ImportRun.objects.filter(pk=run.pk).update(discarded_at=timezone.now())
    staging.discard(run)


def _erase_searches(traces: Traces) -> int:
    rows = []
    for pk, filters in ExportRun.objects.filter(filters__contains="q=").values_list("pk", "filters"):
        pairs = parse_qsl(filters, keep_blank_values=True)
        if any(name == "q" and traces.were_searched(text) for name, text in pairs):
            rows.append((urlencode([(name, ERASED if name == "q" else text) for name, text in pairs]), pk))
    update_rows(ExportRun, ["filters"], rows)
    return len(rows)


def _note(learner: Learner, registrations: Collection[Registration]) -> None:
    """That it was done, and when."""
    log(learner, ERASE)
    entries = [Entry(registration.pk, str(learner), {"changes": {}}) for registration in registrations]
    write_entries(ERASE, entries, user=None, timestamp=timezone.now())
