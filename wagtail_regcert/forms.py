"""Forms of records: they do not write over what changed while they were open."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core import signing
from django.db import models
from django.utils.translation import gettext as _
from wagtail.admin.forms.models import WagtailAdminModelForm

from .cells import Date
from .history import snapshot, tracked


def salt(model: Any) -> str:
    """What the values that a form of a table was opened with are signed with."""
    return f"{model._meta.app_label}.{model._meta.model_name}_form"


class RecordForm(WagtailAdminModelForm):
    """Add or edit a record.

    An edit form carries, signed, the values that it was opened with. The view gives it the record as
    stored now, under lock.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before: dict[str, Any] | None = snapshot(self.instance) if self.instance.pk else None
        """The stored values, or ``None`` for a record yet to be created."""
        if self.before is None:
            del self.fields["seen"]
        else:
            seen = [self.instance.pk, self.before]
            self.fields["seen"].initial = signing.dumps(seen, salt=salt(type(self.instance)))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.before is not None:
            self._refuse_if_changed(self.before)
        return data

    def _refuse_if_changed(self, stored: dict[str, Any]) -> None:
        seen = self._seen()
        if seen is None:
            self.add_error(None, _("Nothing was saved: this form is not complete. Open it again."))
            return
        changed = [name for name in tracked(type(self.instance)) if seen.get(name) != stored[name]]
        if not changed:
            return
        self.add_error(
            None,
            _(
                "Nothing was saved: this record was changed while the form was open. "
                "Compare the values below, then open the form again."
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
            pk, values = signing.loads(self.cleaned_data.get("seen") or "", salt=salt(type(self.instance)))
        except (signing.BadSignature, ValueError, TypeError):
            return None
        return values if pk == self.instance.pk else None

    def _shown(self, name: str, value: Any) -> str:
        if value is None or value == "":
            return ""
        if isinstance(value, dt.date):
            return Date().format(value)
        field = self.instance._meta.get_field(name)
        if isinstance(field, models.CharField) and field.choices:
            return str(dict(field.flatchoices).get(value, value))
        return str(value)
