"""Import and Update: upload, validation report, commit, result, downloads, and the list of imports."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousFileOperation
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView, View
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic.base import BaseListingView, WagtailAdminTemplateMixin

from .. import conf
from ..cells import Date, Text
from ..exporting.report import errors_file, rejected_file, sample_file
from ..import_forms import ImportForm
from ..importing import runs, staging
from ..importing.plan import Change
from ..importing.results import summary
from ..layouts import REGISTRATIONS, STORED_FIELDS, Separator
from ..messages import kind_name, message
from ..models import ImportRun, Learner, Qualification, Registration, RunPiece
from ..permissions import IMPORT, may
from ..problems import Code
from ..tables import PER_PAGE, ErrorData, ErrorsTable, StagedRows
from ..tasks import commit_soon, validate_soon

State = ImportRun.State
Kind = RunPiece.Kind


class ImporterView(View):
    """Open to holders of both roles. Nothing of it is kept by browsers or proxies."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may(request.user, IMPORT):
            raise PermissionDenied
        response = super().dispatch(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response


class RunView(ImporterView):
    """About one run, open to its owner and to superusers."""

    request: HttpRequest
    kwargs: dict[str, Any]

    @cached_property
    def run(self) -> ImportRun:
        run = ImportRun.objects.filter(pk=self.kwargs["run"]).first()
        if run is None:
            raise Http404
        if not (self.request.user.is_superuser or run.user_id == self.request.user.pk):
            raise PermissionDenied
        return run

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if may(request.user, IMPORT):
            # Refused before any method of the view runs.
            self.run  # noqa: B018
        return super().dispatch(request, *args, **kwargs)

    def to_report(self) -> HttpResponse:
        return redirect("wagtail_regcert:import_report", self.run.pk)


def tips() -> list[dict[str, Any]]:
    """What the sidebar says of each column, the mandatory ones first."""
    found = []
    for column in sorted(REGISTRATIONS.columns, key=lambda column: not column.required):
        kind = column.kind
        if isinstance(kind, Date):
            text = _("Date, dd/mm/yyyy")
        elif isinstance(kind, Text):
            text = _("Text, up to %d characters") % kind.limit
        else:
            text = _("One of the accepted values")
        found.append(
            {
                "heading": column.heading,
                "required": column.required,
                "kind": text,
                "accepted": list(getattr(kind, "labels", ())),
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

    def form_valid(self, form: ImportForm) -> HttpResponse:
        run = runs.start_run(
            data=form.data_read,
            file_name=form.cleaned_data["file"].name,
            separator=Separator(form.cleaned_data["separator"]),
            encoding=form.encoding,
            user=self.request.user,
        )
        validate_soon(run.pk)
        return redirect("wagtail_regcert:import_report", run.pk)


def import_context(form: ImportForm) -> dict[str, Any]:
    """What the form's template needs, on the page and in the popup."""
    return {
        "form": form,
        "tips": tips(),
        "max_bytes": conf.settings.MAX_UPLOAD_BYTES,
        "separators": [(s.value, s.character) for s in Separator],
    }


class ReportView(WagtailAdminTemplateMixin, RunView, TemplateView):
    """What would happen, what is happening, or what happened."""

    header_icon = "upload"

    def get_page_title(self) -> Any:
        if self.run.has_expired and self.run.state != State.COMMITTED:
            return _("Import expired")
        return {
            State.VALIDATED: _("Validation Report"),
            State.COMMITTED: _("Import Result"),
            State.CANCELLED: _("Import cancelled"),
            State.FAILED: _("Import failed"),
        }.get(State(self.run.state), _("Import in progress"))

    def get_page_subtitle(self) -> str:
        return self.run.file_name

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": listing_url(), "label": _("Registration and Certification")},
            {"url": reverse("wagtail_regcert:imports"), "label": _("Imports")},
            {"url": "", "label": self.get_page_title(), "sublabel": self.get_page_subtitle()},
        ]

    def get_template_names(self) -> list[str]:
        name = {State.VALIDATED: "report", State.COMMITTED: "result"}.get(State(self.run.state), "state")
        if self.run.has_expired and name == "report":
            name = "state"
        return [f"wagtail_regcert/imports/{name}.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        run = self.run
        context = super().get_context_data(**kwargs)
        context.update(
            run=run,
            expired=run.has_expired,
            running=run.state in (State.UPLOADED, State.VALIDATING, State.COMMITTING),
            listing_url=listing_url(),
            failure=_(run.failure) if run.failure else "",
        )
        if run.state == State.FAILED and not run.has_expired:
            context["may_retry"] = bool(run.accepted)
        if run.has_expired or run.state not in (State.VALIDATED, State.COMMITTED):
            return context
        context["kinds"] = [
            {"number": number, "name": kind_name(Code(code)), "column": column, "count": count}
            for number, (code, column, count) in enumerate(run.error_kinds)
        ]
        tab = self.request.GET.get("tab")
        context["chosen_kind"] = self.chosen_kind
        context["tab"] = tab if tab in ("changes", "warnings") else "errors"
        if context["tab"] == "errors":
            context["table"] = self.errors_table()
        elif context["tab"] == "changes":
            context["changes"] = self.changes_page()
        else:
            context["warnings"] = self.warnings_page()
        if run.conflicts:
            context["conflicts"] = [
                {"row": problem.row, "message": message(problem)}
                for problem in staging.load_problems(run, Kind.CONFLICTS, 0, 200)
            ]
        return context

    @cached_property
    def chosen_kind(self) -> int | None:
        """The kind of errors asked for; all where there is no such kind."""
        given = self.request.GET.get("kind", "")
        kinds = {str(number): number for number in range(len(self.run.error_kinds))}
        return kinds.get(given)

    def errors_table(self) -> ErrorsTable:
        table = ErrorsTable(
            ErrorData(self.run, self.chosen_kind), order_by=self.request.GET.get("ordering", "")
        )
        table.paginate(page=self._page_of(len(table.data)), per_page=PER_PAGE)
        return table

    def changes_page(self) -> Any:
        """A page of records that create or update, with the values before and after."""
        kinds = staging.load_kinds(self.run, Kind.RECORD_KINDS)
        positions = [at for at, kind in enumerate(kinds) if kind != Change.NOTHING]
        rows = StagedRows(lambda *part: staging.load_records(self.run, *part), positions)
        page = Paginator(rows, PER_PAGE).page(self._page_of(len(rows)))
        records = list(page.object_list)
        learners = Learner.objects.in_bulk([record.learner for record in records])
        qualifications = Qualification.objects.in_bulk([record.qualification for record in records])
        page.object_list = [
            {
                "row": record.row,
                "creates": record.is_created,
                "learner": learners.get(record.learner),
                "qualification": qualifications.get(record.qualification),
                "fields": list(_changed_fields(record)),
            }
            for record in records
        ]
        return page

    def warnings_page(self) -> Any:
        rows = StagedRows(
            lambda *part: staging.load_problems(self.run, Kind.WARNINGS, *part), range(self.run.warning_count)
        )
        page = Paginator(rows, PER_PAGE).page(self._page_of(len(rows)))
        page.object_list = [
            {"row": one.row, "column": one.column, "value": one.value, "message": message(one)}
            for one in page.object_list
        ]
        return page

    def _page_of(self, length: int) -> int:
        """The page asked for, or the nearest there is."""
        given = self.request.GET.get("p", "")
        wanted = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 1
        return max(1, min(wanted, -(-length // PER_PAGE)))


def _changed_fields(record: Any) -> Iterator[dict[str, Any]]:
    before = record.before or ("",) * len(STORED_FIELDS)
    for column, old, new in zip(REGISTRATIONS.columns[2:], before, record.after, strict=True):
        if old != new:
            yield {
                "heading": column.heading,
                "old": column.kind.from_plain(old),
                "new": column.kind.from_plain(new),
                "cleared": bool(old and not new),
            }


class StatusView(RunView):
    """Where a run stands, for the page that waits for it."""

    def get(self, request: HttpRequest, run: uuid.UUID) -> JsonResponse:
        answer = summary(self.run)
        answer["state"] = State.EXPIRED.value if self.run.has_expired else self.run.state
        answer["progress"] = {"done": self.run.done, "total": self.run.total}
        return JsonResponse(answer)


class CommitView(RunView):
    """Upload the accepted records, once. A GET, as after a login in between, leads to the report."""

    def get(self, request: HttpRequest, run: uuid.UUID) -> HttpResponse:
        return self.to_report()

    def post(self, request: HttpRequest, run: uuid.UUID) -> HttpResponse:
        if self.run.has_expired:
            messages.error(request, _("This import has expired. Upload the file again."))
        elif runs.begin_commit(self.run.pk):
            commit_soon(self.run.pk)
        return self.to_report()


class CancelView(RunView):
    """Throw the run away."""

    def get(self, request: HttpRequest, run: uuid.UUID) -> HttpResponse:
        return self.to_report()

    def post(self, request: HttpRequest, run: uuid.UUID) -> HttpResponse:
        if runs.cancel(self.run.pk):
            messages.success(request, _("The import was cancelled. Nothing was written."))
            return redirect(listing_url())
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
        },
    )


class ImportsView(ImporterView, BaseListingView):
    """Runs: one's own, or all for superusers."""

    model = ImportRun
    page_title = gettext_lazy("Imports")
    header_icon = "upload"
    paginate_by = 50
    default_ordering = "-created_at"
    index_url_name = "wagtail_regcert:imports"
    verbose_name_plural = ImportRun._meta.verbose_name_plural

    @cached_property
    def columns(self) -> list[Column]:
        return [
            TitleColumn(
                "file_name",
                label=_("File"),
                get_url=lambda run: reverse("wagtail_regcert:import_report", args=[run.pk]),
            ),
            DateColumn("created_at", label=_("When"), sort_key="created_at"),
            Column("user_name", label=_("User"), sort_key="user_name"),
            Column("state", label=_("State"), accessor="state_shown"),
            Column("rows", label=_("Records")),
            Column("created", label=_("New")),
            Column("updated", label=_("Updated")),
            Column("unchanged", label=_("Unchanged")),
            Column("rejected", label=_("Rejected")),
            Column("conflicts", label=_("Conflicts")),
        ]

    def get_base_queryset(self) -> QuerySet[ImportRun]:
        return ImportRun.objects.visible_to(self.request.user)


def listing_url() -> str:
    """The listing of registrations."""
    return reverse(Registration.snippet_viewset.get_url_name("list"))  # type: ignore[attr-defined]


# What writes runs begins its own transactions, each with a write: under ``ATOMIC_REQUESTS`` SQLite would
# refuse a transaction that began with reading the session.
_own_transaction = transaction.non_atomic_requests

urlpatterns = [
    path("import/", _own_transaction(ImportView.as_view()), name="import"),
    path("import/sample/", SampleView.as_view(), name="import_sample"),
    path("imports/", ImportsView.as_view(), name="imports"),
    path("import/<uuid:run>/", ReportView.as_view(), name="import_report"),
    path("import/<uuid:run>/status/", StatusView.as_view(), name="import_status"),
    path("import/<uuid:run>/commit/", _own_transaction(CommitView.as_view()), name="import_commit"),
    path("import/<uuid:run>/cancel/", _own_transaction(CancelView.as_view()), name="import_cancel"),
    path("import/<uuid:run>/errors/", ErrorsView.as_view(), name="import_errors"),
    path("import/<uuid:run>/rejected/", RejectedView.as_view(), name="import_rejected"),
]
