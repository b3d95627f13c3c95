"""Role checks that stand before a whole viewset."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

View = Callable[..., HttpResponseBase]


def checked(view: View, allows: Callable[[Any], bool]) -> View:
    """Refuse users whom ``allows`` does not let in, before the view looks anything up.

    Wagtail's views look up their object first: "not found" or "refused" would tell who exists.
    """

    @wraps(view)
    def check(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not allows(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return check
