"""System checks of the settings."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from django.conf import settings as django_settings
from django.core import checks

from . import conf


@checks.register
def check_settings(**kwargs: Any) -> list[checks.CheckMessage]:
    """Report unknown keys (W001), wrong types (E002), impossible values (E003) and no dict (E001)."""
    value = getattr(django_settings, "WAGTAIL_REGCERT", {})
    if not isinstance(value, dict):
        return [checks.Error("WAGTAIL_REGCERT must be a dict.", id="wagtail_regcert.E001")]
    types = {field.name: type(getattr(conf.DEFAULTS, field.name)) for field in fields(conf.Settings)}
    found: list[checks.CheckMessage] = []
    for name, given in value.items():
        if name not in types:
            found.append(
                checks.Warning(
                    f"WAGTAIL_REGCERT has no setting {name!r}.",
                    hint=f"It knows {', '.join(types)}.",
                    id="wagtail_regcert.W001",
                )
            )
        elif type(given) is not types[name]:
            found.append(
                checks.Error(
                    f"WAGTAIL_REGCERT[{name!r}] must be {types[name].__name__}, not {given!r}.",
                    id="wagtail_regcert.E002",
                )
            )
        elif types[name] is int and given < 1:
            found.append(
                checks.Error(
                    f"WAGTAIL_REGCERT[{name!r}] must be at least 1, not {given!r}.",
                    id="wagtail_regcert.E003",
                )
            )
    return found
