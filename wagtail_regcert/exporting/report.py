"""A run's errors, its warnings and its rejected records as files; and the sample file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from django.utils import translation

from .. import conf
from ..characters import clean
from ..importing import staging
from ..importing.original import Placed, placed
from ..importing.read import CELL_LIMIT
from ..importing.runs import errors_with_conflicts, rejected_rows
from ..layouts import REGISTRATIONS
from ..messages import message
from ..models import ImportRun, RunPiece
from ..problems import Problem
from .csvfile import csv_bytes, guarded

PROBLEM_HEADINGS = ("Row", "Column", "Value", "Error", *REGISTRATIONS.headings[:2])

_AT_ONCE = 500
"""Problems put into words in one go."""


def errors_file(run: ImportRun) -> Iterator[bytes]:
    """Errors and conflicts: where, what is wrong and how to put it right, and of which registration."""
    return _problems_file(run, errors_with_conflicts(run))


def warnings_file(run: ImportRun) -> Iterator[bytes]:
    """The same of what looks odd in accepted records."""
    return _problems_file(run, staging.load_problems(run, RunPiece.Kind.WARNINGS))


def _problems_file(run: ImportRun, problems: Iterable[Problem]) -> Iterator[bytes]:
    rows = _in_words(placed(run, problems))
    return csv_bytes(PROBLEM_HEADINGS, guarded(rows) if conf.settings.ESCAPE_FORMULAS else rows)


def _in_words(found: Iterator[Placed]) -> Iterator[tuple[str, ...]]:
    """Sentences are in the language that is active now: a stream is read when the user's no longer is."""
    language = translation.get_language()

    def rows() -> Iterator[tuple[str, ...]]:
        while chunk := list(islice(found, _AT_ONCE)):
            with translation.override(language):
                told = [_cells(*one) for one in chunk]
            yield from told

    return rows()


def _cells(problem: Problem, qualification: str, uln: str) -> tuple[str, ...]:
    return str(problem.row), problem.column, problem.value, message(problem), qualification, uln


def rejected_file(run: ImportRun) -> Iterator[bytes]:
    """The rejected records in the import layout, all their cells, ready to correct.

    Cells are written cleaned and always guarded, so that they read back the same.
    """
    rows = (list(map(_readable, cells)) for cells in rejected_rows(run))
    return csv_bytes(REGISTRATIONS.headings, guarded(rows))


def _readable(cell: str) -> str:
    """A cell of a rejected record in a file that is not refused as a whole.

    NUL becomes another character that cannot be seen, so that its cell is rejected again and not the file.
    A guard needs room.
    """
    return clean(cell).replace("\0", "\x01")[: CELL_LIMIT - 1]


def sample_file() -> Iterator[bytes]:
    """The headings and example records."""
    rows = zip(*(column.examples for column in REGISTRATIONS.columns), strict=True)
    return csv_bytes(REGISTRATIONS.headings, guarded(rows))
