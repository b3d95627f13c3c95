"""Forms of layouts: what is typed goes through the rules that a file of layouts goes through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from wagtail.admin.forms.models import WagtailAdminModelForm

from . import conf
from .definitions import imports
from .definitions.exports import ExportDefinition, Format, column_object
from .definitions.imports import CREATED_FIELDS, Creates
from .definitions.places import LayoutProblem, Place
from .definitions.templates import ROWS_LOOKED_AT, layout_of
from .exporting.layout_values import VALUES
from .import_forms import ACCEPTED
from .import_matching import in_words
from .importing.decode import decode
from .importing.fitting import ANY, likely_separator, read_rows, texts_of
from .importing.pipeline import check_upload
from .importing.workbook import is_workbook, read_workbook
from .layouts import SOURCE_FIELDS
from .messages import sentence
from .messages.values import value_description
from .problems import Facts, FileFault, LayoutFault

GROUPS = {
    "learner": gettext_lazy("Learner"),
    "qualification": gettext_lazy("Qualification"),
    "registration": gettext_lazy("Registration"),
}


class ValueChoices:
    """The values of columns, in groups, in the language of whoever looks."""

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        yield "", _("Always the same text")
        groups: dict[str, list[tuple[str, str]]] = {}
        for value in VALUES:
            group, dot, _rest = value.name.partition(".")
            of = groups.setdefault(str(GROUPS[group]) if dot else pgettext("wagtail_regcert", "Export"), [])
            of.append((value.name, value_description(value.name)))
        yield from groups.items()


class ValueSelect(forms.Select):
    """Choose the value of a column."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.choices: Any = ValueChoices()


class LayoutForm(WagtailAdminModelForm):
    """Common ground of forms of layouts: a kind makes an object of JSON of what was typed."""

    def is_valid(self) -> bool:
        if not super().is_valid():
            return False
        at = Place()
        model = type(self.instance)
        model.read_to_save(self.as_object(), at)
        same = model.objects.named(self.cleaned_data["name"])
        if same is not None and same.pk != self.instance.pk:
            at.key("name").wrong(LayoutFault.REPEATED_NAME)
        for problem in at.problems:
            form, field = self.place_of(problem)
            told = sentence(problem.code, self.facts_of(problem))
            form.add_error(field if field in form.fields else None, told)
        return bool(super().is_valid())

    def as_object(self) -> dict[str, Any]:
        """What was typed, as an object of JSON."""
        raise NotImplementedError

    def facts_of(self, problem: LayoutProblem) -> Facts:
        """The facts of a problem in words of the form."""
        return problem.facts

    def place_of(self, problem: LayoutProblem) -> tuple[forms.BaseForm, str]:
        """The form and its field that a problem is told at."""
        return self, problem.path

    def rows(self, name: str, of: Any = None) -> list[Any]:
        """The forms of child rows, in their order, without those that are to be deleted."""
        return list((of or self).formsets[name].ordered_forms)


class TemplateForm(forms.Form):
    """A blank file of theirs. Valid when headings were found in it."""

    file = forms.FileField(
        label=gettext_lazy("Their file"),
        help_text=gettext_lazy(
            "A blank CSV file or Excel workbook as the awarding organisation hands it out."
        ),
        allow_empty_file=True,
        error_messages={
            "required": gettext_lazy("Select a file."),
            "missing": gettext_lazy("Select a file."),
        },
        widget=forms.FileInput(attrs={"accept": ",".join(ACCEPTED)}),
    )

    def clean_file(self) -> ExportDefinition:
        """The layout that the file is probably a template for."""
        file = self.cleaned_data["file"]
        limit = conf.settings.MAX_UPLOAD_BYTES
        fault = check_upload(file.name, file.size, limit, ANY)
        found = fault or self._read(file.name, file.read(), limit)
        if isinstance(found, FileFault):
            raise ValidationError(sentence(found.code, found.facts), code=found.code.value)
        if found is None:
            raise ValidationError(_("No headings were found in this file."), code="no_headings")
        return found

    @staticmethod
    def _read(name: str, data: bytes, limit: int) -> ExportDefinition | FileFault | None:
        if is_workbook(data):
            workbook = read_workbook(data, limit)
            if isinstance(workbook, FileFault):
                return workbook
            return layout_of(name, texts_of(workbook.rows[:ROWS_LOOKED_AT]), kind=Format.XLSX)
        decoded = decode(data)
        if isinstance(decoded, FileFault):
            return decoded
        separator = likely_separator(decoded.text)
        rows = read_rows(data, separator, limit, ROWS_LOOKED_AT)
        return layout_of(name, rows, kind=Format.CSV, separator=separator, encoding=decoded.encoding)


class FieldChoices:
    """The fields of columns, in groups. Which of them a file may have depends on what it is about."""

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        yield "", _("Not read")
        groups = {
            _("Files of registrations"): SOURCE_FIELDS["registrations"],
            _("New learners in files of registrations"): CREATED_FIELDS[Creates.LEARNERS],
            _("New qualifications in files of registrations"): CREATED_FIELDS[Creates.QUALIFICATIONS],
            _("Files of learners"): SOURCE_FIELDS["learners"],
            _("Files of qualifications"): SOURCE_FIELDS["qualifications"],
        }
        seen: set[str] = set()
        for label, columns in groups.items():
            # Of one name there is one field: files of learners have more than those of new learners.
            fresh = [(one.field, one.heading) for one in columns if one.field not in seen]
            seen |= {field for field, _heading in fresh}
            if fresh:
                yield label, fresh


