"""SQLite files that have Wagtail's and Django's tables already, copied and not migrated anew.

Their migrations take many times as long as ours. They are run once for each set of versions, into a file that
is copied from then on; ours are run in every database that is made, on top of that.

``python -m tests.migrated`` makes such a file where DATABASE_URL says.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

import django
import wagtail
from django.apps import AppConfig, apps

REPOSITORY = Path(__file__).parents[1]
KEPT = REPOSITORY / ".pytest_cache" / "migrated"
OURS = {"wagtail_regcert", "example_site", "tests"}


def copy_others_tables(path: str | Path) -> None:
    """Put a database there that has the tables of all apps but ours."""
    found = KEPT / f"{_versions()}.sqlite3"
    if not found.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=KEPT) as folder:
            made = Path(folder) / "made.sqlite3"
            environment = {**os.environ, "DATABASE_URL": f"sqlite:///{made}"}
            command = [sys.executable, "-m", "tests.migrated"]
            subprocess.run(command, env=environment, cwd=REPOSITORY, check=True)
            # At once, since others may be at it.
            made.replace(found)
    shutil.copyfile(found, path)


def _others() -> list[AppConfig]:
    return [app for app in apps.get_app_configs() if app.name.partition(".")[0] not in OURS]


def _versions() -> str:
    """A name for the versions of all that others' tables come from."""
    migrations = sorted(
        f"{app.label} {path.name} {path.stat().st_size}"
        for app in _others()
        for path in Path(app.path).glob("migrations/*.py")
    )
    return sha256(repr((django.VERSION, wagtail.VERSION, migrations)).encode()).hexdigest()[:16]


def _make() -> None:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    labels = {app.label for app in _others()}
    executor.migrate([key for key in executor.loader.graph.leaf_nodes() if key[0] in labels])


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    _make()
