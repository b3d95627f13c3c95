"""Import and Update: upload, validation report, commit, result, downloads, and the list of imports."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import SuspiciousFileOperation
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from .. import conf
from ..cells import Date, Text
from ..exporting.report import errors_file, rejected_file, sample_file, warnings_file
from ..import_forms import ImportForm
from ..importing import runs
from ..importing.collector import collector_paused
from ..importing.results import summary
from ..layouts import REGISTRATIONS, Separator
from ..messages import sentence, size_name
from ..models import ImportRun
from ..problems import Fault
from ..tasks import commit_soon, validate_soon
from .base import ImporterView, RunView, listing_url
from .report import await_result

State = ImportRun.State


def tips() -> list[dict[str, Any]]:
    """What the sidebar says of each column, the mandatory ones first."""
    found = []
    for column in sorted(REGISTRATIONS.columns, key=lambda column: not column.required):
        kind = column.kind
        if isinstance(kind, Date):
            text = _("Date, day first: dd/mm/yyyy")
        elif isinstance(kind, Text):
            text = _("Text, up to %d characters") % kind.limit
        else:
            text = _("One of these values: %s") % ", ".join(getattr(kind, "labels", ()))
        found.append(
            {
                "heading": column.heading,
                "required": column.required,
                "kind": text,
                "example": next(filter(None, column.examples)),
            }
        )
    return found


class ImportView(WagtailAdminTemplateMixin, ImporterView, FormView):
    """The form: on a page of its own, and in the popup over the listing."""

    page_title = gettext_lazy("Import and Update Qualifications")
    header_icon = "upload"
    template_name = "wagtail_regcert/imports/form.html"
    form_class = ImportForm

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": listing_url(), "label": _("Registration and Certification")},
            {"url": "", "label": self.page_title},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context.update(import_context(context["form"]))
        if context["form"].errors:
            context["header_title"] = _("Error: %(title)s") % {"title": context["header_title"]}
        return context

    @collector_paused()
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        run = runs.start_run(
            data=form.data_read,
            file_name=form.cleaned_data["file"].name,
            separator=Separator(form.cleaned_data["separator"]),
            encoding=form.opened.encoding,
            user=self.request.user,
        )
        validate_soon(run.pk, form.opened.sheet)
        return redirect("wagtail_regcert:import_report", run.pk)


def import_context(form: ImportForm) -> dict[str, Any]:
    """What the form's template needs, on the page and in the popup."""
    limit = conf.settings.MAX_UPLOAD_BYTES
    return {
        "form": form,
        "tips": tips(),
        "max_bytes": limit,
        "max_size": size_name(limit),
        # The browser tells these before the upload, in the same words.
        "not_csv": sentence(Fault.NOT_CSV, {}),
        "too_large": sentence(Fault.TOO_LARGE, {"limit": limit}),
    }


class StatusView(RunView):
    """Where a run stands, for the page that waits for it."""

    def get(self, request: HttpRequest, run: uuid.UUID) -> JsonResponse:
        answer = summary(self.run)
        answer["state"] = State.EXPIRED.value if self.run.has_expired else self.run.state
        answer["progress"] = {"done": self.run.done, "total": self.run.total}
        return JsonResponse(answer)


class RunAction(RunView):
    """Something to be done with a run. A GET, as after a login in between, leads to the report."""

    def get(self, request: HttpRequest, run: uuid.UUID) -> HttpResponse:
        return self.to_report()

    def post(self, request: HttpRequest, run: uuid.UUID) -> HttpResponse:
        if self.run.has_expired:
            messages.error(request, _("This import has expired. Upload the file again."))
        else:
            self.act()
        return self.to_report()

    def act(self) -> None:
        raise NotImplementedError


class CommitView(RunAction):
    """Upload the accepted records, once."""

    def act(self) -> None:
        if runs.begin_commit(self.run.pk):
            await_result(self.request, self.run)
            commit_soon(self.run.pk)


class RetryView(RunAction):
    """Have a file validated again, after that failed or got stuck."""

    def act(self) -> None:
        if runs.begin_validation(self.run.pk):
            validate_soon(self.run.pk)


class CancelView(RunAction):
    """Throw the run away, expired or not."""

    def post(self, request: HttpRequest, run: uuid.UUID) -> HttpResponse:
        if runs.cancel(self.run.pk):
            messages.success(request, _("The import was cancelled. Nothing was written."))
            return redirect(listing_url())
        self.run.refresh_from_db()
        if self.run.state == State.COMMITTING:
            messages.warning(
                request,
                _(
                    "It is too late to cancel: the records are being uploaded now. When that is done, this "
                    "page shows the result, and “Undo this import” where the import changed something."
                ),
            )
        elif self.run.state == State.COMMITTED:
            messages.warning(request, _("It was too late to cancel: the records had been uploaded already."))
        return self.to_report()


class DownloadView(RunView):
    """A file about a run, while its report is kept."""

    what = ""

    def chunks(self) -> Iterator[bytes]:
        raise NotImplementedError

    def get(self, request: HttpRequest, run: uuid.UUID) -> HttpResponseBase:
        if self.run.has_expired or self.run.state not in (State.VALIDATED, State.COMMITTING, State.COMMITTED):
            return self.to_report()
        return csv_download(self.chunks(), f"{file_stem(self.run.file_name)}-{self.what}.csv")


def file_stem(name: str) -> str:
    """A file name without its ending, safe on any disk; ``import`` where nothing safe is left of it."""
    try:
        return get_valid_filename(name.rpartition(".")[0])
    except SuspiciousFileOperation:
        return "import"


class ErrorsView(DownloadView):
    what = "errors"

    def chunks(self) -> Iterator[bytes]:
        return errors_file(self.run)


class WarningsView(DownloadView):
    what = "warnings"

    def chunks(self) -> Iterator[bytes]:
        return warnings_file(self.run)


class RejectedView(DownloadView):
    what = "rejected"

    def chunks(self) -> Iterator[bytes]:
        return rejected_file(self.run)


class SampleView(ImporterView):
    """The sample file."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return csv_download(sample_file(), "registrations-sample.csv")


def csv_download(chunks: Iterator[bytes], name: str) -> HttpResponseBase:
    """A CSV file that browsers save and do not show."""
    return StreamingHttpResponse(
        chunks,
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": str(content_disposition_header(True, name)),
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )
