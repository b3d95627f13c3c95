"""Values in, the cells of an export layout and what is wrong with them out. Pure.

A cell comes about in this order: value, ``values`` or ``if_blank``, ``dates``, ``case``; then it is checked,
then guarded. Each column is made into functions over a column of values: a loop over cells that asks for the
options of each would take longer than reading the records.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import compress
from typing import Any, NamedTuple

from ..cells import plain
from ..characters import codepoint, guard
from ..date_forms import DateForm, writer
from ..definitions.exports import Case, Encoding, ExportColumn, ExportDefinition, Format
from ..problems import Facts, Unfit
from .csvfile import Cells
from .layout_values import BY_NAME, DAY_PATHS, Sort, Value

SUSPICIOUS = frozenset("'=+-@\t\r\uff1d\uff0b\uff0d\uff20")
"""First characters of cells that may need a guard."""

Texts = Sequence[str]


class UnfitCell(NamedTuple):
    """Why a record cannot be in the file."""

    record: int
    """Its primary key."""
    column: int
    """Which column of the layout."""
    code: Unfit
    facts: Facts
    value: str
    """The cell that it would have been."""


class Page(NamedTuple):
    """What becomes of some records."""

    cells: Cells
    """Of those that are right."""
    unfit: list[UnfitCell]
    """By record, then by column."""
    keys: Sequence[int]
    """Primary keys of those that are right."""

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The same row by row, for those who look at a few."""
        return list(zip(*self.cells, strict=True))

    @property
    def unfit_records(self) -> int:
        """How many are not right."""
        return len({one.record for one in self.unfit})


class CellMaker:
    """Makes the cells of a layout, one page of records after the other."""

    def __init__(self, definition: ExportDefinition, today: dt.date) -> None:
        values = [BY_NAME[column.value] for column in definition.columns if column.value]
        self.paths: tuple[str, ...] = tuple(dict.fromkeys(path for value in values for path in value.paths))
        """Lookups from a registration to all that is needed."""
        self.day_paths = DAY_PATHS & set(self.paths)
        """Those that lead to days, which may come as plain text."""
        is_csv = definition.format is Format.CSV
        encoding = Encoding.WINDOWS if is_csv and definition.encoding is Encoding.WINDOWS else None
        self._columns = [
            _compiled(column, today, self.paths, encoding, is_csv and definition.guard)
            for column in definition.columns
        ]
        self._written = 0

    @property
    def checks(self) -> bool:
        """Whether any record can be wrong."""
        return any(column.check for column in self._columns)

    def page(self, keys: Sequence[int], values: Sequence[Sequence[Any]]) -> Page:
        """The cells of the records with these keys, from what each path leads to."""
        if not keys:
            return Page([], [], ())
        made: list[Texts] = [()] * len(self._columns)
        wrong: dict[int, list[UnfitCell]] = {}
        for number, column in enumerate(self._columns):
            if not column.is_numbered:
                made[number] = column.make(values, range(len(keys)))
                self._check(number, made[number], keys, wrong)
        right = _without(range(len(keys)), wrong)
        numbers = range(self._written + 1, self._written + len(right) + 1)
        for number, column in enumerate(self._columns):
            if column.is_numbered:
                of_right = dict(zip(right, column.make(values, numbers), strict=True))
                made[number] = [of_right.get(position, "") for position in range(len(keys))]
                self._check(number, made[number], keys, wrong, only=of_right)
        kept = len(keys) - len(wrong)
        self._written += kept
        cells = [column.guard(texts, values) for column, texts in zip(self._columns, made, strict=True)]
        if wrong:
            are_right = [position not in wrong for position in range(len(keys))]
            cells = [list(compress(column, are_right)) for column in cells]
            keys = list(compress(keys, are_right))
        return Page(
            cells,
            [one for position in sorted(wrong) for one in sorted(wrong[position], key=_column_of)],
            keys,
        )

    def _check(
        self,
        number: int,
        texts: Texts,
        keys: Sequence[int],
        wrong: dict[int, list[UnfitCell]],
        only: Mapping[int, str] | None = None,
    ) -> None:
        check = self._columns[number].check
        for position, code, facts in check(texts) if check else ():
            if only is None or position in only:
                found = UnfitCell(keys[position], number, code, facts, texts[position])
                wrong.setdefault(position, []).append(found)


def _column_of(one: UnfitCell) -> int:
    return one.column


def _without(positions: Sequence[int], wrong: Mapping[int, Any]) -> Sequence[int]:
    return [position for position in positions if position not in wrong] if wrong else positions


Make = Callable[[Sequence[Sequence[Any]], Sequence[int]], Texts]
"""Columns of values and the numbers of the records, to a column of cells."""

Check = Callable[[Texts], Iterable[tuple[int, Unfit, Facts]]]
"""A column of cells, to what is wrong at which position."""

Guard = Callable[[Texts, Sequence[Sequence[Any]]], Texts]
"""A column of cells, and the columns of values that they were made of, to the cells as they are written."""


