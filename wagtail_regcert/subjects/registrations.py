"""Registrations: how they are known, what is wrong with them and what looks wrong. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from ..cells import TEMPORARY_ULN, Date, Status, check_digit_fails, match_key
from ..damage import is_made_of, suspects
from ..layouts import DATE_CHAIN, OWN_DATE, REGISTRATIONS, STORED_FIELDS, KnownBy, Layout
from ..problems import ROW, CellError, Code, Problem, Warn, shown
from .hints import Hints
from .newcomers import DESCRIBES, gather, is_stand_in
from .rules import NO_PROBLEMS, Matched, Rules
from .suspicions import damaged_cells, in_column_order
from .types import Advice, Given, Newcomers, Record, Stored, Values

Pair = tuple[int, int]
"""Primary keys of learner and qualification."""


class StoredRegistrations(Protocol):
    """What is asked of the database, a set at a time."""

    def qualifications(self, keys: Collection[str]) -> Mapping[str, int]:
        """Match key to primary key, for those that exist."""

    def learners(self, ulns: Collection[str]) -> Mapping[str, int]:
        """ULN to primary key, for those that exist."""

    def learners_named(
        self, references: Collection[str], ulns: Collection[str]
    ) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """Learner reference, and ULN, to primary key, for those that exist."""

    def by_number(self, numbers: Collection[str]) -> Mapping[str, Sequence[Pair]]:
        """Registration number to the registrations that have it, for those that exist."""

    def described(self, about: str, pks: Collection[int]) -> Mapping[int, Values]:
        """Primary key to the values of learners or qualifications."""

    def organisations(self, names: Collection[str]) -> Collection[str]:
        """Those of the awarding organisations that exist."""

    def registrations(self, pairs: Set[Pair], fields: Sequence[str]) -> Mapping[Pair, Stored]:
        """What is stored of those that exist."""


class RegistrationRules(Rules):
    """A registration is known by its learner and qualification, which must exist."""

    about = "registrations"
    layout = REGISTRATIONS
    known_by = ("qualification", "learner", "uln", "reference")
    fields = ("programme", "planned_achievement_date", "start_date", *STORED_FIELDS)

    def known_by_in(self, layout: Layout) -> tuple[str, ...]:
        if layout.known_by is KnownBy.REGISTRATION_NUMBER:
            return ("registration_number",)
        return super().known_by_in(layout)

    def match(
        self,
        given: Given,
        stored: StoredRegistrations,
        fields: tuple[str, ...],
        *,
        with_hints: bool = True,
    ) -> Matched:
        others = self._looked_at(fields) if with_hints else ()
        match given.layout:
            case Layout(known_by=KnownBy.REGISTRATION_NUMBER):
                found = self._by_number(given, stored)
            case layout if layout.has("reference"):
                found = self._by_any_key(given, stored, with_hints)
            case _:
                found = self._by_uln(given, stored, with_hints)
        if given.layout.creates:
            found = self._with_newcomers(found, given, stored)
        return self._matched(found, stored, fields, others)

    def _matched(
        self,
        found: _Found,
        stored: StoredRegistrations,
        fields: tuple[str, ...],
        others: tuple[str, ...],
    ) -> Matched:
        keys = found.keys
        pairs: Any = set(keys) - {None}
        if found.newcomers:
            pairs = {key for key in pairs if not any(map(is_stand_in, key))}
        registrations: Any = stored.registrations(pairs, (*fields, *others))
        width = len(fields)
        blanks = self.blank(others)
        more = {key: values[width:] for key, (_pk, values) in registrations.items()} if others else {}
        columns = zip(*(more.get(key, blanks) for key in keys), strict=True) if others else ()
        if others:
            registrations = {key: (pk, values[:width]) for key, (pk, values) in registrations.items()}
        return Matched(
            keys=keys,
            stored=registrations,
            problems=found.problems,
            wrong=found.wrong,
            others=dict(zip(others, columns, strict=True)) if keys else dict.fromkeys(others, ()),
            newcomers=found.newcomers,
            advice=found.advice,
            differing=found.differing,
            new=found.new,
        )

    def _with_newcomers(self, found: _Found, given: Given, stored: StoredRegistrations) -> _Found:
        """The same where what is not known may be created from what the records say of it."""
        learners, qualifications = list(found.learners), list(found.qualifications)
        errors: dict[int, dict[str, CellError]] = {}
        newcomers: dict[str, Newcomers] = {}
        advice: dict[int, list[Advice]] = {}
        differing: dict[str, set[int]] = {}
        answered: dict[str, Set[int]] = {}
        for about, parts in (("learners", learners), ("qualifications", qualifications)):
            if about not in given.layout.creates:
                continue
            fields = _REFERS_BY[about]
            describes = DESCRIBES[about](given)
            columns = [given.column_or_none(name) for name in fields]
            unknown: dict[int, bool] = {}
            for index in (index for index, part in enumerate(parts) if part is None):
                told = {name: one for name, one in found.problems(index).items() if name in fields}
                named = sum(1 for column in columns if column[index] not in ("", None, TEMPORARY_ULN))
                if len(told) == named and all(one.code in _UNKNOWN for one in told.values()):
                    unknown[index] = index not in given.bad and index not in given.unreadable
            newcomers[about], stand_ins = gather(describes, given, unknown)
            problems_of = newcomers[about].problems.keys()
            answered[about] = {index for index in unknown if stand_ins[index] or index in problems_of}
            for index, wrong in newcomers[about].problems.items():
                errors.setdefault(index, {}).update(wrong)
            known = stored.described(about, {part for part in parts if part is not None})
            for index, part in enumerate(parts):
                if part is None:
                    parts[index] = stand_ins[index]
                elif (described := describes.of(index)) is not None:
                    for name, value, now in describes.differences(described, known[part]):
                        differing.setdefault(about, set()).add(index)
                        advice.setdefault(index, []).append(Advice(name, value, Warn.KEPT, {"stored": now}))
                more = describes.advice(index, is_new=part is None)
                for one in more:
                    advice.setdefault(index, []).append(one)
        new: dict[str, Collection[str]] = {}
        if "qualifications" in newcomers:
            names = {described.values[-1] for _index, described in newcomers["qualifications"].first.values()}
            new[_ORGANISATION] = names - set(stored.organisations(names))

        def problems(index: int) -> Mapping[str, CellError]:
            told = dict(found.problems(index))
            for about, fields in _REFERS_BY.items():
                if index in answered.get(about, ()):
                    told = {name: one for name, one in told.items() if name not in fields}
            return {**told, **errors.get(index, {})}

        return _Found(
            learners=learners,
            qualifications=qualifications,
            problems=problems,
            wrong=errors.keys(),
            newcomers=newcomers,
            advice=advice,
            differing=differing,
            new=new,
        )

    def organisations(
        self, records: Sequence[Record], fields: tuple[str, ...], new: Mapping[str, Mapping[str, Record]]
    ) -> Set[str]:
        return {record.after[-1] for record in new.get("qualifications", {}).values()}

    def _looked_at(self, fields: tuple[str, ...]) -> tuple[str, ...]:
        """The fields that warnings look at though the source does not carry them."""
        dated = (*DATE_CHAIN, "status")
        if not set(dated) & set(fields):
            return ()
        return tuple(name for name in dated if name not in fields)

    def _by_uln(self, given: Given, stored: StoredRegistrations, with_hints: bool) -> _Found:
        """Registrations by qualification and ULN."""
        field = uln_field(given.layout)
        numbers: Any = given.column("qualification")
        ulns: Any = given.column(field)
        match_keys = {number: match_key(number) for number in set(numbers)}
        known_keys = stored.qualifications(set(match_keys.values()) - {""})
        qualifications = {number: known_keys.get(key) for number, key in match_keys.items()}
        learners = stored.learners(set(ulns) - {"", TEMPORARY_ULN})
        unknown = {number: match_keys[number] for number, key in qualifications.items() if key is None}
        unknown_ulns = set(ulns) - learners.keys() - {"", TEMPORARY_ULN}
        hints = _hints(stored, given.layout, unknown, unknown_ulns, with_hints)
        known_numbers: Any = list(map(qualifications.get, numbers))

        def problems(index: int) -> Mapping[str, CellError]:
            told = {}
            if (number := numbers[index]) in unknown:
                told["qualification"] = CellError(Code.UNKNOWN_QUALIFICATION, hints.qualification(number))
            if (uln := ulns[index]) == TEMPORARY_ULN:
                told[field] = CellError(Code.TEMPORARY_ULN)
            elif uln not in learners:
                told[field] = CellError(Code.UNKNOWN_LEARNER, hints.learner(uln))
            return told

        return _Found(list(map(learners.get, ulns)), known_numbers, problems)

    def _by_any_key(self, given: Given, stored: StoredRegistrations, with_hints: bool) -> _Found:
        """The same for a source that names learners by ULN, in one field or another, or by reference."""
        texts = [number or "" for number in given.column_or_none("qualification")]
        match_keys = {number: match_key(number) for number in set(texts)}
        qualifications = stored.qualifications(set(match_keys.values()) - {""})
        columns = {name: given.column_or_none(name) for name in ("reference", "learner", "uln")}
        asked: Any = {name: set(column) - {"", None} for name, column in columns.items()}
        ulns = (asked["learner"] | asked["uln"]) - {TEMPORARY_ULN}
        by_reference, by_uln = stored.learners_named(asked["reference"], ulns)
        known = {"reference": by_reference, "learner": by_uln, "uln": by_uln}
        unknown = {number: key for number, key in match_keys.items() if key not in qualifications}
        hints = _hints(stored, given.layout, unknown, ulns - by_uln.keys(), with_hints)
        learner_keys: list[Any] = []
        wrong: dict[int, dict[str, CellError]] = {}
        for index, number in enumerate(texts):
            named: Any = {name: column[index] for name, column in columns.items() if column[index]}
            if len(named) > 1:
                # Many share it, so that it says nothing beside a reference.
                named = {name: value for name, value in named.items() if value != TEMPORARY_ULN}
            found = {name: known[name].get(value) for name, value in named.items()}
            learners: Any = set(found.values())
            problems = {
                name: CellError(Code.TEMPORARY_ULN)
                if named[name] == TEMPORARY_ULN
                else CellError(Code.UNKNOWN_LEARNER, hints.learner(named[name]))
                for name, pk in found.items()
                if pk is None
            }
            if not named:
                problems[_first_of(given.layout, "learner", "uln", "reference")] = CellError(Code.REQUIRED)
            elif not problems and len(learners) > 1:
                name = _first_of(given.layout, "learner", "uln")
                problems[name] = CellError(Code.DIFFERENT_LEARNERS)
            learner_keys.append(None if problems else learners.pop())
            if number in unknown:
                facts = hints.qualification(number)
                problems["qualification"] = CellError(Code.UNKNOWN_QUALIFICATION, facts)
            if problems:
                wrong[index] = problems
        numbers = [qualifications.get(match_keys[number]) for number in texts]
        return _Found(learner_keys, numbers, lambda index: wrong.get(index, NO_PROBLEMS))

    def _by_number(self, given: Given, stored: StoredRegistrations) -> _Found:
        """Registrations by their own numbers, of which there may be none or several."""
        numbers: Any = given.column("registration_number")
        known = stored.by_number(set(numbers) - {""})
        unknown = {"registration_number": CellError(Code.UNKNOWN_REGISTRATION)}
        ambiguous = {"registration_number": CellError(Code.AMBIGUOUS_KEY)}
        found = {number: pairs[0] if len(pairs) == 1 else None for number, pairs in known.items()}

        def problems(index: int) -> Mapping[str, CellError]:
            number = numbers[index]
            if found.get(number) is not None:
                return NO_PROBLEMS
            return ambiguous if number in known else unknown

        pairs = [found.get(number) or (None, None) for number in numbers]
        return _Found([learner for learner, _other in pairs], [other for _learner, other in pairs], problems)

    def blank(self, fields: tuple[str, ...]) -> Values:
        return tuple(Status.NOT_REGISTERED.value if name == "status" else "" for name in fields)

    def suspicions(
        self, given: Given, will_be: Mapping[str, Sequence[str]], today: dt.date
    ) -> RegistrationSuspicions:
        return RegistrationSuspicions(given, will_be, self.carried(given.layout), today)


_ORGANISATION = "awarding_organisation"
_REFERS_BY = {"learners": ("uln", "reference"), "qualifications": ("qualification",)}
"""What a registration refers to, by which fields of a site's layout."""
_UNKNOWN = (Code.UNKNOWN_LEARNER, Code.UNKNOWN_QUALIFICATION)