class FieldSelect(forms.Select):
    """Choose the field of a column."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.choices: Any = FieldChoices()


_IN_COLUMN = re.compile(r"columns\[([0-9]+)\](?:\.(\w+)(?:\.(.*))?)?", re.DOTALL)
_IN_ROW = re.compile(r"before\[([0-9]+)\]")


class ExportLayoutForm(LayoutForm):
    """The form of an export layout."""

    def as_object(self) -> dict[str, Any]:
        typed = self.cleaned_data
        organisation = typed["awarding_organisation"]
        return {
            "kind": "export",
            "name": typed["name"],
            "awarding_organisation": organisation.name if organisation else None,
            "format": typed["format"],
            "separator": typed["separator"],
            "encoding": typed["encoding"],
            "guard": typed["guard"],
            "headings": typed["headings"],
            "before": [row.cleaned_data["cells"] for row in self.rows("rows_before")],
            "rows_per_file": typed["rows_per_file"],
            "file_name": typed["file_name"] or None,
            "columns": [self._column(column) for column in self.rows("columns")],
        }

    def _column(self, column: Any) -> dict[str, Any]:
        typed = column.cleaned_data
        values: dict[str, str] = {}
        for row in self.rows("translations", column):
            stored, cell = row.cleaned_data["stored"], row.cleaned_data["cell"]
            if stored in values:
                row.add_error("stored", sentence(LayoutFault.REPEATED_KEY, {}))
            values[stored] = cell
        names = ("heading", "value", "constant", "if_blank", "dates", "case", "required", "longest")
        return column_object(values=values, **{name: typed[name] for name in names})

    def place_of(self, problem: LayoutProblem) -> tuple[forms.BaseForm, str]:
        if found := _IN_ROW.match(problem.path):
            return self.rows("rows_before")[int(found[1])], "cells"
        found = _IN_COLUMN.fullmatch(problem.path)
        if found is None:
            return super().place_of(problem)
        column = self.rows("columns")[int(found[1])]
        if found[2] == "values":
            for row in self.rows("translations", column):
                if row.cleaned_data.get("stored") == found[3]:
                    return row, "cell"
        return column, found[2] or "value"


_CONSTANT = re.compile(r"constants\.(\w+)", re.DOTALL)


class ImportLayoutForm(LayoutForm):
    """The form of an import layout."""

    def as_object(self) -> dict[str, Any]:
        typed = self.cleaned_data
        creates = (
            (Creates.LEARNERS, typed["creates_learners"]),
            (Creates.QUALIFICATIONS, typed["creates_qualifications"]),
        )
        return {
            "kind": "import",
            "name": typed["name"],
            "about": typed["about"],
            "separator": typed["separator"],
            "dates": typed["dates"],
            "key": typed["key"],
            "columns": [self._column(column) for column in self.rows("columns")],
            "constants": self._constants(),
            "creates": [what.value for what, is_made in creates if is_made],
        }

    def _column(self, column: Any) -> dict[str, Any]:
        typed = column.cleaned_data
        values: dict[str, str] = {}
        for row in self.rows("translations", column):
            cell = row.cleaned_data["cell"]
            if cell in values:
                row.add_error("cell", sentence(LayoutFault.REPEATED_KEY, {}))
            values[cell] = row.cleaned_data["value"]
        names = ("heading", "field", "optional", "policy", "dates")
        return imports.column_object(values=values, **{name: typed[name] for name in names})

    def _constants(self) -> dict[str, str]:
        constants: dict[str, str] = {}
        for row in self.rows("constants"):
            field = row.cleaned_data["field"]
            if field in constants:
                row.add_error("field", sentence(LayoutFault.REPEATED_FIELD, {}))
            constants[field] = row.cleaned_data["value"]
        return constants

    def facts_of(self, problem: LayoutProblem) -> Facts:
        return in_words(problem)

    def place_of(self, problem: LayoutProblem) -> tuple[forms.BaseForm, str]:
        if found := _CONSTANT.fullmatch(problem.path):
            for row in self.rows("constants"):
                if row.cleaned_data.get("field") == found[1]:
                    is_of_value = problem.code not in (LayoutFault.NOT_OFFERED, LayoutFault.REPEATED_FIELD)
                    return row, "value" if is_of_value else "field"
        if problem.path.startswith("creates"):
            return self, "creates_learners"
        found = _IN_COLUMN.fullmatch(problem.path)
        if found is None:
            return super().place_of(problem)
        column = self.rows("columns")[int(found[1])]
        if found[2] == "values":
            for row in self.rows("translations", column):
                if row.cleaned_data.get("cell") == found[3]:
                    return row, "value"
            return column, "field"
        return column, found[2] or "field"
