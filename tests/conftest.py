"""What every test may lean on."""

import os

import pytest
from django.db import connection, connections
from django.test import TransactionTestCase

from tests.emptied import empty_where_filled
from tests.migrated import copy_others_tables


@pytest.fixture(autouse=True)
def _fast_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(scope="session", autouse=True)
def _emptied_where_filled():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_where_filled)
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request, django_db_modify_db_settings_parallel_suffix):
    """Lay a file with others' tables where the test database will be, which is then migrated like any other."""
    path = connection.settings_dict["TEST"]["NAME"]
    if connection.vendor != "sqlite" or request.config.getoption("reuse_db"):
        yield
        return
    copy_others_tables(path)
    yield
    connections.close_all()
    os.remove(path)


@pytest.fixture(scope="session")
def django_db_keepdb(request):
    return connection.vendor == "sqlite" or request.config.getoption("reuse_db")
