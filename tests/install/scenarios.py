"""Settings that a site may have, and what must hold under each.

To add one, append a :class:`Scenario` to ``SCENARIOS``: a name, why it is there, and the lines that go after
``from .dev import *`` in a settings module of its own. That is all where the whole job of ``journey`` must
simply work. Where we refuse such a site, name the system checks that say so in ``told``, and set ``works`` to
False if the job cannot be done. Try it: ``make install-test ARGS="--pair newest --scenario NAME"``.

Settings stand together where a failure still says which it was. Nothing here runs scripts: that ours work
under a strict content security policy is shown by the browser's tests (``tests/e2e/policy.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

SITES = Path(__file__).resolve().parents[1] / "sites"
"""Where the suite tries settings one by one. Here they stand together, as a site has them, under a server."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One site's settings."""

    name: str
    """Also the name of its settings module: letters, digits and underscores."""
    why: str
    settings: str = ""
    """Lines of Python, after everything of ``wagtail start`` and of the README has been imported."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Further files of the site, text by path: a router, a user model, URLs."""
    requirements: tuple[str, ...] = ()
    """What such a site installs beside us."""
    told: tuple[str, ...] = ()
    """Ids of the system checks that must speak up (``manage.py check --deploy`` is not asked)."""
    works: bool = True
    """Whether the job must be done; if not, what the checks say is all."""
    fresh: bool = False
    """Migrate an empty database, instead of taking one that was migrated with the README's settings."""
    prefix: str = ""
    """What a proxy takes off the front of each address before the site sees it."""
    replica: str = ""
    """File of a second database that lags: a copy of the first, made anew where ``journey`` says so."""
    gunicorn: bool = False
    """Serve with gunicorn, instead of ``runserver``."""


SCENARIOS = [
    Scenario(
        name="first",
        why="the app before all others, as the README shows it",
    ),
    Scenario(
        name="last",
        why="the app after all others",
        # Tables and groups are made in this order too.
        fresh=True,
        settings='INSTALLED_APPS.append(INSTALLED_APPS.pop(INSTALLED_APPS.index("wagtail_regcert")))',
    ),
    Scenario(
        name="production",
        why="gunicorn, without DEBUG, static files by a manifest: one that names a missing file is an error",
        settings="""
DEBUG = False
MIDDLEWARE.insert(1, "whitenoise.middleware.WhiteNoiseMiddleware")
STORAGES["staticfiles"] = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
""",
        requirements=("gunicorn", "whitenoise"),
        gunicorn=True,
    ),
    Scenario(
        name="plain",
        why="neither time zones nor translations, sessions in cookies, uploads in temporary files",
        settings="""
USE_TZ = USE_I18N = False
TIME_ZONE = "America/New_York"
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
""",
    ),
    Scenario(
        name="welsh",
        why="another language, a day ahead, thousands separated, sessions in a cache with the forms' tokens",
        settings="""
LANGUAGE_CODE = "cy"
TIME_ZONE = "Pacific/Kiritimati"
USE_THOUSAND_SEPARATOR = True
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
CSRF_USE_SESSIONS = True
""",
    ),
    Scenario(
        name="people_of_its_own",
        why="users known by e-mail with UUIDs for keys, other default keys, German",
        fresh=True,
        settings="""
INSTALLED_APPS.append("accounts")
AUTH_USER_MODEL = "accounts.Account"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
LANGUAGE_CODE = "de"
TIME_ZONE = "Pacific/Pago_Pago"
""",
        files={
            name: (SITES / name).read_text()
            for name in (
                "accounts/__init__.py",
                "accounts/models.py",
                "accounts/migrations/__init__.py",
                "accounts/migrations/0001_initial.py",
            )
        },
    ),
    Scenario(
        name="elsewhere",
        why="the admin under another address, behind a proxy that takes a prefix off",
        settings="""
ROOT_URLCONF = "addresses"
FORCE_SCRIPT_NAME = "/intranet"
MIDDLEWARE.insert(1, "whitenoise.middleware.WhiteNoiseMiddleware")
""",
        files={"addresses.py": (SITES / "urls.py").read_text()},
        prefix="/intranet",
        # With a script name, runserver finds no static files.
        requirements=("gunicorn", "whitenoise"),
        gunicorn=True,
    ),
    Scenario(
        name="watched",
        why="the debug toolbar in every page, and a content security policy",
        settings="""
ROOT_URLCONF = "watched_addresses"
INSTALLED_APPS += ["debug_toolbar", "csp"]
MIDDLEWARE = ["debug_toolbar.middleware.DebugToolbarMiddleware", "csp.middleware.CSPMiddleware", *MIDDLEWARE]
INTERNAL_IPS = ["127.0.0.1"]
CONTENT_SECURITY_POLICY = {"DIRECTIVES": {"default-src": ["'self'"]}}
""",
        files={
            "watched_addresses.py": """
from debug_toolbar.toolbar import debug_toolbar_urls

from mysite.urls import urlpatterns

urlpatterns = [*debug_toolbar_urls(), *urlpatterns]
"""
        },
        requirements=("django-debug-toolbar", "django-csp"),
    ),
    Scenario(
        name="replica",
        why="our tables are read from a replica that lags: copied when the server starts, and now and then",
        settings="""
DATABASES["replica"] = {**DATABASES["default"], "NAME": BASE_DIR / "lagging.sqlite3"}
DATABASE_ROUTERS = ["routers.LaggingReplica"]
""",
        files={"routers.py": (SITES / "routers.py").read_text()},
        replica="lagging.sqlite3",
    ),
    Scenario(
        name="apart",
        why="our tables in another database than those that they refer to",
        settings="""
DATABASES["other"] = {**DATABASES["default"], "NAME": BASE_DIR / "other.sqlite3"}
DATABASE_ROUTERS = ["routers_apart.OursApart"]
""",
        files={
            "routers_apart.py": """
class OursApart:
    def db_for_read(self, model, **hints):
        return "other" if model._meta.app_label == "wagtail_regcert" else None

    db_for_write = db_for_read
"""
        },
        told=("wagtail_regcert.E004",),
        works=False,
    ),
]
