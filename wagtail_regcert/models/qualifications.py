"""What learners are registered for, and with whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..cells import TEXT_LIMIT, match_key
from ..databases import SourceQuerySet
from .fields import CellField, ExactField, MatchKeyField, validate_visible
from .sets import in_values


class AwardingOrganisation(models.Model):
    """An awarding organisation, and how many days it takes or gives."""

    DAYS = ("days_to_register", "days_to_claim", "days_for_certificate")

    name = ExactField(pgettext_lazy("wagtail_regcert", "name"), max_length=255, unique=True)
    days_to_register = models.PositiveSmallIntegerField(
        _("days to register"),
        null=True,
        blank=True,
        help_text=_("It wants learners to be registered within so many days of their start date."),
    )
    days_to_claim = models.PositiveSmallIntegerField(
        _("days to claim"),
        null=True,
        blank=True,
        help_text=_("A certificate can be claimed so many days after the registration date at the earliest."),
    )
    days_for_certificate = models.PositiveSmallIntegerField(
        _("days for certificate"),
        null=True,
        blank=True,
        help_text=_("A certificate should have come so many days after it was claimed."),
    )

    objects = SourceQuerySet.as_manager()

    class Meta:
        base_manager_name = "objects"
        verbose_name = _("awarding organisation")
        verbose_name_plural = _("awarding organisations")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Programme(models.Model):
    """A programme that learners are on."""

    name = ExactField(pgettext_lazy("wagtail_regcert", "name"), max_length=255, unique=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        base_manager_name = "objects"
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class QualificationQuerySet(SourceQuerySet["Qualification"]):
    """Qualifications as sets."""

    def by_match_key(self, keys: Collection[str]) -> dict[str, int]:
        """Map those of the match keys that exist to primary keys."""
        found: dict[str, int] = {}
        for chosen in in_values("match_key", keys, self.db):
            found.update(self.filter(chosen).values_list("match_key", "pk"))
        return found

    def update(self, **values: Any) -> int:
        """Update, and keep the match key with its number."""
        if "number" in values and "match_key" not in values:
            if not isinstance(values["number"], str):
                raise TypeError("A number must be given as text: its match key is made in Python.")
            values["match_key"] = match_key(values["number"])
        return super().update(**values)

    def bulk_update(self, objs: Any, fields: Any, *args: Any, **options: Any) -> int:
        """Update many, and keep the match keys with their numbers."""
        objs, fields = list(objs), set(fields)
        if "number" in fields:
            fields.add("match_key")
            for qualification in objs:
                qualification.match_key = match_key(qualification.number)
        return super().bulk_update(objs, fields, *args, **options)


class Qualification(models.Model):
    """What a learner is registered for with an awarding organisation."""

    number = ExactField(
        _("qualification number"),
        max_length=TEXT_LIMIT,
        validators=[validate_visible],
        help_text=_("The aim reference, for example 603/2942/X."),
    )
    # Upper case can be three times as long as its text (ligatures).
    match_key = MatchKeyField(max_length=3 * TEXT_LIMIT, unique=True, editable=False)
    title = CellField(pgettext_lazy("wagtail_regcert", "title"), max_length=255)
    awarding_organisation = models.ForeignKey(
        AwardingOrganisation,
        on_delete=models.PROTECT,
        related_name="qualifications",
        verbose_name=_("awarding organisation"),
    )

    objects = QualificationQuerySet.as_manager()

    class Meta:
        base_manager_name = "objects"
        verbose_name = _("qualification")
        verbose_name_plural = _("qualifications")
        ordering = ["title", "number"]

    named_by = ("title", "number")

    @staticmethod
    def name_for(pk: int | None, title: str, number: str) -> str:
        """What a qualification with these values is called."""
        return f"{title} ({number})"

    def __str__(self) -> str:
        return self.name_for(self.pk, self.title, self.number)

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if update_fields and "number" in update_fields:
            update_fields = {*update_fields, "match_key"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def clean(self) -> None:
        super().clean()
        key = match_key(self.number or "")
        if not key:
            raise ValidationError(
                {"number": _("Enter a qualification number with at least one letter or digit.")}
            )
        same = type(self).objects.filter(match_key=key).exclude(pk=self.pk).first()
        if same is not None:
            raise ValidationError({"number": _("This is the number of “%(other)s”.") % {"other": same}})

    def validate_unique(self, exclude: Any = None) -> None:
        # The match key is not on the form; clean() compares it and speaks of the number.
        super().validate_unique(exclude={*(exclude or ()), "match_key"})
