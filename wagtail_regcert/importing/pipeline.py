"""The whole way in, in one place: bytes to sheet, sheet to plan."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any, NamedTuple

from ..exporting.columns import EXPORT_COLUMNS
from ..layouts import REGISTRATIONS, Layout, Separator
from ..problems import Fault, FileFault
from ..subjects.rules import Rules
from .collector import collector_paused
from .decode import decode
from .notes import file_notes, layout_notes
from .parse import parse
from .plan import make_plan
from .read import read
from .types import Plan, Progress, Sheet

EXPORT_HEADINGS = [column.heading for column in EXPORT_COLUMNS]


class Opened(NamedTuple):
    """A file that is what it should be, as a whole."""

    sheet: Sheet
    encoding: str


class Refused(NamedTuple):
    """A file that is not."""

    fault: FileFault
    encoding: str | None


def check_upload(name: str, size: int, limit: int) -> FileFault | None:
    """What can be said of an upload before it is read. ``size`` and ``limit`` in bytes."""
    if not name.lower().endswith(".csv"):
        return FileFault(Fault.NOT_CSV)
    if size >= limit:
        return FileFault(Fault.TOO_LARGE, {"limit": limit})
    return None


def open_file(data: bytes, separator: Separator, layout: Layout = REGISTRATIONS) -> Opened | Refused:
    """Bytes in, sheet out. Raises nothing for bad data."""
    with collector_paused():
        decoded = decode(data)
        if isinstance(decoded, FileFault):
            encoding = decoded.facts.get("encoding")
            return Refused(decoded, str(encoding) if encoding else None)
        sheet = read(decoded, separator, layout, EXPORT_HEADINGS)
        if isinstance(sheet, FileFault):
            return Refused(sheet, decoded.encoding)
        return Opened(sheet, decoded.encoding)


def prepare(
    sheet: Sheet,
    subject: Rules,
    stored: Any,
    today: dt.date,
    progress: Progress | None = None,
    *,
    with_advice: bool = True,
) -> Plan:
    """Sheet in, plan out. Reads through ``stored``, as the subject does; writes nothing."""
    given = parse(sheet)
    plan = make_plan(given, subject, stored, today, progress, with_advice=with_advice)
    if not with_advice:
        return plan
    notes = [*file_notes(sheet, given, plan.accepted), *plan.notes, *layout_notes(sheet)]
    return replace(plan, notes=notes)
