"""Learners: people on a programme."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..cells import TEMPORARY_ULN, TEXT_LIMIT, Gender, full_name
from .fields import CellDateField, CellField, ExactField, SearchTextField, ULNField, own_uln
from .searched import SearchedQuerySet, names_to_save
from .sets import in_values


class LearnerQuerySet(SearchedQuerySet["Learner"]):
    """Learners as sets."""

    def bulk_update(self, objs: Any, fields: Any, *args: Any, **options: Any) -> int:
        """Update many, and store no temporary ULN: Django 5.2.0 asks no field how to save a value here."""
        objs, fields = list(objs), list(fields)
        for learner in objs if "uln" in fields else ():
            learner.uln = own_uln(learner.uln)
        return super().bulk_update(objs, fields, *args, **options)

    def by_uln(self, ulns: Collection[str]) -> dict[str, int]:
        """Map those of the ULNs that exist to primary keys."""
        found: dict[Any, int] = {}
        for chosen in in_values("uln", ulns, self.db):
            found.update(self.filter(chosen).values_list("uln", "pk"))
        return found

    def ulns_of(self, learners: Collection[int]) -> dict[int, str | None]:
        """Primary key to ULN, of those of the learners that exist."""
        found: dict[int, str | None] = {}
        for chosen in in_values("pk", learners, self.db):
            found.update(self.filter(chosen).values_list("pk", "uln"))
        return found


class Learner(models.Model):
    """A person on a programme, known nationally by a ULN."""

    GENDERS = [
        (Gender.FEMALE.value, _("Female")),
        (Gender.MALE.value, _("Male")),
        (Gender.OTHER.value, _("Other")),
        (Gender.NOT_STATED.value, _("Not stated")),
    ]

    uln = ULNField(
        _("ULN"),
        max_length=TEXT_LIMIT,
        unique=True,
        null=True,
        blank=True,
        help_text=_("Unique Learner Number. Leave blank while it is not yet known."),
    )
    reference = ExactField(
        _("learner reference"),
        max_length=TEXT_LIMIT,
        unique=True,
        null=True,
        blank=True,
        help_text=_("Your own reference for this learner."),
    )
    given_names = CellField(_("given names"), max_length=255, blank=True)
    family_name = CellField(_("family name"), max_length=255, blank=True)
    gender = models.CharField(_("gender"), max_length=1, choices=GENDERS, blank=True)
    date_of_birth = CellDateField(_("date of birth"), null=True, blank=True)

    search_text = SearchTextField(sources=("given_names", "family_name", "uln", "reference"))

    objects = LearnerQuerySet.as_manager()

    class Meta:
        base_manager_name = "objects"
        verbose_name = _("learner")
        verbose_name_plural = _("learners")
        ordering = ["family_name", "given_names", "pk"]
        # The order of the listing.
        indexes = [models.Index(fields=["family_name", "given_names"], name="regcert_learner_name")]

    named_by = ("given_names", "family_name", "uln")

    @staticmethod
    def name_for(pk: int | None, given_names: str, family_name: str, uln: str | None) -> str:
        """What a learner with these values is called."""
        return " · ".join(filter(None, (full_name(given_names, family_name), uln))) or f"#{pk}"

    def __str__(self) -> str:
        return self.name_for(self.pk, self.given_names, self.family_name, self.uln)

    @property
    def full_name(self) -> str:
        """Both names."""
        return full_name(self.given_names, self.family_name)

    # Heads the column of listings, as a verbose name does for a field.
    full_name.fget.short_description = _("full name")  # type: ignore[attr-defined]

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        names = names_to_save(self, update_fields, kwargs.get("using"))
        super().save(*args, update_fields=names, **kwargs)

    def clean(self) -> None:
        super().clean()
        if self.uln == TEMPORARY_ULN:
            self.uln = None
        if not self.full_name and not self.uln and not self.reference:
            raise ValidationError(_("Enter a name, a ULN or a learner reference."))
