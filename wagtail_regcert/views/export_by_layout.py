"""Export by a layout of the site's own: choose one, see what it gives, and what it cannot carry."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from ..definitions.exports import ExportDefinition
from ..exporting import layout_stream
from ..exporting.unfit import Summary, summary, told
from ..messages import encoding_name, separator_name, unfit_name
from ..models import ExportLayout, Registration
from ..permissions import EXPORT, policy_of
from ..tables import PER_PAGE
from .base import RoleView, listing_crumb, record_url
from .export import Selection, back_to_listing, definition_in, selection
from .listing import export_url

PREVIEWED = 5
"""Records of a preview."""


class ExportPage(WagtailAdminTemplateMixin, RoleView, TemplateView):
    """About what the query string of an export chooses."""

    action = EXPORT
    header_icon = "download"
    chosen: Selection

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        chosen = selection(request, request.GET.getlist("id") or ["all"])
        if chosen is None:
            return back_to_listing(request)
        self.chosen = chosen
        return super().get(request, *args, **kwargs)

    def url(self, name: str, layout: str = "", **more: Any) -> str:
        """A page or file about the same records."""
        return export_url(self.request, layout, self.request.GET.getlist("id"), name=name, **more)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            listing_crumb(Registration),
            *self.ways,
            {"url": "", "label": self.get_page_title()},
        ]

    @property
    def ways(self) -> list[dict[str, Any]]:
        """Pages between the listing and this one."""
        return [{"url": self.url("export_layouts"), "label": _("Export by a layout")}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = back_to_listing(self.request)["Location"]
        return {**super().get_context_data(**kwargs), "back_url": back}


class LayoutsView(ExportPage):
    """Choose a layout. Those that are for the awarding organisation of all records come first."""

    template_name = "wagtail_regcert/exports/layouts.html"
    ways: list[dict[str, Any]] = []

    def get_page_title(self) -> str:
        return _("Export by a layout")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        organisation = "qualification__awarding_organisation"
        counts = dict(
            self.chosen.registrations.order_by()
            .values_list(organisation)
            .annotate(count=Count("pk"))
            .values_list(organisation, "count")
        )
        total = sum(counts.values())
        layouts = [
            self._shown(layout, total - counts.get(layout.awarding_organisation_id, 0), total)
            for layout in ExportLayout.objects.select_related("awarding_organisation")
        ]
        layouts.sort(key=lambda shown: not shown["is_proposed"])
        return {
            **super().get_context_data(**kwargs),
            "layouts": layouts,
            "chosen": ngettext("%(count)d registration", "%(count)d registrations", total) % {"count": total},
        }

    def _shown(self, layout: ExportLayout, others: int, total: int) -> dict[str, Any]:
        is_tied = layout.awarding_organisation_id is not None
        note = ""
        if is_tied and others:
            note = ngettext(
                "%(count)d of them is not of this awarding organisation.",
                "%(count)d of them are not of this awarding organisation.",
                others,
            ) % {"count": others}
        return {
            "layout": layout,
            "note": note,
            "is_proposed": bool(is_tied and total and not others),
            "export_url": self.url("export", layout.name),
            "preview_url": self.url("export_preview", layout.name),
        }


class DefinitionPage(ExportPage):
    """About the layout that the query string names."""

    definition: ExportDefinition

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        definition = definition_in(request)
        if definition is None:
            return back_to_listing(request)
        self.definition = definition
        return super().get(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        return self.definition.name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        layout = ExportLayout.objects.named(self.definition.name)
        may_edit = policy_of(ExportLayout).user_has_permission(self.request.user, "change")
        return {
            **super().get_context_data(**kwargs),
            "definition": self.definition,
            "edit_url": record_url(ExportLayout, layout.pk) if layout and may_edit else "",
            "export_url": self.url("export", self.definition.name),
            "right_url": self.url("export", self.definition.name, right=1),
        }

    def told(self, cells: Any) -> list[dict[str, Any]]:
        """What is wrong with records, each with a link to its form."""
        return [
            {
                "registration": one.registration,
                "url": record_url(Registration, one.cell.record),
                "heading": one.heading,
                "value": one.cell.value,
                "message": one.message,
            }
            for one in told(cells, self.definition)
        ]


class CheckView(DefinitionPage):
    """The records that the layout cannot carry, by record and column."""

    template_name = "wagtail_regcert/exports/check.html"

    def get_page_title(self) -> str:
        return _("Check before export")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        number = self.request.GET.get("p", "")
        wanted = int(number) if number.isdecimal() and len(number) < 9 else 1
        found = self._summary(max(wanted, 1))
        paginator = Paginator(range(found.cells), PER_PAGE)
        page = paginator.get_page(wanted)
        if page.number != wanted:
            found = self._summary(page.number)
        kinds = [
            {
                "heading": self.definition.columns[column].heading,
                "kind": unfit_name(code),
                "count": count,
            }
            for (column, code), count in sorted(found.kinds.items())
        ]
        return {
            **super().get_context_data(**kwargs),
            "found": found,
            "page": page,
            "kinds": kinds,
            "rows": self.told(found.shown),
            "export_right": ngettext(
                "Export the %(count)d that is right", "Export the %(count)d that are right", found.right
            )
            % {"count": found.right},
        }

    def _summary(self, number: int) -> Summary:
        pages = layout_stream.check(self.chosen.registrations, self.definition)
        return summary(pages, first=(number - 1) * PER_PAGE, last=number * PER_PAGE)


class PreviewView(DefinitionPage):
    """What the first few records give."""

    template_name = "wagtail_regcert/exports/preview.html"

    def get_page_title(self) -> str:
        return pgettext("wagtail_regcert", "Preview")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        keys = list(self.chosen.registrations.values_list("pk", flat=True)[:PREVIEWED])
        records = self.chosen.registrations.filter(pk__in=keys)
        rows: list[Any] = []
        unfit: list[Any] = []
        for page in layout_stream.check(records, self.definition):
            rows += page.rows
            unfit += page.unfit
        return {
            **super().get_context_data(**kwargs),
            "rows": rows,
            "unfit": self.told(unfit),
            "separator": separator_name(self.definition.separator),
            "encoding": encoding_name(self.definition.encoding),
        }
