"""What is measured on: a database filled by ``load_demo``, and files to import.

``python -m benchmarks.workload FOLDER --learners … --registrations …`` makes both.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RECORDS = 20_127
"""Records of a file of 2 MB, which is what a site takes by default."""

UPDATES, CREATES = 11_895 / RECORDS, 7_273 / RECORDS
"""Shares of a file. The rest is wrong in one way or another."""

STEPS = (1, 2, 3, 4, 5, 5, 5, 5)
"""How far the file's registrations have come: so far that the file is as large as a site takes."""

WARM = 20
"""Records of the file that is only there to warm up."""

STATISTICS = os.environ.get("BENCH_STATISTICS") != "no"
"""Whether the database knows its tables. It does not right after a load."""

SAVED = "bench_saved"
SYNC = "wagtail_regcert.sync"


@dataclass(frozen=True)
class Mix:
    """What the records of a file do."""

    updates: int
    creates: int
    wrong: int

    @classmethod
    def of(cls, records: int, stored: int) -> Mix:
        """The usual shares; fewer updates where not so many registrations are stored."""
        updates = min(round(records * UPDATES), stored - WARM)
        wrong = records - round(records * UPDATES) - round(records * CREATES)
        return cls(updates, records - updates - wrong, wrong)

    @property
    def records(self) -> int:
        return self.updates + self.creates + self.wrong


def make_file(size: Any, mix: Mix, *, start: int = 0) -> bytes:
    """A file to import. ``start`` registrations, and as many possible ones, are passed over."""
    from example_site.demo import data

    chance = random.Random(size.seed + 4)
    every = data.pairs(size, start + mix.creates + mix.wrong)
    updated = every[: size.registrations][start : start + mix.updates]
    others = every[size.registrations :][start:]
    rows = [data.row(*pair, data.progress(chance, STEPS)) for pair in [*updated, *others[: mix.creates]]]
    for number, pair in enumerate(others[mix.creates :]):
        cells = data.row(*pair, data.progress(chance, STEPS))
        rows.append(FAULTS[number % len(FAULTS)](cells))
    chance.shuffle(rows)
    return as_csv(rows)


def as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    from wagtail_regcert.layouts import REGISTRATIONS

    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(REGISTRATIONS.headings)
    writer.writerows(rows)
    return out.getvalue().encode()


def _put(position: int, cell: str) -> Callable[[list[str]], list[str]]:
    return lambda cells: [*cells[:position], cell, *cells[position + 1 :]]


FAULTS: tuple[Callable[[list[str]], list[str]], ...] = (
    lambda cells: [*cells, "spilt over"],
    _put(0, ""),
    _put(0, "999/9999/9"),
    _put(1, "9.28E+09"),
    _put(1, "9999999999"),
    _put(1, "1234567890"),
    _put(2, "Certficate Sent"),
    _put(3, "tab\there"),
    _put(3, "R" * 129),
    _put(4, "1/9/2025"),
)
"""Each makes a good record bad, in a way of its own."""


def first_records(data: bytes, records: int | None) -> bytes:
    """The head of a file; all of it for ``None``."""
    if records is None:
        return data
    return b"".join(data.splitlines(keepends=True)[: records + 1])


