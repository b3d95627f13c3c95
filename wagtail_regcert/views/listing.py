"""The listing of registrations: columns, order, search, filters, and what it offers to whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn, Column, DateColumn
from wagtail.admin.views.bulk_action.registry import bulk_action_registry
from wagtail.admin.widgets.button import Button, ListingButton
from wagtail.snippets.views.snippets import IndexView

from ..cells import Status
from ..exporting.columns import FixedLayout
from ..models import ExportLayout, Learner, Qualification, Registration
from ..models.fields import may_be_key
from ..models.layout_kinds import LAYOUTS
from ..permissions import EXPORT, IMPORT, MANAGE, ReferencePermissionPolicy, may, may_import, policy_of
from ..search import MAX_SEARCH_LENGTH, RegistrationSearch, search_learners, search_qualifications
from .base import listing_url
from .imports import popup_context
from .paging import KeyPaginator

NOT_FILTERS = (
    *("p", "ordering", "id", "next", "layout", "right", "export", "childOf", "csrfmiddlewaretoken"),
)
"""Parameters beside the filters and the search; those that begin with ``_w_`` are Wagtail's."""

STATUS_COLOURS: dict[str, str] = {
    Status.NOT_REGISTERED: "regcert-status--none",
    Status.REGISTERED: "regcert-status--registered",
    Status.ACHIEVED: "regcert-status--achieved",
    Status.CERTIFICATE_CLAIMED: "regcert-status--claimed",
    Status.CERTIFICATE_RECEIVED: "regcert-status--received",
    Status.CERTIFICATE_SENT: "regcert-status--sent",
    Status.EXEMPT: "regcert-status--exempt",
    Status.REGISTRATION_NOT_REQUIRED: "regcert-status--exempt",
}