@dataclass(frozen=True)
class _Found:
    """Which learner and which qualification each record means, and why it is not known of some."""

    learners: Sequence[Any]
    """Primary key, or what stands in for it; ``None`` where it is not known."""
    qualifications: Sequence[Any]
    problems: Callable[[int], Mapping[str, CellError]]
    wrong: Set[int] = frozenset()
    newcomers: Mapping[str, Newcomers] = field(default_factory=dict)
    advice: Mapping[int, Sequence[Advice]] = field(default_factory=dict)
    differing: Mapping[str, Set[int]] = field(default_factory=dict)
    new: Mapping[str, Collection[str]] = field(default_factory=dict)

    @cached_property
    def keys(self) -> list[Any]:
        pairs = zip(self.learners, self.qualifications, strict=True)
        return [None if None in pair else pair for pair in pairs]


def uln_field(layout: Layout) -> str:
    """The field in which a source has ULNs: that of the ten columns, or that of all others."""
    return "learner" if layout.has("learner") else "uln"


def _hints(
    stored: StoredRegistrations,
    layout: Layout,
    numbers: Mapping[str, str],
    ulns: Set[str],
    with_hints: bool,
) -> Hints:
    """Hints at what was meant. What is not known and is created was meant as it stands."""
    asks_numbers = with_hints and "qualifications" not in layout.creates
    asks_ulns = with_hints and "learners" not in layout.creates
    return Hints(stored, numbers if asks_numbers else {}, ulns if asks_ulns else set())


