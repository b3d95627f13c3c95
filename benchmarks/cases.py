"""What is measured: the cases, and who competes in each.

A contender takes a job and returns what is timed; what it does before it returns is not timed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from wagtail_regcert import sync
from wagtail_regcert.definitions.exports import ExportDefinition
from wagtail_regcert.layouts import LEARNERS, QUALIFICATIONS, REGISTRATIONS, Layout

from . import floors, layouts, ours, peers, syncs, tables


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


class Counted(StrEnum):
    """What there are so and so many of."""

    FILE = "records of the file"
    REGISTRATIONS = "stored registrations"
    LEARNERS = "stored learners"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One row of questions: who does this, and how fast."""

    name: str
    title: str
    baseline: str
    """The contender that ratios are to; ours where it is alone."""
    contenders: tuple[Contender, ...]
    counted: Counted = Counted.FILE
    """What contenders get all or some of."""
    changes: bool = False
    """Whether records are changed and runs are left; nothing but exports and sessions is, otherwise."""

    @property
    def has_floor(self) -> bool:
        return self.baseline != "ours"

    def with_floor_only(self) -> Case:
        """The same without peers: ours and what its ratio is to."""
        kept = ("ours", self.baseline)
        return replace(self, contenders=tuple(one for one in self.contenders if one.name in kept))

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
    changes=True,
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
    changes=True,
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


def _undo_ours(job: Job) -> Timed:
    run = ours.validate(job.data, job.user)
    ours.commit(run)
    return lambda: ours.undo(run, job.user)


UNDO = Case(
    name="undo",
    title="Undo what was committed",
    baseline="ours",
    changes=True,
    contenders=(
        Contender(
            name="ours",
            title="**wagtail-regcert**: compare under lock, put back, delete; with history",
            start=_undo_ours,
        ),
    ),
)

