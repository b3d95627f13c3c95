"""A run's errors, its warnings and its rejected records as files; and the sample file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import TypeVar

from django.utils import translation

from .. import conf
from ..answers import extra_rows
from ..characters import bad_character, clean, guard
from ..importing import staging
from ..importing.original import (
    Placed,
    Rejected,
    known_by_headings,
    known_by_of,
    placed,
    rejected_records,
    sheet_of,
)
from ..importing.read import CELL_LIMIT
from ..importing.runs import errors_with_conflicts
from ..layouts import REGISTRATIONS, ROW_IN_FILE, WHAT_IS_WRONG, Layout, Separator
from ..messages import message
from ..models import ImportRun, RunPiece
from ..problems import Problem
from .csvfile import csv_bytes, guarded

T = TypeVar("T")

PROBLEM_HEADINGS = ("Row", "Column", "Value", "Error")
"""Before what a record is known by."""

_AT_ONCE = 500
"""Problems put into words in one go."""


def errors_file(run: ImportRun) -> Iterator[bytes]:
    """Errors and conflicts: where, what is wrong and how to put it right, and of which registration."""
    return _problems_file(run, errors_with_conflicts(run))


def warnings_file(run: ImportRun) -> Iterator[bytes]:
    """The same of what looks odd in accepted records."""
    return _problems_file(run, staging.load_problems(run, RunPiece.Kind.WARNINGS))


def _problems_file(run: ImportRun, problems: Iterable[Problem]) -> Iterator[bytes]:
    headings = known_by_headings(run)
    rows = _in_words(placed(run, problems), _problem_cells)
    return _told_file((*PROBLEM_HEADINGS, *headings), rows)


def _told_file(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Like an export: formulas are guarded where the site has them guarded, a layout's own headings too."""
    if conf.settings.ESCAPE_FORMULAS:
        return _guarded_file(headings, rows)
    return csv_bytes(headings, rows)


def _guarded_file(
    headings: Sequence[str], rows: Iterable[Sequence[str]], separator: Separator = Separator.COMMA
) -> Iterator[bytes]:
    return csv_bytes([*map(guard, headings)], guarded(rows), separator=separator.character)


def _in_words(found: Iterator[T], cells: Callable[[T], Sequence[str]]) -> Iterator[Sequence[str]]:
    """Sentences are in the language that is active now: a stream is read when the user's no longer is."""
    language = translation.get_language()

    def rows() -> Iterator[Sequence[str]]:
        while chunk := list(islice(found, _AT_ONCE)):
            with translation.override(language):
                told = list(map(cells, chunk))
            yield from told

    return rows()


def _problem_cells(one: Placed) -> Sequence[str]:
    problem = one.problem
    return (
        str(problem.row),
        problem.column,
        problem.value,
        message(problem),
        *one.known_by,
    )


def extra_file(run: ImportRun) -> Iterator[bytes]:
    """The records that were not sent, of a file that answers an export: where, and of which registration."""
    sheet = sheet_of(run)
    known_by = known_by_of(run, sheet)
    rows = ((str(row), *known_by(row)) for row in extra_rows(run, sheet))
    headings = (PROBLEM_HEADINGS[0], *known_by_headings(run))
    return _told_file(headings, rows)


def rejected_file(run: ImportRun) -> Iterator[bytes]:
    """The rejected records in the import layout, ready to correct: then where each stood, and what is wrong.

    Cells are written cleaned and always guarded, so that they read back the same. Those that stand where
    none belong come last, so that they do so again.
    """
    sheet = sheet_of(run)
    layout = sheet.layout
    rows = _in_words(rejected_records(run, sheet), partial(_rejected_cells, layout.width))
    headings = (*layout.headings, ROW_IN_FILE, WHAT_IS_WRONG)
    separator = Separator(run.separator) if layout.is_sites else Separator.COMMA
    return _guarded_file(headings, rows, separator)


def _rejected_cells(width: int, one: Rejected) -> Sequence[str]:
    cells = [_readable(cell) for cell in one.cells]
    reasons = " ".join(
        f"{error.column}: {message(error)}" if error.column else message(error) for error in one.errors
    )
    return [*cells[:width], str(one.row), reasons, *cells[width:]]


def _readable(cell: str) -> str:
    """A cell of a rejected record in a file that is not refused as a whole.

    NUL becomes another character that cannot be seen, so that its cell is rejected again and not the file.
    A guard needs room. What is bad beyond that stays in the cell, before its last character.
    """
    text = clean(cell).replace("\0", "\x01")
    if len(text) < CELL_LIMIT:
        return text
    error = bad_character(text) or bad_character(text, refuse_invisible=True)
    at = int(error.facts["position"]) - 1 if error else 0
    return text[: CELL_LIMIT - 1] if at < CELL_LIMIT - 1 else f"{text[: CELL_LIMIT - 3]}{text[at]}{text[-1]}"


def sample_file(layout: Layout = REGISTRATIONS) -> Iterator[bytes]:
    """The headings and example records."""
    rows = zip(*(column.examples for column in layout.columns), strict=True)
    return _guarded_file(layout.headings, rows)
