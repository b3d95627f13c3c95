"""Filters and search of the listing. Their names are public: they stand in the query string."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from django_filters.fields import ModelChoiceField, ModelChoiceIterator, RangeField
from wagtail.admin.active_filters import DateFromToRangeFilterAdapter, register_filter_adapter_class
from wagtail.admin.filters import WagtailFilterSet

from .answers import awaited, of_registrations
from .cells import day_as_text
from .layouts import DATE_CHAIN
from .models import (
    AwardingOrganisation,
    ExportRun,
    ImportRun,
    Programme,
    Qualification,
    Registration,
    RegistrationLogEntry,
)
from .models.fields import DayFormField
from .moments import local_time, moment_as_text
from .permissions import started_imports, visible_exports
from .search import keys_of
from .widgets import DaysInput

DATE_FIELDS = ("planned_achievement_date", *DATE_CHAIN)

MAX_RUNS = 50
"""Imports offered in the filter's list; any that the user may see is accepted."""


MAX_EXPORTS = 50
"""The same of exports."""

FORGOTTEN = _("It is not kept any more which registrations this export held.")


class DaysField(RangeField):
    """Two days, either of them blank, as ISO or as in our files.

    django-filter's own makes them moments in the user's time zone, which can be another day.
    """

    widget = DaysInput

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__((DayFormField(), DayFormField()), *args, **kwargs)

    def clean(self, value: Any) -> Any:
        days = super().clean(value)
        if days and days.start and days.stop and days.start > days.stop:
            raise ValidationError(_("The first day must not be after the last."), code="order")
        return days


class DaysFilter(django_filters.DateFromToRangeFilter):
    """Days from … to …; ``<name>_from`` and ``<name>_to`` in the query string."""

    field_class = DaysField


class DaysPill(DateFromToRangeFilterAdapter):
    """What the listing says of such a filter while it is in force: days as the table below shows them."""

    def format_value(self, value: Any) -> Any:
        return day_as_text(value) if value is not None else self.empty_value_label


register_filter_adapter_class(DaysFilter, DaysPill)


class _RecentRuns(ModelChoiceIterator):
    def __iter__(self) -> Iterator[Any]:
        yield ("", self.field.empty_label)
        for run in self.queryset.that_changed_something()[:MAX_RUNS]:
            yield self.choice(run)


class RunField(ModelChoiceField):
    """One of the imports that the user may see."""

    iterator = _RecentRuns

    def to_python(self, value: Any) -> ImportRun | None:
        try:
            return super().to_python(value)
        except ValidationError:
            # Django speaks of a UUID where the key is none.
            raise ValidationError(_("There is no such import."), code="invalid_choice") from None

    def label_from_instance(self, obj: ImportRun) -> str:
        return f"{obj.file_name}, {moment_as_text(local_time(obj.created_at))}"


class RunFilter(django_filters.ModelChoiceFilter):
    """Registrations that an import created or changed."""

    field_class = RunField

    def filter(self, qs: QuerySet[Registration], value: ImportRun | None) -> QuerySet[Registration]:
        if value is None:
            return qs
        return qs.filter(pk__in=RegistrationLogEntry.objects.filter(run=value).values("object_id"))


class OrganisationFilter(django_filters.ModelChoiceFilter):
    """Registrations with an awarding organisation.

    By the keys of its qualifications: how rare those are is what databases know.
    """

    def filter(
        self, qs: QuerySet[Registration], value: AwardingOrganisation | None
    ) -> QuerySet[Registration]:
        if value is None:
            return qs
        return qs.filter(qualification__in=keys_of(Qualification.objects.filter(awarding_organisation=value)))


class _RecentExports(ModelChoiceIterator):
    def __iter__(self) -> Iterator[Any]:
        yield ("", self.field.empty_label)
        for export in self.queryset.order_by("-created_at", "-pk")[:MAX_EXPORTS]:
            yield self.choice(export)


class ExportField(ModelChoiceField):
    """One of the exports of registrations that the user may see."""

    iterator = _RecentExports

    def to_python(self, value: Any) -> ExportRun | None:
        try:
            export: ExportRun | None = super().to_python(value)
        except ValidationError:
            raise ValidationError(_("There is no such export."), code="invalid_choice") from None
        if export is not None and export.is_forgotten:
            raise ValidationError(FORGOTTEN, code="forgotten")
        return export

    def label_from_instance(self, obj: ExportRun) -> str:
        return export_name(obj)


def export_name(export: ExportRun) -> str:
    """What an export is called: layout, moment and how many records it held."""
    words = {
        "layout": export.layout_shown,
        "when": moment_as_text(local_time(export.created_at)),
        "count": export.records,
    }
    return (
        ngettext(
            "%(layout)s, %(when)s, %(count)d record",
            "%(layout)s, %(when)s, %(count)d records",
            export.records,
        )
        % words
    )


class AwaitedFilter(django_filters.ModelChoiceFilter):
    """Registrations that an export held and that no answer to it has brought yet."""

    field_class = ExportField

    def filter(self, qs: QuerySet[Registration], value: ExportRun | None) -> QuerySet[Registration]:
        return qs if value is None else awaited(value, qs)


def visible_runs(request: Any) -> QuerySet[ImportRun]:
    """This user's imports of registrations: what they touched is for whoever may see registrations."""
    return started_imports(request.user).filter(about=ImportRun.About.REGISTRATIONS)


def visible_registration_exports(request: Any) -> QuerySet[ExportRun]:
    """The exports of registrations that this user may see."""
    return of_registrations(visible_exports(request.user))


class RegistrationFilterSet(WagtailFilterSet):
    """All filters of the listing."""

    status = django_filters.MultipleChoiceFilter(
        label=pgettext_lazy("wagtail_regcert", "Status"),
        choices=Registration.STATUSES,
        widget=forms.CheckboxSelectMultiple,
        distinct=False,
    )
    awarding_organisation = OrganisationFilter(
        label=_("Awarding organisation"),
        queryset=AwardingOrganisation.objects.all(),
    )
    qualification = django_filters.ModelChoiceFilter(
        label=_("Qualification"), queryset=Qualification.objects.all()
    )
    programme = django_filters.ModelChoiceFilter(label=_("Programme"), queryset=Programme.objects.all())
    run = RunFilter(label=pgettext_lazy("noun", "Import"), queryset=visible_runs)

    awaited = AwaitedFilter(label=_("Awaited of export"), queryset=visible_registration_exports)

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
