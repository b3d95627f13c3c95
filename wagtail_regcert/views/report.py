"""The page of a run: the validation report, the result, and what stands in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import accumulate
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.generic import TemplateView
from django_tables2 import Table
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from .. import answers, conf
from ..filters import export_name
from ..importing import staging
from ..importing.original import FileGone, known_by_headings, known_by_of, sheet_of
from ..importing.plan import Change
from ..importing.run_layout import columns_of, fields_of, layout_of
from ..messages import encoding_name, kind_name
from ..models import ExportRun, ImportRun, Registration, RunPiece
from ..permissions import EXPORT, may, visible_exports
from ..problems import Code, shown
from ..tables import (
    PER_PAGE,
    ErrorData,
    ErrorsTable,
    GroupsTable,
    NotSentTable,
    SentTable,
    StagedRows,
    WarningsTable,
)
from .base import RunView, form_url, listing_crumb, listing_url, record_url
from .staged import conflicts_table, created_beside, shown_notes, shown_records, undo_context

State = ImportRun.State
Kind = RunPiece.Kind

TABS = ("errors", "conflicts", "changes", "warnings")
ANSWER_TABS = ("missing", "extra")
"""Beside these, where the file answers an export."""
CHANGES = {
    "": (Change.CREATES, Change.UPDATES, Change.CLEARS),
    "new": (Change.CREATES,),
    "updated": (Change.UPDATES, Change.CLEARS),
    "cleared": (Change.CLEARS,),
}
"""What the query string narrows the changes to, and what such records do."""

WHOLE_ROW = "row"
"""The column filter's value for errors of a whole row."""


def first_tab(run: ImportRun) -> str:
    """What a report opens on: what wants attention, else what it is about."""
    if run.conflicts:
        return "conflicts"
    return "errors" if run.error_count else "changes"


AWAITED = "wagtail_regcert_awaited"
"""Key of a session: the runs whose result its person was not told yet."""

MAX_AWAITED = 20
"""Runs that a session remembers: it may be kept in a cookie, and some results are never looked at."""


def await_result(request: HttpRequest, run: ImportRun) -> None:
    """Have the result say what was done when this person first sees it: a worker may take long."""
    request.session[AWAITED] = [*request.session.get(AWAITED, ()), str(run.pk)][-MAX_AWAITED:]


def tell_result(request: HttpRequest, run: ImportRun) -> None:
    """Say once that an awaited run was uploaded."""
    awaited = request.session.get(AWAITED, ())
    if str(run.pk) not in awaited or run.state == State.COMMITTING:
        return
    request.session[AWAITED] = [key for key in awaited if key != str(run.pk)]
    if run.state != State.COMMITTED:
        return
    text = _("The file was uploaded: %(created)d created, %(updated)d updated, %(unchanged)d unchanged.")
    counts = {name: getattr(run, name) for name in ("created", "updated", "unchanged")}
    if not run.conflicts:
        messages.success(request, text % counts)
        return
    left = ngettext(
        "%(count)d record was not applied: it had changed in between.",
        "%(count)d records were not applied: they had changed in between.",
        run.conflicts,
    )
    messages.warning(request, f"{text % counts} {left % {'count': run.conflicts}}")


def parts_of(run: ImportRun) -> list[dict[str, Any]]:
    """What becomes of a run's records, as parts of a bar: how many, and how many stand before them."""
    labels = {
        "created": pgettext("wagtail_regcert", "New"),
        "updated": pgettext("wagtail_regcert", "Updated"),
        "unchanged": _("Unchanged"),
        "conflicts": _("Not applied"),
        "rejected": pgettext("wagtail_regcert", "Rejected"),
    }
    counts = [getattr(run, name) for name in labels]
    starts = accumulate(counts, initial=0)
    parts = [
        {"name": name, "label": label, "start": start, "count": count}
        for (name, label), start, count in zip(labels.items(), starts, counts, strict=False)
    ]
    return [part for part in parts if part["count"]]


