"""Warnings that whole columns tell: short rows, and values that look wrong wherever they stand. Pure."""

from __future__ import annotations

from collections.abc import Collection

from ..problems import ROW, Problem, Warn, shown
from .types import Given, Values


class ColumnSuspicions:
    """Values that look wrong, by column."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._wanted: list[tuple[int, Warn, Collection[str]]] = []
        self.records: set[int] = set(given.short)
        """Indexes of records that :meth:`of` has something to say of."""

    def look_for(self, field: str, code: Warn, values: Collection[str]) -> None:
        """Warn wherever one of the values stands."""
        if values:
            at = self._given.layout.position_of(field)
            self._wanted.append((at, code, values))
            column = self._given.columns[at]
            self.records.update(index for index, value in enumerate(column) if value in values)

    def of(self, index: int, row: int, before: Values | None, after: Values) -> list[Problem]:
        """Warnings of an accepted record, in column order, the row itself last."""
        warnings = []
        for at, code, values in sorted(self._wanted, key=lambda wanted: wanted[0]):
            value = self._given.columns[at][index]
            if value is not None and value in values:
                column = self._given.layout.columns[at]
                warnings.append(Problem(row, column.heading, shown(column.kind.from_plain(value)), code))
        if index in self._given.short:
            warnings.append(Problem(row, ROW, "", Warn.SHORT_ROW, {"width": self._given.layout.width}))
        return warnings
