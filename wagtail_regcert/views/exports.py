"""The page of an export: what it held, which files answered it, and what is awaited."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from ..answers import awaited, of_registrations
from ..filter_words import filters_in_words
from ..models import ExportRun, ImportRun, Registration
from ..permissions import EXPORT, may, visible_exports, visible_imports
from .base import RoleView, listing_crumb, listing_url


class ExportView(WagtailAdminTemplateMixin, RoleView, TemplateView):
    """One export of registrations: one's own, or any for superusers."""

    header_icon = "download"
    template_name = "wagtail_regcert/exports/export.html"

    @cached_property
    def export(self) -> ExportRun:
        return of_registrations(visible_exports(self.request.user)).get(pk=self.kwargs["export"])

    def is_open_to(self, user: Any) -> bool:
        if not may(user, EXPORT):
            return False
        try:
            self.export  # noqa: B018
        except ExportRun.DoesNotExist:
            if not of_registrations(ExportRun.objects.filter(pk=self.kwargs["export"])).exists():
                raise Http404 from None
            return False
        return True

    def get_page_title(self) -> str:
        return _("Export of registrations")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            listing_crumb(Registration),
            {"url": reverse("wagtail_regcert:exports"), "label": _("Exports of registrations")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        export, user = self.export, self.request.user
        answers = ImportRun.objects.filter(answers=export).exclude(state__in=NO_ANSWERS)
        links = {
            run: reverse("wagtail_regcert:import_report", args=[run])
            for run in visible_imports(user).filter(answers=export).values_list("pk", flat=True)
        }
        is_awaited = not export.is_forgotten and ImportRun.objects.committed().filter(answers=export).exists()
        return {
            **super().get_context_data(**kwargs),
            "export": export,
            "filters": filters_in_words([export], user)[export.pk],
            # What others imported is theirs: neither the name of the file nor its report is told.
            "answers": [{"run": run, "url": links.get(run.pk)} for run in answers],
            "awaited": awaited(export, Registration.objects.all()).count() if is_awaited else None,
            "listing_url": f"{listing_url()}?awaited={export.pk}",
        }


NO_ANSWERS = (ImportRun.State.CANCELLED, ImportRun.State.FAILED, ImportRun.State.EXPIRED)
"""States of runs that bring nothing, now or later."""
