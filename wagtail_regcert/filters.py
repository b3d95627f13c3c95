"""Filters and search of the listing. Their names are public: they stand in the query string."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django_filters.fields import ModelChoiceField, ModelChoiceIterator, RangeField
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet

from .cells import match_key
from .models import (
    AwardingOrganisation,
    ImportRun,
    Programme,
    Qualification,
    Registration,
    RegistrationLogEntry,
)

DATE_FIELDS = (
    "planned_achievement_date",
    "registration_date",
    "certificate_claimed_date",
    "achieved_date",
    "certificate_received_date",
    "certificate_sent_date",
)

MOST_TERMS = 20
"""Words of a search that are looked for in names; databases limit the depth of a condition."""

MOST_RUNS = 50
"""Imports offered in the filter's list; any that the user may see is accepted."""


def search(registrations: QuerySet[Registration], text: str) -> QuerySet[Registration]:
    """Keep registrations that a person looking for ``text`` means.

    Each word in a name of the learner, or the whole in the ULN, the registration number, the
    qualification's title or its number, however that is written.
    """
    text = text.strip()
    found = (
        Q(learner__uln__icontains=text)
        | Q(registration_number__icontains=text)
        | Q(qualification__title__icontains=text)
        | Q(qualification__number__icontains=text)
    )
    if key := match_key(text):
        found |= Q(qualification__match_key__contains=key)
    terms = text.split()
    if terms and len(terms) <= MOST_TERMS:
        names = Q()
        for term in terms:
            names &= Q(learner__given_names__icontains=term) | Q(learner__family_name__icontains=term)
        found |= names
    return registrations.filter(found)


class DaysField(RangeField):
    """Two days, either of them blank, as ISO or as in our files.

    django-filter's own makes them moments in the user's time zone, which can be another day.
    """

    widget = DateRangePickerWidget

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        formats = ["%Y-%m-%d", "%d/%m/%Y"]
        fields = (forms.DateField(input_formats=formats), forms.DateField(input_formats=formats))
        super().__init__(fields, *args, **kwargs)


class DaysFilter(django_filters.DateFromToRangeFilter):
    """Days from … to …; ``<name>_from`` and ``<name>_to`` in the query string."""

    field_class = DaysField


class _RecentRuns(ModelChoiceIterator):
    def __iter__(self) -> Iterator[Any]:
        yield ("", self.field.empty_label)
        for run in self.queryset[:MOST_RUNS]:
            yield self.choice(run)


class RunField(ModelChoiceField):
    """One of the imports that the user may see."""

    iterator = _RecentRuns

    def label_from_instance(self, obj: ImportRun) -> str:
        return f"{obj.file_name}, {date_format(localtime(obj.created_at), 'SHORT_DATETIME_FORMAT')}"


class RunFilter(django_filters.ModelChoiceFilter):
    """Registrations that an import created or changed."""

    field_class = RunField

    def filter(self, qs: QuerySet[Registration], value: ImportRun | None) -> QuerySet[Registration]:
        if value is None:
            return qs
        entries = RegistrationLogEntry.objects.filter(run=value, object_id=OuterRef("pk"))
        return qs.filter(Exists(entries))


def visible_runs(request: Any) -> QuerySet[ImportRun]:
    """The imports that this user may see."""
    return ImportRun.objects.visible_to(request.user)


class RegistrationFilterSet(WagtailFilterSet):
    """All filters of the listing."""

    status = django_filters.MultipleChoiceFilter(
        label=_("Status"), choices=Registration.STATUSES, widget=forms.CheckboxSelectMultiple
    )
    awarding_organisation = django_filters.ModelChoiceFilter(
        field_name="qualification__awarding_organisation",
        label=_("Awarding organisation"),
        queryset=AwardingOrganisation.objects.all(),
    )
    qualification = django_filters.ModelChoiceFilter(
        label=_("Qualification"), queryset=Qualification.objects.all()
    )
    programme = django_filters.ModelChoiceFilter(label=_("Programme"), queryset=Programme.objects.all())
    run = RunFilter(label=_("Import"), queryset=visible_runs)

    class Meta:
        model = Registration
        fields: list[str] = []

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        if data is not None and "" in data.getlist("status"):
            data = data.copy()
            data.setlist("status", [status for status in data.getlist("status") if status])
        super().__init__(data, *args, **kwargs)

    @cached_property
    def problems(self) -> list[str]:
        """What is wrong with the query string, in sentences."""
        return [
            f"{self.form.fields[name].label}: {message}"
            for name, messages in self.form.errors.items()
            for message in messages
        ]


for _name in DATE_FIELDS:
    _field: Any = Registration._meta.get_field(_name)
    RegistrationFilterSet.base_filters[_name] = DaysFilter(
        field_name=_name, label=capfirst(_field.verbose_name)
    )
