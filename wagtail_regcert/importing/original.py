"""A run's file as it came, row by row, for what is told of single rows.

Rows are cut from the text one at a time: a report may name a million of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from .. import conf
from ..characters import clean
from ..layouts import Separator
from ..models import ImportRun, RunPiece
from ..problems import FileFault, Problem
from ..subjects.registry import subject_of
from . import staging
from .decode import decode
from .pipeline import Opened, open_file
from .read import cut_rows
from .run_layout import layout_of
from .types import Sheet

Row = tuple[int, Sequence[str]]
"""Row number and raw cells."""

_NO_ROW: Row = (0, ())


class Placed(NamedTuple):
    """A problem, and what record its row is about."""

    problem: Problem
    known_by: Sequence[str]
    """The cells as cleaned, in the order of the subject's :attr:`~.Rules.known_by`."""


def file_rows(run: ImportRun) -> Iterator[Row]:
    """Every row of the run's file, blank ones and the headings too."""
    decoded = decode(staging.load_file(run))
    if isinstance(decoded, FileFault):
        # It opened before it was staged, so what was stored is not what came.
        raise RuntimeError(f"The staged file of run {run.pk} is damaged: {decoded.code}")
    return enumerate(cut_rows(decoded.text, Separator(run.separator)), start=1)


class FileGone(Exception):
    """The run was cancelled, or its file thrown away, meanwhile."""


def sheet_of(run: ImportRun) -> Sheet:
    """The run's file as it was read."""
    data = staging.load_file(run)
    if not data:
        raise FileGone(f"Run {run.pk} has no file any more")
    limit = max(conf.settings.MAX_UPLOAD_BYTES, len(data))
    opened = open_file(data, Separator(run.separator), layout_of(run), limit)
    if not isinstance(opened, Opened):
        # It opened before it was staged, so what was stored is not what came.
        raise RuntimeError(f"The staged file of run {run.pk} is damaged: {opened.fault.code}")
    return opened.sheet


def known_by_headings(run: ImportRun) -> Sequence[str]:
    """The headings of the columns of the run's file that say which record is meant."""
    layout = layout_of(run)
    return [layout.column_of(name).heading for name in subject_of(run.about).known_by_in(layout)]


def placed(run: ImportRun, problems: Iterable[Problem]) -> Iterator[Placed]:
    """Say of problems, which are in row order, what record they are about."""
    known_by = known_by_of(run)
    return (Placed(problem, known_by(problem.row)) for problem in problems)


def known_by_of(run: ImportRun, sheet: Sheet | None = None) -> Callable[[int], Sequence[str]]:
    """A function from the number of a row to the cells, as cleaned, that say which record it is about.

    To be asked for rows in their order. ``sheet`` is the file as read, where it is at hand.
    """
    layout = layout_of(run)
    names = subject_of(run.about).known_by_in(layout)
    if layout.is_sites or sheet is not None:
        # Its columns stand anywhere, and may be those of a workbook.
        sheet = sheet or sheet_of(run)
        there = {column.field: place for place, column in enumerate(sheet.layout.in_file)}
        positions = [there.get(name, sheet.layout.width) for name in names]
        rows: Iterator[Row] = zip(sheet.numbers, sheet.rows, strict=True)
    else:
        positions = list(map(layout.position_of, names))
        rows = file_rows(run)
    number, found = 0, [""] * len(positions)

    def known_by(asked: int) -> Sequence[str]:
        nonlocal number, found
        if asked != number:
            number, cells = _row(rows, asked)
            found = [_cell(cells, position) for position in positions]
        return found

    return known_by


class Rejected(NamedTuple):
    """A record that is not accepted."""

    row: int
    cells: Sequence[str]
    """Raw, all but those under headings that are not read."""
    errors: Sequence[Problem]


def rejected_records(run: ImportRun, sheet: Sheet) -> Iterator[Rejected]:
    """The rejected records of the run's file with what is wrong with them, in row order."""
    found = enumerate(sheet.numbers)
    for row, errors in groupby(staging.load_problems(run, RunPiece.Kind.ERRORS), key=lambda error: error.row):
        index = next(index for index, number in found if number == row)
        yield Rejected(row, sheet.cells_to_correct(index), list(errors))


def _row(rows: Iterator[Row], number: int) -> Row:
    """Go on to the row of this number; one without cells where the file has no such row."""
    return next((row for row in rows if row[0] == number), _NO_ROW)


def _cell(cells: Sequence[str], position: int) -> str:
    return clean(cells[position]) if position < len(cells) else ""
