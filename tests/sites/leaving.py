"""The steps of docs/uninstalling.md, word for word, in a site that has data: ``out``, ``gone``, ``back``.

``python -m tests.sites.leaving FOLDER out``; each in a process of its own, since the list of apps differs.
"""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

from django.core.management import call_command
from django.test import Client

from tests.migrated import copy_others_tables
from tests.sites.site import configure

PAGE = Path(__file__).parents[2] / "docs/uninstalling.md"
HISTORY = "/admin/reports/site-history/"
PERMISSIONS = {
    "Manage Registration & Certification": {"manage_registration", "access_admin"},
    "Bulk Upload": {"import_registration", "access_admin"},
    "Data Export": {"export_registration", "access_admin"},
}


def follow(step: str) -> None:
    """Run the commands of a step."""
    (text,) = re.findall(rf"^{step}\. (.*?)(?=^\d+\. |^## )", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    commands = re.findall(r"^ +python manage\.py (.*)$", text, re.MULTILINE)
    assert commands, step
    for command in commands:
        name, *arguments = shlex.split(command)
        options = {"interactive": False} if name == "remove_stale_contenttypes" else {}
        call_command(name, *arguments, **options)


def look_at_history() -> None:
    """Wagtail's site history and its downloads are as they should be."""
    from django.contrib.auth import get_user_model

    client = Client()
    client.force_login(get_user_model().objects.get(is_superuser=True))
    for query in ("", "?export=csv", "?export=xlsx"):
        response = client.get(HISTORY + query)
        assert response.status_code == 200, query
        assert b"".join(response), query


def out() -> None:
    from django.urls import reverse

    from tests.sites.job import make_account
    from wagtail_regcert.models import Learner

    call_command("migrate", verbosity=0)
    superuser = make_account("superuser", superuser=True)
    client = Client()
    client.force_login(superuser)
    address = reverse(Learner.snippet_viewset.get_url_name("add"))  # type: ignore[attr-defined]
    client.post(address, {"family_name": "Lee", "uln": "9276308686"})
    call_command("regcert_erase_learner", uln="9276308686", yes=True)
    look_at_history()
    follow("3")
    follow("4")


def gone() -> None:
    call_command("check", fail_level="WARNING")
    look_at_history()
    follow("6")
    look_at_history()


def back() -> None:
    from django.contrib.auth.models import Group

    call_command("migrate", verbosity=0)
    found = {
        group.name: set(group.permissions.values_list("codename", flat=True))
        for group in Group.objects.filter(name__in=PERMISSIONS)
    }
    assert found == PERMISSIONS, found
    follow("4")
    follow("7")


if __name__ == "__main__":
    folder, step = Path(sys.argv[1]), sys.argv[2]
    without = {"wagtail_regcert", "example_site.demo"} if step == "gone" else set()
    configure(folder, {"APPS_WITHOUT": sorted(without)})
    if step == "out":
        copy_others_tables(folder / "default.sqlite3")
    {"out": out, "gone": gone, "back": back}[step]()
    print("done")
