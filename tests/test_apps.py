"""The app starts wherever it stands in a site's list."""

import subprocess
import sys

import pytest
from django.conf import settings

START = """
import sys

import django
from django.conf import settings

settings.configure(
    INSTALLED_APPS=sys.argv[1:],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    STATIC_URL="/static/",
    USE_TZ=True,
)
django.setup()
"""


@pytest.mark.parametrize("place", ["first", "last"])
def test_the_app_starts_first_and_last_of_a_sites_apps(place):
    # A process of its own: here other packages have long patched Django, as django_tasks does on import.
    others = [app for app in settings.INSTALLED_APPS if app.startswith(("wagtail.", "django.contrib."))]
    others += ["wagtail", "modelcluster", "taggit"]
    apps = ["wagtail_regcert", *others] if place == "first" else [*others, "wagtail_regcert"]

    started = subprocess.run([sys.executable, "-c", START, *apps], capture_output=True, text=True)

    assert started.returncode == 0, started.stderr
