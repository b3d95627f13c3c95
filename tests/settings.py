"""Settings of the tests: the example site's, on a database that is made and dropped."""

import os
from tempfile import gettempdir

from example_site.settings import *  # noqa: F403
from example_site.settings import DATABASES, INSTALLED_APPS

# A table of a site's own.
INSTALLED_APPS = [*INSTALLED_APPS, "tests.employers"]

_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    # A file, as in real life: threads cannot share a database in memory without surprises.
    _database["TEST"] = {"NAME": f"{gettempdir()}/regcert-{os.getpid()}.sqlite3"}
    # Seconds for which one writer waits for another, as docs/integration.md advises. Whether the disk has it
    # matters when the power fails, which no test does: what a killed process committed is there all the same.
    _database["OPTIONS"] = {
        "timeout": 20,
        "init_command": "PRAGMA synchronous=OFF",
        **_database.get("OPTIONS", {}),
    }
if _database["ENGINE"].endswith("mysql"):
    _database["TEST"] = {"CHARSET": "utf8mb4"}
