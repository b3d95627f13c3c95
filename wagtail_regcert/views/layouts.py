"""The lists and forms of layouts that a site adds."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import Button
from wagtail.snippets.views.snippets import CreateView, EditView, IndexView

from ..databases import atomic
from ..layout_forms import TemplateForm
from ..messages import sentence
from ..models.writing import take_write_lock
from ..permissions import EXPORT, may
from ..problems import LayoutFault
from ..search import MAX_SEARCH_LENGTH
from .editing import ToldWhenOvertaken


class LayoutIndexView(IndexView):
    """The list of layouts of a kind."""

    template_url_name: str | None = None

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        buttons: list[Button] = super().header_more_buttons
        if not (self.template_url_name and self.user_has_permission("add")):
            return buttons
        url = reverse(self.template_url_name)
        return [*buttons, Button(_("From their template"), url=url, icon_name="upload")]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.is_export:
            # Layouts leave as JSON, by command.
            raise PermissionDenied
        return super().get(request, *args, **kwargs)

    def search_queryset(self, queryset: Any) -> Any:
        # Nothing stored is so long, and SQLite fails on patterns of over 50,000 bytes.
        too_long = self.is_searching and len(self.search_query) > MAX_SEARCH_LENGTH
        return queryset.none() if too_long else super().search_queryset(queryset)


class SaveLayout(ToldWhenOvertaken):
    """Save a layout, whose name is all that it can have in common with another."""

    model: Any

    def save_instance(self) -> Any:
        # Wagtail has begun a transaction of the default database, which may not be ours.
        with atomic():
            take_write_lock(self.model)
            return super().save_instance()  # type: ignore[misc]

    def what_happened(self) -> str:
        instance = self.form.instance
        same = self.model.objects.named(instance.name)
        if same is not None and same.pk != instance.pk:
            return sentence(LayoutFault.REPEATED_NAME, {})
        return super().what_happened()


class LayoutCreateView(SaveLayout, CreateView):
    pass


class TemplateView(LayoutCreateView):
    """From their template: a blank file of theirs, then the form of a new layout, filled in after it."""

    upload_template_name = "wagtail_regcert/layouts/template.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self._upload(TemplateForm())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        upload = TemplateForm(request.POST, request.FILES)
        if not upload.is_valid():
            return self._upload(upload)
        layout = self.model()
        layout.fill(upload.cleaned_data["file"])
        self.object = layout
        self.form = self.get_form_class()(instance=layout, for_user=request.user)
        messages.warning(request, _("Nothing is saved yet. Check each column, then save the layout."))
        return self.render_to_response(self.get_context_data())

    def _upload(self, form: TemplateForm) -> HttpResponseBase:
        self.object = None
        crumbs = self.get_breadcrumbs_items()
        context = {
            **WagtailAdminTemplateMixin.get_context_data(self, form=form),
            "index_url": reverse(self.index_url_name),
            "breadcrumbs_items": [*crumbs[:-1], {"url": "", "label": _("From their template")}],
            "header_title": _("From their template"),
            "page_title": _("From their template"),
            "action_url": self.request.path,
        }
        return TemplateResponse(self.request, self.upload_template_name, context)


class LayoutEditView(SaveLayout, EditView):
    object: Any

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        buttons: list[Button] = super().header_more_buttons
        if self.object.kind != "export" or not may(self.request.user, EXPORT):
            return buttons
        url = f"{reverse('wagtail_regcert:export_preview')}?{urlencode({'layout': self.object.name})}"
        return [*buttons, Button(pgettext("wagtail_regcert", "Preview"), url=url, icon_name="view")]
