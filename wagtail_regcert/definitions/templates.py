"""A blank file of theirs in, the export layout that it is probably a template for out. Pure.

Nothing here decides anything: somebody looks at the layout in a form before it is saved.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import PurePath

from ..characters import as_one_line, clean
from ..layouts import Separator
from .exports import CELL_LIMIT, MAX_COLUMNS, Encoding, ExportColumn, ExportDefinition, Format, file_name
from .names import NAME_LIMIT
from .options import UNREAD
from .places import Place

ROWS_LOOKED_AT = 50
"""The headings are looked for within so many rows."""

_SAID_OF = {
    "learner.uln": ("uln", "unique learner number", "learner uln", "candidate uln", "student uln"),
    "learner.reference": (
        *("learner reference", "learner ref", "learner id", "centre reference", "candidate reference"),
        *("candidate number", "student id", "student reference", "reference", "uci", "local identifier"),
    ),
    "learner.given_names": (
        *("given names", "given name", "first names", "forenames", "forename", "first name s"),
        *("first and middle names", "learner given names"),
    ),
    "learner.first_name": ("first name", "firstname", "learner first name", "candidate first name"),
    "learner.family_name": (
        *("family name", "last name", "last names", "lastname", "surname", "learner surname"),
        *("candidate surname", "learner family name", "learner last name"),
    ),
    "learner.full_name": ("full name", "name", "learner name", "candidate name", "student name"),
    "learner.gender": ("gender", "sex", "legal sex", "learner gender"),
    "learner.date_of_birth": ("date of birth", "dob", "birth date", "d o b", "learner date of birth"),
    "qualification.number": (
        *("qualification number", "qualification code", "qan", "aim reference", "learning aim reference"),
        *("aim ref number", "qualification", "programme code", "qualification aim", "learn aim ref"),
    ),
    "qualification.title": ("qualification title", "title", "course title", "qualification name"),
    "qualification.awarding_organisation": ("awarding organisation", "awarding body", "ao"),
    "registration.status": ("status", "registration status"),
    "registration.registration_number": (
        *("registration number", "registration no", "reg number", "ao registration number"),
        "enrolment number",
    ),
    "registration.registration_date": ("registration date", "registered date", "date of registration"),
    "registration.certificate_claimed_date": ("certificate claimed date", "claim date", "claimed date"),
    "registration.achieved_date": ("achieved date", "achievement date", "completion date", "date achieved"),
    "registration.planned_achievement_date": (
        *("planned completion", "planned end date", "planned achievement date", "expected end date"),
        *("expected completion date", "planned completion date"),
    ),
    "registration.start_date": ("start date", "date started", "enrolment date", "programme start date"),
    "registration.academic_year": ("academic year", "year"),
    "registration.programme": ("programme", "program name", "programme name", "course", "cohort"),
    "row": ("row", "no", "number", "line", "row number"),
    "today": ("date", "today", "date of file", "file date"),
}
_BY_HEADING = {said: value for value, all_said in _SAID_OF.items() for said in all_said}


def value_meant(heading: str) -> str | None:
    """The value that a heading is probably meant for."""
    return _BY_HEADING.get(words(heading))


def words(heading: str) -> str:
    """The words of a heading, whatever stands between them, ignoring case."""
    text = as_one_line(clean(heading)).casefold()
    return " ".join("".join(one if one.isalnum() else " " for one in text).split())


def layout_of(
    name: str,
    rows: Sequence[Sequence[str]],
    *,
    kind: Format,
    separator: Separator = Separator.COMMA,
    encoding: str = Encoding.UTF8_WITH_MARK,
) -> ExportDefinition | None:
    """The layout that a blank file is probably a template for; ``None`` where no row has headings.

    The row of headings is the one with the most cells among the first.
    """
    first = [_without_blank_end(row) for row in islice(rows, ROWS_LOOKED_AT)]
    widths = [sum(not _is_blank(cell) for cell in row) for row in first]
    if not any(widths):
        return None
    at = widths.index(max(widths))
    is_its_own = PurePath(name).suffix.lower() == f".{kind.value}"
    return ExportDefinition(
        name=clean(PurePath(name).stem)[:NAME_LIMIT],
        format=kind,
        separator=separator,
        encoding=Encoding(encoding) if encoding in set(Encoding) else Encoding.UTF8_WITH_MARK,
        before=tuple(tuple(_own(cell) for cell in row) for row in first[:at]),
        file_name=name if is_its_own and file_name(name, Place()) is not UNREAD else None,
        columns=tuple(_column(cell, number) for number, cell in enumerate(first[at][:MAX_COLUMNS], start=1)),
    )


def _column(heading: str, number: int) -> ExportColumn:
    value = value_meant(heading)
    text = _own(heading) if not _is_blank(heading) else f"Column {number}"
    return ExportColumn(heading=text, value=value) if value else ExportColumn(heading=text, constant="")


def _own(cell: str) -> str:
    return as_one_line(cell)[:CELL_LIMIT]


def _is_blank(cell: str) -> bool:
    return not clean(cell)


def _without_blank_end(row: Sequence[str]) -> Sequence[str]:
    end = len(row)
    while end and _is_blank(row[end - 1]):
        end -= 1
    return row[:end]


__all__ = ["layout_of", "value_meant", "words"]
