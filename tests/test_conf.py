"""Settings: defaults, what a site sets over them, and what the README says of them."""

import re
from dataclasses import asdict, fields
from pathlib import Path

import pytest

from wagtail_regcert import conf


def test_a_site_that_sets_nothing_has_the_defaults(settings):
    del settings.WAGTAIL_REGCERT

    assert asdict(conf.settings) == {
        "MAX_UPLOAD_BYTES": 2_097_152,
        "STAGING_DAYS": 7,
        "STUCK_MINUTES": 10,
        "EXPORT_DAYS": 400,
        "ESCAPE_FORMULAS": True,
    }


def test_what_a_site_sets_holds_at_once_and_the_rest_stays(settings):
    settings.WAGTAIL_REGCERT = {"STAGING_DAYS": 30}
    first = conf.settings
    settings.WAGTAIL_REGCERT = {"ESCAPE_FORMULAS": False}
    second = conf.settings

    assert (first.STAGING_DAYS, first.ESCAPE_FORMULAS) == (30, True)
    assert (second.STAGING_DAYS, second.ESCAPE_FORMULAS) == (7, False)


@pytest.mark.parametrize("value", [{"STAGING_DAY": 3}, {3: "x"}, {}, [], None, "STAGING_DAYS"])
def test_what_the_checks_report_does_not_break_the_site(settings, value):
    settings.WAGTAIL_REGCERT = value

    assert conf.settings == conf.Settings()


def test_there_is_nothing_else_in_the_module_by_chance():
    with pytest.raises(AttributeError):
        _ = conf.setting


def test_the_readme_has_the_settings_and_their_defaults():
    readme = (Path(__file__).parents[1] / "README.md").read_text()
    table = readme.partition("| key of `WAGTAIL_REGCERT` |")[2].partition("\n\n")[0]

    rows = re.findall(r"^\| `(\w+)` \| `?(\w+)`? \| \S", table, re.MULTILINE)

    assert rows == [(field.name, str(field.default)) for field in fields(conf.Settings)]
