"""The only reader of Django's settings: one dict, ``WAGTAIL_REGCERT``."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from django.conf import settings as django_settings


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting with its default."""

    MAX_UPLOAD_BYTES: int = 2_097_152
    """An uploaded file must be smaller than this."""
    STAGING_DAYS: int = 7
    """For how many days a staged file and its report can be read."""
    STUCK_MINUTES: int = 10
    """After how many minutes without a sign of life a run at work counts as stuck."""
    EXPORT_DAYS: int = 400
    """For how many days it is kept which registrations an export held."""
    ESCAPE_FORMULAS: bool = True
    """Whether exports guard cells that a spreadsheet would run as formulas."""


DEFAULTS = Settings()


def given() -> dict[str, Any]:
    """What the site set, unchecked; :mod:`wagtail_regcert.checks` reports what is wrong with it."""
    value = getattr(django_settings, "WAGTAIL_REGCERT", {})
    return value if isinstance(value, dict) else {}


def load() -> Settings:
    """Merge what the site set over the defaults."""
    known = {field.name for field in fields(Settings)}
    return Settings(**{name: value for name, value in given().items() if name in known})


def __getattr__(name: str) -> Any:
    # Read at each use, so that override_settings works; it is one small dict.
    if name == "settings":
        return load()
    raise AttributeError(name)
