"""Import and Update: upload, validation report, commit, result, downloads, and the list of imports."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import SuspiciousFileOperation
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from .. import answers, conf
from ..cells import Date, Text
from ..exporting.columns import FixedLayout
from ..exporting.report import errors_file, extra_file, rejected_file, sample_file, warnings_file
from ..exporting.stream import start_export
from ..filters import FORGOTTEN
from ..import_forms import ACCEPTED, ImportForm
from ..importing import runs
from ..importing.collector import collector_paused
from ..importing.results import summary
from ..importing.run_layout import own_layout
from ..layouts import Layout
from ..messages import sentence, size_name
from ..models import ImportRun
from ..permissions import EXPORT, IMPORT, may, may_import
from ..problems import Fault
from ..subjects.database.base import Subject
from ..subjects.registry import SUBJECTS, subject_of
from ..tasks import enqueue_commit, enqueue_validation
from .base import RoleView, RunView, form_url, listing_crumb, listing_url
from .report import await_result

State = ImportRun.State


def tips(layout: Layout) -> list[dict[str, Any]]:
    """What the sidebar says of each column, the mandatory ones first."""
    found = []
    for column in sorted(layout.columns, key=lambda column: not column.required):
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
                "keeps_if_blank": column.keeps_if_blank,
                "example": next(filter(None, column.examples)),
            }
        )
    return found


class ImportView(WagtailAdminTemplateMixin, RoleView, FormView):
    """The form: on a page of its own, and in the popup over the listing."""

    about = ImportRun.About.REGISTRATIONS.value
    header_icon = "upload"
    template_name = "wagtail_regcert/imports/form.html"
    form_class = ImportForm

    @property
    def subject(self) -> Subject:
        return subject_of(self.about)

    def is_open_to(self, user: Any) -> bool:
        return may_import(user, self.about)

    def get_page_title(self) -> Any:
        return self.subject.form_title

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "about": self.about, "user": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        # A layout that the query string names is chosen already.
        return {**super().get_initial(), "layout": self.request.GET.get("layout", self.about)}

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            listing_crumb(self.subject.model),
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["importing"] = import_context(self.subject, context["form"])
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
            separator=form.separator_read,
            encoding=form.encoding,
            user=self.request.user,
            about=self.about,
            layout=own_layout(self.about) if form.opened is None else form.chosen,
            is_matched=form.opened is None,
            answers=form.cleaned_data["answers"],
        )
        if form.opened is None:
            return redirect("wagtail_regcert:import_match", run.pk)
        enqueue_validation(run.pk, form.opened.sheet)
        return redirect("wagtail_regcert:import_report", run.pk)


def popup_context(model: Any, user: Any) -> dict[str, Any] | None:
    """What the popup over a table's listing needs; nothing where the user may not import into it."""
    for about, subject in SUBJECTS.items():
        if subject.model is model and may_import(user, about):
            return import_context(subject, ImportForm(about=about, user=user, auto_id="regcert-popup-%s"))
    return None


def import_context(subject: Subject, form: ImportForm) -> dict[str, Any]:
    """What the form's template needs, on the page and in the popup."""
    limit = conf.settings.MAX_UPLOAD_BYTES
    return {
        "form": form,
        "url": form_url(subject),
        "title": subject.form_title,
        "sample_url": f"{reverse('wagtail_regcert:import_sample')}?about={subject.about}",
        "width": subject.layout.width,
        "tips": tips(subject.layout),
        # A workbook that the columns of the sample file do not take can still be matched.
        "accept": ",".join(ACCEPTED),
        "max_bytes": limit,
        "max_size": size_name(limit),
        # The browser tells these before the upload, in the same words.
        "not_csv": sentence(Fault.NOT_CSV, {}),
        "not_sheet": sentence(Fault.NOT_CSV, {"workbooks": True}),
        "too_large": sentence(Fault.TOO_LARGE, {"limit": limit}),
    }


class StatusView(RunView):
    """Where a run stands, for the page that waits for it."""

    def get(self, request: HttpRequest, run: uuid.UUID) -> JsonResponse:
        answer = summary(self.run)
        answer["state"] = State.EXPIRED.value if self.run.has_expired else self.run.state
        if self.run.layout:
            answer["layout"] = self.run.layout
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
            enqueue_commit(self.run.pk)


class RetryView(RunAction):
    """Have a file validated again, after that failed or got stuck."""

    def act(self) -> None:
        if runs.begin_validation(self.run.pk):
            enqueue_validation(self.run.pk)


class CancelView(RunAction):
    """Throw the run away, expired or not."""

    def post(self, request: HttpRequest, run: uuid.UUID) -> HttpResponse:
        if runs.cancel(self.run.pk):
            messages.success(request, _("The import was cancelled. Nothing was written."))
            return redirect(listing_url(self.subject.model))
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


class AnswerView(DownloadView):
    """A file about a run that answers an export."""

    def get(self, request: HttpRequest, run: uuid.UUID) -> HttpResponseBase:
        return self.to_report() if self.run.answers is None else super().get(request, run)


class ExtraView(AnswerView):
    what = "not-sent"

    def chunks(self) -> Iterator[bytes]:
        return extra_file(self.run)


class MissingView(AnswerView):
    """The registrations that were sent and are not in the file: an export, with all that it needs."""

    what = "missing"

    def is_open_to(self, user: Any) -> bool:
        return may(user, EXPORT) and super().is_open_to(user)

    def get(self, request: HttpRequest, run: uuid.UUID) -> HttpResponseBase:
        if self.run.answers is not None and self.run.answers.is_forgotten:
            messages.error(request, FORGOTTEN)
            return self.to_report()
        return super().get(request, run)

    def chunks(self) -> Iterator[bytes]:
        _run, chunks = start_export(
            answers.missing(self.run),
            FixedLayout.EXPORT.file,
            user=self.request.user,
            filters=urlencode({"missing": self.run.pk}),
        )
        return chunks


class SampleView(RoleView):
    """A sample file: of registrations, or what ``about`` asks for."""

    def is_open_to(self, user: Any) -> bool:
        about = self.request.GET.get("about", ImportRun.About.REGISTRATIONS.value)
        if may(user, IMPORT) and about not in SUBJECTS:
            raise Http404
        self.about = about
        return about in SUBJECTS and may_import(user, about)

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return csv_download(sample_file(subject_of(self.about).layout), f"{self.about}-sample.csv")


def csv_download(chunks: Iterator[bytes], name: str) -> HttpResponseBase:
    """A CSV file that browsers save and do not show."""
    return file_download(chunks, name, "text/csv; charset=utf-8")


def file_download(chunks: Iterator[bytes], name: str, content_type: str) -> HttpResponseBase:
    """A file that browsers save and do not show."""
    return StreamingHttpResponse(
        chunks,
        content_type=content_type,
        headers={
            "Content-Disposition": str(content_disposition_header(True, name)),
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )
