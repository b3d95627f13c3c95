"""Given values and stored ones in, plan out. Reads through what the subject is given; writes nothing."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from enum import IntEnum
from itertools import compress, repeat
from operator import not_
from typing import Any

from ..layouts import Layout, Policy
from ..problems import ROW, CellError, Code, Facts, Note, NoteCode, Problem, Warn, shown
from ..subjects.rules import Matched, NoSuspicions, Rules
from ..subjects.suspicions import in_column_order
from ..subjects.types import Advice, Given, Record, Values
from .exchange import blocked
from .types import Plan, Progress

OTHERS_NAMED = 20
"""How many of a duplicate's other rows its message names; the rest are counted."""
PROGRESS_INTERVAL = 1000
"""Records between two words on progress."""


def make_plan(
    given: Given,
    subject: Rules,
    stored: Any,
    today: dt.date,
    progress: Progress | None = None,
    *,
    with_advice: bool = True,
    with_stored: bool = False,
) -> Plan:
    """Decide for every record: rejected, and why; or accepted, and what it changes.

    Advice is hints, warnings and notes. Hints ask ``stored`` for more than the source names, which a plan
    under lock had better not. ``with_stored`` also says what the rejected records are about.
    """
    fields = subject.carried(given.layout)
    matched = subject.match(given, stored, fields, with_hints=with_advice)
    columns = subject.values(given, fields)
    wrong = given.bad.keys() | given.unreadable.keys() | matched.wrong
    repeated = _repeated(given, matched, wrong)
    wrong |= repeated.keys()
    late = _found_late(given, subject, matched, fields, columns, wrong)
    wrong |= late.keys()
    columns, kept = _as_they_will_be(given, subject, matched, fields, columns)
    will_be = {**matched.others, **dict(zip(fields, columns, strict=True))}
    suspicions = subject.suspicions(given, will_be, today) if with_advice else NoSuspicions()
    found = matched.stored
    after_values: Any = zip(*columns, strict=True) if columns else repeat((), len(given.numbers))
    records: list[Record] = []
    accepted: list[int] = []
    errors: list[Problem] = []
    warnings: list[Problem] = []
    rejected: list[int] = []
    for index, (row, key, after) in enumerate(zip(given.numbers, matched.keys, after_values, strict=True)):
        if progress and not index % PROGRESS_INTERVAL:
            progress(index)
        if key is None or index in wrong:
            errors.extend(_errors(index, row, given, subject, matched, repeated, late))
            rejected.append(row)
            continue
        pk, before = found.get(key, _NOT_STORED)
        records.append(Record(row, key, pk, before, after))
        accepted.append(index)
        told = suspicions.of(index, row, before, after) if index in suspicions.records else []
        if with_advice and (index in kept or index in matched.advice):
            more = [*kept.get(index, ()), *matched.advice.get(index, ())]
            told = in_column_order([*told, *_advised(more, row, given.layout)], given.layout)
        if told:
            warnings.extend(told)
    used = {part for record in records for part in record.key} if matched.newcomers else set()  # type: ignore[attr-defined]
    new = {about: one.records(given.numbers, used) for about, one in matched.newcomers.items()}
    organisations = subject.organisations(records, fields, new) & {*matched.new.get(_ORGANISATION, ())}
    return Plan(
        new=new,
        new_organisations=len(organisations),
        differing={
            about: {given.numbers[index] for index in indexes} for about, indexes in matched.differing.items()
        },
        rows=len(given.numbers),
        records=records,
        accepted=accepted,
        fields=fields,
        errors=errors,
        warnings=warnings,
        notes=_told_beforehand(organisations, given.layout) if with_advice else (),
        stored=[found.get(key, _NOT_STORED)[0] for key in matched.keys] if with_stored else (),
        rejected=frozenset(rejected),
    )


_NOT_STORED: tuple[None, None] = (None, None)
_ORGANISATION = "awarding_organisation"


def _told_beforehand(organisations: Set[str], layout: Layout) -> list[Note]:
    """A note on awarding organisations (names) that are about to be created."""
    if not organisations:
        return []
    heading = layout.column_of(_ORGANISATION).heading
    facts = {"values": sorted(organisations)}
    return [Note(NoteCode.NEW_ORGANISATIONS, heading, len(organisations), facts)]


def _as_they_will_be(
    given: Given,
    subject: Rules,
    matched: Matched,
    fields: tuple[str, ...],
    columns: Sequence[Sequence[str | None]],
) -> tuple[list[Sequence[str]], Mapping[int, list[Advice]]]:
    """Columns with what is stored, or blank, wherever a record leaves it alone; and what gives way to it."""
    blank = subject.blank(fields)
    stored: Any = None
    kept: dict[int, list[Advice]] = {}
    found: list[Any] = []
    for at, (field, column) in enumerate(zip(fields, columns, strict=True)):
        fills = given.layout.column_of(field).policy is Policy.FILL
        if not fills and None not in column:
            found.append(column)
            continue
        stored = stored or list(map(matched.stored.get, matched.keys))
        values = []
        for index, (value, one) in enumerate(zip(column, stored, strict=True)):
            old = one[1][at] if one else ""
            if value is None:
                value = old if one else blank[at]
            elif fills and old and value != old:
                kept.setdefault(index, []).append(Advice(field, value, Warn.KEPT, {"stored": old}))
                value = old
            values.append(value)
        found.append(values)
    return found, kept


