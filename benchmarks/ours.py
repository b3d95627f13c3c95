"""This package, as its screens and its command use it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from wagtail_regcert.exporting.columns import FixedLayout
from wagtail_regcert.exporting.stream import start_export
from wagtail_regcert.importing import runs
from wagtail_regcert.importing.collector import collector_paused
from wagtail_regcert.importing.pipeline import Opened, open_file
from wagtail_regcert.importing.run_layout import own_layout
from wagtail_regcert.layouts import Separator
from wagtail_regcert.models import ImportRun, Registration
from wagtail_regcert.search import RegistrationSearch
from wagtail_regcert.views.export import Selection, selection
from wagtail_regcert.viewsets import RegistrationViewSet

from .floors import FILE_NAME

PER_PAGE = RegistrationViewSet.list_per_page


@collector_paused()
def validate(data: bytes, user: Any, about: str = ImportRun.About.REGISTRATIONS) -> ImportRun:
    """From the uploaded bytes to the report, all of it kept."""
    opened = open_file(data, Separator.COMMA, own_layout(about).layout)
    if not isinstance(opened, Opened):
        raise RuntimeError(f"The file was refused: {opened.fault}")
    run = runs.start_run(
        data=data,
        file_name=FILE_NAME,
        separator=Separator.COMMA,
        encoding=opened.encoding,
        user=user,
        about=about,
    )
    runs.validate(run.pk, opened.sheet)
    run.refresh_from_db()
    return run


def planned(data: bytes, user: Any) -> dict[str, int]:
    run = validate(data, user)
    return {"created": run.created, "updated": run.updated, "rejected": run.rejected}


def commit(run: ImportRun) -> dict[str, int]:
    """Plan again under lock, compare, write records and history."""
    runs.begin_commit(run.pk)
    runs.commit(run.pk)
    run.refresh_from_db()
    return {"written": run.created + run.updated}


def whole(data: bytes, user: Any) -> dict[str, int]:
    run = validate(data, user)
    return {**commit(run), "rejected": run.rejected}


def undo(run: ImportRun, user: Any) -> dict[str, int]:
    """Put back what a committed run changed, with history."""
    runs.begin_undo(run.pk, user)
    runs.undo(run.pk, user.pk)
    run.refresh_from_db()
    return {"undone": (run.undo_restored or 0) + (run.undo_deleted or 0)}


def export(last: int, user: Any) -> Iterator[bytes]:
    """The file of the registrations up to the primary key ``last``; leaves an ``ExportRun``."""
    _run, chunks = start_export(
        Registration.objects.filter(pk__lte=last), FixedLayout.EXPORT.file, user=user, filters=""
    )
    return chunks


def listed(query: Mapping[str, str], user: Any) -> Selection:
    """What the export view takes from the listing that has this query string, in its order."""
    request = RequestFactory().get(reverse("wagtail_regcert:export"), query)
    request.user = user
    chosen = selection(request, ["all"])
    if chosen is None:
        raise RuntimeError(f"The listing refuses {query}")
    return chosen


def export_listed(query: Mapping[str, str], user: Any) -> Iterator[bytes]:
    """The file of all that this listing shows; leaves an ``ExportRun``."""
    registrations, filters = listed(query, user)
    _run, chunks = start_export(registrations, FixedLayout.EXPORT.file, user=user, filters=filters)
    return chunks


def browser(user: Any) -> Callable[[Mapping[str, Any]], HttpResponse]:
    """Asks for the listing with a query string, as this user's browser does."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    url = reverse(Registration.snippet_viewset.get_url_name("list"))

    def get(query: Mapping[str, Any]) -> HttpResponse:
        response = client.get(url, query)
        if response.status_code != 200:
            raise RuntimeError(f"{query}: {response.status_code}")
        return response

    return get


def search(text: str) -> dict[str, int]:
    """How many the listing's search finds, and the keys of its first page."""
    every = Registration.objects.all()
    found = RegistrationSearch(text, every.db)
    page = found.keep(every).order_by("-pk").values_list("pk", flat=True)[:PER_PAGE]
    return {"found": found.count(every), "shown": len(page)}
