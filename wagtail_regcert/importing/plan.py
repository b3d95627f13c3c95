"""Parsed rows and stored values in, plan out. Reads through ``StoredValues``; writes nothing."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from enum import IntEnum
from itertools import compress
from operator import not_
from typing import Any

from ..cells import TEMPORARY_ULN, Date, check_digit_fails, match_key
from ..layouts import DATE_CHAIN, OWN_DATE, STORED_FIELDS, Layout
from ..problems import ROW, Code, Facts, Problem, Warn, shown
from .types import Parsed, Plan, Progress, Record, Sheet, StoredValues, Values

OTHERS_NAMED = 20
"""How many of a duplicate's other rows its message names; the rest are counted."""
TOLD_EVERY = 1000
"""Records between two words on progress."""

_QUALIFICATION, _LEARNER = 0, 1
_FIRST_STORED = 2
_STATUS = STORED_FIELDS.index("status")
_CHAIN = tuple(STORED_FIELDS.index(field) for field in DATE_CHAIN)
_OWN_DATE = {status.value: STORED_FIELDS.index(field) for status, field in OWN_DATE.items()}
_TO_COME = "~"
_DATE = Date()
_MANGLED = re.compile(r"[0-9](?:[.,][0-9]+)?E[+-]?[0-9]+", re.IGNORECASE)


def make_plan(
    sheet: Sheet,
    parsed: Parsed,
    layout: Layout,
    stored: StoredValues,
    today: dt.date,
    progress: Progress | None = None,
) -> Plan:
    """Decide for every record: rejected, and why; or accepted, and what it changes."""
    numbers, ulns = parsed.columns[_QUALIFICATION], parsed.columns[_LEARNER]
    keys = {number: match_key(number) for number in set(numbers)}
    qualifications = stored.qualifications(set(keys.values()) - {""})
    by_number = {number: qualifications.get(key) for number, key in keys.items()}
    learners = stored.learners(set(ulns) - {"", TEMPORARY_ULN})
    found = list(zip(map(learners.get, ulns), map(by_number.get, numbers), strict=True))
    repeated = _repeated(found, sheet)
    hints = _Hints(stored, keys, by_number, set(ulns) - learners.keys())
    pairs: Any = {pair for pair in found if None not in pair}
    registrations = stored.registrations(pairs)
    after_values = zip(*parsed.columns[_FIRST_STORED:], strict=True)

    wrong = parsed.bad.keys() | repeated.keys() | sheet.long.keys()
    mistyped = set(filter(check_digit_fails, learners))
    day = today.isoformat()
    odd = _odd(parsed, mistyped, day) | sheet.short
    records: list[Record] = []
    errors: list[Problem] = []
    warnings: list[Problem] = []
    rejected: list[int] = []
    for index, (row, pair, after) in enumerate(zip(sheet.numbers, found, after_values, strict=True)):
        if progress and not index % TOLD_EVERY:
            progress(index)
        learner, qualification = pair
        if learner is None or qualification is None or index in wrong:
            errors.extend(_errors(index, row, pair, sheet, parsed, layout, repeated, hints))
            rejected.append(row)
            continue
        registration = registrations.get((learner, qualification))
        if registration is None:
            records.append(Record(row, learner, qualification, None, None, after))
        else:
            records.append(Record(row, learner, qualification, registration[0], registration[1:], after))
        if index in odd:
            warnings.extend(_warnings(row, ulns[index], ulns[index] in mistyped, after, layout, day))
            if index in sheet.short:
                warnings.append(Problem(row, ROW, "", Warn.SHORT_ROW))
    return Plan(
        rows=len(sheet.numbers),
        records=records,
        errors=errors,
        warnings=warnings,
        rejected=frozenset(rejected),
    )


class Change(IntEnum):
    """What an accepted record does."""

    CREATES = 0
    UPDATES = 1
    CLEARS = 2
    """Updates, and removes stored values."""
    NOTHING = 3
    NOT_APPLIED = 4
    """Would have changed something, but was in conflict at the commit."""


def change_of(record: Record) -> Change:
    """Say what an accepted record does."""
    if record.before is None:
        return Change.CREATES
    if record.before == record.after:
        return Change.NOTHING
    return Change.CLEARS if cleared(record) else Change.UPDATES


def cleared(record: Record) -> int:
    """Count the stored values that a record removes."""
    if record.before is None:
        return 0
    return sum(map(bool, compress(record.before, map(not_, record.after))))


def _repeated(found: Sequence[tuple[int | None, int | None]], sheet: Sheet) -> Mapping[int, Sequence[int]]:
    """Record index to the indexes of all records of the same learner and qualification."""
    several = {pair for pair, count in Counter(found).items() if count > 1 and None not in pair}
    groups: dict[tuple[int | None, int | None], list[int]] = {}
    for index, pair in enumerate(found) if several else ():
        if pair in several and index not in sheet.long:
            groups.setdefault(pair, []).append(index)
    return {index: group for group in groups.values() if len(group) > 1 for index in group}


