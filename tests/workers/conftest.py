"""The example site on several hosts, once for each kind of queue.

All tests of a queue share one database, which is not emptied in between: workers live on, and remember keys
of content types.
"""

import os
from importlib.util import find_spec

import pytest
import requests
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection

from tests.makers import make_qualification, make_user
from tests.missing import missing
from tests.workers.processes import Person, Site, until

REDIS_URL = os.environ.get("REGCERT_REDIS_URL") or "redis://127.0.0.1:6379/9"
"""A Redis database that the tests may empty."""


def _empty_redis():
    if not find_spec("django_tasks_rq"):
        missing("django-tasks-rq is not installed")
    import redis

    try:
        redis.Redis.from_url(REDIS_URL).flushdb()
    except redis.ConnectionError as error:
        missing(f"no Redis at {REDIS_URL}: {error}")


def _empty_tables():
    models = apps.get_app_config("wagtail_regcert").get_models()
    tables = [model._meta.db_table for model in models]
    connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), tables, allow_cascade=True))


@pytest.fixture
def transactional_db():
    """Ask for the database, in the place of pytest-django's fixture, which empties it after each test."""


@pytest.fixture(scope="module", params=["database", "rq"])
def site(request, django_db_setup, django_db_blocker, tmp_path_factory):
    """A site that has a database and no process yet."""
    if request.param == "rq":
        _empty_redis()
    site = Site(request.param, REDIS_URL, tmp_path_factory.mktemp(request.param))
    with django_db_blocker.unblock():
        if request.param == "database":
            site.manage("migrate", "django_tasks_database", "--verbosity", "0", "--skip-checks")
        yield site
        site.stop()
        _empty_tables()
    if request.param == "rq":
        _empty_redis()


@pytest.fixture(scope="module")
def importer(site):
    user = make_user("manage_registration", "import_registration")
    yield user
    user.delete()


@pytest.fixture(scope="module")
def hosts(site):
    """Two web hosts."""
    found = [site.web("web-1"), site.web("web-2")]
    for host in found:
        until(lambda host=host: _answers(host), "a web host to start", every=0.1)
    return found


def _answers(host):
    try:
        return requests.get(f"{host}/admin/login/", timeout=10).ok
    except requests.ConnectionError:
        return False


@pytest.fixture(scope="module")
def first_worker(site):
    """One worker, until a test kills it."""
    return site.worker("worker-1")


@pytest.fixture(scope="module")
def workers(site):
    """Two workers."""
    return [site.worker(name) for name in ("worker-3", "worker-4")]


@pytest.fixture
def person(hosts, importer):
    return Person(hosts[0], importer)


@pytest.fixture
def qualification(site):
    return make_qualification()
