"""A site in a process of its own: some settings changed, its databases made, the whole job done.

``python -m tests.sites.site FOLDER '{"USE_I18N": false}' [only_migrate]``; values are JSON. Of databases, the
one called ``main`` must be there already: Wagtail's migrations make their tables in the default one only.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command

from example_site import settings as example
from tests.migrated import copy_others_tables


def configure(folder: Path, changed: dict[str, Any]) -> None:
    values = {name: getattr(example, name) for name in dir(example) if name.isupper()}
    apps = [*changed.pop("APPS_BEFORE", []), *values["INSTALLED_APPS"]]
    names, without = changed.pop("DATABASE_NAMES", ["default"]), changed.pop("APPS_WITHOUT", ())
    values["INSTALLED_APPS"] = [app for app in apps if app not in without]
    values["DATABASES"] = {
        name: {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / f"{name}.sqlite3")}
        for name in names
    }
    settings.configure(
        **{
            **values,
            "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
            "MEDIA_ROOT": str(folder / "media"),
            "DEBUG": False,
            **changed,
        }
    )
    django.setup()


def catch_up() -> None:
    """Bring the replica in line with what has been written."""
    from django.db import connections

    names = [connections[alias].settings_dict["NAME"] for alias in ("default", "replica")]
    connections["replica"].close()
    source, target = map(sqlite3.connect, names)
    source.backup(target)
    source.close()
    target.close()


def main() -> None:
    folder, changed = Path(sys.argv[1]), json.loads(sys.argv[2])
    configure(folder, changed)
    has_replica = "replica" in settings.DATABASES
    call_command("check", fail_level="WARNING")
    if "main" not in settings.DATABASES:
        if settings.AUTH_USER_MODEL == "auth.User":
            copy_others_tables(settings.DATABASES["default"]["NAME"])
        call_command("migrate", verbosity=0)
    if "only_migrate" in sys.argv:
        return
    call_command("makemigrations", "wagtail_regcert", check=True, dry_run=True, verbosity=0)

    from tests.sites.job import do_whole_job

    if has_replica:
        catch_up()
    do_whole_job(catch_up if has_replica else lambda: None)
    print("done")


if __name__ == "__main__":
    main()