def _errors(
    index: int,
    row: int,
    pair: tuple[int | None, int | None],
    sheet: Sheet,
    parsed: Parsed,
    layout: Layout,
    repeated: Mapping[int, Sequence[int]],
    hints: _Hints,
) -> Iterator[Problem]:
    """Everything that is wrong with one record, in column order, the row itself last."""
    if index in sheet.long:
        yield Problem(row, ROW, "", Code.TOO_MANY_CELLS, {"cells": len(sheet.long[index])})
        return
    bad = parsed.bad.get(index, {})
    learner, qualification = pair
    for position, column in enumerate(layout.columns):
        if position in bad:
            text, error = bad[position]
            yield Problem(row, column.heading, shown(text), error.code, error.facts)
        elif position == _QUALIFICATION and qualification is None:
            number = parsed.columns[position][index]
            hint = hints.qualification(number)
            yield Problem(row, column.heading, shown(number), Code.UNKNOWN_QUALIFICATION, hint)
        elif position == _LEARNER and learner is None:
            uln = parsed.columns[position][index]
            if uln == TEMPORARY_ULN:
                yield Problem(row, column.heading, uln, Code.TEMPORARY_ULN)
            else:
                hint = hints.learner(uln)
                yield Problem(row, column.heading, shown(uln), Code.UNKNOWN_LEARNER, hint)
    if group := repeated.get(index):
        others = [sheet.numbers[other] for other in group[: OTHERS_NAMED + 1] if other != index]
        others = others[:OTHERS_NAMED]
        facts: Facts = {
            "rows": ", ".join(map(str, others)),
            "count": len(others),
            "more": len(group) - 1 - len(others),
        }
        yield Problem(row, ROW, "", Code.DUPLICATE, facts)


def _odd(parsed: Parsed, mistyped: Set[str], today: str) -> set[int]:
    """Indexes of all records that :func:`_warnings` has something to say of, and maybe of others.

    Nearly all records are in order, which whole columns tell sooner than record by record.
    """
    values = parsed.columns[_FIRST_STORED:]
    chain = [values[position] for position in _CHAIN]
    future = {date for dates in chain for date in set(dates) if date > today}
    odd = {
        index
        for column, unusual in ((parsed.columns[_LEARNER], mistyped), *((dates, future) for dates in chain))
        if unusual
        for index, value in enumerate(column)
        if value in unusual
    }
    # Dates still to come are in order, so what stands for them is after any date.
    filled = ([date or _TO_COME for date in dates] for dates in chain)
    odd.update(
        index for index, (a, b, c, d, e) in enumerate(zip(*filled, strict=True)) if not a <= b <= c <= d <= e
    )
    for status, own in _OWN_DATE.items():
        pairs = enumerate(zip(values[_STATUS], values[own], strict=True))
        odd.update(index for index, (found, date) in pairs if not date and found == status)
    return odd


def _warnings(
    row: int, uln: str, is_mistyped: bool, after: Values, layout: Layout, today: str
) -> Sequence[Problem]:
    """What looks odd in an accepted record, in column order. ISO dates are in order as texts are."""
    found: list[tuple[int, Warn, dict[str, str]]] = []
    if is_mistyped:
        found.append((_LEARNER - _FIRST_STORED, Warn.CHECK_DIGIT, {}))
    earlier, column = "", ""
    for position in _CHAIN:
        date = after[position]
        if not date:
            continue
        if date < earlier:
            facts = {"earlier": _DATE.from_plain(earlier), "column": column}
            found.append((position, Warn.DATE_ORDER, facts))
        if date > today:
            found.append((position, Warn.FUTURE_DATE, {}))
        earlier, column = date, layout.columns[position + _FIRST_STORED].heading
    own = _OWN_DATE.get(after[_STATUS])
    if own is not None and not after[own]:
        found.append((own, Warn.MISSING_DATE, {"status": after[_STATUS]}))
    found.sort(key=lambda warning: warning[0])
    return [
        Problem(
            row,
            layout.columns[position + _FIRST_STORED].heading,
            uln if position < 0 else _DATE.from_plain(after[position]),
            code,
            facts,
        )
        for position, code, facts in found
    ]


_NO_FACTS: Facts = {}
"""One for all: there can be millions of errors."""


class _Hints:
    """Likely reasons why a number or ULN is not found. They never decide anything."""

    def __init__(
        self,
        stored: StoredValues,
        keys: Mapping[str, str],
        by_number: Mapping[str, int | None],
        lost_ulns: Set[str],
    ) -> None:
        self._keys = keys
        lost_keys = {keys[number] for number, found in by_number.items() if found is None}
        self._numbers = _with_zeros(lost_keys, stored.qualifications)
        self._ulns = _with_zeros(lost_ulns, stored.learners)

    def qualification(self, number: str) -> Facts:
        return self._facts(number, self._numbers.get(self._keys[number]))

    def learner(self, uln: str) -> Facts:
        facts = self._facts(uln, self._ulns.get(uln))
        return facts or ({"hint": "check_digit"} if check_digit_fails(uln) else _NO_FACTS)

    @staticmethod
    def _facts(text: str, with_zeros: str | None) -> Facts:
        if _MANGLED.fullmatch(text):
            return {"hint": "excel"}
        return {"hint": "zeros", "with_zeros": with_zeros} if with_zeros else _NO_FACTS


_ZEROS = ("0", "00", "000")


def _with_zeros(lost: Collection[str], lookup: Any) -> dict[str, str]:
    """Those that exist with leading zeros, which spreadsheets take away."""
    candidates = {zeros + text: text for text in lost if text[:1].isdigit() for zeros in _ZEROS}
    return {candidates[found]: found for found in lookup(candidates.keys())} if candidates else {}
