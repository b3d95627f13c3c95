"""Registrations: one learner on one qualification; and their history."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models.audit_log import BaseLogEntry, ModelLogEntryManager

from ..cells import TEXT_LIMIT, Status
from ..layouts import STORED_FIELDS
from .fields import CellDateField, CellField
from .learners import Learner
from .qualifications import Programme, Qualification
from .sets import sets_of
from .sync import RegistrationSync, SyncResult, SyncRows


class RegistrationQuerySet(models.QuerySet["Registration"]):
    """Registrations as sets."""

    def update(self, **values: Any) -> int:
        """Update, and say when: bulk writes pass by ``auto_now``."""
        return super().update(**{"updated_at": timezone.now(), **values})

    update.alters_data = True  # type: ignore[attr-defined]

    def stored_values(self, learners: Collection[int]) -> dict[tuple[int, int], tuple[Any, ...]]:
        """Map (learner, qualification) to (pk, the eight stored values), for all of those learners."""
        found: dict[tuple[int, int], tuple[Any, ...]] = {}
        for chosen in sets_of(learners, self.db):
            rows = self.filter(learner__in=chosen).values_list(
                "learner_id", "qualification_id", "pk", *STORED_FIELDS
            )
            for learner, qualification, *values in rows:
                found[learner, qualification] = tuple(values)
        return found

    def sync(self, rows: SyncRows, *, user: Any = None) -> SyncResult:
        """Create or update registrations from mappings by field name; see :mod:`.sync`."""
        return RegistrationSync(self.model, user=user).run(rows)


class Registration(models.Model):
    """One learner on one qualification."""

    STATUSES = [
        (Status.NOT_REGISTERED.value, _("Not registered")),
        (Status.REGISTERED.value, _("Registered")),
        (Status.ACHIEVED.value, _("Achieved")),
        (Status.CERTIFICATE_CLAIMED.value, _("Certificate Claimed")),
        (Status.CERTIFICATE_RECEIVED.value, _("Certificate Received")),
        (Status.CERTIFICATE_SENT.value, _("Certificate Sent")),
        (Status.EXEMPT.value, _("Exempt")),
        (Status.REGISTRATION_NOT_REQUIRED.value, _("Registration Not Required")),
    ]

    learner = models.ForeignKey(
        Learner, on_delete=models.PROTECT, related_name="registrations", verbose_name=_("learner")
    )
    qualification = models.ForeignKey(
        Qualification,
        on_delete=models.PROTECT,
        related_name="registrations",
        verbose_name=_("qualification"),
    )
    programme = models.ForeignKey(
        Programme,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="registrations",
        verbose_name=_("programme"),
    )
    planned_achievement_date = CellDateField(_("planned achievement date"), null=True, blank=True)
    status = models.CharField(
        _("status"),
        max_length=32,
        choices=STATUSES,
        default=Status.NOT_REGISTERED.value,
        db_index=True,
    )
    registration_number = CellField(
        _("registration number"), max_length=TEXT_LIMIT, blank=True, db_index=True
    )
    registration_date = CellDateField(_("registration date"), null=True, blank=True)
    certificate_claimed_date = CellDateField(_("certificate claimed date"), null=True, blank=True)
    achieved_date = CellDateField(_("achieved date"), null=True, blank=True)
    certificate_received_date = CellDateField(_("certificate received date"), null=True, blank=True)
    certificate_sent_date = CellDateField(_("certificate sent date"), null=True, blank=True)
    postal_tracking_reference = CellField(_("postal tracking reference"), max_length=TEXT_LIMIT, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = RegistrationQuerySet.as_manager()

    # Bulk writes do not keep Wagtail's reference index; the protected foreign keys answer "in use?".
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["pk"]
        # No idle checkbox in the group form: view, add and change come with "manage".
        default_permissions = ("delete",)
        permissions = [
            ("manage_registration", "Can manage registration and certification"),
            ("import_registration", "Can bulk upload registrations"),
            ("export_registration", "Can export registration data"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "qualification"],
                name="regcert_one_registration",
                violation_error_message=_("This learner is already on this qualification."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.learner} – {self.qualification}"


class RegistrationLogEntryManager(ModelLogEntryManager):
    """History of registrations; Wagtail's own would show it to holders of any permission on the model."""

    def log_action(self, instance: models.Model, action: str, **kwargs: Any) -> Any:
        user = kwargs.get("user")
        kwargs.setdefault("user_name", user.get_username() if user else "")
        return super().log_action(instance, action, **kwargs)

    def viewable_by_user(self, user: Any) -> models.QuerySet[Any]:
        if user.is_superuser or user.has_perm("wagtail_regcert.manage_registration"):
            return self.all()
        return self.none()


class RegistrationLogEntry(BaseLogEntry):
    """One change of one registration.

    ``data`` holds ``changes`` (field: [old, new] as stored, dates ISO) and, for imports, ``file`` and
    ``row``.
    """

    object_id = models.BigIntegerField(db_index=True)
    run = models.ForeignKey(
        "wagtail_regcert.ImportRun", null=True, on_delete=models.SET_NULL, related_name="log_entries"
    )
    user_name = models.CharField(max_length=255, blank=True)

    objects = RegistrationLogEntryManager()

    class Meta(BaseLogEntry.Meta):
        ordering = ["-timestamp", "-id"]
        verbose_name = _("registration log entry")
        verbose_name_plural = _("registration log entries")
        default_permissions = ()

    @property
    def user_display_name(self) -> Any:
        """The user, or the name they had when they are gone."""
        return str(self.user) if self.user_id and self.user else self.user_name or _("system")
