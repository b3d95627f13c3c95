"""System checks of the settings and of where a site keeps our tables."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from django.apps import apps
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.core import checks
from django.db import router

from . import conf


@checks.register(checks.Tags.models)
def check_databases(**kwargs: Any) -> list[checks.CheckMessage]:
    """Report tables of ours that a router keeps apart from those that they refer to (E004)."""
    ours = router.db_for_write(apps.get_model("wagtail_regcert", "ImportRun"))
    needed = [
        *apps.get_app_config("wagtail_regcert").get_models(),
        get_user_model(),
        apps.get_model("auth", "Group"),
        apps.get_model("contenttypes", "ContentType"),
        apps.get_model("wagtailcore", "ModelLogEntry"),
    ]
    apart = [
        f"{model._meta.label} to {alias!r}"
        for model in needed
        if (alias := router.db_for_write(model)) != ours
    ]
    if not apart:
        return []
    return [
        checks.Error(
            f"Imports of wagtail_regcert are written to the database {ours!r}, but {', '.join(apart)}.",
            hint=(
                "Foreign keys and transactions do not cross databases. Have DATABASE_ROUTERS write "
                "wagtail_regcert where auth, contenttypes, the user model and wagtailcore are written."
            ),
            id="wagtail_regcert.E004",
        )
    ]


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
