"""The app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WagtailRegcertConfig(AppConfig):
    name = "wagtail_regcert"
    verbose_name = _("Registration and Certification")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import checks  # noqa: F401  registers itself
        from .permissions import register_policies

        register_policies()
