"""Layouts that a site adds to read what others write, as rows that a form can edit."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import Orderable

from ..cells import match_key
from ..databases import SourceQuerySet
from ..date_forms import READ_FORMS, DateForm
from ..definitions import imports
from ..definitions.places import Place
from ..layouts import KnownBy, Policy, Separator
from ..problems import LayoutFault
from .layouts import BaseLayout, ExportLayout
from .qualifications import Qualification

DATES = [(form.value, form.value) for form in READ_FORMS]


class ImportLayout(BaseLayout):
    """How a file that others write is read."""

    kind = imports.KIND

    ABOUT = [
        (imports.About.REGISTRATIONS.value, _("registrations")),
        (imports.About.LEARNERS.value, _("learners")),
        (imports.About.QUALIFICATIONS.value, _("qualifications")),
    ]
    KEYS = [
        (KnownBy.LEARNER_QUALIFICATION.value, _("learner and qualification")),
        (KnownBy.REGISTRATION_NUMBER.value, _("registration number")),
    ]

    about = models.CharField(
        pgettext_lazy("wagtail_regcert", "about"),
        max_length=16,
        choices=ABOUT,
        default=imports.About.REGISTRATIONS.value,
        help_text=_("What each record of the file is about."),
    )
    separator = models.CharField(
        pgettext_lazy("wagtail_regcert", "separator"),
        max_length=16,
        choices=ExportLayout.SEPARATORS,
        default=Separator.COMMA.value,
        help_text=_("Of CSV alone."),
    )
    dates = models.CharField(_("dates as"), max_length=16, choices=DATES, default=DateForm.DAY_FIRST.value)
    key = models.CharField(
        _("known by"),
        max_length=32,
        choices=KEYS,
        default=KnownBy.LEARNER_QUALIFICATION.value,
        help_text=_("By what the file says which registration it means. By number, it creates none."),
    )
    creates_learners = models.BooleanField(
        _("create unknown learners"),
        default=False,
        help_text=_("From the file itself, by whoever may add learners. Of files of registrations alone."),
    )
    creates_qualifications = models.BooleanField(
        _("create unknown qualifications"),
        default=False,
        help_text=_("The same of qualifications, with their awarding organisations."),
    )

    # The reverse relations below.
    columns: Any
    constants: Any

    class Meta(BaseLayout.Meta):
        verbose_name = _("import layout")
        verbose_name_plural = _("import layouts")

    @staticmethod
    def read_object(value: Any, at: Place) -> imports.ImportDefinition | None:
        return imports.read(value, at)

    @classmethod
    def read_to_save(cls, value: Any, at: Place) -> imports.ImportDefinition | None:
        definition = imports.read(value, at)
        if definition is None:
            return None
        number = definition.constants.get("qualification")
        is_created = imports.Creates.QUALIFICATIONS in definition.creates
        if number is None or is_created or Qualification.objects.by_match_key([match_key(number)]):
            return definition
        at.key("constants").key("qualification").wrong(LayoutFault.UNKNOWN_QUALIFICATION)
        return None

    def as_object(self) -> dict[str, Any]:
        columns = list(self.columns.all())
        models.prefetch_related_objects([column for column in columns if column.pk], "translations")
        made = (
            (imports.Creates.LEARNERS, self.creates_learners),
            (imports.Creates.QUALIFICATIONS, self.creates_qualifications),
        )
        return {
            "kind": self.kind,
            "name": self.name,
            "about": self.about,
            "separator": self.separator,
            "dates": self.dates,
            "key": self.key,
            "columns": [column.as_object() for column in columns],
            "constants": {one.field: one.value for one in self.constants.all()},
            "creates": [what.value for what, is_made in made if is_made],
        }

    def fill(self, definition: imports.ImportDefinition) -> None:
        self.name = definition.name
        self.about = definition.about.value
        self.separator = definition.separator.value
        self.dates = definition.dates.value
        self.key = definition.key.value
        self.creates_learners = imports.Creates.LEARNERS in definition.creates
        self.creates_qualifications = imports.Creates.QUALIFICATIONS in definition.creates
        self.columns = [
            ImportLayoutColumn.of(column, number) for number, column in enumerate(definition.columns)
        ]
        self.constants = [
            ImportLayoutConstant(sort_order=number, field=field, value=value)
            for number, (field, value) in enumerate(definition.constants.items())
        ]


class ImportLayoutColumn(Orderable, ClusterableModel):
    """A column of an import layout. Which fields there are is said by the definition, not by the table."""

    POLICIES = [
        (Policy.OVERWRITE.value, _("replace; a blank removes")),
        (Policy.KEEP_IF_BLANK.value, _("replace; a blank leaves alone")),
        (Policy.FILL.value, _("only where nothing is stored")),
    ]

    layout = ParentalKey(ImportLayout, on_delete=models.CASCADE, related_name="columns")
    heading = models.CharField(_("heading"), max_length=imports.HEADING_LIMIT)
    field = models.CharField(_("field"), max_length=64, blank=True)
    """Blank where the column is known, and not read."""
    optional = models.BooleanField(_("may be missing"), default=False)
    policy = models.CharField(
        _("what is stored"), max_length=16, choices=POLICIES, default=Policy.OVERWRITE.value
    )
    dates = models.CharField(_("dates as"), max_length=16, choices=DATES, blank=True)

    objects = SourceQuerySet.as_manager()

    # The reverse relation below.
    translations: Any

    class Meta(Orderable.Meta):
        base_manager_name = "objects"
        default_permissions = ()

    def __str__(self) -> str:
        return self.heading

    @classmethod
    def of(cls, column: imports.ImportColumn, number: int) -> ImportLayoutColumn:
        """The row of a column, not saved yet."""
        row = cls(
            sort_order=number,
            heading=column.heading,
            field=column.field or "",
            optional=column.optional,
            policy=column.policy.value,
            dates=column.dates or "",
        )
        row.translations = [
            ImportLayoutTranslation(sort_order=place, cell=cell, value=value)
            for place, (cell, value) in enumerate(column.values.items())
        ]
        return row

    def as_object(self) -> dict[str, Any]:
        """The column as an object of JSON."""
        return imports.column_object(
            heading=self.heading,
            field=self.field,
            optional=self.optional,
            policy=self.policy,
            values={one.cell: one.value for one in self.translations.all()},
            dates=self.dates,
        )


class ImportLayoutTranslation(Orderable):
    """Which value a cell of one column stands for."""

    column = ParentalKey(ImportLayoutColumn, on_delete=models.CASCADE, related_name="translations")
    cell = models.CharField(_("in the file"), max_length=imports.CELL_LIMIT)
    value = models.CharField(_("stands for"), max_length=imports.CELL_LIMIT, blank=True)

    objects = SourceQuerySet.as_manager()

    class Meta(Orderable.Meta):
        base_manager_name = "objects"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.cell} → {self.value}"


class ImportLayoutConstant(Orderable):
    """The value of one field of all records, where the file has no column for it."""

    layout = ParentalKey(ImportLayout, on_delete=models.CASCADE, related_name="constants")
    field = models.CharField(_("field"), max_length=64)
    value = models.CharField(pgettext_lazy("wagtail_regcert", "value"), max_length=imports.CELL_LIMIT)

    objects = SourceQuerySet.as_manager()

    class Meta(Orderable.Meta):
        base_manager_name = "objects"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.field}: {self.value}"
