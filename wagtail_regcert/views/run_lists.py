"""The lists of imports and of exports: one's own, or all for superusers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.forms import Media
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic.base import BaseListingView

from ..answers import is_of_another_table
from ..filter_words import filters_in_words
from ..models import ExportRun, ImportRun
from ..permissions import EXPORT, IMPORT, visible_imports
from ..run_filters import ImportRunFilterSet
from ..search import MAX_SEARCH_LENGTH
from .base import RoleView
from .columns import LinkedMomentColumn, MomentColumn

State = ImportRun.State


class AppliedColumn(Column):
    """A count of what was done: blank where nothing was, or not yet."""

    def get_value(self, instance: ImportRun) -> Any:
        return super().get_value(instance) if instance.state == State.COMMITTED else ""


class ImportsView(RoleView, BaseListingView):
    """Runs, by the name of their file and by who started them."""

    action = IMPORT
    model = ImportRun
    page_title = gettext_lazy("Imports")
    header_icon = "upload"
    paginate_by = 50
    default_ordering = "-created_at"
    index_url_name = "wagtail_regcert:imports"
    index_results_url_name = "wagtail_regcert:imports_results"
    verbose_name_plural = ImportRun._meta.verbose_name_plural
    table_classname = "listing regcert-imports"
    is_searchable = True
    search_backend_name = None
    search_fields = ("file_name", "user_name")
    filterset_class = ImportRunFilterSet

    @cached_property
    def columns(self) -> list[Column]:
        # Nobody needs a blank column on a site without layouts.
        by_layouts = self.get_base_queryset().exclude(layout="").exists()
        return [
            TitleColumn(
                "file_name",
                label=pgettext("wagtail_regcert", "File"),
                get_url=lambda run: reverse("wagtail_regcert:import_report", args=[run.pk]),
            ),
            Column(
                "about",
                label=pgettext("wagtail_regcert", "About"),
                accessor="get_about_display",
                sort_key="about",
            ),
            *(
                [Column("layout", label=pgettext("wagtail_regcert", "Layout"), sort_key="layout")]
                * by_layouts
            ),
            MomentColumn("created_at", label=_("When"), sort_key="created_at", classname="regcert-moment"),
            Column("user_name", label=pgettext("wagtail_regcert", "User"), sort_key="user_name"),
            Column("state", label=_("State"), accessor="state_shown", classname="regcert-state"),
            Column("rows", label=_("Records")),
            AppliedColumn("created", label=pgettext("wagtail_regcert", "New")),
            AppliedColumn("updated", label=pgettext("wagtail_regcert", "Updated")),
            AppliedColumn("unchanged", label=_("Unchanged")),
            AppliedColumn("cleared", label=_("Values removed")),
            AppliedColumn("conflicts", label=_("Conflicts")),
            Column("rejected", label=pgettext("wagtail_regcert", "Rejected")),
            Column("error_count", label=pgettext("wagtail_regcert", "Errors")),
        ]

    def get_base_queryset(self) -> QuerySet[ImportRun]:
        return visible_imports(self.request.user)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        # A filter that is not right never means "everything".
        return super().filter_queryset(queryset) if self.filters.is_valid() else queryset.none()

    def search_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        # Nothing stored is so long, and SQLite fails on patterns of over 50,000 bytes.
        if self.is_searching and len(self.search_query) > MAX_SEARCH_LENGTH:
            return queryset.none()
        return super().search_queryset(queryset)

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(*args, **kwargs)
        context["media"] += Media(css={"all": ["wagtail_regcert/css/lists.css"]})
        return context


class WordsColumn(Column):
    """What an export was chosen by, put into words for a page at once."""

    def __init__(self, *args: Any, words: Callable[[], dict[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = words

    def get_value(self, instance: ExportRun) -> str:
        return self.words()[instance.pk]


class ExportsView(RoleView, BaseListingView):
    """Who exported what."""

    action = EXPORT
    model = ExportRun
    page_title = gettext_lazy("Exports of registrations")
    header_icon = "download"
    paginate_by = 50
    default_ordering = "-created_at"
    index_url_name = "wagtail_regcert:exports"
    verbose_name_plural = ExportRun._meta.verbose_name_plural
    table_classname = "listing regcert-exports"

    @cached_property
    def columns(self) -> list[Column]:
        return [
            LinkedMomentColumn(
                "created_at",
                label=_("When"),
                sort_key="created_at",
                classname="regcert-moment",
                get_url=_page_of,
            ),
            Column(
                "user_name", label=pgettext("wagtail_regcert", "User"), accessor=_user, sort_key="user_name"
            ),
            Column("layout", label=pgettext("wagtail_regcert", "Layout"), accessor="layout_shown"),
            Column("records", label=_("Records"), sort_key="records"),
            Column("left_out", label=_("Left out")),
            WordsColumn(
                "filters",
                label=pgettext("wagtail_regcert", "Filters"),
                words=lambda: self.words,
                classname="regcert-words",
            ),
        ]

    def get_base_queryset(self) -> QuerySet[ExportRun]:
        return ExportRun.objects.visible_to(self.request.user)

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(*args, **kwargs)
        self.words = filters_in_words(context["object_list"], self.request.user)
        context["media"] += Media(css={"all": ["wagtail_regcert/css/lists.css"]})
        return context


def _page_of(run: ExportRun) -> str | None:
    """The page of an export of registrations; of others there is nothing to be told."""
    return None if is_of_another_table(run) else reverse("wagtail_regcert:export_detail", args=[run.pk])


def _user(run: ExportRun) -> Any:
    return run.user_name or pgettext("wagtail_regcert", "system")
