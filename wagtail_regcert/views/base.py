"""Base views: they check the role before anything else. And the addresses that several views lead to."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import View as ClassView

from ..databases import own_transactions, reading_source
from ..models import ImportRun, Registration
from ..permissions import IMPORT, may, visible_imports
from ..subjects.database.base import Subject
from ..subjects.registry import subject_of

View = Callable[..., HttpResponseBase]

METHODS = ("GET", "HEAD", "POST", "OPTIONS")
"""Django's generic views know more: a DELETE would delete past our history and our locks."""


def checked(view: View, allows: Callable[[Any], bool]) -> View:
    """Refuse users whom ``allows`` does not let in, before the view looks anything up.

    Wagtail's views look up their object first: "not found" or "refused" would tell who exists.
    """

    @wraps(view)
    def check(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not allows(request.user):
            raise PermissionDenied
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with reading_source():
            return view(request, *args, **kwargs)

    return own_transactions(check)


class RoleView(ClassView):
    """Open to those who may do something to registrations. Nothing of it is kept by browsers or proxies."""

    action: str
    request: HttpRequest
    kwargs: dict[str, Any]
    http_method_names = [method.lower() for method in METHODS]

    def is_open_to(self, user: Any) -> bool:
        """Whether the user gets in. Asked before any method of the view runs."""
        return may(user, self.action)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.is_open_to(request.user):
            raise PermissionDenied
        response = super().dispatch(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response


class RunView(RoleView):
    """About one run, open to those who see it."""

    @cached_property
    def run(self) -> ImportRun:
        return visible_imports(self.request.user).get(pk=self.kwargs["run"])

    @cached_property
    def subject(self) -> Subject:
        """What the run is about."""
        return subject_of(self.run.about)

    def is_open_to(self, user: Any) -> bool:
        try:
            self.run  # noqa: B018
        except ImportRun.DoesNotExist:
            if may(user, IMPORT) and not ImportRun.objects.filter(pk=self.kwargs["run"]).exists():
                raise Http404 from None
            return False
        return True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # What a run refers to may have been written just before it.
        with reading_source():
            return super().dispatch(request, *args, **kwargs)

    def to_report(self) -> HttpResponse:
        return redirect("wagtail_regcert:import_report", self.run.pk)


def listing_url(model: Any = Registration) -> str:
    """The listing of a table."""
    return reverse(model.snippet_viewset.get_url_name("list"))


def listing_crumb(model: Any) -> dict[str, Any]:
    """The listing of a table, as a part of the way to a page."""
    return {"url": listing_url(model), "label": model.snippet_viewset.menu_label}


def record_url(model: Any, key: int) -> str:
    """The form of a record."""
    return reverse(model.snippet_viewset.get_url_name("edit"), args=[key])


def form_url(subject: Subject) -> str:
    """The form that takes files about this."""
    return reverse(f"wagtail_regcert:{subject.form_url_name}")
