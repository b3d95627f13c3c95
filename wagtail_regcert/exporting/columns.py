"""The columns of the files that carry records out, stated once.

Those that an import reads come from :mod:`wagtail_regcert.layouts`. Pure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from ..cells import Date, Gender, StatusLabel, plain
from ..layouts import LEARNERS, QUALIFICATIONS, REGISTRATIONS, Column, Layout


class FixedLayout(StrEnum):
    """Which file leaves."""

    EXPORT = "export"
    IMPORT = "import"
    LEARNERS = "learners"
    QUALIFICATIONS = "qualifications"


OF_REGISTRATIONS = (FixedLayout.EXPORT, FixedLayout.IMPORT)
"""The layouts that the listing of registrations offers."""


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


def full_name(given: str, family: str) -> str:
    """Both names, one space between, as :attr:`Learner.full_name` has them."""
    return f"{given} {family}".strip()


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

_RELATED = {
    "qualification": "qualification__number",
    "learner": "learner__uln",
    "awarding_organisation": "awarding_organisation__name",
}


def _of_import_layout(column: Column) -> ExportColumn:
    if isinstance(column.kind, Date):
        return _date(column.heading, column.field)
    is_text = column.kind.name == "text"
    return ExportColumn(
        heading=column.heading,
        paths=(_RELATED.get(column.field, column.field),),
        write=None if is_text else column.kind.format,
        repeats=not is_text,
    )


def _of(layout: Layout) -> tuple[ExportColumn, ...]:
    return tuple(map(_of_import_layout, layout.columns))


IMPORT_COLUMNS = _of(REGISTRATIONS)

COLUMNS: dict[FixedLayout, tuple[ExportColumn, ...]] = {
    FixedLayout.EXPORT: EXPORT_COLUMNS,
    FixedLayout.IMPORT: IMPORT_COLUMNS,
    FixedLayout.LEARNERS: _of(LEARNERS),
    FixedLayout.QUALIFICATIONS: _of(QUALIFICATIONS),
}

KNOWN_BY: dict[FixedLayout, tuple[str, ...]] = {
    FixedLayout.IMPORT: ("learner__uln",),
    FixedLayout.LEARNERS: ("reference", "uln"),
}
"""Lookups of which a record must have at least one to be in a file: an import would not know it otherwise."""