def _first_of(layout: Layout, *names: str) -> str:
    """The first of the fields that a source carries."""
    return next(name for name in names if layout.has(name))


_TO_COME = "~"
"""Stands for a blank date: after any date."""
_DATE = Date()
_TEXTS = ("registration_number", "postal_tracking_reference")
"""The fields in which texts are looked at."""


class RegistrationSuspicions:
    """What looks wrong in the registrations of a source."""

    def __init__(
        self,
        given: Given,
        will_be: Mapping[str, Sequence[str]],
        fields: tuple[str, ...],
        today: dt.date,
    ) -> None:
        """``fields`` are those of which ``before`` in :meth:`of` has the values."""
        self._given, self._will_be = given, will_be
        self._today = today.isoformat()
        self._stored = {name: place for place, name in enumerate(fields)}
        # Where the source says nothing of how far a registration is, neither does a warning.
        self._is_dated = bool({*DATE_CHAIN, "status"} & self._stored.keys())
        self._learner = uln_field(given.layout)
        ulns: Any = given.column_or_none(self._learner)
        self._ulns: Sequence[str] = ulns
        self._mistyped = set(filter(check_digit_fails, set(ulns) - {None}))
        self._texts = [name for name in _TEXTS if name in self._stored]
        self._suspects = {name: suspects(will_be[name]) for name in self._texts}
        self._suspicious = self._find_suspicious()
        self._numeric = self._with_values({name: kinds.numbers for name, kinds in self._suspects.items()})
        self.records = self._suspicious | self._numeric
        """Indexes of records that :meth:`of` may have something to say of."""

    def of(self, index: int, row: int, before: Values | None, after: Values) -> list[Problem]:
        """Warnings of an accepted record, in column order, the row itself last."""
        changed_number = before is not None and before != after and index in self._numeric
        if not changed_number and index not in self._suspicious:
            return []
        found = [
            *damaged_cells(self._given, index, row),
            *self._of_learner(index, row),
            *(self._of_dates(index, row) if self._is_dated else ()),
            *self._of_texts(index, row, before),
        ]
        if index in self._given.short:
            found.append(Problem(row, ROW, "", Warn.SHORT_ROW, {"width": self._given.layout.width}))
        return in_column_order(found, self._given.layout)

    def _heading(self, field: str) -> str:
        """What the column of a field is called, in the source or else in our own file."""
        layout = self._given.layout
        return (layout if layout.has(field) else REGISTRATIONS).column_of(field).heading

    def _with_values(self, wanted: Mapping[str, Collection[str]]) -> set[int]:
        """Indexes of records that have one of these values in this field."""
        return {
            index
            for name, values in wanted.items()
            if values
            for index, value in enumerate(self._will_be[name])
            if value in values
        }

    def _find_suspicious(self) -> set[int]:
        """Indexes of all records that :meth:`of` has something to say of, whatever is stored."""
        found = set(self._given.short)
        for damaged in self._given.damaged.values():
            found.update(damaged)
        if self._mistyped:
            found.update(index for index, uln in enumerate(self._ulns) if uln in self._mistyped)
        found |= self._with_values(
            {name: kinds.damaged | kinds.placeholders for name, kinds in self._suspects.items()}
        )
        return found | self._find_dates() if self._is_dated else found

    def _find_dates(self) -> set[int]:
        """Indexes of records whose dates are out of order, to come, or missing."""
        columns = self._will_be
        dates = {name: set(columns[name]) for name in DATE_CHAIN}
        found = self._with_values(
            {name: {day for day in days if day > self._today} for name, days in dates.items()}
        )
        filled = ([day or _TO_COME for day in columns[name]] for name in DATE_CHAIN)
        found.update(
            index
            for index, (a, b, c, d, e) in enumerate(zip(*filled, strict=True))
            if not a <= b <= c <= d <= e
        )
        for status, own in OWN_DATE.items():
            pairs = enumerate(zip(columns["status"], columns[own], strict=True))
            found.update(index for index, (given, day) in pairs if not day and given == status)
        return found

    def _of_learner(self, index: int, row: int) -> Iterator[Problem]:
        uln = self._ulns[index]
        if uln in self._mistyped:
            yield Problem(row, self._heading(self._learner), shown(uln), Warn.CHECK_DIGIT)

    def _of_dates(self, index: int, row: int) -> Iterator[Problem]:
        """ISO dates are in order as texts are."""
        earlier, heading = "", ""
        for name in DATE_CHAIN:
            day = self._will_be[name][index]
            if not day:
                continue
            value = shown(_DATE.from_plain(day))
            if day < earlier:
                facts = {"earlier": _DATE.from_plain(earlier), "column": heading}
                yield Problem(row, self._heading(name), value, Warn.DATE_ORDER, facts)
            if day > self._today:
                yield Problem(row, self._heading(name), value, Warn.FUTURE_DATE)
            earlier, heading = day, self._heading(name)
        status = self._will_be["status"][index]
        own = OWN_DATE.get(Status(status))
        if own is not None and not self._will_be[own][index]:
            yield Problem(row, self._heading(own), "", Warn.MISSING_DATE, {"status": status})

    def _of_texts(self, index: int, row: int, before: Values | None) -> Iterator[Problem]:
        for name in self._texts:
            value = self._will_be[name][index]
            stored = before[self._stored[name]] if before else ""
            kinds = self._suspects[name]
            if index in self._given.damaged.get(self._given.layout.position_of(name), ()):
                # Told already: a workbook says so itself.
                continue
            if value in kinds.damaged:
                yield Problem(row, self._heading(name), shown(value), Warn.DAMAGED)
            elif stored and value in kinds.numbers and is_made_of(value, stored):
                yield Problem(row, self._heading(name), shown(value), Warn.DAMAGED, {"stored": stored})
            if value in kinds.placeholders:
                yield Problem(row, self._heading(name), shown(value), Warn.PLACEHOLDER)
