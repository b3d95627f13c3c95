"""The example site with workers, as docs/workers.md says: ``REGCERT_TASKS`` is ``database`` or ``rq``.

``manage.py`` takes these settings where that variable is set. ``REDIS_URL`` is where RQ keeps its queue.
"""

import os

from .databases import SEVERAL_WRITERS
from .settings import *  # noqa: F403
from .settings import DATABASES, INSTALLED_APPS

match os.environ["REGCERT_TASKS"]:
    case "database":
        INSTALLED_APPS.append("django_tasks_db")
        TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    case "rq":
        INSTALLED_APPS += ["django_tasks_rq", "django_rq"]
        TASKS = {"default": {"BACKEND": "django_tasks_rq.RQBackend"}}
        RQ_QUEUES = {
            "default": {
                "URL": os.environ.get("REDIS_URL") or "redis://127.0.0.1:6379/0",
                # Seconds after which RQ ends a job: far above the longest import.
                "DEFAULT_TIMEOUT": 3600,
            }
        }
    case other:
        raise ValueError(f"REGCERT_TASKS is database or rq, not {other!r}.")

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = SEVERAL_WRITERS