def build(folder: Path, size: Any, records: Sequence[int]) -> None:
    """Create the database, fill it, save what measuring will change, and write the files."""
    from django.core.management import call_command
    from django.db import connection

    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    if not STATISTICS:
        gather_no_statistics()
    call_command(
        "load_demo",
        learners=size.learners,
        qualifications=size.qualifications,
        registrations=size.registrations,
        csv=folder / "demo.csv",
        verbosity=0,
        stdout=io.StringIO(),
    )
    save()
    (folder / "warm.csv").write_bytes(make_file(size, Mix(WARM // 2, WARM // 2, 0)))
    for count in records:
        mix = Mix.of(count, size.registrations)
        data = make_file(size, mix, start=WARM // 2)
        (folder / f"{count}.csv").write_bytes(data)


def save() -> None:
    """Keep a copy of what measuring changes."""
    from django.db import connection

    from wagtail_regcert.models import Registration

    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {SAVED} AS SELECT * FROM {Registration._meta.db_table}")
        _settle(cursor)


def restore(*, records: bool = True) -> None:
    """Put the database back as it was saved; without ``records`` only what exports leave."""
    from django.db import connection

    from wagtail_regcert.models import (
        ExportPiece,
        ExportRun,
        ImportRun,
        Registration,
        RegistrationLogEntry,
        RunPiece,
    )

    table, history = Registration._meta.db_table, RegistrationLogEntry._meta.db_table
    with connection.cursor() as cursor:
        for model in (ExportPiece, ExportRun):
            cursor.execute(f"DELETE FROM {model._meta.db_table}")
        if not records:
            return
        # What load_demo wrote has the action of a sync; what was measured has others.
        cursor.execute(f"DELETE FROM {history} WHERE action <> %s", [SYNC])
        for model in (RunPiece, ImportRun):
            cursor.execute(f"DELETE FROM {model._meta.db_table}")
        cursor.execute(f"DELETE FROM {table}" if connection.vendor == "sqlite" else f"TRUNCATE TABLE {table}")
        cursor.execute(f"INSERT INTO {table} SELECT * FROM {SAVED}")
        _settle(cursor)


def tables() -> list[str]:
    """The tables of this package."""
    from django.apps import apps

    return [model._meta.db_table for model in apps.get_app_config("wagtail_regcert").get_models()]


def gather_no_statistics() -> None:
    """Keep the server from looking at our tables, which are still empty. SQLite never does of itself."""
    from django.db import connection

    option = {"postgresql": "SET (autovacuum_enabled = off)", "mysql": "STATS_AUTO_RECALC = 0"}
    if connection.vendor in option:
        with connection.cursor() as cursor:
            for table in tables():
                cursor.execute(f"ALTER TABLE {table} {option[connection.vendor]}")


def _settle(cursor: Any) -> None:
    """What a database does in its own time, so that it does not do it in ours."""
    from django.db import connection

    match connection.vendor:
        case "sqlite":
            if STATISTICS:
                cursor.execute("ANALYZE")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        case "postgresql" if STATISTICS:
            # Without: not even VACUUM, which counts rows.
            cursor.execute(f"VACUUM ANALYZE {', '.join(tables())}")
        case "mysql" if STATISTICS:
            cursor.execute(f"ANALYZE TABLE {', '.join(tables())}")
            cursor.fetchall()


def facts() -> dict[str, Any]:
    """What the numbers depend on beside the code."""
    import platform
    from importlib.metadata import version

    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()" if connection.vendor == "sqlite" else "SELECT version()")
        text = cursor.fetchone()[0]
    name = "MariaDB" if "MariaDB" in text else connection.display_name
    number = text.split()[1] if connection.vendor == "postgresql" else text.split("-")[0]
    packages = ("Django", "Wagtail", "django-import-export", "tablib", "django-tables2")
    versions = {name: number, "Python": platform.python_version()}
    versions.update((package, version(package)) for package in packages)
    return {"vendor": connection.vendor, "name": name, "versions": versions}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.workload")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--learners", type=int, required=True)
    parser.add_argument("--registrations", type=int, required=True)
    parser.add_argument("--records", type=int, nargs="+", default=[RECORDS])
    parser.add_argument("--drop", action="store_true", help="drop the database instead")
    options = parser.parse_args(arguments)

    import django

    # Demo users are for debugging only.
    os.environ["DEBUG"] = "1"
    django.setup()

    from django.db import connection

    from example_site.demo.data import Size

    if options.drop:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
        return
    # Debugging keeps every statement, which is of no use here.
    connection.queries_log = deque(maxlen=0)
    build(
        options.folder,
        Size(learners=options.learners, registrations=options.registrations),
        options.records,
    )
    print(json.dumps(facts()))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    main()
