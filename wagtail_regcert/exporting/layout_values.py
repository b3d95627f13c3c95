"""The values that columns of an export layout can have, stated once. Pure.

What each is in words is told by :mod:`wagtail_regcert.messages.values`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from ..cells import StatusLabel, full_name
from .columns import gender_label


class Sort(StrEnum):
    """What a value is before it is a cell."""

    TEXT = "text"
    """As stored. Somebody typed it, so it may need a guard."""
    CODE = "code"
    """One of few that are stored as codes, by which ``values`` translates them, and written as labels."""
    DAY = "day"
    ROW = "row"
    """Which record of the export it is."""


@dataclass(frozen=True, kw_only=True)
class Value:
    """One value that a column can have."""

    name: str
    """As layouts have it."""
    example: str
    """A cell of it, written without any option."""
    paths: tuple[str, ...] = ()
    """Lookups from a registration to what it is made of; none where no registration says it."""
    sort: Sort = Sort.TEXT
    make: Callable[..., str] | None = None
    """What is read, to the text; ``None`` where the one thing that is read is the text itself."""


def first_name(given_names: str) -> str:
    """The first of the given names."""
    return given_names.partition(" ")[0]


@lru_cache(maxsize=4096)
def academic_year(day: dt.date | str | None) -> str:
    """The academic year of a day, which begins on 1 August: ``2025/26``. From itself or from plain text."""
    if not day:
        return ""
    if isinstance(day, str):
        day = dt.date.fromisoformat(day)
    first = day.year if day.month >= 8 else day.year - 1
    return f"{first:04d}/{(first + 1) % 100:02d}"


def _text(name: str, path: str, example: str) -> Value:
    return Value(name=name, paths=(path,), example=example)


def _day(name: str, path: str, example: str) -> Value:
    return Value(name=name, paths=(path,), sort=Sort.DAY, example=example)


def _code(name: str, path: str, make: Callable[[Any], str], example: str) -> Value:
    return Value(name=name, paths=(path,), sort=Sort.CODE, make=make, example=example)


TODAY = "today"

VALUES = (
    _text("learner.uln", "learner__uln", "9276308686"),
    _text("learner.reference", "learner__reference", "L0001"),
    _text("learner.given_names", "learner__given_names", "Ann Louise"),
    Value(name="learner.first_name", paths=("learner__given_names",), make=first_name, example="Ann"),
    _text("learner.family_name", "learner__family_name", "Lee"),
    Value(
        name="learner.full_name",
        paths=("learner__given_names", "learner__family_name"),
        make=full_name,
        example="Ann Louise Lee",
    ),
    _code("learner.gender", "learner__gender", gender_label, "Female"),
    _day("learner.date_of_birth", "learner__date_of_birth", "31/12/2006"),
    _text("qualification.number", "qualification__number", "603/2942/X"),
    _text("qualification.number_plain", "qualification__match_key", "6032942X"),
    _text("qualification.title", "qualification__title", "Level 2 Diploma in Bench Joinery"),
    _text(
        "qualification.awarding_organisation", "qualification__awarding_organisation__name", "City & Guilds"
    ),
    _code("registration.status", "status", StatusLabel().from_plain, "Registered"),
    _text("registration.registration_number", "registration_number", "REG-0001"),
    _day("registration.registration_date", "registration_date", "01/09/2025"),
    _day("registration.certificate_claimed_date", "certificate_claimed_date", "30/06/2026"),
    _day("registration.achieved_date", "achieved_date", "13/06/2026"),
    _day("registration.certificate_received_date", "certificate_received_date", "21/07/2026"),
    _day("registration.certificate_sent_date", "certificate_sent_date", "24/07/2026"),
    _text("registration.postal_tracking_reference", "postal_tracking_reference", "RM123456789GB"),
    _day("registration.planned_achievement_date", "planned_achievement_date", "31/07/2026"),
    _day("registration.start_date", "start_date", "01/09/2025"),
    Value(name="registration.academic_year", paths=("start_date",), make=academic_year, example="2025/26"),
    _text("registration.programme", "programme__name", "Carpentry 2026"),
    Value(name="row", sort=Sort.ROW, example="1"),
    Value(name=TODAY, sort=Sort.DAY, example="28/11/2026"),
)

DAY_PATHS = frozenset(path for value in VALUES if value.sort is Sort.DAY for path in value.paths)
"""Lookups that lead to days."""

BY_NAME = {value.name: value for value in VALUES}
