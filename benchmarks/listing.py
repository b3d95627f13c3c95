"""The listing, as a browser asks for it: statements and time of each kind of page.

``python -m benchmarks.listing FOLDER`` prints them as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

TIMES = 3
"""Requests of each kind that are timed, after one that is not."""


def questions(folder: Path, user: Any) -> dict[str, dict[str, Any]]:
    """What is asked, by its title."""
    from wagtail_regcert.models import (
        AwardingOrganisation,
        ImportRun,
        Learner,
        Programme,
        Qualification,
        Registration,
    )

    from . import ours

    ours.whole((folder / "warm.csv").read_bytes(), user)
    learner = Learner.objects.latest("pk")
    pages = -(-Registration.objects.count() // ours.PER_PAGE)
    return {
        "first page": {},
        "last page": {"p": pages},
        "first page by registration date": {"ordering": "-registration_date"},
        "search: a ULN": {"q": learner.uln},
        "search: both names": {"q": learner.full_name},
        "search: a frequent name": {"q": "smith"},
        "search: letters in many names and titles": {"q": "an"},
        "search: nothing found": {"q": "nobody of that name"},
        "filter: status": {"status": "achieved"},
        "filter: awarding organisation": {"awarding_organisation": AwardingOrganisation.objects.first().pk},
        "filter: qualification": {"qualification": Qualification.objects.first().pk},
        "filter: programme": {"programme": Programme.objects.first().pk},
        "filter: registered in a month": {
            "registration_date_from": "2024-10-01",
            "registration_date_to": "2024-10-31",
        },
        "filter: an import": {"run": ImportRun.objects.get().pk},
    }


def measure(folder: Path) -> dict[str, dict[str, float]]:
    """Seconds and statements by title. Puts the database back."""
    from django.contrib.auth import get_user_model
    from django.db import connection

    from . import ours, workload
    from .measure import Statements

    user = get_user_model().objects.get(username="admin")
    get = ours.browser(user)
    found = {}
    for title, query in questions(folder, user).items():
        seconds = []
        for _time in range(TIMES + 1):
            statements = Statements()
            with connection.execute_wrapper(statements):
                started = time.perf_counter()
                get(query)
                seconds.append(time.perf_counter() - started)
        found[title] = {"seconds": median(seconds[1:]), "statements": statements.count}
    workload.restore()
    return found


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(measure(Path(sys.argv[1]))))
