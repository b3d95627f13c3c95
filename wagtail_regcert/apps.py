"""The app."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class WagtailRegcertConfig(AppConfig):
    name = "wagtail_regcert"
    verbose_name = _("Registration and Certification")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import checks  # noqa: F401  registers itself
        from .permissions import register_policies
        from .roles import settle

        register_policies()
        post_migrate.connect(settle, sender=self, dispatch_uid="wagtail_regcert.roles")
