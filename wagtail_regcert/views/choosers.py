"""Choosers: every view of theirs asks for the role first. Wagtail's own ask nobody."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.snippets.views.chooser import (
    ChooseResultsView,
    ChooseView,
    SnippetChooserViewSet,
)

from ..cells import match_key
from ..models import Learner, Qualification
from ..permissions import MANAGE, ReferencePermissionPolicy, may
from .roles import View, checked

MOST_TERMS = 20

SEARCHED: dict[type[Any], tuple[str, ...]] = {
    Learner: ("given_names", "family_name", "uln", "reference"),
    Qualification: ("title", "number"),
}
"""The fields that a chooser's search looks into; ``name`` for the others."""


class SearchForm(BaseFilterForm):
    """One search box; every word must be found, by ORM, without a search backend."""

    q = forms.CharField(
        label=_("Search"),
        widget=forms.TextInput(attrs={"placeholder": _("Search")}),
        required=False,
        max_length=255,
    )

    def filter(self, objects: QuerySet[Any]) -> QuerySet[Any]:
        objects = super().filter(objects)
        text = self.cleaned_data.get("q")
        if text:
            self.is_searching = True
            self.search_query = text
            for term in text.split()[:MOST_TERMS]:
                objects = objects.filter(_condition(objects.model, term))
        return objects


def _condition(model: type[Any], term: str) -> Q:
    found = Q()
    for name in SEARCHED.get(model, ("name",)):
        found |= Q(**{f"{name}__icontains": term})
    if model is Qualification and (key := match_key(term)):
        found |= Q(match_key__contains=key)
    return found


class ReferenceChooseView(ChooseView):
    filter_form_class = SearchForm


class ReferenceChooseResultsView(ChooseResultsView):
    filter_form_class = SearchForm


class ReferenceChooserViewSet(SnippetChooserViewSet):
    """Choose a learner, qualification, awarding organisation or programme."""

    choose_view_class = ReferenceChooseView
    choose_results_view_class = ReferenceChooseResultsView

    @cached_property
    def _policy(self) -> ReferencePermissionPolicy:
        return ReferencePermissionPolicy(self.model)

    def construct_view(self, view_class: Any, **kwargs: Any) -> View:
        view = super().construct_view(view_class, **kwargs)
        return checked(view, lambda user: self._policy.user_has_permission(user, "choose"))


class RegistrationChooserViewSet(SnippetChooserViewSet):
    """Registrations, for sites that refer to them."""

    def construct_view(self, view_class: Any, **kwargs: Any) -> View:
        return checked(super().construct_view(view_class, **kwargs), lambda user: may(user, MANAGE))
