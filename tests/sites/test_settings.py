"""The whole job under settings that a site may have."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.sites.job import do_whole_job

pytestmark = pytest.mark.django_db(transaction=True)

SETTINGS: dict[str, dict[str, Any]] = {
    "as the example site": {},
    "no time zones": {"USE_TZ": False, "TIME_ZONE": "America/New_York"},
    "far ahead, thousands separated": {"TIME_ZONE": "Pacific/Kiritimati", "USE_THOUSAND_SEPARATOR": True},
    "far behind, in German": {
        "TIME_ZONE": "Pacific/Pago_Pago",
        "LANGUAGE_CODE": "de",
        "LANGUAGES": [("de", "Deutsch")],
        "USE_THOUSAND_SEPARATOR": True,
    },
    "in Welsh": {"LANGUAGE_CODE": "cy", "LANGUAGES": [("cy", "Cymraeg")]},
    "one language only": {"USE_I18N": False},
    "uploads in temporary files, sessions in cookies": {
        "FILE_UPLOAD_HANDLERS": ["django.core.files.uploadhandler.TemporaryFileUploadHandler"],
        "SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies",
        "MESSAGE_STORAGE": "django.contrib.messages.storage.cookie.CookieStorage",
    },
    "sessions in a cache, tokens in sessions": {
        "SESSION_ENGINE": "django.contrib.sessions.backends.cache",
        "CSRF_USE_SESSIONS": True,
    },
    "the admin under another address": {"ROOT_URLCONF": "tests.sites.urls", "FORCE_SCRIPT_NAME": "/intranet"},
}

of_its_own = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="sites of their own have SQLite, and need to be made only once"
)

SITES: dict[str, dict[str, Any]] = {
    "people known by e-mail, with keys of another kind": {
        "APPS_BEFORE": ["tests.sites.accounts"],
        "AUTH_USER_MODEL": "accounts.Account",
        "DEFAULT_AUTO_FIELD": "django.db.models.AutoField",
    },
    "smallest keys": {"DEFAULT_AUTO_FIELD": "django.db.models.SmallAutoField"},
    "a replica that lags": {
        "DATABASE_NAMES": ["default", "replica"],
        "DATABASE_ROUTERS": ["tests.sites.routers.LaggingReplica"],
    },
    "not the default database": {
        "DATABASE_NAMES": ["default", "main"],
        "DATABASE_ROUTERS": ["tests.sites.routers.Elsewhere"],
    },
}
"""What is settled when a process starts."""


def run_site(folder: Path, changed: dict[str, Any], *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.sites.site", str(folder), json.dumps(changed), *options]
    return subprocess.run(command, capture_output=True, text=True)


@of_its_own
@pytest.mark.parametrize("chosen", SITES.values(), ids=SITES.keys())
def test_the_whole_job_works_in_a_site_of_its_own(chosen: dict[str, Any], tmp_path: Path) -> None:
    if "main" in chosen.get("DATABASE_NAMES", ()):
        run_site(tmp_path, {}, "only_migrate")
        (tmp_path / "default.sqlite3").rename(tmp_path / "main.sqlite3")

    done = run_site(tmp_path, chosen)

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "done"


@pytest.mark.parametrize("chosen", SETTINGS.values(), ids=SETTINGS.keys())
def test_the_whole_job_works(settings: Any, chosen: dict[str, Any]) -> None:
    for name, value in chosen.items():
        setattr(settings, name, value)

    do_whole_job()
