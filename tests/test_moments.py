"""Days and times: the site's for what is checked and stored, a person's for what is shown."""

import ast
import datetime as dt
from pathlib import Path

import pytest
from django.utils import timezone

import wagtail_regcert
from wagtail_regcert.moments import beginning, local_time, site_time, today

PACKAGE = Path(wagtail_regcert.__file__).parent
NOON = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("zone", "day"), [("Pacific/Kiritimati", dt.date(2026, 7, 2)), ("Pacific/Pago_Pago", dt.date(2026, 7, 1))]
)
def test_today_is_the_sites_wherever_the_person_is(settings, monkeypatch, zone, day):
    settings.TIME_ZONE = zone
    monkeypatch.setattr(timezone, "now", lambda: NOON)

    with timezone.override("Europe/London"):
        found = today()

    assert found == day


def test_a_moment_is_shown_by_the_clock_of_the_site_or_of_the_person(settings):
    settings.TIME_ZONE = "Europe/London"

    with timezone.override("America/New_York"):
        found = [f"{moment:%H:%M}" for moment in (site_time(NOON), local_time(NOON))]

    assert found == ["13:00", "08:00"]


def test_a_day_begins_by_the_clock_of_the_person():
    with timezone.override("America/New_York"):
        found = beginning(dt.date(2026, 7, 1))

    assert found == dt.datetime(2026, 7, 1, 4, tzinfo=dt.UTC)


def test_without_time_zones_moments_are_as_they_are(settings, monkeypatch):
    settings.USE_TZ = False
    settings.TIME_ZONE = "Pacific/Kiritimati"
    noon = NOON.replace(tzinfo=None)
    monkeypatch.setattr(timezone, "now", lambda: noon)

    assert (today(), site_time(noon), local_time(noon)) == (noon.date(), noon, noon)
    assert beginning(noon.date()) == dt.datetime(2026, 7, 1)


def test_no_other_module_asks_what_day_or_time_it_is_somewhere():
    # Django's own fail without USE_TZ, and take the zone of whoever is logged in.
    refused = {"localdate", "localtime", "make_aware", "make_naive", "today", "utcnow"}

    found = {
        (path.relative_to(PACKAGE).as_posix(), node.attr)
        for path in PACKAGE.rglob("*.py")
        if path.name != "moments.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in refused
    }

    assert found == set()
