"""The lists and forms of layouts that a site adds."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import pgettext
from wagtail.admin.widgets.button import Button
from wagtail.snippets.views.snippets import CreateView, EditView, IndexView

from ..databases import atomic
from ..models.writing import take_write_lock
from ..permissions import EXPORT, may
from ..search import LONGEST


class LayoutIndexView(IndexView):
    """The list of layouts of a kind."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.is_export:
            # Layouts leave as JSON, by command.
            raise PermissionDenied
        return super().get(request, *args, **kwargs)

    def search_queryset(self, queryset: Any) -> Any:
        # Nothing stored is so long, and SQLite fails on patterns of over 50,000 bytes.
        too_long = self.is_searching and len(self.search_query) > LONGEST
        return queryset.none() if too_long else super().search_queryset(queryset)


class LayoutCreateView(CreateView):
    def save_instance(self) -> Any:
        # Wagtail has begun a transaction of the default database, which may not be ours.
        with atomic():
            take_write_lock(self.model)
            return super().save_instance()


class LayoutEditView(EditView):
    object: Any

    def save_instance(self) -> Any:
        with atomic():
            take_write_lock(self.model)
            return super().save_instance()

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        buttons: list[Button] = super().header_more_buttons
        if self.object.kind != "export" or not may(self.request.user, EXPORT):
            return buttons
        url = f"{reverse('wagtail_regcert:export_preview')}?{urlencode({'layout': self.object.name})}"
        return [*buttons, Button(pgettext("wagtail_regcert", "Preview"), url=url, icon_name="view")]
