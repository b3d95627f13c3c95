"""Tables of a report on screen. They read only the page that is shown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_tables2.data import TableData

from .importing import staging
from .messages import message
from .models import ImportRun, RunPiece
from .problems import Problem

PER_PAGE = 50


class StagedRows(Sequence[Any]):
    """Entries of a report at some positions; a slice reads just those."""

    def __init__(self, load: Callable[..., Iterator[Any]], positions: Sequence[int]) -> None:
        self._load = load
        self.positions = positions

    def __len__(self) -> int:
        return len(self.positions)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            return staging.load_at(self._load, self.positions[key])
        return staging.load_at(self._load, [self.positions[key]])[0]


class ErrorData(TableData):
    """Errors of a run, of all kinds or of some, in any of the table's orders."""

    def __init__(self, run: ImportRun, kinds: Collection[int] | None = None) -> None:
        self._kinds = staging.load_kinds(run, RunPiece.Kind.ERROR_KINDS)
        self._names: list[Any] = run.error_kinds
        positions: Sequence[int] = range(len(self._kinds))
        if kinds is not None:
            positions = [position for position, kind in enumerate(self._kinds) if kind in kinds]
        super().__init__(StagedRows(partial(staging.load_problems, run, RunPiece.Kind.ERRORS), positions))

    def __len__(self) -> int:
        return len(self.data)

    def order_by(self, aliases: Sequence[str]) -> None:
        """Order by row (as they stand), by column or by kind; rows stay in order within each."""
        positions = self.data.positions
        # The first of a name decides; a query string may name one a thousand times.
        chosen: dict[str, str] = {}
        for alias in aliases:
            chosen.setdefault(alias.lstrip("-"), alias)
        for alias in reversed(chosen.values()):
            name, backwards = alias.lstrip("-"), alias.startswith("-")
            if name == "row":
                positions = sorted(positions, reverse=backwards)
                continue
            part = 1 if name == "column" else 0
            order = sorted(range(len(self._names)), key=lambda kind: self._names[kind][part])
            rank = bytes(order.index(kind) for kind in range(len(self._names)))
            positions = sorted(positions, key=lambda at: rank[self._kinds[at]], reverse=backwards)
        self.data.positions = positions


class ErrorsTable(tables.Table):
    """Row, column, value, what is wrong and how to put it right."""

    row = tables.Column(verbose_name=pgettext_lazy("wagtail_regcert", "Row"))
    column = tables.Column(verbose_name=_("Column"), empty_values=())
    value = tables.Column(
        verbose_name=pgettext_lazy("wagtail_regcert", "Value"), orderable=False, empty_values=()
    )
    code = tables.Column(verbose_name=_("What is wrong"), empty_values=())

    class Meta:
        template_name = "wagtail_regcert/imports/table.html"
        attrs = {"class": "listing regcert-table regcert-problems"}
        order_by_field = "ordering"
        page_field = "p"

    def render_row(self, value: int) -> str:
        # As a spreadsheet shows it: without a site's thousand separators.
        return str(value)

    def render_column(self, value: str) -> Any:
        return value or _("(whole row)")

    def render_code(self, record: Problem) -> str:
        return message(record)
