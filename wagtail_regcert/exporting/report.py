"""A run's errors and its rejected records as files; and the sample file."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import translation

from .. import conf
from ..cells import clean
from ..importing.read import CELL_LIMIT
from ..importing.runs import errors_with_conflicts, rejected_rows
from ..layouts import REGISTRATIONS
from ..messages import message
from ..models import ImportRun
from ..problems import Problem
from .csvfile import csv_bytes, guarded

ERROR_HEADINGS = ("Row", "Column", "Value", "Error")


def errors_file(run: ImportRun) -> Iterator[bytes]:
    """Errors and conflicts: row, column, value, what is wrong and how to put it right.

    Sentences are in the language that is active now: a stream is read when the user's no longer is.
    """
    language = translation.get_language()

    def cells(problem: Problem) -> tuple[str, str, str, str]:
        with translation.override(language):
            return str(problem.row), problem.column, problem.value, message(problem)

    rows = map(cells, errors_with_conflicts(run))
    return csv_bytes(ERROR_HEADINGS, guarded(rows) if conf.settings.ESCAPE_FORMULAS else rows)


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
