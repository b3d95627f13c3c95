"""Settings of the example site, with a database of the benchmarks' own.

A file where the site's is a file; elsewhere beside the site's, named ``bench_…``.
"""

from example_site.databases import SEVERAL_WRITERS
from example_site.settings import *  # noqa: F403
from example_site.settings import DATABASES

_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    _database["OPTIONS"] = SEVERAL_WRITERS
else:
    _database["NAME"] = f"bench_{_database['NAME']}"
_database["TEST"] = {**_database.get("TEST", {}), "NAME": _database["NAME"]}
