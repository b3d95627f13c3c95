"""Parsed rows and stored values in, plan out. Reads through ``StoredValues``; writes nothing."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from itertools import compress
from operator import not_
from typing import Any

from ..cells import TEMPORARY_ULN, match_key
from ..layouts import Layout
from ..problems import ROW, Code, Facts, Problem, shown
from .hints import Hints
from .notes import file_notes
from .types import Parsed, Plan, Progress, Record, Sheet, StoredValues
from .warnings import Suspicions

OTHERS_NAMED = 20
"""How many of a duplicate's other rows its message names; the rest are counted."""
TOLD_EVERY = 1000
"""Records between two words on progress."""

_QUALIFICATION, _LEARNER = 0, 1
_FIRST_STORED = 2


def make_plan(
    sheet: Sheet,
    parsed: Parsed,
    layout: Layout,
    stored: StoredValues,
    today: dt.date,
    progress: Progress | None = None,
    *,
    with_hints: bool = True,
) -> Plan:
    """Decide for every record: rejected, and why; or accepted, and what it changes.

    Hints ask ``stored`` for more than the file names, which a plan under lock had better not.
    """
    numbers, ulns = parsed.columns[_QUALIFICATION], parsed.columns[_LEARNER]
    keys = {number: match_key(number) for number in set(numbers)}
    qualifications = stored.qualifications(set(keys.values()) - {""})
    by_number = {number: qualifications.get(key) for number, key in keys.items()}
    learners = stored.learners(set(ulns) - {"", TEMPORARY_ULN})
    found = list(zip(map(learners.get, ulns), map(by_number.get, numbers), strict=True))
    repeated = _repeated(found, sheet, parsed)
    unknown = {number: keys[number] for number, key in by_number.items() if key is None}
    unknown_ulns = set(ulns) - learners.keys() - {"", TEMPORARY_ULN}
    hints = Hints(stored, unknown, unknown_ulns) if with_hints else Hints(stored, {}, set())
    pairs: Any = {pair for pair in found if None not in pair}
    registrations = stored.registrations(pairs)
    after_values = zip(*parsed.columns[_FIRST_STORED:], strict=True)

    wrong = parsed.bad.keys() | repeated.keys() | sheet.long.keys() | parsed.repeated
    suspicions = Suspicions(sheet, parsed, layout, learners.keys(), today)
    records: list[Record] = []
    accepted: list[int] = []
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
        key, before = (None, None) if registration is None else (registration[0], registration[1:])
        records.append(Record(row, learner, qualification, key, before, after))
        accepted.append(index)
        if index in suspicions.records:
            warnings.extend(suspicions.of(index, row, before, after))
    return Plan(
        rows=len(sheet.numbers),
        records=records,
        errors=errors,
        warnings=warnings,
        notes=file_notes(sheet, parsed, accepted, layout),
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
    """In conflict at the commit."""


WITHOUT_EFFECT = (Change.NOTHING, Change.NOT_APPLIED)


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


def _repeated(
    found: Sequence[tuple[int | None, int | None]], sheet: Sheet, parsed: Parsed
) -> Mapping[int, Sequence[int]]:
    """Record index to the indexes of all records of the same learner and qualification."""
    several = {pair for pair, count in Counter(found).items() if count > 1 and None not in pair}
    groups: dict[tuple[int | None, int | None], list[int]] = {}
    for index, pair in enumerate(found) if several else ():
        if pair in several and index not in sheet.long and index not in parsed.repeated:
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
    hints: Hints,
) -> Iterator[Problem]:
    """Everything that is wrong with one record, in column order, the row itself last."""
    if index in parsed.repeated:
        yield Problem(row, ROW, "", Code.REPEATED_HEADING)
        return
    if index in sheet.long:
        yield Problem(row, ROW, "", Code.TOO_MANY_CELLS, sheet.long[index].facts)
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