class ReportView(WagtailAdminTemplateMixin, RunView, TemplateView):
    """What would happen, what is happening, or what happened."""

    header_icon = "upload"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.run.state == State.MATCHING and not self.run.has_expired:
            return redirect("wagtail_regcert:import_match", self.run.pk)
        tell_result(request, self.run)
        try:
            return super().get(request, *args, **kwargs)
        except FileGone:
            # In another tab, since this request began.
            return self.to_report()

    def get_page_title(self) -> Any:
        if self.run.has_expired and self.run.state != State.COMMITTED:
            return _("Import expired")
        return {
            State.VALIDATED: _("Validation Report"),
            State.COMMITTED: _("Import Result"),
            State.CANCELLED: _("Import cancelled"),
            State.MATCHING: _("Match the columns"),
            State.FAILED: _("Import failed"),
        }.get(State(self.run.state), _("Import in progress"))

    def get_page_subtitle(self) -> str:
        return self.run.file_name

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            listing_crumb(self.subject.model),
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
            parts=parts_of(run),
            expired=run.has_expired,
            running=run.state in ImportRun.AT_WORK,
            listing_url=listing_url(self.subject.model),
            listing_label=self.subject.model.snippet_viewset.menu_label,
            has_run_filter=self.subject.has_run_filter,
            form_url=form_url(self.subject),
            name_headings=list(self.subject.name_headings.values()),
            created_note=self.subject.created_note(run.created, fields_of(run)) if run.created else "",
            beside=created_beside(run),
            encoding=encoding_name(run.encoding),
            touched=", ".join(one.heading for one in columns_of(run))
            if run.definition and run.fields
            else "",
            stuck_minutes=conf.settings.STUCK_MINUTES,
            failure=_(run.failure) if run.failure else "",
        )
        if run.state == State.COMMITTED:
            context.update(undo_context(run, self.subject))
        if run.answers is not None:
            context.update(self.answer(run.answers))
        if not run.has_expired and (run.seems_stuck or run.state == State.FAILED):
            context["stuck"] = run.seems_stuck
            again = "import_commit" if run.has_report else "import_retry"
            context["retry_url"] = reverse(f"wagtail_regcert:{again}", args=[run.pk])
        # Before a commit is at work nothing is written: nobody has to wait for a worker to be rid of a file.
        # From here a commit that waits in a queue looks like one at work: cancelling it tells them apart.
        context["may_cancel"] = "retry_url" in context or (
            not run.has_expired and run.state in ImportRun.AT_WORK
        )
        if run.has_expired or run.state not in (State.VALIDATED, State.COMMITTED):
            return context
        context["notes"] = shown_notes(run, self.request.user)
        tab = self.request.GET.get("tab", "")
        has_tab = tab in TABS or (run.answers is not None and tab in ANSWER_TABS)
        context["tab"] = tab if has_tab else first_tab(run)
        content: dict[str, Callable[[], dict[str, Any]]] = {
            "errors": self.errors,
            "conflicts": self.conflicts,
            "changes": self.changes,
            "warnings": self.warnings,
            "missing": self.missing,
            "extra": self.extra,
        }
        return {**context, **content[context["tab"]]()}

    def answer(self, export: ExportRun) -> dict[str, Any]:
        """The export that the file answers, and what of the difference this person may have."""
        user = self.request.user
        sees = visible_exports(user).filter(pk=export.pk).exists()
        may_fetch = may(user, EXPORT) and not (self.run.has_expired or export.is_forgotten)
        return {
            "answered": export_name(export),
            "answered_url": reverse("wagtail_regcert:export_detail", args=[export.pk]) if sees else "",
            "missing_url": reverse("wagtail_regcert:import_missing", args=[self.run.pk]) if may_fetch else "",
            "is_forgotten": export.is_forgotten,
        }

    def missing(self) -> dict[str, Any]:
        """A page of the registrations that were sent and are not in the file, as they are stored now."""
        registrations = answers.missing(self.run).select_related("learner", "qualification").order_by("pk")
        page = self._paginated(registrations)
        rows = [
            {
                "learner": one.learner,
                "qualification": one.qualification,
                "status": one.get_status_display(),
                "url": record_url(Registration, one.pk),
            }
            for one in page.object_list
        ]
        return {"table": SentTable(rows), "page": page}

    def extra(self) -> dict[str, Any]:
        """A page of the records that are about nothing that was sent."""
        sheet = sheet_of(self.run)
        page = self._paginated(answers.extra_rows(self.run, sheet))
        known_by = known_by_of(self.run, sheet)
        rows = [(number, list(map(shown, known_by(number)))) for number in page.object_list]
        return {"table": NotSentTable(rows, known_by_headings(self.run)), "page": page}

    def errors(self) -> dict[str, Any]:
        chosen = self.chosen
        kinds = [number for number, one in enumerate(self.kinds) if self._is_chosen(one)]
        groups = staging.load_kinds(self.run, Kind.GROUP_KINDS)
        by_value = bool(groups) and self.request.GET.get("by") == "value"
        if by_value:
            positions = [at for at, kind in enumerate(groups) if kind in kinds]
            page = self._page(partial(staging.load_groups, self.run), positions)
            table: Table = GroupsTable(page.object_list)
        else:
            data = ErrorData(self.run, kinds if any(chosen.values()) else None)
            table = ErrorsTable(data, order_by=self.request.GET.get("ordering") or "row")
            table.paginate(page=self._page_of(len(data)), per_page=PER_PAGE)
            page = table.page
        codes = sorted({one["code"]: one["name"] for one in self.kinds}.items(), key=lambda item: item[1])
        columns = {one["key"]: one["column"] or _("(whole row)") for one in self.kinds}
        headings = [*layout_of(self.run).headings, WHOLE_ROW]
        return {
            "table": table,
            "page": page,
            "found": page.paginator.count,
            "by": "value" if by_value else "",
            "has_groups": bool(groups),
            "kinds": self.kinds,
            "chosen": chosen,
            "codes": codes,
            "columns": sorted(columns.items(), key=lambda item: headings.index(item[0])),
        }

    @cached_property
    def kinds(self) -> list[dict[str, Any]]:
        """Code and column of errors with how many there are, the most frequent first."""
        return [
            {
                "code": code,
                "name": kind_name(Code(code)),
                "column": column,
                "key": column or WHOLE_ROW,
                "count": count,
            }
            for code, column, count in self.run.error_kinds
        ]

    @cached_property
    def chosen(self) -> dict[str, str]:
        """The kind and the column asked for; ``""`` for all, also where there is no such one."""
        given = {name: self.request.GET.get(name, "") for name in ("kind", "column")}
        known = {"kind": {one["code"] for one in self.kinds}, "column": {one["key"] for one in self.kinds}}
        return {name: value if value in known[name] else "" for name, value in given.items()}

    def _is_chosen(self, one: dict[str, Any]) -> bool:
        chosen = self.chosen
        return chosen["kind"] in ("", one["code"]) and chosen["column"] in ("", one["key"])

    def conflicts(self) -> dict[str, Any]:
        """A page of records that were not applied. They stand in the same order as the reasons why."""
        kinds = staging.load_kinds(self.run, Kind.RECORD_KINDS)
        records = self._page(
            partial(staging.load_records, self.run),
            [at for at, kind in enumerate(kinds) if kind == Change.NOT_APPLIED],
        )
        page = self._page(partial(staging.load_problems, self.run, Kind.CONFLICTS), range(self.run.conflicts))
        table = conflicts_table(self.run, list(page.object_list), list(records.object_list))
        return {"table": table, "page": page}

    def warnings(self) -> dict[str, Any]:
        load = partial(staging.load_problems, self.run, Kind.WARNINGS)
        page = self._page(load, range(self.run.warning_count))
        return {"table": WarningsTable(page.object_list), "page": page}

    def changes(self) -> dict[str, Any]:
        """A page of records that create or update, with the values before and after."""
        kinds = staging.load_kinds(self.run, Kind.RECORD_KINDS)
        chosen = self.request.GET.get("change", "")
        if chosen not in CHANGES:
            chosen = ""
        page = self._page(
            partial(staging.load_records, self.run),
            [at for at, kind in enumerate(kinds) if kind in CHANGES[chosen]],
        )
        page.object_list = shown_records(self.run, list(page.object_list))
        labels = {
            "": _("All changes"),
            "new": pgettext("wagtail_regcert", "New"),
            "updated": pgettext("wagtail_regcert", "Updated"),
            "cleared": _("Lost stored values") if self.run.finished_at else _("Lose stored values"),
        }
        choices = [
            {"name": name, "label": label, "count": sum(map(kinds.count, CHANGES[name]))}
            for name, label in labels.items()
        ]
        return {"changes": page, "change": chosen, "choices": [one for one in choices if one["count"]]}

    def _page(self, load: Callable[..., Iterator[Any]], positions: Sequence[int]) -> Page:
        """The page asked for of a report's entries at these positions."""
        return self._paginated(StagedRows(load, positions))

    def _paginated(self, rows: Any) -> Page:
        """The page asked for of anything that has a length and slices."""
        paginator = Paginator(rows, PER_PAGE)
        page = paginator.page(self._page_of(paginator.count))
        page.object_list = list(page.object_list)
        return page

    def _page_of(self, length: int) -> int:
        """The number of the page asked for, or of the nearest there is."""
        given = self.request.GET.get("p", "")
        wanted = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 1
        return max(1, min(wanted, -(-length // PER_PAGE)))
