"""How ours grows with the file and with what is stored; on one database."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from . import workload
from .databases import Database, database
from .measure import Measured, run_module
from .table import about, put_section

STORED = (10_000, 100_000, 1_000_000)
"""Registrations, of half as many learners."""
FILES = (workload.RECORDS, 100_000, 500_000)
"""Records of files of 2, 10 and 50 MB, for the most that is stored."""
SMALL = (20, 200, 2_000, 20_000)
"""Records of files whose statements are counted, for what lies in the middle."""


def grow(url: str | None, stored: Sequence[int] = STORED, files: Sequence[int] = FILES) -> None:
    """Measure, print the tables, and write their section."""
    by_file, by_stored, by_records, listing = [], [], [], []
    for registrations in stored:
        records = {workload.RECORDS}
        if registrations == stored[-1]:
            records |= set(files)
        if registrations == stored[len(stored) // 2]:
            records |= set(SMALL)
        print(f"Filling a database with {registrations:,} registrations …", file=sys.stderr, flush=True)
        with database(
            url, learners=registrations // 2, registrations=registrations, records=sorted(records)
        ) as chosen:
            validate, commit = _import(chosen, workload.RECORDS)
            export = _export(chosen, registrations)
            by_stored.append(
                [f"{registrations:,}", *_times(validate, commit, export), _first(export), _peak(export)]
            )
            if registrations == stored[-1]:
                by_file = [_file_line(chosen, count) for count in files]
                listing = _listing(chosen)
            if registrations == stored[len(stored) // 2]:
                by_records = [_statements(chosen, count) for count in SMALL]
    text = "\n\n".join(
        [
            f"{about(chosen.versions)} Ours only, measured once, in the same way as above.",
            f"With the file, for {stored[-1]:,} registrations:",
            _table(["records", "MB", "validate", "commit", "peak, validate", "peak, commit"], by_file),
            "With what is stored, for a file of 2 MB and an export of everything:",
            _table(
                ["registrations", "validate", "commit", "export", "first byte", "peak, export"], by_stored
            ),
            f"Statements, for {stored[len(stored) // 2]:,} registrations:",
            _table(["records", "validate", "commit", "export of as many"], by_records),
            f"The listing of {stored[-1]:,} registrations, 50 on a page:",
            _table(["page", "time", "statements"], listing),
        ]
    )
    print(f"\n{chosen.name}\n\n{text}\n", flush=True)
    put_section(f"growth-{chosen.vendor}", f"Growth on {chosen.name}", text)


def _import(chosen: Database, records: int) -> tuple[Measured, Measured]:
    file = chosen.file(records)
    print(f"{chosen.name}: {records:,} records", file=sys.stderr, flush=True)
    return chosen.measure("validate", "ours", file), chosen.measure("commit", "ours", file)


def _export(chosen: Database, records: int) -> Measured:
    return chosen.measure("export", "ours", chosen.file(workload.RECORDS), last=records)


def _file_line(chosen: Database, records: int) -> list[str]:
    validate, commit = _import(chosen, records)
    size = chosen.file(records).stat().st_size / 1_000_000
    return [f"{records:,}", f"{size:.1f}", *_times(validate, commit), _peak(validate), _peak(commit)]


def _statements(chosen: Database, records: int) -> list[str]:
    measured = (*_import(chosen, records), _export(chosen, records))
    return [f"{records:,}", *(f"{one.statements:,}" for one in measured)]


def _listing(chosen: Database) -> list[list[str]]:
    found = run_module("benchmarks.listing", [str(chosen.folder)], chosen.environment)
    return [
        [title, f"{one['seconds'] * 1000:,.0f} ms", str(one["statements"])] for title, one in found.items()
    ]


def _times(*measured: Measured) -> list[str]:
    return [f"{one.seconds:.2f} s" for one in measured]


def _first(export: Measured) -> str:
    return f"{(export.first_byte or 0) * 1000:,.0f} ms"


def _peak(measured: Measured) -> str:
    return f"{measured.peak:,.0f} MB"


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---", *["---:"] * (len(headings) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
