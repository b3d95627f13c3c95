"""Filters of the list of imports."""

from __future__ import annotations

import datetime as dt
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.filters import WagtailFilterSet

from .filters import DaysFilter
from .models import ImportRun
from .moments import beginning


class MomentsFilter(DaysFilter):
    """Moments on the days from … to …, by the clock of the person who asks."""

    def filter(self, qs: QuerySet[Any], value: slice | None) -> QuerySet[Any]:
        if value is None:
            return qs
        if value.start is not None:
            qs = qs.filter(**{f"{self.field_name}__gte": beginning(value.start)})
        if value.stop is not None:
            qs = qs.filter(**{f"{self.field_name}__lt": beginning(value.stop + dt.timedelta(days=1))})
        return qs


OWN, MATCHED = " own", " matched"
"""Like no name of a layout, which begins with no space."""
UNNAMED = {OWN: _("The columns of the sample file"), MATCHED: _("Columns matched by hand")}
BY_HAND = Q(layout="", definition__isnull=False) | Q(state=ImportRun.State.MATCHING)
"""Runs whose columns were matched by hand, or are to be."""


class ImportRunFilterSet(WagtailFilterSet):
    """What they are about, state, day, and one's own for those who see all."""

    about = django_filters.MultipleChoiceFilter(
        label=pgettext_lazy("wagtail_regcert", "About"),
        choices=ImportRun.About.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    state = django_filters.MultipleChoiceFilter(
        label=_("State"),
        choices=ImportRun.SHOWN_STATES,
        widget=forms.CheckboxSelectMultiple,
        method="in_states",
    )
    layout = django_filters.ChoiceFilter(
        label=pgettext_lazy("wagtail_regcert", "Layout"),
        choices=[],
        empty_label=_("All layouts"),
        method="by_layout",
    )
    created_at = MomentsFilter(label=_("When"))
    # A checkbox that is not ticked is False, which without the initial value counts as a filter in force.
    mine = django_filters.BooleanFilter(
        label=_("Mine"), method="of_mine", widget=forms.CheckboxInput, initial=False
    )

    class Meta:
        model = ImportRun
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.request.user.is_superuser:
            # All that anyone else sees is theirs.
            del self.filters["mine"]
        used = self.queryset.exclude(layout="").order_by("layout").values_list("layout", flat=True)
        names = list(used.distinct())
        if names or self.queryset.filter(BY_HAND).exists():
            self.filters["layout"].extra["choices"] = [*UNNAMED.items(), *((name, name) for name in names)]
        else:
            del self.filters["layout"]

    def by_layout(self, runs: Any, name: str, value: str) -> QuerySet[ImportRun]:
        if value in UNNAMED:
            return runs.filter(BY_HAND if value == MATCHED else ~BY_HAND, layout="")
        return runs.filter(layout=value) if value else runs

    def in_states(self, runs: Any, name: str, values: list[str]) -> QuerySet[ImportRun]:
        return runs.shown_as(values) if values else runs

    def of_mine(self, runs: Any, name: str, value: bool | None) -> QuerySet[ImportRun]:
        return runs.filter(user=self.request.user) if value else runs
