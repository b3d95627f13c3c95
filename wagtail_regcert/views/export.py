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
from ..exporting.columns import OF_REGISTRATIONS, FixedLayout
from ..exporting.stream import start_export
from ..models import ExportRun, Registration
from ..moments import today
from ..permissions import EXPORT, may
from .imports import csv_download
from .listing import filters_in, listing_for, selected_keys


@own_transactions
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """Download the registrations selected by ``id``, or without it all of the listing, in either layout."""
    if not may(request.user, EXPORT):
        raise PermissionDenied
    layout = request.GET.get("layout") or FixedLayout.EXPORT
    if layout not in OF_REGISTRATIONS:
        messages.error(request, _("There is no such layout. Nothing was exported."))
        return back_to_listing(request)
    chosen = selection(request, request.GET.getlist("id") or ["all"])
    return download(request, chosen, FixedLayout(layout)) if chosen else back_to_listing(request)


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
    run, chunks = start_export(chosen.registrations, layout, user=request.user, filters=chosen.filters)
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


def back_to_listing(request: HttpRequest) -> HttpResponseBase:
    """The listing with the same filters, which says what is wrong with them."""
    url = reverse(Registration.snippet_viewset.get_url_name("list"))  # type: ignore[attr-defined]
    query = filters_in(request)
    return redirect(f"{url}?{query}" if query else url)
