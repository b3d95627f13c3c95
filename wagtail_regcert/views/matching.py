"""Match the columns of a file that was refused for its headings, and have it validated by them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from .. import conf, layout_store
from ..databases import atomic
from ..definitions import imports
from ..import_matching import Matching
from ..importing import runs
from ..importing.pipeline import Refused, open_file
from ..importing.run_layout import from_definition
from ..messages import sentence
from ..models import ImportRun
from ..problems import LayoutFault
from ..tasks import enqueue_validation
from .base import RunView, listing_crumb


class SomebodyFaster(Exception):
    """The file is being validated, or thrown away, in another tab."""


class MatchView(WagtailAdminTemplateMixin, RunView, TemplateView):
    """Each heading of the file with a few of its values, and the field that it is probably meant for."""

    header_icon = "table"
    template_name = "wagtail_regcert/imports/matching.html"

    def get_page_title(self) -> str:
        return _("Match the columns")

    def get_page_subtitle(self) -> str:
        return self.run.file_name

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            listing_crumb(self.subject.model),
            {"url": reverse("wagtail_regcert:imports"), "label": _("Imports")},
            {"url": "", "label": self.get_page_title(), "sublabel": self.get_page_subtitle()},
        ]

    @cached_property
    def matching(self) -> Matching:
        is_sent = self.request.method == "POST"
        data = self.request.POST if is_sent else self.request.GET
        return Matching(self.run, self.request.user, data, is_sent=is_sent)

    @property
    def is_over(self) -> bool:
        return self.run.has_expired or self.run.state != ImportRun.State.MATCHING

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.to_report() if self.is_over else super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.is_over:
            return self.to_report()
        definition = self.matching.read()
        if definition is None or not self._begin(definition):
            return self.render_to_response(self.get_context_data())
        return self.to_report()

    def _begin(self, definition: imports.ImportDefinition) -> bool:
        """Have the file validated by the definition; ``False`` where that cannot be, which is told."""
        matching = self.matching
        layout = from_definition(definition)
        limit = max(conf.settings.MAX_UPLOAD_BYTES, len(matching.file))
        opened = open_file(matching.file, matching.separator, layout.layout, limit)
        if isinstance(opened, Refused):
            matching.problems[""] = sentence(opened.fault.code, opened.fault.facts)
            return False
        is_kept = bool(matching.name and matching.may_save)
        if not is_kept:
            layout = replace(layout, name="")
        with suppress(SomebodyFaster):
            with atomic():
                if is_kept and not layout_store.create(imports.KIND, definition, user=self.request.user):
                    matching.problems["name"] = sentence(LayoutFault.REPEATED_NAME, {})
                    return False
                if not runs.take_layout(self.run.pk, layout, matching.separator):
                    raise SomebodyFaster
            if is_kept:
                messages.success(self.request, _("The layout “%s” was saved.") % definition.name)
            enqueue_validation(self.run.pk, opened.sheet)
        return True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context.update(run=self.run, matching=self.matching, told=self.matching.told())
        if context["told"]:
            context["header_title"] = _("Error: %(title)s") % {"title": context["header_title"]}
        return context
