"""The columns of the files that carry records out, stated once.

Those that an import reads come from :mod:`wagtail_regcert.layouts`. Pure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ..cells import Date, Gender, StatusLabel, full_name, plain
from ..layouts import REGISTRATIONS, Column, Layout


@dataclass(frozen=True, kw_only=True)
class ExportColumn:
    """One column of a file."""

    heading: str
    paths: tuple[str, ...]
    """Lookups from the table to the values that it is made of."""
    write: Callable[..., str] | None = None
    """Values to a cell; ``None`` where the one value is the text itself."""
    repeats: bool = False
    """Whether so few values exist (days, statuses) that each is written once and remembered.
    Such cells are ours, not typed by anyone, and need no guard."""
    is_day: bool = False
    """Whether its value is a day, which may come as plain text, too."""


def gender_label(value: str) -> str:
    """A gender as files have it."""
    return Gender(value).label if value else ""


def day(value: dt.date | str | None) -> str:
    """A day as files have it, from itself or from plain text."""
    return Date().from_plain(plain(value))


def _text(heading: str, path: str) -> ExportColumn:
    return ExportColumn(heading=heading, paths=(path,))


def _date(heading: str, path: str) -> ExportColumn:
    return ExportColumn(heading=heading, paths=(path,), write=day, repeats=True, is_day=True)


EXPORT_COLUMNS = (
    ExportColumn(
        heading="Full name", paths=("learner__given_names", "learner__family_name"), write=full_name
    ),
    _text("ULN", "learner__uln"),
    _text("Qualification", "qualification__title"),
    _text("Awarding body", "qualification__awarding_organisation__name"),
    ExportColumn(heading="Status", paths=("status",), write=StatusLabel().format, repeats=True),
    _text("Registration number", "registration_number"),
    ExportColumn(heading="Gender", paths=("learner__gender",), write=gender_label, repeats=True),
    _date("DateOfBirth", "learner__date_of_birth"),
    _date("Completion date", "planned_achievement_date"),
    _text("ProgramName", "programme__name"),
    _text("Aim ref number", "qualification__number"),
    _date("RegisteredDate", "registration_date"),
    _date("Certificate received", "certificate_received_date"),
    _date("Certificate claimed", "certificate_claimed_date"),
    _date("Achieved Date", "achieved_date"),
    _date("Certificate Sent Date", "certificate_sent_date"),
    _text("Postal Tracking Reference", "postal_tracking_reference"),
)


@dataclass(frozen=True, kw_only=True)
class FileLayout:
    """What a file looks like that leaves."""

    name: str
    columns: tuple[ExportColumn, ...]
    known_by: tuple[str, ...] = ()
    """Lookups of which a record must have at least one to be in the file: an import would not know it
    otherwise."""


def columns_of(layout: Layout, lookups: Mapping[str, str]) -> tuple[ExportColumn, ...]:
    """The columns of an import layout; ``lookups`` of the fields that are called otherwise in the table."""
    return tuple(_column(column, lookups.get(column.field, column.field)) for column in layout.columns)


def _column(column: Column, lookup: str) -> ExportColumn:
    if isinstance(column.kind, Date):
        return _date(column.heading, lookup)
    is_text = column.kind.name == "text"
    return ExportColumn(
        heading=column.heading,
        paths=(lookup,),
        write=None if is_text else column.kind.format,
        repeats=not is_text,
    )


IMPORT_COLUMNS = columns_of(
    REGISTRATIONS, {"qualification": "qualification__number", "learner": "learner__uln"}
)


class FixedLayout(StrEnum):
    """The layouts that come with the package and that the listing of registrations offers."""

    EXPORT = "export"
    IMPORT = "import"

    @property
    def file(self) -> FileLayout:
        return _FIXED[self]


_FIXED = {
    FixedLayout.EXPORT: FileLayout(name="export", columns=EXPORT_COLUMNS),
    FixedLayout.IMPORT: FileLayout(name="import", columns=IMPORT_COLUMNS, known_by=("learner__uln",)),
}
