"""Choosers: every view of theirs asks for the role first. Wagtail's own ask nobody."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import pgettext_lazy
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.snippets.views.chooser import (
    ChooseResultsView,
    ChooseView,
    SnippetChooserViewSet,
    SnippetChosenMultipleView,
    SnippetChosenView,
)
from wagtail.snippets.widgets import AdminSnippetChooser

from ..databases import reading_source
from ..models.fields import may_be_key
from ..permissions import MANAGE, LayoutPermissionPolicy, ReferencePermissionPolicy, may
from .base import View, checked
from .listing import SEARCHES


class SearchForm(BaseFilterForm):
    """One search box, without a search backend."""

    q = forms.CharField(
        label=pgettext_lazy("wagtail_regcert", "Search"),
        widget=forms.TextInput(attrs={"placeholder": pgettext_lazy("wagtail_regcert", "Search")}),
        required=False,
        max_length=255,
    )

    def filter(self, objects: QuerySet[Any]) -> QuerySet[Any]:
        objects = super().filter(objects)
        text = self.cleaned_data.get("q")
        if text:
            self.is_searching = True
            self.search_query = text
            search = SEARCHES.get(objects.model)
            objects = search(objects, text) if search else objects.filter(name__icontains=text)
        return objects


class ReferenceChooseView(ChooseView):
    filter_form_class = SearchForm


class ReferenceChooseResultsView(ChooseResultsView):
    filter_form_class = SearchForm


# Wagtail's own three ask the database for whatever key they are given, and fail where it cannot be one.


class ChosenView(SnippetChosenView):
    def get_object(self, pk: str) -> Any:
        if not may_be_key(pk):
            raise Http404
        return super().get_object(pk)


class ChosenMultipleView(SnippetChosenMultipleView):
    def get_objects(self, pks: list[str]) -> Any:
        return super().get_objects(list(filter(may_be_key, pks)))


class Chooser(AdminSnippetChooser):
    """A form's chooser, which shows nothing chosen where what was posted cannot be a key."""

    def get_instance(self, value: Any) -> Any:
        if isinstance(value, str) and not may_be_key(value):
            return None
        # A form that is shown again is rendered after its view has ended.
        with reading_source():
            return super().get_instance(value)


class ChooserViewSet(SnippetChooserViewSet):
    """Common ground: nothing is created while choosing."""

    base_widget_class = Chooser

    @cached_property
    def widget_class(self) -> Any:
        found = super().widget_class
        # Wagtail 7.4 asks for no class of ours, and gives a widget of its own in place of a class.
        return Chooser(model=self.model, icon=self.icon) if isinstance(found, AdminSnippetChooser) else found

    def get_urlpatterns(self) -> list[Any]:
        # Without a creation form, Wagtail's address for one (8.0) ends in an error of the server.
        return [pattern for pattern in super().get_urlpatterns() if pattern.name != "create"]


class ReferenceChooserViewSet(ChooserViewSet):
    """Choose a learner, qualification, awarding organisation or programme."""

    choose_view_class = ReferenceChooseView
    choose_results_view_class = ReferenceChooseResultsView
    chosen_view_class = ChosenView
    chosen_multiple_view_class = ChosenMultipleView

    @cached_property
    def _policy(self) -> ReferencePermissionPolicy:
        return ReferencePermissionPolicy(self.model)

    def construct_view(self, view_class: Any, **kwargs: Any) -> View:
        view = super().construct_view(view_class, **kwargs)
        return checked(view, lambda user: self._policy.user_has_permission(user, "choose"))


class RegistrationChooserViewSet(ChooserViewSet):
    """Registrations, for sites that refer to them."""

    chosen_view_class = ChosenView
    chosen_multiple_view_class = ChosenMultipleView

    def construct_view(self, view_class: Any, **kwargs: Any) -> View:
        return checked(super().construct_view(view_class, **kwargs), lambda user: may(user, MANAGE))


class LayoutChooserViewSet(ReferenceChooserViewSet):
    """Layouts, for sites that refer to them."""

    @cached_property
    def _policy(self) -> LayoutPermissionPolicy:
        return LayoutPermissionPolicy(self.model)
