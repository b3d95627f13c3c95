"""What a site has of Wagtail's and Django's is as it was before we came."""

import gettext
import json
import subprocess
import sys
from pathlib import Path

import django
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

import wagtail_regcert

OURS = Path(wagtail_regcert.__file__).parent / "locale"
PACKAGES = Path(django.__file__).parent.parent
LANGUAGES = ("cy", "de", "es", "fr", "nl")
"""Of which other packages have nearly all texts."""

COMMANDS = """
import sys
import warnings

import django.utils.deprecation
import wagtail.utils.deprecation

for module in (django.utils.deprecation, wagtail.utils.deprecation):
    for found in vars(module).values():
        if isinstance(found, type) and issubclass(found, (DeprecationWarning, PendingDeprecationWarning)):
            warnings.simplefilter("error", found)

import django
from django.conf import settings
from django.core.management import call_command

from example_site import settings as example

names = [name for name in dir(example) if name.isupper()]
values = {name: getattr(example, name) for name in names}
values["INSTALLED_APPS"] = sys.argv[1:]
values["DATABASES"] = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
settings.configure(**values)
django.setup()
call_command("check", fail_level="WARNING")
call_command("makemigrations", check=True, dry_run=True, verbosity=0)
"""


@pytest.mark.parametrize("place", ["first", "last"])
def test_no_warning_of_wagtail_or_django_is_raised_wherever_we_stand(place):
    others = [app for app in settings.INSTALLED_APPS if app != "wagtail_regcert"]
    apps = ["wagtail_regcert", *others] if place == "first" else [*others, "wagtail_regcert"]

    done = subprocess.run([sys.executable, "-c", COMMANDS, *apps], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert "RemovedIn" not in done.stderr


def texts_of(path):
    """The texts of a catalogue as the program has them; those with a context begin with it."""
    with path.open("rb") as file:
        found = gettext.GNUTranslations(file)._catalog
    return {text if isinstance(text, str) else text[0] for text in found} - {""}


def test_no_text_of_ours_without_a_context_is_another_package_s_too():
    # The first app of a site that has a text says how it is translated, for all apps.
    ours = {text for path in OURS.rglob("django.mo") for text in texts_of(path) if "\4" not in text}

    theirs = {
        text
        for language in LANGUAGES
        for path in PACKAGES.glob(f"*/**/locale/{language}/LC_MESSAGES/django.mo")
        for text in texts_of(path)
    }

    assert {"Filter", "Search", "Delete"} <= theirs
    assert ours & theirs == set()


def seen_by_a_neighbour(folder, place):
    """Pages, deletions and history of another app's snippet, with us at that place among the apps."""
    folder.mkdir()
    command = [sys.executable, "-m", "tests.sites.neighbours", str(folder), place]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="sites of their own have SQLite")
def test_other_snippets_are_listed_chosen_deleted_and_logged_as_without_us(tmp_path):
    without = seen_by_a_neighbour(tmp_path / "without", "without")

    first, last = [seen_by_a_neighbour(tmp_path / place, place) for place in ("first", "last")]

    bar = [line for line in without["list"] if "data-bulk-action-button" in line]
    assert (len(without["after two"]), without["after all"]) == (28, [])
    assert len(bar) == 1
    assert first == without
    assert last == without


def test_no_model_of_ours_is_offered_by_wagtail_s_api():
    # Wagtail's API v3 lists snippets that have "api_fields" to holders of any permission, past our roles.
    ours = list(apps.get_app_config("wagtail_regcert").get_models())

    assert len(ours) > 8
    assert [model for model in ours if hasattr(model, "api_fields")] == []
