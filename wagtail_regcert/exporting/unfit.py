"""Records that an export layout cannot carry: which they are, and what is wrong with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ..definitions.exports import ExportDefinition
from ..messages import sentence
from ..models import Registration
from ..problems import Unfit
from .layout_cells import Page, UnfitCell


class Told(NamedTuple):
    """One of them, with its record."""

    registration: Registration | None
    """``None`` where it was deleted meanwhile."""
    heading: str
    cell: UnfitCell
    message: str


def told(cells: Sequence[UnfitCell], definition: ExportDefinition) -> list[Told]:
    """The same with their records and in words. One statement for all."""
    records = Registration.objects.select_related("learner", "qualification")
    known = records.in_bulk({one.record for one in cells})
    return [
        Told(
            known.get(one.record),
            definition.columns[one.column].heading,
            one,
            sentence(one.code, one.facts, one.value),
        )
        for one in cells
    ]


@dataclass
class Summary:
    """What is wrong with the records of an export: counts, and those of one page of a list."""

    right: int = 0
    records: int = 0
    """That are not right."""
    cells: int = 0
    kinds: Counter[tuple[int, Unfit]] = field(default_factory=Counter)
    """Column and code to how many cells."""
    shown: list[UnfitCell] = field(default_factory=list)

    def add(self, page: Page, first: int, last: int) -> None:
        """Count a page of records, and keep what is wrong at positions ``first`` to before ``last``."""
        self.right += len(page.keys)
        self.records += page.unfit_records
        for one in page.unfit:
            if first <= self.cells < last:
                self.shown.append(one)
            self.cells += 1
            self.kinds[one.column, one.code] += 1


def summary(pages: Iterable[Page], *, first: int = 0, last: int = 0) -> Summary:
    """Look at all records."""
    found = Summary()
    for page in pages:
        found.add(page, first, last)
    return found


def in_lines(cells: Iterable[UnfitCell], definition: ExportDefinition) -> Iterator[str]:
    """One line for each, without a name: what a command prints often ends in a log."""
    for one in told(list(cells), definition):
        record = one.registration
        who = (
            f" ({record.learner.uln or record.learner.reference or '–'}, {record.qualification.number})"
            if record
            else ""
        )
        yield f"registration {one.cell.record}{who}, {one.heading}: {one.message} [{one.cell.code}]"
