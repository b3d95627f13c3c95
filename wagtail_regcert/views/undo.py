"""Undo this import: what it would do, doing it, and what it left alone."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from ..importing import runs, staging
from ..importing.undo import plan_undo
from ..models import ImportRun
from ..tables import PER_PAGE, StagedRows
from ..tasks import enqueue_undo
from .base import RunView, listing_crumb
from .staged import left_table, shown_steps


class UndoView(WagtailAdminTemplateMixin, RunView, TemplateView):
    """The preview of an undo; once it is done, the list of what it left alone. A POST undoes."""

    header_icon = "history"

    @cached_property
    def is_undone(self) -> bool:
        return self.run.undo_state == ImportRun.Undo.DONE

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if runs.can_undo(self.run) or (self.is_undone and not self.run.has_expired):
            return super().get(request, *args, **kwargs)
        return self._refused()

    def post(self, request: HttpRequest, run: uuid.UUID) -> HttpResponse:
        if not runs.can_undo(self.run):
            return self._refused()
        if runs.begin_undo(self.run.pk, request.user):
            enqueue_undo(self.run.pk, request.user)
        return self.to_report()

    def _refused(self) -> HttpResponse:
        """Back to the report, which says the rest: running, undone, not uploaded yet."""
        if self.run.state == ImportRun.State.COMMITTED and not self.run.undo_state:
            if self.run.created + self.run.updated:
                text = _("This import cannot be undone any more: its report is no longer kept.")
            else:
                text = _("This import changed nothing: there is nothing to undo.")
            messages.error(self.request, text)
        return self.to_report()

    def get_page_title(self) -> str:
        return _("Left alone") if self.is_undone else _("Undo this import")

    def get_page_subtitle(self) -> str:
        return self.run.file_name

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            listing_crumb(self.subject.model),
            {"url": reverse("wagtail_regcert:imports"), "label": _("Imports")},
            {
                "url": reverse("wagtail_regcert:import_report", args=[self.run.pk]),
                "label": _("Import Result"),
            },
            {"url": "", "label": self.get_page_title(), "sublabel": self.run.file_name},
        ]

    def get_template_names(self) -> list[str]:
        return [f"wagtail_regcert/imports/{'undone' if self.is_undone else 'undo'}.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {**super().get_context_data(**kwargs), "run": self.run}
        counted = self.subject.counted
        if self.is_undone:
            rows = StagedRows(partial(staging.load_left, self.run), range(self.run.undo_left))
            return {**context, "left_count": counted(self.run.undo_left), **self._left(rows)}
        plan = plan_undo(self.run)
        context.update(
            plan=plan,
            total=len(plan.steps),
            total_counted=counted(len(plan.steps)),
            deleted_counted=counted(plan.deleted),
            name_headings=list(self.subject.name_headings.values()),
        )
        if self.request.GET.get("tab") == "left":
            return {**context, "tab": "left", **self._left(plan.left)}
        changes = self._page(plan.steps, partial(shown_steps, self.run))
        return {**context, "tab": "changes", "changes": changes}

    def _left(self, entries: Any) -> dict[str, Any]:
        page = self._page(entries, list)
        return {"page": page, "table": left_table(self.run, list(page.object_list))}

    def _page(self, entries: Any, shown: Any) -> Page:
        """The page asked for, or the nearest there is."""
        page = Paginator(entries, PER_PAGE).get_page(self.request.GET.get("p"))
        page.object_list = shown(list(page.object_list))
        return page
