"""One test for each system check."""

import pytest

from wagtail_regcert.checks import check_settings


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ({}, []),
        ({"STAGING_DAYS": 3}, []),
        ([], ["wagtail_regcert.E001"]),
        ({"STAGING_DAY": 3}, ["wagtail_regcert.W001"]),
        ({"STAGING_DAYS": "3"}, ["wagtail_regcert.E002"]),
        ({"STAGING_DAYS": True}, ["wagtail_regcert.E002"]),
        ({"MAX_UPLOAD_BYTES": 0}, ["wagtail_regcert.E003"]),
    ],
)
def test_a_wrong_setting_is_reported(settings, value, ids):
    settings.WAGTAIL_REGCERT = value

    assert [found.id for found in check_settings()] == ids
