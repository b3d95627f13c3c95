"""Parsed rows and stored values in, warnings of accepted records out. Touches nothing.

Nearly all records are in order, which whole columns tell sooner than record by record.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import NamedTuple

from ..cells import Date, Text, check_digit_fails
from ..damage import is_made_of, suspects
from ..layouts import DATE_CHAIN, OWN_DATE, STORED_FIELDS, Layout
from ..problems import ROW, Facts, Problem, Warn, shown
from .types import Parsed, Sheet, Values

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


class Suspicions:
    """What looks wrong in the records of a file."""

    def __init__(
        self, sheet: Sheet, parsed: Parsed, layout: Layout, known_ulns: Collection[str], today: dt.date
    ) -> None:
        self._sheet, self._columns, self._layout = sheet, parsed.columns, layout
        self._today = today.isoformat()
        at = {column.field: position for position, column in enumerate(layout.columns)}
        self._learner, self._status = at["learner"], at["status"]
        self._chain = [at[field] for field in DATE_CHAIN]
        self._own_date = {status.value: at[field] for status, field in OWN_DATE.items()}
        self._stored = {at[field]: index for index, field in enumerate(STORED_FIELDS)}
        self._mistyped = set(filter(check_digit_fails, known_ulns))
        self._texts = [
            position
            for position, column in enumerate(layout.columns)
            if isinstance(column.kind, Text) and not column.kind.is_exact
        ]
        self._suspects = {position: suspects(self._columns[position]) for position in self._texts}
        self._suspicious = self._find_suspicious()
        self._numeric = self._holding({at: kinds.numbers for at, kinds in self._suspects.items()})
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
        if index in self._sheet.short:
            warnings.append(Problem(row, ROW, "", Warn.SHORT_ROW))
        return warnings

    def _holding(self, wanted: Mapping[int, Collection[str]]) -> set[int]:
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
        found = set(self._sheet.short)
        found |= self._holding({self._learner: self._mistyped})
        found |= self._holding(
            {position: kinds.damaged | kinds.placeholders for position, kinds in self._suspects.items()}
        )
        dates = {position: set(columns[position]) for position in self._chain}
        found |= self._holding(
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
