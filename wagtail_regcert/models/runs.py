"""Runs: uploaded files on their way through validate and commit; and what was exported."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import conf


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    """Runs as sets."""

    def visible_to(self, user: Any) -> ImportRunQuerySet:
        """Runs are seen by whoever started them, and by superusers."""
        return self if user.is_superuser else self.filter(user=user)

    def move(self, run: uuid.UUID, before: ImportRun.State, after: ImportRun.State, **values: Any) -> bool:
        """Change a run's state if it is still what we think; ``False`` when somebody was faster."""
        return bool(self.filter(pk=run, state=before).update(state=after, **values))

    def expired(self) -> ImportRunQuerySet:
        """Runs whose staged file may not be read any more."""
        limit = timezone.now() - dt.timedelta(days=conf.settings.STAGING_DAYS)
        return self.filter(created_at__lte=limit)


class ImportRun(models.Model):
    """One uploaded file on its way through validate and commit."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Uploaded")
        VALIDATING = "validating", _("Validating")
        VALIDATED = "validated", _("Validated")
        COMMITTING = "committing", _("Uploading")
        COMMITTED = "committed", _("Uploaded and applied")
        CANCELLED = "cancelled", _("Cancelled")
        FAILED = "failed", _("Failed")
        EXPIRED = "expired", _("Expired")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    user_name = models.CharField(_("user"), max_length=255, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, db_index=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    file_name = models.CharField(_("file"), max_length=255)
    size = models.BigIntegerField(_("size in bytes"))
    digest = models.CharField(_("SHA-256"), max_length=64)
    separator = models.CharField(_("separator"), max_length=16)
    encoding = models.CharField(_("encoding"), max_length=16)
    state = models.CharField(max_length=16, choices=State.choices, default=State.UPLOADED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    failure = models.TextField(blank=True)

    rows = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    cleared = models.PositiveIntegerField(default=0)
    conflicts = models.PositiveIntegerField(default=0)
    error_count = models.PositiveIntegerField(default=0)
    warning_count = models.PositiveIntegerField(default=0)
    error_kinds = models.JSONField(default=list)
    """[code, column, how many], the most frequent first."""

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.file_name

    @property
    def state_shown(self) -> str:
        """The state in words."""
        return str(self.State.EXPIRED.label if self.has_expired else self.get_state_display())

    @property
    def expires_at(self) -> dt.datetime:
        """When the staged file and the report become unreadable."""
        return self.created_at + dt.timedelta(days=conf.settings.STAGING_DAYS)

    @property
    def has_expired(self) -> bool:
        return self.state == self.State.EXPIRED or timezone.now() >= self.expires_at


class RunPiece(models.Model):
    """A piece of a run's staged file or report: packets of MariaDB and memory are limited."""

    class Kind(models.TextChoices):
        FILE = "file"
        ERRORS = "errors"
        WARNINGS = "warnings"
        ERROR_KINDS = "error_kinds"
        RECORDS = "records"
        RECORD_KINDS = "record_kinds"
        CONFLICTS = "conflicts"

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="pieces")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    number = models.PositiveIntegerField()
    items = models.PositiveIntegerField()
    """Bytes of a file or of kinds, entries of any other."""
    data = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["run", "kind", "number"], name="regcert_one_piece")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class ExportRun(models.Model):
    """Who exported what. Written before the first byte leaves."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    user_name = models.CharField(_("user"), max_length=255, blank=True)
    created_at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    layout = models.CharField(_("layout"), max_length=16)
    filters = models.TextField(_("filters"), blank=True)
    """The listing's query string, the command's options, or the number of selected records."""
    records = models.PositiveIntegerField(_("records"))
    left_out = models.PositiveIntegerField(_("left out: no ULN"), default=0)

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-created_at"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M} {self.user_name}"
