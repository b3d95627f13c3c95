"""Tables of a report on screen. They read only the page that is shown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_tables2.data import TableData

from .importing import staging
from .importing.groups import Group
from .messages import kind_name, message, sentence
from .models import ImportRun, RunPiece
from .problems import ROW, Problem

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
        is_by_row = True
        for alias in reversed(chosen.values()):
            name, backwards = alias.lstrip("-"), alias.startswith("-")
            if name == "row":
                if not is_by_row:
                    positions = sorted(positions)
                positions = positions[::-1] if backwards else positions
                is_by_row = not backwards
                continue
            part = 1 if name == "column" else 0
            names = [one[part] for one in self._names]
            order = sorted(set(names))
            ranks = self._kinds.translate(bytes(map(order.index, names)).ljust(256))
            positions = sorted(positions, key=ranks.__getitem__, reverse=backwards)
            is_by_row = False
        self.data.positions = positions


class ReportTable(tables.Table):
    """What all tables of a report have in common: how they look, and what their links ask for."""

    def __init__(self, data: Any, **options: Any) -> None:
        super().__init__(
            data,
            template_name="wagtail_regcert/imports/table.html",
            attrs={"class": "listing regcert-table"},
            order_by_field="ordering",
            page_field="p",
            orderable=False,
            **options,
        )


class PlaceColumn(tables.Column):
    """A heading of the file."""

    def __init__(self, **options: Any) -> None:
        super().__init__(verbose_name=_("Column"), empty_values=(), **options)

    def render(self, value: str) -> Any:
        return value or _("(whole row)")


class ValueColumn(tables.Column):
    """A value of the file; the longest must leave room for what is said of it."""

    def __init__(self) -> None:
        super().__init__(
            verbose_name=pgettext_lazy("wagtail_regcert", "Value"),
            orderable=False,
            empty_values=(),
            attrs={"td": {"class": "regcert-value"}},
        )


class ReasonColumn(tables.Column):
    """A sentence or two, which must not become a ribbon where the screen is narrow."""

    def __init__(self, **options: Any) -> None:
        super().__init__(empty_values=(), attrs={"td": {"class": "regcert-reason"}}, **options)


class RowColumn(tables.Column):
    """A row number as a spreadsheet shows it: without a site's thousand separators."""

    def __init__(self, **options: Any) -> None:
        super().__init__(verbose_name=pgettext_lazy("wagtail_regcert", "Row"), **options)

    def render(self, value: int) -> str:
        return str(value)


class ErrorsTable(ReportTable):
    """Row, column, value, what is wrong and how to put it right."""

    row = RowColumn(orderable=True)
    column = PlaceColumn(orderable=True)
    value = ValueColumn()
    code = ReasonColumn(verbose_name=_("What is wrong"), orderable=True)

    def render_code(self, record: Problem) -> str:
        return message(record)


class WarningsTable(ReportTable):
    """The same of what looks odd in accepted records."""

    row = RowColumn()
    column = PlaceColumn()
    value = ValueColumn()
    code = ReasonColumn(verbose_name=_("What looks odd"))

    def render_code(self, record: Problem) -> str:
        return message(record)


class GroupsTable(ReportTable):
    """Column, value, in how many rows it stands, the first of them, and what is wrong."""

    column = PlaceColumn()
    value = ValueColumn()
    times = tables.Column(verbose_name=_("Rows"))
    rows = tables.Column(verbose_name=_("First rows"))
    code = ReasonColumn(verbose_name=_("What is wrong"))

    def render_rows(self, value: Sequence[int], record: Group) -> str:
        more = ", …" if record.times > len(value) else ""
        return ", ".join(map(str, value)) + more

    def render_code(self, record: Group) -> str:
        # What is said of a whole row names other rows, which differ from one to the next.
        if record.column == ROW:
            return kind_name(record.code)
        return sentence(record.code, record.facts, record.value)


class SentTable(ReportTable):
    """Registrations that were sent, by what they are called."""

    learner = tables.Column(verbose_name=_("Learner"), linkify=lambda record: record["url"])
    qualification = tables.Column(verbose_name=_("Qualification"))
    status = tables.Column(verbose_name=pgettext_lazy("wagtail_regcert", "Status"))


class NotSentTable(ReportTable):
    """Records of the file by their rows and by what says which registration they are about."""

    row = RowColumn()

    def __init__(self, rows: Sequence[tuple[int, Sequence[str]]], headings: Sequence[str]) -> None:
        """``rows`` are row numbers, each with the cells under the ``headings``."""
        names = [f"key{place}" for place in range(len(headings))]
        data = [{"row": number, **dict(zip(names, cells, strict=True))} for number, cells in rows]
        columns = [
            (name, tables.Column(verbose_name=heading)) for name, heading in zip(names, headings, strict=True)
        ]
        super().__init__(data, extra_columns=columns)


class NamedRecordsTable(ReportTable):
    """Records by row and by what they are called, and what became of them."""

    row = RowColumn()

    def __init__(self, rows: Sequence[dict[str, Any]], *, names: Mapping[str, Any]) -> None:
        """``names`` are name and heading of what says which record it is; the first leads to it."""
        headings = iter(names.items())
        first, heading = next(headings)
        columns = [
            (first, tables.Column(verbose_name=heading, linkify=lambda record: record.get("url") or None)),
            *((name, tables.Column(verbose_name=heading)) for name, heading in headings),
        ]
        super().__init__(rows, extra_columns=columns, sequence=("row", *names, "..."))


class ConflictsTable(NamedRecordsTable):
    """Records that were not applied: which, and why."""

    message = tables.Column(verbose_name=_("Why it was not applied"))


class LeftTable(NamedRecordsTable):
    """Records that an undo leaves alone, and why."""

    reason = tables.Column(verbose_name=_("Why it is left alone"))
