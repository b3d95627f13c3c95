"""Registrations: one learner on one qualification; and their history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from typing import Any

from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..cells import TEXT_LIMIT, Date, Status
from ..layouts import REGISTRATIONS, STORED_FIELDS
from .fields import CellDateField, CellField, PlainDate, SearchCodesField
from .history import BaseChangeLogEntry, ChangeLogEntryManager
from .learners import Learner
from .qualifications import Programme, Qualification
from .searched import SearchedQuerySet, names_to_save
from .sets import in_pairs

_PLAIN_VALUES: dict[str, Any] = {
    field: PlainDate(field) if isinstance(REGISTRATIONS.column_of(field).kind, Date) else F(field)
    for field in STORED_FIELDS
}
_PLAIN_VALUES |= {
    "planned_achievement_date": PlainDate("planned_achievement_date"),
    "start_date": PlainDate("start_date"),
    "programme": Coalesce(F("programme__name"), Value("")),
}


class RegistrationQuerySet(SearchedQuerySet["Registration"]):
    """Registrations as sets."""

    def update(self, **values: Any) -> int:
        """Update, and say when: bulk writes pass by ``auto_now``."""
        return super().update(**{"updated_at": timezone.now(), **values})

    update.alters_data = True  # type: ignore[attr-defined]

    def with_those_made_of(self, names: set[str]) -> set[str]:
        return super().with_those_made_of(names) | {"updated_at"}

    def keys_of(self, pairs: Set[tuple[int, int]]) -> dict[tuple[int, int], int]:
        """Map those of the pairs of learner and qualification that are registered to primary keys."""
        return {row[:2]: row[2] for row in self._of(pairs)}

    def stored_values(
        self, pairs: Set[tuple[int, int]], fields: Sequence[str]
    ) -> dict[tuple[int, int], tuple[int, tuple[Any, ...]]]:
        """Map those of the pairs that are registered to primary key and values of these fields.

        Those that a file carries are plain: dates ISO, blanks ``""``, as the database writes them.
        """
        columns = [_PLAIN_VALUES.get(name, name) for name in fields]
        return {row[:2]: (row[2], row[3:]) for row in self._of(pairs, *columns)}

    def _of(self, pairs: Set[tuple[int, int]], *fields: Any) -> Iterator[tuple[Any, ...]]:
        """Learner, qualification, primary key and more fields of the pairs."""
        for chosen in in_pairs(self.model, ("learner", "qualification"), pairs, self.db):
            yield from self.filter(chosen).values_list("learner_id", "qualification_id", "pk", *fields)


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
    start_date = CellDateField(
        _("start date"), null=True, blank=True, help_text=_("The day on which the learner started.")
    )
    status = models.CharField(
        pgettext_lazy("wagtail_regcert", "status"),
        max_length=32,
        choices=STATUSES,
        default=Status.NOT_REGISTERED.value,
        db_index=True,
    )
    registration_number = CellField(_("registration number"), max_length=TEXT_LIMIT, blank=True)
    registration_date = CellDateField(_("registration date"), null=True, blank=True)
    certificate_claimed_date = CellDateField(_("certificate claimed date"), null=True, blank=True)
    achieved_date = CellDateField(_("achieved date"), null=True, blank=True)
    certificate_received_date = CellDateField(_("certificate received date"), null=True, blank=True)
    certificate_sent_date = CellDateField(_("certificate sent date"), null=True, blank=True)
    postal_tracking_reference = CellField(_("postal tracking reference"), max_length=TEXT_LIMIT, blank=True)
    search_text = SearchCodesField(
        max_length=512, sources=("registration_number", "postal_tracking_reference")
    )
    created_at = models.DateTimeField(pgettext_lazy("wagtail_regcert", "created"), auto_now_add=True)
    updated_at = models.DateTimeField(pgettext_lazy("wagtail_regcert", "updated"), auto_now=True)

    objects = RegistrationQuerySet.as_manager()

    # Bulk writes do not keep Wagtail's reference index; the protected foreign keys answer "in use?".
    wagtail_reference_index_ignore = True

    class Meta:
        base_manager_name = "objects"
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
        # Searched for parts: databases look through the index, not through the table.
        indexes = [models.Index(fields=["search_text"], name="regcert_search")]
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "qualification"],
                name="regcert_one_registration",
                violation_error_message=_("This learner is already on this qualification."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.learner} – {self.qualification}"

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        names = names_to_save(self, update_fields, kwargs.get("using"))
        if names:
            names.add("updated_at")
        super().save(*args, update_fields=names, **kwargs)


class RegistrationLogEntryManager(ChangeLogEntryManager):
    """History of registrations; Wagtail's own would show it to holders of any permission on the model."""

    def viewable_by_user(self, user: Any) -> models.QuerySet[Any]:
        if user.is_superuser or user.has_perm("wagtail_regcert.manage_registration"):
            return self.all()
        return self.none()


class RegistrationLogEntry(BaseChangeLogEntry):
    """One change of one registration."""

    objects = RegistrationLogEntryManager()

    class Meta(BaseChangeLogEntry.Meta):
        base_manager_name = "objects"
        verbose_name = _("registration log entry")
        verbose_name_plural = _("registration log entries")
