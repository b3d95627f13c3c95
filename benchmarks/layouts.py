"""Export layouts: the seventeen columns with options, with checks, and as a workbook."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import openpyxl

from wagtail_regcert.date_forms import DateForm
from wagtail_regcert.definitions.exports import Case, Encoding, ExportColumn, ExportDefinition, Format
from wagtail_regcert.exporting.columns import EXPORT_COLUMNS
from wagtail_regcert.exporting.layout_stream import prepare
from wagtail_regcert.exporting.layout_values import VALUES
from wagtail_regcert.layouts import Separator
from wagtail_regcert.models import Registration

from . import peers
from .floors import cells

_BY_PATHS = {value.paths: value.name for value in VALUES}

SEVENTEEN = tuple(
    ExportColumn(heading=column.heading, value=_BY_PATHS[column.paths]) for column in EXPORT_COLUMNS
)

OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "Full name": {"case": Case.UPPER},
    "ULN": {"if_blank": "none"},
    "Awarding body": {"values": {"City & Guilds": "C&G", "Pearson": "Edexcel"}},
    "Status": {"values": {"registered": "R", "achieved": "A"}},
    "Gender": {"values": {"F": "Female", "M": "Male"}, "case": Case.LOWER},
    "DateOfBirth": {"dates": DateForm.ISO},
    "RegisteredDate": {"dates": DateForm.ISO},
    "Postal Tracking Reference": {"if_blank": "-"},
}
"""Ten options of columns."""

WITH_OPTIONS = ExportDefinition(
    name="options",
    separator=Separator.SEMICOLON,
    encoding=Encoding.UTF8,
    columns=tuple(replace(column, **OPTIONS.get(column.heading, {})) for column in SEVENTEEN),
)

CHECKED = replace(
    WITH_OPTIONS,
    name="checked",
    columns=tuple(
        replace(column, longest=255, required=column.heading in ("Full name", "Status"))
        for column in WITH_OPTIONS.columns
    ),
)

WORKBOOK = ExportDefinition(name="workbook", format=Format.XLSX, columns=SEVENTEEN)


def export(definition: ExportDefinition, last: int, user: Any) -> Iterator[bytes]:
    """The file of the registrations up to the primary key ``last``; leaves an ``ExportRun``."""
    made = prepare(Registration.objects.filter(pk__lte=last), definition)
    made.note(user=user, filters="")
    return made.chunks


def write_only(last: int) -> Callable[[], Iterator[bytes]]:
    """openpyxl's write-only mode alone, which finds the cells ready."""
    rows = [cells(*row) for row in peers.chosen(last).values_list(*peers.PATHS)]

    def write() -> Iterator[bytes]:
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet()
        sheet.append([column.heading for column in SEVENTEEN])
        for row in rows:
            sheet.append(row)
        out = io.BytesIO()
        book.save(out)
        yield out.getvalue()

    return write
