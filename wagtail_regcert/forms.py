"""The form of a registration: it does not write over what changed while it was open."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core import signing
from django.db import models
from django.utils.translation import gettext as _
from wagtail.admin.forms.models import WagtailAdminModelForm

from .cells import Date
from .history import TRACKED, snapshot

SALT = "wagtail_regcert.registration_form"


class RegistrationForm(WagtailAdminModelForm):
    """Add or edit a registration.

    An edit form carries, signed, the values that it was opened with. The view gives it the
    registration as stored now, under lock.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before: dict[str, Any] | None = snapshot(self.instance) if self.instance.pk else None
        """The stored values, or ``None`` for a registration yet to be created."""
        if self.before is None:
            del self.fields["seen"]
        else:
            self.fields["seen"].initial = signing.dumps([self.instance.pk, self.before], salt=SALT)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.before is not None:
            self._refuse_if_changed(self.before)
        return data

    def _refuse_if_changed(self, stored: dict[str, Any]) -> None:
        seen = self._seen()
        if seen is None:
            self.add_error(
                None, _("Nothing was saved: this form is not complete. Open the registration again.")
            )
            return
        changed = [name for name in TRACKED if seen.get(name) != stored[name]]
        if not changed:
            return
        self.add_error(
            None,
            _(
                "Nothing was saved: this registration was changed while the form was open. "
                "Compare the values below, then open the registration again."
            ),
        )
        for name in changed:
            typed = self.cleaned_data.get(name, self.data.get(self.add_prefix(name)))
            facts = {
                "stored": self._shown(name, getattr(self.instance, name)) or _("blank"),
                "typed": self._shown(name, typed) or _("blank"),
            }
            self.add_error(name, _("Stored now: %(stored)s. You entered: %(typed)s.") % facts)

    def _seen(self) -> dict[str, Any] | None:
        try:
            pk, values = signing.loads(self.cleaned_data.get("seen") or "", salt=SALT)
        except (signing.BadSignature, ValueError, TypeError):
            return None
        return values if pk == self.instance.pk else None

    def _shown(self, name: str, value: Any) -> str:
        if not value:
            return ""
        if isinstance(value, dt.date):
            return Date().format(value)
        field = self.instance._meta.get_field(name)
        if isinstance(field, models.CharField) and field.choices:
            return str(dict(field.flatchoices).get(value, value))
        return str(value)
