"""What every test may lean on."""

import os

import pytest
from django.db import connection, connections
from django.test import TransactionTestCase

from tests.migrated import copy_others_tables
from tests.tables import bring_tables_back, remember_tables

DATABASES = {"db", "transactional_db", "live_server", "django_db_setup"}
"""Fixtures of all tests that ask a database, besides a marker."""


def pytest_addoption(parser):
    what = "leave out tests that ask no database: they came to the same on another one"
    parser.addoption("--only-with-database", action="store_true", help=what)


def pytest_collection_modifyitems(config, items):
    if config.getoption("--only-with-database"):
        asking = [
            item for item in items if item.get_closest_marker("django_db") or DATABASES & {*item.fixturenames}
        ]
        config.hook.pytest_deselected(items=[item for item in items if item not in asking])
        items[:] = asking


@pytest.fixture(autouse=True)
def _fast_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Bring tables back to what they are now after each test that commits."""
    with django_db_blocker.unblock():
        remember_tables()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", bring_tables_back)
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request, django_db_modify_db_settings_parallel_suffix):
    """Lay a file with others' tables where the test database will be, and have ours migrated there."""
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
