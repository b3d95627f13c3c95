"""What is measured: the cases, and who competes in each.

A contender takes a job and returns what is timed; what it does before it returns is not timed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from . import floors, ours, peers


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a contender works on."""

    data: bytes
    """The file to import."""
    last: int
    """The largest primary key to export."""
    user: Any


Timed = Callable[[], dict[str, int] | Iterator[bytes]]


@dataclass(frozen=True, kw_only=True)
class Contender:
    """One way to do it."""

    name: str
    title: str
    start: Callable[[Job], Timed]
    records: int | None = None
    """How many records it is given, where all of them would take too long."""
    quick: int | None = None
    """The same for a quick run."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One row of questions: who does this, and how fast."""

    name: str
    title: str
    baseline: str
    """The contender that ratios are to."""
    contenders: tuple[Contender, ...]
    exports: bool = False

    def contender(self, name: str) -> Contender:
        return next(one for one in self.contenders if one.name == name)


def _commit_ours(job: Job) -> Timed:
    run = ours.validate(job.data, job.user)
    return lambda: ours.commit(run)


def _commit_floor(job: Job) -> Timed:
    accepted, _rejected = floors.read(job.data)
    return lambda: floors.commit(accepted)


def _commit_bulk(job: Job) -> Timed:
    accepted, _rejected = floors.read(job.data)
    return lambda: peers.bulk_create(accepted)


VALIDATE = Case(
    name="validate",
    title="Validate",
    baseline="floor",
    contenders=(
        Contender(
            name="ours",
            title="**wagtail-regcert**: stage the file, check, keep the report",
            start=lambda job: lambda: ours.planned(job.data, job.user),
        ),
        Contender(
            name="floor",
            title="floor: `csv`, three SELECTs, dictionaries",
            start=lambda job: lambda: floors.validate(job.data),
        ),
        Contender(
            name="import-export",
            title="django-import-export, fastest: bulk, everything cached, no comparison; dry run",
            start=lambda job: lambda: peers.import_export(job.data, fastest=True, dry_run=True),
            quick=2000,
        ),
        Contender(
            name="import-export-defaults",
            title="django-import-export, defaults; dry run",
            start=lambda job: lambda: peers.import_export(job.data, fastest=False, dry_run=True),
            records=1000,
            quick=300,
        ),
        Contender(
            name="forms",
            title="a `ModelForm` for each record",
            start=lambda job: lambda: peers.forms_validate(job.data),
            records=1000,
            quick=300,
        ),
    ),
)

COMMIT = Case(
    name="commit",
    title="Commit what was validated",
    baseline="floor",
    contenders=(
        Contender(
            name="floor",
            title="floor: `executemany` or `COPY`, and `ON CONFLICT`; no history",
            start=_commit_floor,
        ),
        Contender(
            name="bulk-create",
            title="`bulk_create(update_conflicts=True)`; no history",
            start=_commit_bulk,
        ),
        Contender(
            name="import-export",
            title="django-import-export, fastest; no history, but validates again",
            start=lambda job: lambda: peers.import_export(job.data, fastest=True, dry_run=False),
            quick=2000,
        ),
        Contender(
            name="ours",
            title="**wagtail-regcert**: plan again under lock, compare, write; with history",
            start=_commit_ours,
        ),
    ),
)

WHOLE = Case(
    name="whole",
    title="Validate, commit, one history entry each",
    baseline="django-best",
    contenders=(
        Contender(
            name="ours",
            title="**wagtail-regcert**",
            start=lambda job: lambda: ours.whole(job.data, job.user),
        ),
        Contender(
            name="floor",
            title="floor: as above, history by `executemany` or `COPY`",
            start=lambda job: lambda: floors.whole(job.data, job.user),
        ),
        Contender(
            name="django-best",
            title="Django's best: the floor's reading, `bulk_create` of records and of history",
            start=lambda job: lambda: peers.django_best(job.data, job.user),
        ),
        Contender(
            name="forms",
            title="a `ModelForm`, `save()` and Wagtail's `log()` for each record",
            start=lambda job: lambda: peers.forms_whole(job.data, job.user),
            records=500,
            quick=200,
        ),
    ),
)

EXPORT = Case(
    name="export",
    title="Export, 17 columns",
    baseline="values",
    exports=True,
    contenders=(
        Contender(
            name="ours",
            title="**wagtail-regcert**: guarded against formulas, leaves a note",
            start=lambda job: lambda: ours.export(job.last, job.user),
        ),
        Contender(
            name="sql",
            title="raw SQL and `csv`",
            start=lambda job: lambda: floors.export_sql(job.last),
        ),
        Contender(
            name="values",
            title="`values_list`, `iterator` and `csv`",
            start=lambda job: lambda: peers.export_values(job.last),
        ),
        Contender(
            name="tablib",
            title="`values_list` and a tablib dataset",
            start=lambda job: lambda: peers.export_tablib(job.last),
        ),
        Contender(
            name="wagtail",
            title="Wagtail's spreadsheet export",
            start=lambda job: lambda: peers.export_wagtail(job.last),
            quick=5000,
        ),
        Contender(
            name="import-export",
            title="django-import-export",
            start=lambda job: lambda: peers.export_import_export(job.last),
            quick=5000,
        ),
        Contender(
            name="tables2",
            title="django-tables2, `TableExport`",
            start=lambda job: lambda: peers.export_tables2(job.last),
            records=10_000,
            quick=2000,
        ),
    ),
)

CASES = {case.name: case for case in (VALIDATE, COMMIT, WHOLE, EXPORT)}
