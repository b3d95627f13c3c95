"""One test for each system check."""

import pytest

from wagtail_regcert.checks import check_databases, check_settings


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


class OursApart:
    """A router that keeps our tables from those that they refer to."""

    def db_for_write(self, model, **hints):
        return "ours" if model._meta.app_label == "wagtail_regcert" else None


class OneOfOursApart:
    def db_for_write(self, model, **hints):
        return "other" if model._meta.model_name == "learner" else None


def test_tables_in_one_database_are_fine_whichever_it_is(settings):
    assert check_databases() == []

    settings.DATABASE_ROUTERS = ["tests.sites.routers.Elsewhere"]

    assert check_databases() == []


@pytest.mark.parametrize(
    ("router", "told"),
    [
        (OursApart, "to the database 'ours', but auth.User to 'default', auth.Group to 'default'"),
        (OneOfOursApart, "to the database 'default', but wagtail_regcert.Learner to 'other'."),
    ],
)
def test_tables_that_a_router_keeps_apart_are_reported(settings, router, told):
    settings.DATABASE_ROUTERS = [f"{router.__module__}.{router.__qualname__}"]

    (found,) = check_databases()

    assert found.id == "wagtail_regcert.E004"
    assert told in found.msg
    assert "DATABASE_ROUTERS" in found.hint
