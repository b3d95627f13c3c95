"""Databases to measure on, each made for the purpose and dropped afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .measure import Measured, measure, run_module


@dataclass(frozen=True, kw_only=True)
class Database:
    """A filled database, and files to import into it."""

    vendor: str
    name: str
    """With its version, as a heading has it."""
    versions: Mapping[str, str]
    folder: Path
    environment: Mapping[str, str]
    registrations: int

    def file(self, records: int) -> Path:
        return self.folder / f"{records}.csv"

    def measure(self, case: str, contender: str, file: Path, **limits: Any) -> Measured:
        """One measurement; the database is afterwards as it was before."""
        return measure(case, contender, file, environment=self.environment, **limits)


@contextmanager
def database(
    url: str | None, *, learners: int, registrations: int, records: Sequence[int], statistics: bool = True
) -> Iterator[Database]:
    """A database at ``url``, by SQLite without one, and files of so many records.

    Without ``statistics`` it stays as it is right after a load.
    """
    with tempfile.TemporaryDirectory(prefix="regcert-bench-") as name:
        folder = Path(name)
        environment = {
            "DATABASE_URL": url or f"sqlite:///{folder / 'bench.sqlite3'}",
            "BENCH_STATISTICS": "yes" if statistics else "no",
        }
        arguments = [name, "--learners", str(learners), "--registrations", str(registrations)]
        try:
            facts = run_module(
                "benchmarks.workload", [*arguments, "--records", *map(str, records)], environment
            )
            yield Database(
                vendor=facts["vendor"],
                name=f"{facts['name']} {facts['versions'][facts['name']]}",
                versions=facts["versions"],
                folder=folder,
                environment=environment,
                registrations=registrations,
            )
        finally:
            run_module("benchmarks.workload", [*arguments, "--drop"], environment)