WHOLE = Case(
    name="whole",
    title="Validate, commit, one history entry each",
    baseline="django-best",
    changes=True,
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
    counted=Counted.REGISTRATIONS,
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
            start=lambda job: lambda: peers.export_values(peers.chosen(job.last)),
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


def _export_listed(name: str, title: str, query: Mapping[str, str]) -> Case:
    """Export all that the listing shows for a query string."""
    return Case(
        name=name,
        title=title,
        baseline="values",
        counted=Counted.REGISTRATIONS,
        contenders=(
            Contender(
                name="ours",
                title="**wagtail-regcert**",
                start=lambda job: lambda: ours.export_listed(query, job.user),
            ),
            Contender(
                name="values",
                title="`values_list`, `iterator` and `csv`, the same records in the same order",
                start=lambda job: lambda: peers.export_values(ours.listed(query, job.user).registrations),
            ),
        ),
    )


def _listing(name: str, title: str, query: Mapping[str, str]) -> Case:
    """One page of the listing, as a browser asks for it."""

    def start(job: Job) -> Timed:
        get = ours.browser(job.user)
        return lambda: {"bytes": len(get(query).content)}

    return _ours_only(name, title, start)


def _search(name: str, title: str, text: str) -> Case:
    """The count and the first page of a search."""
    return _ours_only(name, title, lambda job: lambda: ours.search(text))


def _ours_only(name: str, title: str, start: Callable[[Job], Timed]) -> Case:
    only = Contender(name="ours", title="**wagtail-regcert**", start=start)
    return Case(name=name, title=title, baseline="ours", counted=Counted.REGISTRATIONS, contenders=(only,))


def _sync(
    name: str,
    title: str,
    rows: Callable[[int], syncs.Rows],
    what: Callable[[syncs.Rows], sync.SyncResult],
    save: Callable[[dict[str, Any]], None],
) -> Case:
    """Rows of a site's own that all change something. The transaction is rolled back."""

    def start_ours(job: Job) -> Timed:
        given = rows(job.last)
        return lambda: syncs.ours(what, given)

    def start_peer(job: Job) -> Timed:
        given = rows(job.last)
        return lambda: syncs.one_by_one(save, given)

    return Case(
        name=name,
        title=title,
        baseline="update-or-create",
        counted=Counted.LEARNERS if name == "sync-learners" else Counted.REGISTRATIONS,
        contenders=(
            Contender(name="ours", title="**wagtail-regcert**: `sync`, with history", start=start_ours),
            Contender(
                name="update-or-create",
                title="`update_or_create` for each row; no history",
                start=start_peer,
                records=2000,
                quick=500,
            ),
        ),
    )


def _by_file(
    name: str,
    title: str,
    rows: Callable[[int], list[tables.Cells]],
    layout: Layout,
    what: Callable[[bytes, Any], dict[str, int]],
    save: Callable[[bytes], dict[str, int]],
) -> Case:
    """A file of another table. The transaction is rolled back."""

    def start_ours(job: Job) -> Timed:
        data = tables.as_file(layout, rows(job.last))
        return lambda: what(data, job.user)

    def start_peer(job: Job) -> Timed:
        data = tables.as_file(layout, rows(job.last))
        return lambda: save(data)

    return Case(
        name=name,
        title=title,
        baseline="update-or-create",
        contenders=(
            Contender(
                name="ours",
                title="**wagtail-regcert**: validate, keep the report, commit, with history",
                start=start_ours,
            ),
            Contender(
                name="update-or-create",
                title="`csv` and `update_or_create` for each row; nothing checked, no history",
                start=start_peer,
                records=2000,
                quick=500,
            ),
        ),
    )


def _by_layout(name: str, title: str, of: str, definition: ExportDefinition, base: Contender) -> Case:
    """An export by a layout beside what it is held against."""
    return Case(
        name=name,
        title=title,
        baseline=base.name,
        counted=Counted.REGISTRATIONS,
        contenders=(
            Contender(
                name="ours",
                title=f"**wagtail-regcert**: {of}",
                start=lambda job: lambda: layouts.export(definition, job.last, job.user),
            ),
            base,
        ),
    )


SEVENTEEN = replace(EXPORT.contender("ours"), name="seventeen", title="**wagtail-regcert**: the 17 columns")
UNCHECKED = Contender(
    name="unchecked",
    title="**wagtail-regcert**: the same, where nothing can be wrong",
    start=lambda job: lambda: layouts.export(layouts.WITH_OPTIONS, job.last, job.user),
)
WRITE_ONLY = Contender(
    name="write-only",
    title="openpyxl's write-only mode, which finds the cells ready",
    start=lambda job: layouts.write_only(job.last),
)

SORTED = {"ordering": "learner"}
FILTERED = {"status": "registered", "ordering": "qualification"}

CASES = {
    case.name: case
    for case in (
        VALIDATE,
        COMMIT,
        UNDO,
        WHOLE,
        EXPORT,
        _export_listed("export-sorted", "Export, sorted by learner", SORTED),
        _export_listed("export-filtered", "Export of one status, sorted by qualification", FILTERED),
        _by_layout("export-options", "Export by a layout", "ten options", layouts.WITH_OPTIONS, SEVENTEEN),
        _by_layout(
            "export-checked",
            "Export by a layout that checks",
            "every cell is checked, then sent",
            layouts.CHECKED,
            UNCHECKED,
        ),
        _by_layout(
            "export-workbook", "Export as a workbook, 17 columns", "in a stream", layouts.WORKBOOK, WRITE_ONLY
        ),
        _listing("listing", "Listing, first page", {}),
        _listing("listing-sorted", "Listing, first page, sorted by learner", SORTED),
        _listing("listing-filtered", "Listing, one status, sorted by qualification", FILTERED),
        _search("search-rare", "Search: a ULN", REGISTRATIONS.columns[1].examples[0]),
        _search("search-name", "Search: a frequent name", "smith"),
        _search("search-frequent", "Search: letters in many names", "an"),
        _search("search-absent", "Search: nothing found", "nobody of that name"),
        _by_file(
            "file-learners",
            "Learners by file, all changed",
            tables.learners,
            LEARNERS,
            tables.import_learners,
            tables.save_learners,
        ),
        _by_file(
            "file-qualifications",
            "Qualifications by file, all new",
            tables.qualifications,
            QUALIFICATIONS,
            tables.import_qualifications,
            tables.save_qualifications,
        ),
        _sync("sync-learners", "Sync of learners", syncs.learners, sync.learners, syncs.save_learner),
        _sync(
            "sync-registrations",
            "Sync of registrations",
            syncs.registrations,
            sync.registrations,
            syncs.save_registration,
        ),
    )
}

AFTER_LOAD = {
    name: case.with_floor_only()
    for name, case in CASES.items()
    if case is not WHOLE and not name.startswith(("sync-", "file-"))
}
"""What is measured right after a load, too. The whole is a validation and a commit."""
