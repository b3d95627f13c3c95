"""Registrations: how they are known, what is wrong with them and what looks wrong. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence, Set
from typing import Any, NamedTuple, Protocol

from ..cells import TEMPORARY_ULN, Date, Status, Text, check_digit_fails, match_key
from ..damage import is_made_of, suspects
from ..layouts import DATE_CHAIN, OWN_DATE, REGISTRATIONS, STORED_FIELDS
from ..problems import ROW, CellError, Code, Facts, Problem, Warn, shown
from .hints import Hints
from .rules import NO_PROBLEMS, Matched, Rules
from .types import Given, Stored, Values

Pair = tuple[int, int]
"""Primary keys of learner and qualification."""


class StoredRegistrations(Protocol):
    """What is asked of the database, a set at a time."""

    def qualifications(self, keys: Collection[str]) -> Mapping[str, int]:
        """Match key to primary key, for those that exist."""

    def learners(self, ulns: Collection[str]) -> Mapping[str, int]:
        """ULN to primary key, for those that exist."""

    def learners_of(self, ulns: Collection[str], pks: Collection[int]) -> Mapping[str, int]:
        """The same, where learners are known by primary key, too."""

    def by_reference(self, references: Collection[str]) -> Mapping[str, int]:
        """Learner reference to primary key, for those that exist."""

    def registrations(self, pairs: Set[Pair], fields: Sequence[str]) -> Mapping[Pair, Stored]:
        """What is stored of those that exist."""


class RegistrationRules(Rules):
    """A registration is known by its learner and qualification, which must exist."""

    about = "registrations"
    layout = REGISTRATIONS
    known_by = ("qualification", "learner")
    fields = ("programme", "planned_achievement_date", "start_date", *STORED_FIELDS)

    def match(
        self,
        given: Given,
        stored: StoredRegistrations,
        fields: tuple[str, ...],
        *,
        with_hints: bool = True,
    ) -> Matched:
        numbers: Any = given.column_or_none("qualification")
        if given.layout.has("uln") or given.layout.has("reference"):
            return self._match_any(given, stored, fields)
        ulns: Any = given.column("learner")
        match_keys = {number: match_key(number) for number in set(numbers)}
        known_keys = stored.qualifications(set(match_keys.values()) - {""})
        qualifications = {number: known_keys.get(key) for number, key in match_keys.items()}
        learners = stored.learners(set(ulns) - {"", TEMPORARY_ULN})
        pairs = zip(map(learners.get, ulns), map(qualifications.get, numbers), strict=True)
        keys = [None if None in pair else pair for pair in pairs]
        unknown = {number: match_keys[number] for number, key in qualifications.items() if key is None}
        unknown_ulns = set(ulns) - learners.keys() - {"", TEMPORARY_ULN}
        hints = Hints(stored, unknown, unknown_ulns) if with_hints else Hints(stored, {}, set())
        found: Any = set(keys) - {None}
        found_stored: Any = stored.registrations(found, fields)

        def problems(index: int) -> Mapping[str, CellError]:
            told = {}
            if (number := numbers[index]) in unknown:
                told["qualification"] = CellError(Code.UNKNOWN_QUALIFICATION, hints.qualification(number))
            if (uln := ulns[index]) == TEMPORARY_ULN:
                told["learner"] = CellError(Code.TEMPORARY_ULN)
            elif uln not in learners:
                told["learner"] = CellError(Code.UNKNOWN_LEARNER, hints.learner(uln))
            return told

        return Matched(keys=keys, stored=found_stored, problems=problems)

    def _match_any(self, given: Given, stored: StoredRegistrations, fields: tuple[str, ...]) -> Matched:
        """The same for a source that names learners by ULN, in one field or another, or by reference."""
        numbers = [match_key(number or "") for number in given.column_or_none("qualification")]
        qualifications = stored.qualifications(set(numbers) - {""})
        columns = {name: given.column_or_none(name) for name in ("reference", "learner", "uln")}
        asked: Any = {name: set(column) - {"", None} for name, column in columns.items()}
        by_reference = stored.by_reference(asked["reference"])
        by_uln = stored.learners_of(asked["learner"] | asked["uln"], set(by_reference.values()))
        known = {"reference": by_reference, "learner": by_uln, "uln": by_uln}
        keys: list[Pair | None] = []
        wrong: dict[int, dict[str, CellError]] = {}
        for index, number in enumerate(numbers):
            named: Any = {name: column[index] for name, column in columns.items() if column[index]}
            found = {name: known[name].get(value) for name, value in named.items()}
            learners: Any = set(found.values())
            problems = {name: CellError(Code.UNKNOWN_LEARNER) for name, pk in found.items() if pk is None}
            if not named:
                problems["learner"] = CellError(Code.REQUIRED)
            elif not problems and len(learners) > 1:
                problems["learner"] = CellError(Code.DIFFERENT_LEARNERS)
            if number not in qualifications:
                problems["qualification"] = CellError(Code.UNKNOWN_QUALIFICATION)
            if problems:
                wrong[index] = problems
                keys.append(None)
            else:
                keys.append((learners.pop(), qualifications[number]))
        pairs: Any = set(keys) - {None}
        found_stored: Any = stored.registrations(pairs, fields)
        return Matched(keys=keys, stored=found_stored, problems=lambda index: wrong.get(index, NO_PROBLEMS))

    def blank(self, fields: tuple[str, ...]) -> Values:
        return tuple(Status.NOT_REGISTERED.value if name == "status" else "" for name in fields)

    def suspicions(self, given: Given, matched: Matched, today: dt.date) -> RegistrationSuspicions:
        return RegistrationSuspicions(given, today)


_TO_COME = "~"
"""Stands for a blank date: after any date."""
_DATE = Date()
_ORDER = {code: order for order, code in enumerate(Warn)}


class _Finding(NamedTuple):
    """A warning before it is put in its place."""

    position: int
    """Of the column."""
    code: Warn
    value: str
    facts: Facts = {}


class RegistrationSuspicions:
    """What looks wrong in the records of a file."""

    def __init__(self, given: Given, today: dt.date) -> None:
        layout = given.layout
        columns: Any = given.columns
        self._columns: Sequence[Sequence[str]] = columns
        self._short, self._layout = given.short, layout
        self._today = today.isoformat()
        at = {column.field: position for position, column in enumerate(layout.columns)}
        self._learner, self._status = at["learner"], at["status"]
        self._chain = [at[field] for field in DATE_CHAIN]
        self._own_date = {status.value: at[field] for status, field in OWN_DATE.items()}
        self._stored = {at[field]: place for place, field in enumerate(STORED_FIELDS)}
        self._mistyped = set(filter(check_digit_fails, set(self._columns[self._learner])))
        self._texts = [
            position
            for position, column in enumerate(layout.columns)
            if isinstance(column.kind, Text) and not column.kind.is_exact
        ]
        self._suspects = {position: suspects(self._columns[position]) for position in self._texts}
        self._suspicious = self._find_suspicious()
        self._numeric = self._with_values({at: kinds.numbers for at, kinds in self._suspects.items()})
        self.records = self._suspicious | self._numeric
        """Indexes of records that :meth:`of` may have something to say of."""

    def of(self, index: int, row: int, before: Values | None, after: Values) -> list[Problem]:
        """Warnings of an accepted record, in column order, the row itself last."""
        changed_number = before is not None and before != after and index in self._numeric
        if not changed_number and index not in self._suspicious:
            return []
        found = [*self._of_learner(index), *self._of_dates(index), *self._of_texts(index, before)]
        found.sort(key=lambda one: (one.position, _ORDER[one.code]))
        warnings = [
            Problem(row, self._layout.columns[one.position].heading, shown(one.value), one.code, one.facts)
            for one in found
        ]
        if index in self._short:
            warnings.append(Problem(row, ROW, "", Warn.SHORT_ROW))
        return warnings

    def _with_values(self, wanted: Mapping[int, Collection[str]]) -> set[int]:
        """Indexes of records that have one of these values in the column at this position."""
        return {
            index
            for position, values in wanted.items()
            if values
            for index, value in enumerate(self._columns[position])
            if value in values
        }

    def _find_suspicious(self) -> set[int]:
        """Indexes of all records that :meth:`of` has something to say of, whatever is stored."""
        columns = self._columns
        found = set(self._short)
        found |= self._with_values({self._learner: self._mistyped})
        found |= self._with_values(
            {position: kinds.damaged | kinds.placeholders for position, kinds in self._suspects.items()}
        )
        dates = {position: set(columns[position]) for position in self._chain}
        found |= self._with_values(
            {position: {day for day in days if day > self._today} for position, days in dates.items()}
        )
        filled = ([day or _TO_COME for day in columns[position]] for position in self._chain)
        found.update(
            index
            for index, (a, b, c, d, e) in enumerate(zip(*filled, strict=True))
            if not a <= b <= c <= d <= e
        )
        for status, own in self._own_date.items():
            pairs = enumerate(zip(columns[self._status], columns[own], strict=True))
            found.update(index for index, (given, day) in pairs if not day and given == status)
        return found

    def _of_learner(self, index: int) -> list[_Finding]:
        uln = self._columns[self._learner][index]
        return [_Finding(self._learner, Warn.CHECK_DIGIT, uln)] if uln in self._mistyped else []

    def _of_dates(self, index: int) -> list[_Finding]:
        """ISO dates are in order as texts are."""
        found = []
        earlier, heading = "", ""
        for position in self._chain:
            day = self._columns[position][index]
            if not day:
                continue
            value = _DATE.from_plain(day)
            if day < earlier:
                facts = {"earlier": _DATE.from_plain(earlier), "column": heading}
                found.append(_Finding(position, Warn.DATE_ORDER, value, facts))
            if day > self._today:
                found.append(_Finding(position, Warn.FUTURE_DATE, value))
            earlier, heading = day, self._layout.columns[position].heading
        status = self._columns[self._status][index]
        own = self._own_date.get(status)
        if own is not None and not self._columns[own][index]:
            found.append(_Finding(own, Warn.MISSING_DATE, "", {"status": status}))
        return found

    def _of_texts(self, index: int, before: Values | None) -> list[_Finding]:
        found = []
        for position in self._texts:
            value = self._columns[position][index]
            stored = before[self._stored[position]] if before else ""
            kinds = self._suspects[position]
            if value in kinds.damaged:
                found.append(_Finding(position, Warn.DAMAGED, value))
            elif stored and value in kinds.numbers and is_made_of(value, stored):
                found.append(_Finding(position, Warn.DAMAGED, value, {"stored": stored}))
            if value in kinds.placeholders:
                found.append(_Finding(position, Warn.PLACEHOLDER, value))
        return found