def _advised(advice: Sequence[Advice], row: int, layout: Layout) -> Iterator[Problem]:
    for one in advice:
        column = layout.column_of(one.field)
        facts = one.facts
        if "stored" in facts:
            facts = {**facts, "stored": shown(column.kind.from_plain(str(facts["stored"])))}
        yield Problem(row, column.heading, shown(column.kind.from_plain(one.value)), one.code, facts)


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
    return Change.CLEARS if any(_removed(record.before, record.after)) else Change.UPDATES


def cleared(record: Record) -> int:
    """Count the stored values that a record removes."""
    if record.before is None:
        return 0
    return sum(map(bool, _removed(record.before, record.after)))


def _removed(before: Values, after: Values) -> Iterator[str]:
    """What is stored, perhaps nothing, where a record has a blank."""
    return compress(before, map(not_, after))


def _repeated(given: Given, matched: Matched, wrong: Any) -> Mapping[int, Sequence[int]]:
    """Record index to the indexes of all records that claim the same."""
    groups: dict[Any, list[int]] = {}
    for position, claims in enumerate(matched.claims or [matched.keys]):
        several = {claim for claim, count in Counter(claims).items() if count > 1 and claim is not None}
        for index, claim in enumerate(claims) if several else ():
            if claim in several and index not in given.unreadable:
                groups.setdefault((position, claim), []).append(index)
    repeated: dict[int, set[int]] = {}
    for group in groups.values():
        taken = [index for index in group if index not in wrong][:1] if given.first_counts else []
        for index in group if len(group) > 1 else ():
            if index not in taken:
                repeated.setdefault(index, set()).update(group)
    return {index: sorted(group) for index, group in repeated.items()}


def _found_late(
    given: Given,
    subject: Rules,
    matched: Matched,
    fields: tuple[str, ...],
    columns: Sequence[Sequence[str | None]],
    wrong: Any,
) -> dict[int, dict[str, CellError]]:
    """Record index to field to what only all records together with the stored ones show to be wrong."""
    found: dict[int, dict[str, CellError]] = {}
    for column in given.layout.columns:
        if column.required and column.may_stay_blank:
            at = fields.index(column.field)
            for index in _blanks(matched, columns[at], at):
                found.setdefault(index, {})[column.field] = CellError(Code.REQUIRED)
    for name in subject.needed if given.layout.is_sites else ():
        if not given.layout.has(name):
            for index, key in enumerate(matched.keys):
                if key is not None and key not in matched.stored:
                    heading = subject.layout.column_of(name).heading
                    found.setdefault(index, {})[ROW] = CellError(Code.REQUIRED, {"missing": heading})
    for field, code in subject.exchanged.items():
        if field in fields:
            at = fields.index(field)
            for index in _not_given_up(matched, field, columns[at], at, wrong | found.keys()):
                found.setdefault(index, {})[field] = CellError(code)
    return found


def _blanks(matched: Matched, values: Sequence[str | None], at: int) -> Iterator[int]:
    """Indexes of records that would have a blank in this field and did not have it before."""
    for index, (key, value) in enumerate(zip(matched.keys, values, strict=True)):
        if not value:
            stored = matched.stored.get(key)
            if stored is None or (value is not None and stored[1][at]):
                yield index


def _not_given_up(
    matched: Matched, field: str, values: Sequence[str | None], at: int, wrong: Any
) -> set[int]:
    """Indexes of records that take a value which another record keeps."""
    holders = matched.holders[field]
    takes: dict[int, str] = {}
    gives: dict[str, int] = {}
    for index, (key, value) in enumerate(zip(matched.keys, values, strict=True)):
        if key is None or value is None:
            continue
        stored = matched.stored.get(key)
        had = stored[1][at] if stored else ""
        if value != had:
            if value:
                takes[index] = value
            if had and index not in wrong:
                gives[had] = index
    unknown = (index for index, key in enumerate(matched.keys) if key is None)
    return blocked(takes, gives, holders, {*wrong, *unknown})


def _errors(
    index: int,
    row: int,
    given: Given,
    subject: Rules,
    matched: Matched,
    repeated: Mapping[int, Sequence[int]],
    late: Mapping[int, Mapping[str, CellError]],
) -> Iterator[Problem]:
    """Everything that is wrong with one record, in column order, the row itself last."""
    if index in given.unreadable:
        error = given.unreadable[index]
        yield Problem(row, ROW, "", error.code, error.facts)
        return
    bad = given.bad.get(index, {})
    problems = {**matched.problems(index), **late.get(index, {})}
    for position, column in enumerate(given.layout.columns):
        if position in bad:
            text, error = bad[position]
            yield Problem(row, column.heading, shown(text), error.code, error.facts)
        elif column.field in problems:
            error = problems[column.field]
            value = given.columns[position][index] or ""
            yield Problem(row, column.heading, shown(value), error.code, error.facts)
    if ROW in problems:
        yield Problem(row, ROW, "", problems[ROW].code, problems[ROW].facts)
    if group := repeated.get(index):
        facts = {"about": subject.about, **_others(index, group, given)}
        yield Problem(row, ROW, "", Code.DUPLICATE, facts)


def _others(index: int, group: Sequence[int], given: Given) -> Facts:
    """The rows of the other records of a group, as many as are named."""
    others = [given.numbers[other] for other in group[: OTHERS_NAMED + 1] if other != index]
    others = others[:OTHERS_NAMED]
    return {
        "rows": ", ".join(map(str, others)),
        "count": len(others),
        "more": len(group) - 1 - len(others),
    }
