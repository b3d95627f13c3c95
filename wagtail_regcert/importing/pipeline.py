"""The whole way in, in one place: bytes to sheet, sheet to plan."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any, NamedTuple

from ..exporting.columns import EXPORT_COLUMNS
from ..layouts import REGISTRATIONS, Layout, Separator
from ..problems import Fault, FileFault
from ..subjects.rules import Rules
from .by_heading import arrange, plain_rows
from .collector import collector_paused
from .decode import decode
from .notes import file_notes, layout_notes
from .parse import parse
from .plan import make_plan
from .read import read
from .types import Plan, Progress, Sheet
from .workbook import is_workbook, read_workbook

WORKBOOK = "xlsx"
"""Stands for the encoding of a workbook, which has none of its own."""

EXPORT_HEADINGS = [column.heading for column in EXPORT_COLUMNS]


class Opened(NamedTuple):
    """A file that is what it should be, as a whole."""

    sheet: Sheet
    encoding: str


class Refused(NamedTuple):
    """A file that is not."""

    fault: FileFault
    encoding: str | None


def check_upload(name: str, size: int, limit: int, layout: Layout = REGISTRATIONS) -> FileFault | None:
    """What can be said of an upload before it is read. ``size`` and ``limit`` in bytes."""
    if not name.lower().endswith((".csv", ".xlsx") if layout.is_sites else ".csv"):
        return FileFault(Fault.NOT_CSV, {"workbooks": layout.is_sites})
    if size >= limit:
        return FileFault(Fault.TOO_LARGE, {"limit": limit})
    return None


def open_file(
    data: bytes, separator: Separator, layout: Layout = REGISTRATIONS, limit: int | None = None
) -> Opened | Refused:
    """Bytes in, sheet out. Raises nothing for bad data.

    A layout that a site has made reads workbooks, too. ``limit``, in bytes, is how large an upload may be,
    by which it is judged how much a workbook may hold.
    """
    with collector_paused():
        if layout.is_sites and is_workbook(data):
            return _open_workbook(data, layout, len(data) if limit is None else limit)
        decoded = decode(data)
        if isinstance(decoded, FileFault):
            encoding = decoded.facts.get("encoding")
            return Refused(decoded, str(encoding) if encoding else None)
        sheet = read(decoded, separator, layout, EXPORT_HEADINGS)
        if isinstance(sheet, FileFault):
            return Refused(sheet, decoded.encoding)
        return Opened(sheet, decoded.encoding)


def _open_workbook(data: bytes, layout: Layout, limit: int) -> Opened | Refused:
    workbook = read_workbook(data, limit)
    if isinstance(workbook, FileFault):
        return Refused(workbook, None)
    rows, numbers, typed = plain_rows(workbook.rows)
    if not rows:
        return Refused(FileFault(Fault.BAD_HEADER, {"reason": "none"}), WORKBOOK)
    sheet = arrange(
        rows,
        numbers,
        layout,
        separator=Separator.COMMA.character,
        encoding=WORKBOOK,
        hidden=workbook.hidden,
        typed=typed,
    )
    return Refused(sheet, WORKBOOK) if isinstance(sheet, FileFault) else Opened(sheet, WORKBOOK)


def prepare(
    sheet: Sheet,
    subject: Rules,
    stored: Any,
    today: dt.date,
    progress: Progress | None = None,
    *,
    with_advice: bool = True,
    with_stored: bool = False,
) -> Plan:
    """Sheet in, plan out. Reads through ``stored``, as the subject does; writes nothing."""
    given = parse(sheet)
    plan = make_plan(
        given, subject, stored, today, progress, with_advice=with_advice, with_stored=with_stored
    )
    if not with_advice:
        return plan
    notes = [*file_notes(sheet, given, plan.accepted), *plan.notes, *layout_notes(sheet)]
    return replace(plan, notes=notes)
