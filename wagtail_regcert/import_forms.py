"""The form of Import and Update."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from . import conf
from .importing.pipeline import Opened, Refused, check_upload, open_file
from .layouts import Layout, Separator
from .messages import sentence, separator_option
from .problems import FileFault


class ImportForm(forms.Form):
    """A file and its separator. Valid when the file as a whole is what it should be."""

    file = forms.FileField(
        label=_("CSV file"),
        # An empty file is told by the same rules as one with nothing but blanks.
        allow_empty_file=True,
        error_messages={"required": _("Select a file."), "missing": _("Select a file.")},
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )
    separator = forms.ChoiceField(label=_("Separator"), initial=Separator.COMMA.value)

    def __init__(self, *args: Any, layout: Layout, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.layout = layout
        separators: Any = self.fields["separator"]
        separators.choices = [(s.value, separator_option(s)) for s in Separator]
        self.data_read = b""
        self.opened: Opened | None = None

    def clean_file(self) -> Any:
        """One file, and not more than it may be."""
        file = self.cleaned_data["file"]
        if len(self.files.getlist("file")) > 1:
            raise ValidationError(_("Select one file only."), code="several")
        if fault := check_upload(file.name, file.size, conf.settings.MAX_UPLOAD_BYTES):
            raise _refusal(fault)
        return file

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "file" in cleaned and "separator" in cleaned:
            self.data_read = cleaned["file"].read()
            opened = open_file(self.data_read, Separator(cleaned["separator"]), self.layout)
            if isinstance(opened, Refused):
                self.add_error("file", _refusal(opened.fault))
            else:
                self.opened = opened
        return cleaned


def _refusal(fault: FileFault) -> ValidationError:
    return ValidationError(sentence(fault.code, fault.facts), code=fault.code.value)
