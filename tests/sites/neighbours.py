"""What a snippet of a site's own shows and does in a process of its own, printed as JSON.

``python -m tests.sites.neighbours FOLDER first|last|without`` says where we stand among the apps.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from example_site.settings import INSTALLED_APPS
from tests.migrated import copy_others_tables
from tests.sites.site import configure

OURS = ("wagtail_regcert", "example_site.demo")
A_WHILE_AGO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def apps(place: str) -> list[str]:
    others = ["tests.sites.notes", *(app for app in INSTALLED_APPS if app not in OURS)]
    return {
        "first": ["wagtail_regcert", *others],
        "last": [*others, "wagtail_regcert"],
        "without": others,
    }[place]


def shown(response: Any) -> list[str]:
    """A page or the page of a dialog, line by line, without what differs from one time to the next.

    The menu is left out, which has an entry of ours.
    """
    assert response.status_code == 200, response
    text = response.content.decode()
    if response["Content-Type"].startswith("application/json"):
        text = json.loads(text)["html"]
    page = BeautifulSoup(text, "html.parser")
    for tag in page.select("[name=csrfmiddlewaretoken], #wagtail-sidebar-props, #wagtail-config"):
        tag.decompose()
    for option in page.select("#id_object_type option"):
        # Keys of content types are given as tables come.
        option["value"] = ""
    for tag in page.select("[class]"):
        # Wagtail keeps those of some buttons in a set.
        tag["class"] = sorted(tag["class"])
    # It also keeps the kinds of log entry in one, and counts all of them by the name of any.
    text = re.sub(r"(\d+) [\w ]+ log entries", r"\1 log entries", str(page))
    return [line.strip() for line in text.splitlines() if line.strip()]


def look_around(client: Client) -> dict[str, Any]:
    """Use the notes as people do; every page on the way, and what is left."""
    from wagtail.models import ModelLogEntry

    from tests.sites.notes.models import Note

    def address(name: str, *args: Any) -> str:
        return reverse(Note.snippet_viewset.get_url_name(name), args=args)  # type: ignore[attr-defined]

    def long_ago() -> None:
        """Pages say how long ago, and put entries in their order."""
        for number, entry in enumerate(ModelLogEntry.objects.order_by("pk")):
            entry.timestamp = A_WHILE_AGO + dt.timedelta(hours=number)
            entry.save(update_fields=["timestamp"])

    def page(url: str, query: str = "") -> list[str]:
        return shown(client.get(url + query))

    seen: dict[str, Any] = {"add": page(address("add"))}
    for number in range(30):
        client.post(address("add"), {"text": f"Note {number}", "day": "2026-08-31"})
    first, second = Note.objects.order_by("pk")[:2]
    client.post(address("edit", first.pk), {"text": "Another text", "day": ""})
    long_ago()

    for name in ("list", "list_results"):
        for query in ("", "?p=2", "?q=another", "?ordering=-text"):
            seen[f"{name}{query}"] = page(address(name), query)
    for name in ("edit", "history", "history_results", "usage", "delete", "copy"):
        seen[name] = page(address(name, first.pk))
    chooser = Note.snippet_viewset.chooser_viewset  # type: ignore[attr-defined]
    for name in ("choose", "choose_results"):
        for query in ("", "?q=another", "?p=2"):
            seen[f"chooser {name}{query}"] = page(reverse(chooser.get_url_name(name)), query)
    chosen = client.get(reverse(chooser.get_url_name("chosen"), args=[first.pk]))
    seen["chosen"] = json.loads(chosen.content)
    seen["site history"] = page(reverse("wagtailadmin_reports:site_history"))

    delete = reverse("wagtail_bulk_action", args=[Note._meta.app_label, Note._meta.model_name, "delete"])
    some = f"?id={first.pk}&id={second.pk}"
    seen["delete two"] = page(delete, some)
    client.post(delete + some)
    seen["after two"] = sorted(Note.objects.values_list("text", flat=True))
    # What Wagtail makes of "all" with a search is Wagtail's to say, here.
    every = "?id=all&q=another"
    seen["delete all"] = page(delete, every)
    client.post(delete + every)
    seen["after all"] = sorted(Note.objects.values_list("text", flat=True))
    long_ago()
    seen["site history, in the end"] = page(reverse("wagtailadmin_reports:site_history"))
    entries = ModelLogEntry.objects.order_by("pk").values_list("action", "label")
    seen["log"] = [list(entry) for entry in entries]
    return seen


def main() -> None:
    settings = {"INSTALLED_APPS": apps(sys.argv[2]), "WAGTAILADMIN_STATIC_FILE_VERSION_STRINGS": False}
    configure(Path(sys.argv[1]), settings)
    copy_others_tables(Path(sys.argv[1]) / "default.sqlite3")
    call_command("migrate", run_syncdb=True, verbosity=0)

    from django.contrib.auth import get_user_model

    client = Client()
    client.force_login(get_user_model().objects.create_superuser("superuser", "superuser@example.org"))
    text = json.dumps(look_around(client))
    print(re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID", text))


if __name__ == "__main__":
    main()