class SelectColumn(BulkActionsCheckboxColumn):
    """A box for each row; in the header row a choice: all on the page, or all in the list."""

    header_template_name = "wagtail_regcert/registrations/select_header.html"

    def __init__(self, *args: Any, words: Callable[[], dict[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = words

    def get_header_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {**super().get_header_context_data(parent_context), **self.words()}


class StatusColumn(Column):
    """A coloured tag that says the status in words too."""

    cell_template_name = "wagtail_regcert/registrations/status_cell.html"

    def get_cell_context_data(self, instance: Registration, parent_context: Any) -> dict[str, Any]:
        context = super().get_cell_context_data(instance, parent_context)
        context["colour"] = STATUS_COLOURS[Status(instance.status)]
        return context


class QualificationColumn(Column):
    """Title, and the number below it."""

    cell_template_name = "wagtail_regcert/registrations/qualification_cell.html"


class DayColumn(DateColumn):
    """A day as our files write it."""

    cell_template_name = "wagtail_regcert/registrations/day_cell.html"


class RegistrationIndexView(IndexView):
    """The listing."""

    any_permission_required = [MANAGE]
    page_title = _("Registration and Certification")
    template_name = "wagtail_regcert/registrations/index.html"
    results_template_name = "wagtail_regcert/registrations/index_results.html"
    is_searchable = True
    search_backend_name = None
    # The newest first: no database has to sort for it.
    default_ordering = "-created"
    paginate_by = 50
    table_classname = "listing regcert-listing"
    # The viewset fills what it finds here.
    history_url_name: str | None = None

    # How to count what a search found.
    count_found: Callable[[], int] | None = None

    orderings = {
        "created": (),
        "learner": ("learner__family_name", "learner__given_names"),
        "uln": ("learner__uln",),
        "qualification": ("qualification__title", "qualification__number"),
        "awarding_organisation": ("qualification__awarding_organisation__name",),
    }
    """Sort key to fields; any other key is a field's name. The primary key comes last in any case."""

    @cached_property
    def columns(self) -> list[Column]:
        title = self._get_title_column(
            "learner", accessor=lambda registration: registration.learner.full_name, label=_("Learner")
        )
        title.sort_key = "learner"
        # Boxes only where there is something to do with what is selected.
        select = SelectColumn("bulk_actions", obj_type="snippet", words=lambda: self.selection_words)
        return [
            *([select] if self.bulk_buttons else []),
            title,
            Column("uln", label=_("ULN"), accessor="learner.uln", sort_key="uln"),
            QualificationColumn("qualification", label=_("Qualification"), sort_key="qualification"),
            Column(
                "awarding_organisation",
                label=_("Awarding organisation"),
                accessor="qualification.awarding_organisation.name",
                sort_key="awarding_organisation",
            ),
            StatusColumn(
                "status",
                label=pgettext_lazy("wagtail_regcert", "Status"),
                accessor="get_status_display",
                sort_key="status",
            ),
            Column("registration_number", label=_("Registration number"), sort_key="registration_number"),
            DayColumn("registration_date", label=_("Registered on"), sort_key="registration_date"),
            DayColumn("achieved_date", label=_("Achieved on"), sort_key="achieved_date"),
            DayColumn("certificate_claimed_date", label=_("Claimed on"), sort_key="certificate_claimed_date"),
            DayColumn(
                "certificate_received_date", label=_("Received on"), sort_key="certificate_received_date"
            ),
            DayColumn("certificate_sent_date", label=_("Sent on"), sort_key="certificate_sent_date"),
        ]

    @cached_property
    def list_display(self) -> list[str]:
        # Wagtail's own would order by the log.
        return ["learner"]

    def _get_custom_column(self, field_name: str, column_class: Any = Column, **kwargs: Any) -> Column:
        kwargs.setdefault("label", field_name)
        return column_class(field_name, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.is_export:
            return super().get(request, *args, **kwargs)
        # Wagtail's own export, which asks for no more than the listing does. Ours takes its place.
        if not may(request.user, EXPORT):
            raise PermissionDenied
        return redirect(export_url(request, FixedLayout.EXPORT))

    def get_base_queryset(self) -> QuerySet[Registration]:
        return Registration.objects.select_related(
            "learner", "qualification", "qualification__awarding_organisation"
        )

    def order_queryset(self, queryset: QuerySet[Registration]) -> QuerySet[Registration]:
        minus, key = ("-", self.ordering[1:]) if self.ordering.startswith("-") else ("", self.ordering)
        fields = self.orderings.get(key, (key,))
        # The primary key last: pages must not repeat or lose records that are otherwise equal.
        return queryset.order_by(*(minus + field for field in fields), minus + "pk")

    def in_export_order(self, queryset: QuerySet[Registration]) -> QuerySet[Registration]:
        """As somebody sorted the list; without that the oldest first, as files have them."""
        is_sorted = self.request.GET.get("ordering") == self.ordering
        return self.order_queryset(queryset) if is_sorted else queryset.order_by("pk")

    def get_paginator(self, queryset: Any, per_page: int, **kwargs: Any) -> KeyPaginator:
        return KeyPaginator(
            queryset, per_page, rows=self.get_base_queryset(), count_keys=self.count_found, **kwargs
        )

    def search_queryset(self, queryset: QuerySet[Registration]) -> QuerySet[Registration]:
        if not self.is_searching:
            return queryset
        search = RegistrationSearch(self.search_query, queryset.db)
        self.count_found = partial(search.count, queryset)
        return search.keep(queryset, is_sorted=self.ordering.lstrip("-") != "created")

    def get_queryset(self) -> QuerySet[Registration]:
        """Nothing at all when the query string is wrong: Wagtail's own would be everything."""
        if self.problems:
            return Registration.objects.none()
        return super().get_queryset()

    @cached_property
    def problems(self) -> list[str]:
        """What is wrong with the query string, in sentences."""
        found = list(self.filters.problems)
        if self.search_form.is_bound and not self.search_form.is_valid():
            found += [
                f"{pgettext('wagtail_regcert', 'Search')}: {error}"
                for errors in self.search_form.errors.values()
                for error in errors
            ]
        return found

    @cached_property
    def active_filters(self) -> Any:
        return [] if self.problems else super().active_filters

    @cached_property
    def export_urls(self) -> dict[str, str]:
        """Where the whole list can be had as a file, by layout; nothing for who may not."""
        if not may(self.request.user, EXPORT):
            return {}
        urls = {layout.value: export_url(self.request, layout) for layout in FixedLayout}
        if ExportLayout.objects.exists():
            urls["layouts"] = export_url(self.request, name="export_layouts")
        return urls

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        # Without Wagtail's own export, which is not ours.
        buttons = []
        if may(self.request.user, IMPORT):
            buttons.append(
                Button(gettext("Imports"), url=reverse("wagtail_regcert:imports"), icon_name="history")
            )
        if may(self.request.user, EXPORT):
            buttons.append(
                Button(gettext("Exports"), url=reverse("wagtail_regcert:exports"), icon_name="download")
            )
        for model in LAYOUTS.values():
            if policy_of(model).user_has_any_permission(
                self.request.user, ("add", "change", "delete", "view")
            ):
                label = capfirst(str(model._meta.verbose_name_plural))
                buttons.append(Button(label, url=listing_url(model), icon_name="table"))
        return buttons

    @cached_property
    def bulk_buttons(self) -> list[ListingButton]:
        """Buttons of the bulk actions that this user may use, other apps' too."""
        app, model = Registration._meta.app_label, Registration._meta.model_name
        actions = [
            action
            for action in bulk_action_registry.get_bulk_actions_for_model(app, model)
            if getattr(action, "is_offered", lambda user: True)(self.request.user)
        ]
        return [
            ListingButton(
                action.display_name,
                reverse("wagtail_bulk_action", args=[app, model, action.action_type]),
                attrs={"aria-label": action.aria_label, "data-bulk-action-button": ""},
                classname=" ".join([*action.classes, "bulk-action-btn"]),
            )
            for action in sorted(actions, key=lambda action: action.action_priority)
        ]

    def get_list_more_buttons(self, instance: Registration) -> list[Any]:
        buttons = super().get_list_more_buttons(instance)
        url = reverse(self.history_url_name, args=(instance.pk,))
        return [
            *buttons,
            Button(pgettext("wagtail_regcert", "History"), url=url, icon_name="history", priority=25),
        ]

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(*args, **kwargs)
        self.selection_words = selection_words(context["items_count"], len(context["object_list"]))
        context.update(
            self.selection_words,
            problems=self.problems,
            importing=popup_context(self.model, self.request.user),
            bulk_buttons=self.bulk_buttons,
            export_urls=self.export_urls,
        )
        if not (context["object_list"] or self.is_searching or self.is_filtering):
            context.update(add_url=self.add_url, reference_tables=reference_tables(self.request.user))
        return context


def selection_words(count: int, on_page: int) -> dict[str, str]:
    """What the listing says of its ``count`` registrations, ``on_page`` of which are shown."""
    words = {
        "found": ngettext("%(count)d registration", "%(count)d registrations", count),
        "all_selected": ngettext(
            "The %(count)d registration in the list is selected",
            "All %(count)d registrations in the list are selected",
            count,
        ),
        "select_all": ngettext(
            "Select the %(count)d registration in the list",
            "Select all %(count)d registrations in the list",
            count,
        ),
        "select_page": ngettext(
            "Select the %(page)d registration on this page",
            "Select all %(page)d registrations on this page",
            on_page,
        ),
    }
    return {name: text % {"count": count, "page": on_page} for name, text in words.items()}


def reference_tables(user: Any) -> dict[str, Any]:
    """How many qualifications and learners there are, and where this user can import and edit them."""
    found: dict[str, Any] = {}
    models: tuple[Any, ...] = (Qualification, Learner)
    for model in models:
        name = f"{model._meta.model_name}s"
        found[name] = model.objects.count()
        if ReferencePermissionPolicy(model).user_has_permission(user, "add"):
            found[f"{name}_url"] = reverse(model.snippet_viewset.get_url_name("list"))
        if may_import(user, name):
            found[f"{name}_import_url"] = reverse(f"wagtail_regcert:import_{name}")
    return found


SEARCHES: dict[type[Any], Callable[[QuerySet[Any], str], QuerySet[Any]]] = {
    Learner: search_learners,
    Qualification: search_qualifications,
}
"""Tables that are searched in a way of their own, in their list and in their chooser."""


class ReferenceIndexView(IndexView):
    """The list of learners, qualifications and the rest."""

    @cached_property
    def importing(self) -> dict[str, Any] | None:
        return popup_context(self.model, self.request.user)

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        buttons: list[Button] = super().header_more_buttons
        if not self.importing:
            return buttons
        url = reverse("wagtail_regcert:imports")
        return [*buttons, Button(gettext("Imports"), url=url, icon_name="history")]

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(*args, **kwargs), "importing": self.importing}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.is_export:
            raise PermissionDenied
        return super().get(request, *args, **kwargs)

    def search_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        search = SEARCHES.get(queryset.model)
        if self.is_searching and search:
            return search(queryset, self.search_query)
        # Nothing stored is so long, and SQLite fails on patterns of over 50,000 bytes.
        too_long = self.is_searching and len(self.search_query) > MAX_SEARCH_LENGTH
        return queryset.none() if too_long else super().search_queryset(queryset)


def listing_for(request: HttpRequest) -> Any:
    """The listing as this request's query string asks for it: its ``get_queryset()``, its ``problems``."""
    index = Registration.snippet_viewset.index_view  # type: ignore[attr-defined]
    view = index.view_class(**index.view_initkwargs)
    view.setup(request)
    return view


def filters_in(request: HttpRequest) -> str:
    """The part of a query string that says what the listing shows."""
    query = request.GET.copy()
    for name in list(query):
        if name in NOT_FILTERS or name.startswith("_w_") or not any(query.getlist(name)):
            del query[name]
    return query.urlencode()


def export_url(
    request: HttpRequest, layout: str = "", ids: Sequence[str] = (), *, name: str = "export", **more: Any
) -> str:
    """Where the list that this request asks for can be had as a file, or of it what ``ids`` selects.

    ``name`` is a page about such a file instead, ``more`` what else its query string says.
    """
    more = {"id": ids, **({"layout": str(layout)} if layout else {}), **more}
    if ordering := request.GET.get("ordering"):
        more["ordering"] = ordering
    parts = (filters_in(request), urlencode(more, doseq=True))
    return f"{reverse(f'wagtail_regcert:{name}')}?{'&'.join(filter(None, parts))}"


def selected_keys(ids: list[str]) -> set[int]:
    """The primary keys that a query string names; none when any of them cannot be one."""
    return set(map(int, ids)) if all(map(may_be_key, ids)) else set()
