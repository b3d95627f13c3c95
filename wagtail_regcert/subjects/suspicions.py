"""Warnings that whole columns tell: short rows, and values that look wrong wherever they stand. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..layouts import Layout
from ..problems import ROW, Problem, Warn, shown
from .types import Given, Values


def in_column_order(problems: Sequence[Problem], layout: Layout) -> list[Problem]:
    """Warnings of one record: by column, the row itself last; on one cell in the order of their codes."""
    if len(problems) < 2:
        return list(problems)
    places = layout.places_by_heading
    return sorted(problems, key=lambda one: (places.get(one.column, len(places)), _ORDER[one.code]))


_ORDER = {code.value: order for order, code in enumerate(Warn)}


def damaged_cells(given: Given, index: int, row: int) -> list[Problem]:
    """Warnings of cells of which the source itself says that they are damaged."""
    return [
        Problem(
            row,
            given.layout.columns[at].heading,
            shown(given.columns[at][index] or ""),
            Warn.DAMAGED,
            {"damage": damaged[index].value},
        )
        for at, damaged in sorted(given.damaged.items())
        if index in damaged
    ]


class ColumnSuspicions:
    """Values that look wrong, by column."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._wanted: list[tuple[int, Warn, Collection[str]]] = []
        self.records: set[int] = set(given.short)
        for damaged in given.damaged.values():
            self.records.update(damaged)
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
        warnings = damaged_cells(self._given, index, row)
        for at, code, values in sorted(self._wanted, key=lambda wanted: wanted[0]):
            value = self._given.columns[at][index]
            if value is not None and value in values:
                column = self._given.layout.columns[at]
                warnings.append(Problem(row, column.heading, shown(column.kind.from_plain(value)), code))
        if index in self._given.short:
            warnings.append(Problem(row, ROW, "", Warn.SHORT_ROW, {"width": self._given.layout.width}))
        return in_column_order(warnings, self._given.layout) if self._given.damaged else warnings
