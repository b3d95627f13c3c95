"""The form of Import and Update."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from . import conf
from .answers import that_can_be_answered
from .definitions.names import fold_name
from .filters import ExportField
from .importing.by_heading import HEADER_ROWS
from .importing.fitting import ANY, filled_rows, fitting
from .importing.pipeline import WORKBOOK, Opened, Refused, check_upload, open_file
from .importing.run_layout import (
    missing_constant,
    named_layout,
    offered_names,
    own_layout,
)
from .importing.workbook import is_workbook
from .layouts import Separator
from .messages import sentence, separator_option
from .models import ExportRun, ImportRun
from .permissions import visible_exports
from .problems import Fault, FileFault

OWN_LAYOUTS = {
    "registrations": gettext_lazy("The ten columns of the sample file"),
    "learners": gettext_lazy("The six columns of the sample file"),
    "qualifications": gettext_lazy("The three columns of the sample file"),
}
"""What a file is about to what its own layout is called."""

ACCEPTED = (
    *(".csv", "text/csv"),
    *(".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
)
"""Endings and types of files that a browser offers to choose."""

ABOUT_HEADINGS = (Fault.BAD_HEADER, Fault.NOT_CSV, Fault.MALFORMED_CSV, Fault.NOT_TEXT)
"""Faults beside which another layout may fit: it may read workbooks, or another separator."""


class ImportForm(forms.Form):
    """A file, its layout and its separator. Valid when the file as a whole is what it should be.

    With ``match`` it need only be readable: somebody says which of its columns is which later.
    """

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        # An empty file is told by the same rules as one with nothing but blanks.
        allow_empty_file=True,
        error_messages={
            "required": gettext_lazy("Select a file."),
            "missing": gettext_lazy("Select a file."),
        },
    )
    layout = forms.CharField(
        label=pgettext_lazy("wagtail_regcert", "Layout"), required=False, widget=forms.Select
    )
    separator = forms.ChoiceField(label=gettext_lazy("Separator"), initial=Separator.COMMA.value)
    answers = ExportField(
        label=gettext_lazy("This file answers an export"),
        queryset=ExportRun.objects.none(),
        required=False,
        empty_label=pgettext_lazy("wagtail_regcert", "No"),
    )
    use = forms.CharField(required=False, widget=forms.HiddenInput)
    """The name of a layout that was offered, instead of the one that is chosen."""
    match = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, about: str, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.about = about
        self.user = user
        separators: Any = self.fields["separator"]
        separators.choices = [(s.value, separator_option(s)) for s in Separator]
        self.fields["layout"].widget.attrs["data-action"] = "regcert-import#layoutChosen"
        self.fields["layout"].widget.choices = [
            (about, OWN_LAYOUTS[about]),
            *((name, name) for name in self.names),
        ]
        answers: Any = self.fields["answers"]
        if about == ImportRun.About.REGISTRATIONS:
            answers.queryset = that_can_be_answered(visible_exports(user))
        self.chosen = own_layout(about)
        self.separator_read = Separator.COMMA
        self.encoding = ""
        self.data_read = b""
        self.opened: Opened | None = None
        self.offers: list[str] = []
        """The names of layouts that fit the file, where the one that was chosen does not."""
        self.can_be_matched = False

    @cached_property
    def names(self) -> list[str]:
        """The names of the layouts to choose from, beside the one of what the file is about."""
        return offered_names(self.user, self.about)

    @cached_property
    def has_exports(self) -> bool:
        """Whether there is an export that the file may answer."""
        answers: Any = self.fields["answers"]
        return bool(answers.queryset.exists())

    @property
    def has_layouts(self) -> bool:
        return bool(self.names)

    def clean_layout(self) -> str:
        """The name of one that is offered, as it is written; blank for the file's own."""
        return self._known(self.cleaned_data["layout"])

    def clean_use(self) -> str:
        return self._known(self.cleaned_data["use"])

    def _known(self, name: str) -> str:
        if not name or name == self.about:
            return ""
        wanted = fold_name(name)
        found = next((one for one in self.names if fold_name(one) == wanted), None)
        if found is None:
            raise ValidationError(_("There is no such layout. Choose one of the list."), code="layout")
        return found

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "use" in self.errors:
            # It is hidden, and would be told nowhere.
            self.add_error("layout", self.errors["use"].as_data())
        if self.errors.keys() & {"file", "separator", "layout"}:
            return cleaned
        self.separator_read = Separator(cleaned["separator"])
        if not self._choose(cleaned["use"] or cleaned["layout"]) or "file" not in cleaned:
            return cleaned
        if fault := self._read(cleaned["file"], is_matched=cleaned["match"]):
            self.add_error("file", ValidationError(sentence(fault.code, fault.facts), code=fault.code.value))
        return cleaned

    def clean_file(self) -> Any:
        """One file, and not more."""
        if len(self.files.getlist("file")) > 1:
            raise ValidationError(_("Select one file only."), code="several")
        return self.cleaned_data["file"]

    def _choose(self, name: str) -> bool:
        """Take the layout of this name; ``False`` where today's rules do not allow it any more."""
        found = named_layout(name) if name else self.chosen
        if found is None:
            problem = _("The layout “%s” is not right any more. Edit it, or choose another.") % name
            self.add_error("layout", ValidationError(problem))
            return False
        self.chosen = found
        return True

    def _read(self, file: Any, *, is_matched: bool) -> FileFault | None:
        """Open the file; say why not, and note what could be done about it."""
        limit = conf.settings.MAX_UPLOAD_BYTES
        fault = check_upload(file.name, file.size, limit, self.chosen.layout)
        is_readable = file.name.lower().endswith((".csv", ".xlsx")) and file.size < limit
        if not is_readable:
            return fault
        self.data_read = file.read()
        if is_matched:
            return self._take_rows(limit)
        if fault is None:
            opened = self._open(limit)
            if isinstance(opened, Opened):
                self.opened, self.encoding = opened, opened.encoding
                return None
            fault = opened.fault
        if fault.code in ABOUT_HEADINGS:
            self._look_for_others(limit)
        return fault

    def _open(self, limit: int) -> Opened | Refused:
        """By the chosen layout, whose own separator comes first; then by the one that was sent."""
        layout = self.chosen
        if refused := missing_constant(layout):
            return refused
        sent = self.separator_read
        self.separator_read = layout.separator if layout.name else sent
        opened = open_file(self.data_read, self.separator_read, layout.layout, limit)
        if (
            isinstance(opened, Refused)
            and self.separator_read is not sent
            and opened.fault.code in ABOUT_HEADINGS
        ):
            other = open_file(self.data_read, sent, layout.layout, limit)
            if isinstance(other, Opened):
                self.separator_read = sent
                return other
        return opened

    def _look_for_others(self, limit: int) -> None:
        others = [
            found
            for name in self.names
            if name != self.chosen.name and (found := named_layout(name)) is not None
        ]
        layouts = [(one.name, one.separator, one.layout) for one in others]
        self.offers = fitting(self.data_read, layouts, limit)
        self.can_be_matched = self._take_rows(limit) is None

    def _take_rows(self, limit: int) -> FileFault | None:
        """Take a file whose columns somebody is to match; say why it cannot be."""
        # A layout that needs nothing finds in any file what keeps it from being read at all.
        opened = open_file(self.data_read, self.separator_read, ANY, limit)
        fault = None if isinstance(opened, Opened) else opened.fault
        if fault is not None and fault.code not in (Fault.BAD_HEADER, Fault.NO_RECORDS):
            return fault
        if not filled_rows(self.data_read, self.separator_read, limit, HEADER_ROWS):
            return FileFault(Fault.EMPTY)
        self.encoding = WORKBOOK if is_workbook(self.data_read) else opened.encoding or ""
        return None
