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
from ..permissions import IMPORT, may

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
    http_method_names = [method.lower() for method in METHODS]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may(request.user, self.action):
            raise PermissionDenied
        response = super().dispatch(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response


class ImporterView(RoleView):
    """Open to holders of both roles that an import needs."""

    action = IMPORT


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
        # What a run refers to may have been written just before it.
        with reading_source():
            return super().dispatch(request, *args, **kwargs)

    def to_report(self) -> HttpResponse:
        return redirect("wagtail_regcert:import_report", self.run.pk)


def listing_url() -> str:
    """The listing of registrations."""
    return reverse(Registration.snippet_viewset.get_url_name("list"))  # type: ignore[attr-defined]


def registration_url(key: int) -> str:
    """The form of a registration."""
    return reverse(Registration.snippet_viewset.get_url_name("edit"), args=[key])  # type: ignore[attr-defined]