class _Column(NamedTuple):
    make: Make
    check: Check | None
    guard: Guard
    is_numbered: bool = False


def _compiled(
    column: ExportColumn,
    today: dt.date,
    paths: Sequence[str],
    encoding: str | None,
    guarding: bool,
) -> _Column:
    if column.value is None:
        text = column.constant or ""
        return _Column(lambda values, numbers: [text] * len(numbers), None, _as_it_is)
    value = BY_NAME[column.value]
    change = {Case.UPPER: str.upper, Case.LOWER: str.lower, None: None}[column.case]
    own = dict(column.values)
    if column.if_blank is not None:
        own.setdefault("", column.if_blank)
    if change:
        own = {stored: change(cell) for stored, cell in own.items()}
    check = _check_of(column, encoding)
    if value.sort is Sort.ROW:
        texts = _translated(lambda values, numbers: list(map(str, numbers)), own, change)
        return _Column(texts, check, _as_it_is, is_numbered=True)
    if value.sort is not Sort.TEXT:
        written = _Written(value, own, column.dates or DateForm.DAY_FIRST, change)
        if not value.paths:
            return _Column(lambda values, numbers: [written[today]] * len(numbers), check, _as_it_is)
        at = paths.index(value.paths[0])
        return _Column(lambda values, numbers: list(map(written.__getitem__, values[at])), check, _as_it_is)
    stored = _stored(value, paths)
    return _Column(_translated(stored, own, change), check, _guard_of(stored, own) if guarding else _as_it_is)


def _stored(value: Value, paths: Sequence[str]) -> Make:
    """What is stored, as text."""
    places = [paths.index(path) for path in value.paths]
    make = value.make
    if make is None:
        (at,) = places
        return lambda values, numbers: [text or "" for text in values[at]]
    return lambda values, numbers: list(map(make, *(values[at] for at in places)))


def _translated(stored: Make, own: Mapping[str, str], change: Callable[[str], str] | None) -> Make:
    """The same with the layout's own texts in place, and in the case wanted."""
    if not own and not change:
        return stored
    if not change:
        return lambda values, numbers: [own.get(text, text) for text in stored(values, numbers)]
    return lambda values, numbers: [
        own[text] if text in own else change(text) for text in stored(values, numbers)
    ]


class _Written(dict[Any, str]):
    """Day, status or gender to cell, each written once. There are few of them."""

    def __init__(
        self, value: Value, own: Mapping[str, str], form: DateForm, change: Callable[[str], str] | None
    ) -> None:
        super().__init__()
        self._make = value.make
        self._own = own
        self._form = writer(form)
        self._change = change

    def __missing__(self, value: Any) -> str:
        stored = plain(value)
        if stored in self._own:
            cell = self._own[stored]
        else:
            if not stored:
                cell = ""
            elif self._make:
                cell = self._make(stored)
            else:
                cell = self._form(dt.date.fromisoformat(stored))
            cell = self._change(cell) if self._change else cell
        self[value] = cell
        return cell


def _as_it_is(texts: Texts, values: Sequence[Sequence[Any]]) -> Texts:
    return texts


def _guard_of(stored: Make, own: Mapping[str, str]) -> Guard:
    """Guards what is stored. The layout's own texts were looked at when it was saved."""
    if not own:
        return lambda texts, values: [guard(text) if text[:1] in SUSPICIOUS else text for text in texts]

    def guarded(texts: Texts, values: Sequence[Sequence[Any]]) -> Texts:
        if not any(text[:1] in SUSPICIOUS for text in texts):
            return texts
        sources = stored(values, range(len(texts)))
        return [
            guard(text) if text[:1] in SUSPICIOUS and source not in own else text
            for text, source in zip(texts, sources, strict=True)
        ]

    return guarded


def _check_of(column: ExportColumn, encoding: str | None) -> Check | None:
    """What looks through a column, if there is anything to look for. Nearly all pages have nothing wrong."""
    required, longest = column.required, column.longest
    if not required and longest is None and encoding is None:
        return None

    def check(texts: Texts) -> Iterator[tuple[int, Unfit, Facts]]:
        if (
            (required and "" in texts)
            or (longest is not None and max(map(len, texts), default=0) > longest)
            or (encoding is not None and _lacks(encoding, "".join(texts)))
        ):
            for position, text in enumerate(texts):
                if required and not text:
                    yield position, Unfit.REQUIRED, {}
                elif longest is not None and len(text) > longest:
                    yield position, Unfit.TOO_LONG, {"limit": longest, "length": len(text)}
                elif encoding is not None and (lacking := _lacks(encoding, text)):
                    yield position, Unfit.BAD_ENCODING, {"codepoint": codepoint(lacking)}

    return check


def _lacks(encoding: str, text: str) -> str:
    """The first character that an encoding has not; ``""`` where it has them all."""
    if text.isascii():
        return ""
    try:
        text.encode(encoding)
    except UnicodeEncodeError as error:
        return text[error.start]
    return ""
