"""Export all results of the listing, or what is selected of it."""

from __future__ import annotations

from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe
from wagtail.admin import messages

from ..databases import own_transactions
from ..definitions.exports import ExportDefinition
from ..exporting.columns import FixedLayout
from ..exporting.layout_stream import TooManyRecords, prepare
from ..exporting.stream import start_export
from ..models import ExportLayout, ExportRun, Registration
from ..moments import today
from ..permissions import EXPORT, may
from .imports import csv_download, file_download
from .listing import filters_in, listing_for, selected_keys


@own_transactions
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """Download the registrations selected by ``id``, or without it all of the listing, by a layout."""
    if not may(request.user, EXPORT):
        raise PermissionDenied
    layout = request.GET.get("layout") or FixedLayout.EXPORT
    definition = None if layout in set(FixedLayout) else definition_in(request)
    if definition is None and layout not in set(FixedLayout):
        return back_to_listing(request)
    chosen = selection(request, request.GET.getlist("id") or ["all"])
    if chosen is None:
        return back_to_listing(request)
    if definition is None:
        return download(request, chosen, FixedLayout(layout))
    return download_by_layout(request, chosen, definition)


class Selection(NamedTuple):
    """What is to be exported."""

    registrations: QuerySet[Registration]
    filters: str
    """What they were chosen by, for the ``ExportRun``."""


def selection(request: HttpRequest, ids: list[str]) -> Selection | None:
    """The registrations of these keys; with "all", of the listing's filters and search. In its order.

    ``None`` when that is not right, which a message then says.
    """
    listing = listing_for(request)
    if listing.problems:
        messages.error(request, _("Nothing was exported: a filter is not right."))
        return None
    if "all" in ids:
        return Selection(listing.in_export_order(listing.get_queryset()), filters_in(request))
    keys = selected_keys(ids)
    if not keys:
        messages.error(request, _("Nothing was exported: no registration was selected."))
        return None
    selected = listing.in_export_order(Registration.objects.filter(pk__in=keys))
    return Selection(selected, ExportRun.selected(len(keys)))


def download(request: HttpRequest, chosen: Selection, layout: FixedLayout) -> HttpResponseBase:
    """The file of these registrations. Leaves an ``ExportRun``."""
    run, chunks = start_export(chosen.registrations, layout.file, user=request.user, filters=chosen.filters)
    if run.left_out:
        messages.warning(
            request,
            ngettext(
                "%(count)d registration was left out of the exported file: its learner has no ULN yet.",
                "%(count)d registrations were left out of the exported file: their learners have no ULN yet.",
                run.left_out,
            )
            % {"count": run.left_out},
        )
    stem = "registrations-import" if layout == FixedLayout.IMPORT else "registrations"
    return csv_download(chunks, f"{stem}-{today():%Y-%m-%d}.csv")


def definition_in(request: HttpRequest) -> ExportDefinition | None:
    """The layout of the site's own that a query string names; ``None`` where a message says why not."""
    layout = ExportLayout.objects.named(request.GET.get("layout", ""))
    if layout is None:
        messages.error(request, _("There is no such layout. Nothing was exported."))
        return None
    definition: ExportDefinition | None = layout.definition()
    if definition is None:
        messages.error(
            request, _("The layout “%s” is not right any more. Edit it. Nothing was exported.") % layout
        )
    return definition


def download_by_layout(
    request: HttpRequest, chosen: Selection, definition: ExportDefinition
) -> HttpResponseBase:
    """The file of these registrations, of those that are right for the layout where that was asked for.

    Leads to the list of those that are not otherwise. Leaves an ``ExportRun``.
    """
    try:
        export = prepare(chosen.registrations, definition)
    except TooManyRecords:
        messages.error(
            request,
            _("Nothing was exported: a sheet has not so many rows. Enter “records per file” in the layout."),
        )
        return back_to_listing(request)
    if export.unfit_records and request.GET.get("right") != "1":
        return redirect(f"{reverse('wagtail_regcert:export_check')}?{request.GET.urlencode()}")
    export.note(user=request.user, filters=chosen.filters)
    return file_download(export.chunks, export.file_name, export.content_type)


def back_to_listing(request: HttpRequest) -> HttpResponseBase:
    """The listing with the same filters, which says what is wrong with them."""
    url = reverse(Registration.snippet_viewset.get_url_name("list"))  # type: ignore[attr-defined]
    query = filters_in(request)
    return redirect(f"{url}?{query}" if query else url)
