"""Headings and values of a file that others write in, the fields that they are probably meant for out. Pure.

Nothing here decides anything: somebody sees each guess and confirms it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from ..cells import (
    Date,
    Gender,
    GenderLabel,
    Kind,
    Status,
    StatusLabel,
    check_digit_fails,
    fold_cell,
    read_cell,
)
from ..characters import clean
from ..date_forms import READ_FORMS, DateForm, reader
from ..definitions.templates import value_meant, words
from ..layouts import Column, fold_heading
from ..problems import CellError

MAX_VALUES = 500
"""Values of a column that a guess is made from."""
MAX_HEADINGS = 1000
"""Cells of a row that are looked at for whether it is the headings: a row may have a million."""
MAX_TRANSLATED = 30
"""A column with more values that are none of its field is not one whose values somebody translates."""

_MEANT = {
    "learner.uln": "uln",
    "learner.reference": "reference",
    "learner.first_name": "given_names",
    "qualification.number": "qualification",
}
"""Where a value of an export has another name as the field of an import."""

_SAID_OF = {
    "status": ("outcome", "result", "state", "achievement status", "completion status", "candidate status"),
    "registration_number": (
        *("certificate no", "certificate number", "cert no", "cert number", "certificate", "reg no"),
        *("learner registration number", "candidate registration number", "registration id"),
    ),
    "registration_date": ("reg date", "date registered", "registered on", "registered"),
    "achieved_date": ("award date", "date of award", "result date", "date of achievement", "awarded"),
    "certificate_claimed_date": ("date claimed", "date of claim", "claimed"),
    "certificate_received_date": ("received date", "date received", "date certificate received", "received"),
    "certificate_sent_date": ("sent date", "date sent", "date certificate sent", "posted", "date posted"),
    "postal_tracking_reference": (
        *("tracking", "tracking number", "tracking no", "tracking reference", "tracking ref"),
        *("postal reference", "postal ref", "royal mail reference"),
    ),
    "reference": ("candidate no", "learner no", "learner number", "student number", "student no", "mis id"),
    "qualification": ("qual no", "qual number", "qualification no", "qualification ref", "qualification id"),
    "awarding_organisation": ("awarding org", "organisation", "board", "exam board"),
}
"""What headings are called beside what the fields of layouts are called anyway."""
_BY_HEADING = {said: field for field, all_said in _SAID_OF.items() for said in all_said}

_BY_WORDS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"uln"}), "uln"),
    (frozenset({"unique", "learner", "number"}), "uln"),
    (frozenset({"tracking"}), "postal_tracking_reference"),
    (frozenset({"birth"}), "date_of_birth"),
    (frozenset({"dob"}), "date_of_birth"),
    (frozenset({"surname"}), "family_name"),
    (frozenset({"forename"}), "given_names"),
    (frozenset({"forenames"}), "given_names"),
    (frozenset({"qan"}), "qualification"),
    (frozenset({"qualification", "number"}), "qualification"),
    (frozenset({"qualification", "code"}), "qualification"),
    (frozenset({"planned", "date"}), "planned_achievement_date"),
    (frozenset({"expected", "date"}), "planned_achievement_date"),
    (frozenset({"start", "date"}), "start_date"),
    (frozenset({"registration", "date"}), "registration_date"),
    (frozenset({"registration", "number"}), "registration_number"),
    (frozenset({"status"}), "status"),
    (frozenset({"outcome"}), "status"),
)
"""Words of a longer heading, all of which are there; the first that fits."""

_STATUS_SAID = {
    Status.REGISTERED: ("registered", "enrolled", "active", "live", "in progress", "confirmed"),
    Status.ACHIEVED: (
        "achieved",
        "pass",
        "passed",
        "p",
        "awarded",
        "complete",
        "completed",
        "merit",
        "distinction",
    ),
    Status.CERTIFICATE_CLAIMED: ("claimed", "certificate claimed", "certificated", "certified"),
    Status.CERTIFICATE_RECEIVED: ("received", "certificate received"),
    Status.CERTIFICATE_SENT: ("sent", "certificate sent", "issued", "certificate issued", "posted"),
    Status.NOT_REGISTERED: ("not registered", "unregistered"),
}
_GENDER_SAID = {
    Gender.FEMALE: ("f", "female", "woman", "girl", "2"),
    Gender.MALE: ("m", "male", "man", "boy", "1"),
    Gender.OTHER: ("o", "other", "non binary", "x"),
    Gender.NOT_STATED: ("u", "not stated", "not known", "unknown", "prefer not to say", "0", "9"),
}
_SAID: Mapping[type[Kind], Mapping[str, str]] = {
    StatusLabel: {one: status.value for status, said in _STATUS_SAID.items() for one in said},
    GenderLabel: {one: gender.value for gender, said in _GENDER_SAID.items() for one in said},
}

_ULN = re.compile(r"[1-9][0-9]{9}")
_NUMBER = re.compile(r"[0-9]{3}/[0-9]{4}/[0-9A-Z]", re.IGNORECASE)

_OWN, _LIKE_ITS_VALUES, _SAID_SO, _HAS_WORDS, _OF_ITS_KIND = 100, 70, 60, 50, 40
"""How sure a guess is: the field's own heading; values that are like no other's; what it is often called;
words of its heading; values of its kind."""


class Guess(NamedTuple):
    """What a column is probably meant for."""

    field: str | None
    dates: DateForm | None
    """The form in which all its values are days."""


def header_row(rows: Sequence[Sequence[str]], fields: Mapping[str, Column]) -> int:
    """The index of the row that is probably the headings: the one with the most names of fields.

    Where there is none, the first of those with the most cells that are not blank.
    """
    named = _namer(fields)
    rows = [row[:MAX_HEADINGS] for row in rows]
    known = [sum(bool(named(cell)[0]) for cell in row) for row in rows]
    most = max(known, default=0)
    if most:
        return known.index(most)
    widths = [sum(bool(clean(cell)) for cell in row) for row in rows]
    return widths.index(max(widths)) if widths else 0


def guesses(
    headings: Sequence[str], columns: Sequence[Sequence[str]], fields: Mapping[str, Column]
) -> list[Guess]:
    """Guess for each heading, with the values under it, which of ``fields`` it is; each of them once."""
    looked_at = [values_of(values)[:MAX_VALUES] for values in columns]
    forms = [form_of_days(values) for values in looked_at]
    named = _namer(fields)
    scored: list[tuple[int, int, str]] = []
    for place, (heading, values, form) in enumerate(zip(headings, looked_at, forms, strict=True)):
        for field, score in _scores(named(heading), values, form, fields).items():
            scored.append((-score, place, field))
    chosen: dict[int, str] = {}
    for _score, place, field in sorted(scored):
        if place not in chosen and field not in chosen.values():
            chosen[place] = field
    return [Guess(chosen.get(place), form) for place, form in enumerate(forms)]


def values_of(cells: Sequence[str]) -> list[str]:
    """The distinct values of a column, cleaned, without blanks, in their order."""
    return [text for text in dict.fromkeys(map(clean, cells)) if text]


def form_of_days(values: Collection[str]) -> DateForm | None:
    """The first form in which all of these are days."""
    if not values:
        return None
    return next((form for form in READ_FORMS if all(map(reader(form), values))), None)


def unknown_values(cells: Sequence[str], kind: Kind) -> list[str]:
    """The distinct values that are no statuses, or no genders; none where there are too many to translate."""
    if not isinstance(kind, StatusLabel | GenderLabel):
        return []
    found = {
        fold_cell(text): text for text in values_of(cells) if isinstance(read_cell(text, kind), CellError)
    }
    return list(found.values()) if len(found) <= MAX_TRANSLATED else []


def meant(value: str, kind: Kind) -> str:
    """The status or gender that such a value probably stands for; blank where there is no telling."""
    return _SAID.get(type(kind), {}).get(words(value), "")


def _scores(
    named: tuple[str, int], values: Sequence[str], form: DateForm | None, fields: Mapping[str, Column]
) -> dict[str, int]:
    """How sure it is, for each field that comes into question, that the column is it."""
    found = dict([named] if named[0] else [])
    for field, score in _by_values(values):
        if field in fields:
            found[field] = found.get(field, 0) + score
    for field in list(found):
        # What cannot be read as its kind is probably something else of that name.
        if isinstance(fields[field].kind, Date) and values and form is None and found[field] < _OWN:
            del found[field]
    return found


def _namer(fields: Mapping[str, Column]) -> Callable[[str], tuple[str, int]]:
    """A function from a heading to the field that it names, and how surely."""
    own = {fold_heading(column.heading): field for field, column in reversed(list(fields.items()))}

    @cache
    def named(heading: str) -> tuple[str, int]:
        folded = fold_heading(heading)
        return (own[folded], _OWN) if folded in own else _often_named(heading, fields)

    return named


def _often_named(heading: str, fields: Mapping[str, Column]) -> tuple[str, int]:
    """The field that a heading names that is not its own."""
    said = words(heading)
    value = value_meant(heading)
    candidates = [_BY_HEADING.get(said)]
    if value:
        candidates += [_MEANT.get(value), value.partition(".")[2]]
    if field := next(
        (_as_offered(one, fields) for one in candidates if one and _as_offered(one, fields)), ""
    ):
        return field, _SAID_SO
    there = set(said.split())
    for wanted, field in _BY_WORDS:
        if wanted <= there and (offered := _as_offered(field, fields)):
            return offered, _HAS_WORDS
    return "", 0


def _as_offered(field: str, fields: Mapping[str, Column]) -> str:
    """The field under the name that it has in files about this; blank where they have none such."""
    if field == "qualification" and "number" in fields:
        return "number"
    return field if field in fields else ""


def _by_values(values: Sequence[str]) -> list[tuple[str, int]]:
    """The fields whose values these look like."""
    if not values:
        return []
    if all(_ULN.fullmatch(one) and not check_digit_fails(one) for one in values):
        return [("uln", _LIKE_ITS_VALUES)]
    if all(map(_NUMBER.fullmatch, values)):
        return [("qualification", _LIKE_ITS_VALUES), ("number", _LIKE_ITS_VALUES)]
    for field, kind in (("status", StatusLabel()), ("gender", GenderLabel())):
        if not any(isinstance(read_cell(one, kind), CellError) for one in values):
            return [(field, _OF_ITS_KIND)]
    return []
