"""Deleting what is still referred to: refused, with a message that says by how many."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import ngettext
from wagtail.admin import messages
from wagtail.snippets.views.snippets import DeleteView

from ..databases import atomic
from ..models import AwardingOrganisation, Qualification, Registration
from ..models.writing import take_write_lock
from .editing import delete_with_history, locked

MAX_NAMED = 5
"""Refusals spelled out for one request."""


def refusal(instance: Any) -> str:
    """Why this may not be deleted; ``""`` when it may."""
    if isinstance(instance, AwardingOrganisation):
        count = Qualification.objects.filter(awarding_organisation=instance).count()
        message = ngettext(
            "“%(name)s” cannot be deleted: %(count)d qualification refers to it.",
            "“%(name)s” cannot be deleted: %(count)d qualifications refer to it.",
            count,
        )
    else:
        count = Registration.objects.filter(**{instance._meta.model_name: instance}).count()
        message = ngettext(
            "“%(name)s” cannot be deleted: %(count)d registration refers to it.",
            "“%(name)s” cannot be deleted: %(count)d registrations refer to it.",
            count,
        )
    return message % {"name": instance, "count": count} if count else ""


def refusals(instances: Iterable[Any]) -> list[str]:
    """The first few reasons why these may not be deleted."""
    found = []
    for instance in instances:
        if message := refusal(instance):
            found.append(message)
            if len(found) == MAX_NAMED:
                break
    return found


class ReferenceDeleteView(DeleteView):
    """Delete one learner, qualification, awarding organisation or programme, if nothing refers to it."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self._refused() or super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if refused := self._refused():
            return refused
        try:
            with atomic():
                take_write_lock(self.model)
                return super().post(request, *args, **kwargs)
        except IntegrityError:
            # Something came to refer to it just now. (A ProtectedError is one too.)
            return self._refused() or redirect(reverse(self.index_url_name))

    def delete_action(self) -> None:
        delete_with_history([locked(self.model, self.object.pk)], user=self.request.user)

    def _refused(self) -> HttpResponseBase | None:
        message = refusal(self.object)
        if not message:
            return None
        messages.error(self.request, message)
        return redirect(reverse(self.index_url_name))
