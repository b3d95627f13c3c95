"""History of records, in tables of our own: Wagtail's has no place for values, a run, or a lasting name."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.models.audit_log import BaseLogEntry, LogEntryQuerySet, ModelLogEntryManager

from ..databases import SourceQuerySet


class ChangeLogEntryQuerySet(SourceQuerySet["ChangeLogEntry"], LogEntryQuerySet):
    """Entries as sets."""


class ChangeLogEntryManager(ModelLogEntryManager):
    """Entries for those who may do anything to the table that they are about, and for holders of "manage"."""

    def get_queryset(self) -> ChangeLogEntryQuerySet:
        return ChangeLogEntryQuerySet(self.model, using=self._db, hints=self._hints)

    def log_action(self, instance: models.Model, action: str, **kwargs: Any) -> Any:
        user = kwargs.get("user")
        kwargs.setdefault("user_name", user.get_username() if user else "")
        return super().log_action(instance, action, **kwargs)

    def viewable_by_user(self, user: Any) -> models.QuerySet[Any]:
        if user.is_superuser or user.has_perm("wagtail_regcert.manage_registration"):
            return self.all()
        # Not Wagtail's own, which keeps on the user what it found for whichever log was asked first.
        types = self.order_by().values_list("content_type", flat=True).distinct()
        allowed = {
            permission.content_type_id
            for permission in Permission.objects.filter(content_type__in=types).select_related("content_type")
            if user.has_perm(f"{permission.content_type.app_label}.{permission.codename}")
        }
        return self.filter(content_type__in=allowed)

    def of(self, model: type[models.Model]) -> models.QuerySet[Any]:
        """All entries about one table."""
        return self.filter(content_type=ContentType.objects.get_for_model(model, for_concrete_model=False))


class BaseChangeLogEntry(BaseLogEntry):
    """One change of one record.

    ``data`` holds ``changes`` (field: [old, new] as stored, dates ISO) and, for imports, ``file`` and
    ``row``.
    """

    object_id = models.BigIntegerField(db_index=True)
    run = models.ForeignKey(
        "wagtail_regcert.ImportRun",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    user_name = models.CharField(max_length=255, blank=True)

    class Meta(BaseLogEntry.Meta):
        abstract = True
        ordering = ["-timestamp", "-id"]
        default_permissions = ()

    @property
    def user_display_name(self) -> Any:
        """The user, or the name they had when they are gone."""
        try:
            user = self.user
        except ObjectDoesNotExist:
            # Wagtail keeps the key of a deleted user; where it prefetches users, there is just none.
            user = None
        return str(user) if user else self.user_name or pgettext_lazy("wagtail_regcert", "system")


class ChangeLogEntry(BaseChangeLogEntry):
    """One change of a record of any table but registrations, which have a log of their own."""

    objects = ChangeLogEntryManager()

    class Meta(BaseChangeLogEntry.Meta):
        base_manager_name = "objects"
        verbose_name = _("change log entry")
        verbose_name_plural = _("change log entries")
