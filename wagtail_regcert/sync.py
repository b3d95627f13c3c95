"""Keeping the tables up to date from a site's own data: mappings in, the same plan and writing as for files.

Rows are mappings by field name. Fields that a row does not name stay as they are, a blank removes the
stored value, rows that are absent stay. What is wrong with a row is reported and stops only that row.
Running the same rows twice changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from .cells import TEMPORARY_ULN, Date, Kind, Status, StatusLabel, Text, read_plain
from .characters import clean
from .history import SYNC, write_entries
from .importing.collector import collector_paused
from .importing.entries import entries, steps_of
from .importing.plan import Change, change_of, make_plan
from .layouts import LEARNERS, MORE_FIELDS, QUALIFICATIONS, STORED_COLUMNS, Column, Layout
from .messages import sentence
from .models.writing import take_write_lock
from .moments import today
from .problems import CellError, Place
from .subjects.database.base import Subject
from .subjects.registry import subject_of
from .subjects.types import BadCell, Given
from .transactions import all_or_nothing

SyncRows = Iterable[Mapping[str, Any]]


@dataclass(frozen=True)
class SyncProblem:
    """What is wrong with a row that was left alone."""

    index: int
    """Of the row, from 0."""
    field: str
    """``""`` for the row as a whole."""
    message: str


@dataclass
class SyncResult:
    """What a sync did, in rows."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    problems: list[SyncProblem] = field(default_factory=list)


def _column(column: Column) -> Column:
    """A column of a file as rows have it: by field, and a blank removes."""
    return _field(column.field, column.kind)


def _field(name: str, kind: Kind, *, required: bool = False, may_stay_blank: bool = False) -> Column:
    return Column(heading=name, field=name, kind=kind, required=required, may_stay_blank=may_stay_blank)


_KEY = Text(is_exact=True)
_LEARNERS = tuple(map(_column, LEARNERS.columns))
_QUALIFICATIONS = tuple(
    _field(column.field, column.kind, required=True, may_stay_blank=column.field != "number")
    for column in QUALIFICATIONS.columns
)
_REGISTRATIONS = (
    *(_field(name, _KEY, required=True) for name in ("learner", "uln", "reference", "qualification")),
    *map(_column, (*STORED_COLUMNS, *MORE_FIELDS)),
)
"""What a row may name. Columns that are required are there whether a row names them or not."""


def learners(rows: SyncRows) -> SyncResult:
    """Create or update learners, known by ``reference``, else by ``uln``."""
    return _sync("learners", _LEARNERS, rows)


def qualifications(rows: SyncRows) -> SyncResult:
    """Create or update qualifications, known by ``number``; missing awarding organisations are created."""
    return _sync("qualifications", _QUALIFICATIONS, rows)


def registrations(rows: SyncRows, user: Any = None) -> SyncResult:
    """Create or update registrations, known by learner (``uln`` or ``reference``) and ``qualification``.

    Missing programmes are created. ``user`` is whom the history names.
    """
    return _sync("registrations", _REGISTRATIONS, rows, user)


def _sync(about: str, columns: Sequence[Column], rows: SyncRows, user: Any = None) -> SyncResult:
    return all_or_nothing(partial(_run, subject_of(about), columns, list(rows), user))


@collector_paused()
def _run(
    subject: Subject, columns: Sequence[Column], rows: Sequence[Mapping[str, Any]], user: Any
) -> SyncResult:
    take_write_lock(subject.model)
    now = timezone.now()
    result = SyncResult(problems=list(_unknown_fields(columns, rows)))
    foreign = {problem.index for problem in result.problems}
    given = _given(columns, [(index, row) for index, row in enumerate(rows) if index not in foreign])
    plan = make_plan(given, subject, subject.stored(lock=True), today(), with_advice=False)
    changes = list(map(change_of, plan.records))
    both = list(zip(plan.records, changes, strict=True))
    created = [record for record, change in both if change == Change.CREATES]
    updated = [record for record, change in both if change in (Change.UPDATES, Change.CLEARS)]
    subject.write(created, updated, plan.fields, now)
    changed = entries(subject, plan.fields, list(steps_of(subject, created, updated)))
    write_entries(SYNC, changed, model=subject.model, user=user, timestamp=now)
    result.created, result.updated = len(created), len(updated)
    result.unchanged = changes.count(Change.NOTHING)
    for row, name, value, code, facts in plan.errors:
        result.problems.append(SyncProblem(row, name, sentence(code, facts, value, place=Place.FORM)))
    result.problems.sort(key=lambda problem: problem.index)
    return result


def _unknown_fields(columns: Sequence[Column], rows: Sequence[Mapping[str, Any]]) -> Iterable[SyncProblem]:
    known = {column.field: None for column in columns}
    for index, row in enumerate(rows):
        if not row.keys() <= known.keys():
            name = next(name for name in row if name not in known)
            yield SyncProblem(index, name, _("There is no such field. Known are: %s.") % ", ".join(known))


_ABSENT = object()
"""Stands for a field that a row does not name."""


def _given(columns: Sequence[Column], rows: Sequence[tuple[int, Mapping[str, Any]]]) -> Given:
    """Rows as columns of plain values; of fields that no row names there is no column."""
    named = {name for _index, row in rows for name in row}
    layout = Layout(tuple(column for column in columns if column.field in named or column.required))
    bad: dict[int, dict[int, BadCell]] = {}
    values: list[list[str | None]] = []
    for position, column in enumerate(layout.columns):
        column_values: list[Any] = [row.get(column.field, _ABSENT) for _number, row in rows]
        right = _plainly_right(column_values, column.kind)
        known: dict[Any, str | BadCell] = {}
        for index in [at for at, one in enumerate(column_values) if type(one) is not str or one not in right]:
            given = column_values[index]
            if given is _ABSENT:
                column_values[index] = None
                continue
            value = known.get(given) if given.__hash__ else None
            if value is None:
                value = _read(given, column)
                if given.__hash__:
                    known[given] = value
            if isinstance(value, BadCell):
                bad.setdefault(index, {})[position] = value
                value = ""
            column_values[index] = value
        values.append(column_values)
    return Given(
        layout=layout,
        numbers=[number for number, _row in rows],
        columns=values,
        bad=bad,
        unreadable={},
        first_counts=True,
    )


def _plainly_right(given: Sequence[Any], kind: Kind) -> Set[str]:
    """The texts that are their own values, found all at once."""
    texts = {value for value in given if type(value) is str}
    return texts.difference(kind.to_read(texts), ("", TEMPORARY_ULN))


def _read(given: Any, column: Column) -> str | BadCell:
    """A value as a site has it in; a plain one out, or what is wrong with it."""
    kind = column.kind
    if isinstance(given, dt.datetime):
        given = given.date()
    if isinstance(given, dt.date):
        # Through the cell's own form, so that the years of a file hold here too.
        given = Date().format(given)
    text = clean(str(given)) if given is not None else ""
    if column.field in ("learner", "uln") and text == TEMPORARY_ULN:
        return ""
    if not text:
        return Status.NOT_REGISTERED.value if isinstance(kind, StatusLabel) else ""
    value = read_plain(text, kind)
    return BadCell(text, value) if isinstance(value, CellError) else value
