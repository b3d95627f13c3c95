"""A run's file as it came, row by row, for what is told of single rows.

Rows are cut from the text one at a time: a report may name a million of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ..characters import clean
from ..layouts import Separator
from ..models import ImportRun
from ..problems import FileFault, Problem
from ..subjects.registry import subject_of
from . import staging
from .decode import decode
from .read import cut_rows

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


def placed(run: ImportRun, problems: Iterable[Problem]) -> Iterator[Placed]:
    """Say of problems, which are in row order, what record they are about."""
    subject = subject_of(run.about)
    positions = list(map(subject.layout.position_of, subject.known_by))
    number, known_by = 0, [""] * len(positions)
    rows = file_rows(run)
    for problem in problems:
        if problem.row != number:
            number, cells = _row(rows, problem.row)
            known_by = [_cell(cells, position) for position in positions]
        yield Placed(problem, known_by)


def _row(rows: Iterator[Row], number: int) -> Row:
    """Go on to the row of this number; one without cells where the file has no such row."""
    return next((row for row in rows if row[0] == number), _NO_ROW)


def _cell(cells: Sequence[str], position: int) -> str:
    return clean(cells[position]) if position < len(cells) else ""
