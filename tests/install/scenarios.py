"""Settings that a site may have, and what must hold under each.

To add one, append a :class:`Scenario` to ``SCENARIOS``: a name, why it is there, and the lines that go after
``from .dev import *`` in a settings module of its own. That is all where the whole job of ``journey`` must
simply work. Where we refuse such a site, name the system checks that say so in ``told``, and set ``works`` to
False if the job cannot be done. Try it: ``make install-test ARGS="--pair newest --scenario NAME"``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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
    admin: str = "/admin/"
    """Address of the admin, as a browser sees it."""
    prefix: str = ""
    """What a proxy takes off the front of each address before the site sees it."""
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
]
