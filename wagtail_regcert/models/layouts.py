"""Layouts that a site adds: what a file looks like, as rows that a form can edit."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import Orderable

from ..characters import bad_character
from ..databases import SourceQuerySet
from ..date_forms import DateForm
from ..definitions import exports
from ..definitions.names import NAME_LIMIT, fold_name
from ..definitions.places import Place
from ..layouts import Separator
from .fields import CellsField, ExactField, LongKeyField, OwnTextField
from .qualifications import AwardingOrganisation


class LayoutQuerySet(SourceQuerySet[Any]):
    """Layouts of one kind as sets."""

    def named(self, name: str) -> Any:
        """The layout of this name, whatever its case; ``None`` when there is none."""
        key = fold_name(name)
        # Databases refuse to look for some of what is no text, and no name is stored that is none.
        return None if bad_character(key) else self.filter(name_key=key).first()


class NameKeyField(LongKeyField):
    """What a layout is found by and unique by, filled from its name at every save."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        key = fold_name(model_instance.name)  # type: ignore[attr-defined]
        setattr(model_instance, self.attname, key)
        return key


class BaseLayout(ClusterableModel):
    """What layouts of every kind have in common: a name, and a definition that a file can carry.

    A kind says how its definition is read from an object of JSON (``read_object``), and puts one into its
    rows (``fill``) and takes it out of them again (``as_object``). The rules are those of the definition
    alone, for a file and for a form.
    """

    kind: ClassVar[str]
    """As files of layouts name it."""

    name = ExactField(pgettext_lazy("wagtail_regcert", "name"), max_length=NAME_LIMIT)
    # Case folding can make a text three times as long.
    name_key = NameKeyField(max_length=3 * NAME_LIMIT, unique=True, editable=False)

    objects = LayoutQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        ordering = ["name_key"]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def read_object(value: Any, at: Place) -> Any:
        """The definition that an object of JSON describes; ``None`` when it noted problems."""
        raise NotImplementedError

    @classmethod
    def read_to_save(cls, value: Any, at: Place) -> Any:
        """The same before it is saved: what it refers to and does not create must be there."""
        return cls.read_object(value, at)

    def as_object(self) -> dict[str, Any]:
        """The layout as an object of JSON."""
        raise NotImplementedError

    def create_related(self, definition: Any) -> None:
        """Create what a definition refers to by name and what does not exist yet, as a sync does."""

    def fill(self, definition: Any) -> None:
        """Take over a definition, all of whose related rows exist. It is not saved yet."""
        raise NotImplementedError

    def definition(self) -> Any:
        """The definition, read by today's rules; ``None`` where the rules do not allow it any more."""
        return self.read_object(self.as_object(), Place())


class ExportLayout(BaseLayout):
    """What a file for an awarding organisation looks like."""

    kind = exports.KIND

    FORMATS = [(exports.Format.CSV.value, "CSV"), (exports.Format.XLSX.value, _("Excel (XLSX)"))]
    SEPARATORS = [
        (Separator.COMMA.value, _("Comma")),
        (Separator.SEMICOLON.value, _("Semicolon")),
        (Separator.TAB.value, _("Tab")),
        (Separator.PIPE.value, _("Vertical bar")),
    ]
    ENCODINGS = [
        (exports.Encoding.UTF8_WITH_MARK.value, _("UTF-8 with byte order mark")),
        (exports.Encoding.UTF8.value, "UTF-8"),
        (exports.Encoding.WINDOWS.value, _("Windows-1252 (Western European)")),
    ]

    awarding_organisation = models.ForeignKey(
        AwardingOrganisation,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("awarding organisation"),
        help_text=_("The layout is proposed where all that is exported is of this awarding organisation."),
    )
    format = models.CharField(
        pgettext_lazy("wagtail_regcert", "format"),
        max_length=8,
        choices=FORMATS,
        default=exports.Format.CSV.value,
    )
    separator = models.CharField(
        pgettext_lazy("wagtail_regcert", "separator"),
        max_length=16,
        choices=SEPARATORS,
        default=Separator.COMMA.value,
        help_text=_("Of CSV alone."),
    )
    encoding = models.CharField(
        pgettext_lazy("wagtail_regcert", "encoding"),
        max_length=16,
        choices=ENCODINGS,
        default=exports.Encoding.UTF8_WITH_MARK.value,
        help_text=_("Of CSV alone."),
    )
    guard = models.BooleanField(
        _("guard against formulas"),
        default=True,
        help_text=_(
            "Puts an apostrophe before stored texts that a spreadsheet would run as a formula. Of CSV alone."
        ),
    )
    headings = models.BooleanField(_("write the headings"), default=True)
    rows_per_file = models.PositiveIntegerField(
        _("records per file"),
        null=True,
        blank=True,
        help_text=_("Gives a ZIP of files with at most so many records each. Blank: one file."),
    )
    file_name = models.CharField(
        _("file name"),
        max_length=exports.FILE_NAME_LIMIT,
        blank=True,
        help_text=_(
            "May hold {date:%d%m%Y} (of %d %m %Y %y %H %M) and {number}, the number of the file. "
            "Blank: one that says what it is and the day."
        ),
    )

    # The reverse relations below.
    rows_before: Any
    columns: Any

    class Meta(BaseLayout.Meta):
        verbose_name = _("export layout")
        verbose_name_plural = _("export layouts")

    @staticmethod
    def read_object(value: Any, at: Place) -> exports.ExportDefinition | None:
        return exports.read(value, at)

    def as_object(self) -> dict[str, Any]:
        columns = list(self.columns.all())
        models.prefetch_related_objects([column for column in columns if column.pk], "translations")
        return {
            "kind": self.kind,
            "name": self.name,
            "awarding_organisation": self.awarding_organisation and self.awarding_organisation.name,
            "format": self.format,
            "separator": self.separator,
            "encoding": self.encoding,
            "guard": self.guard,
            "headings": self.headings,
            "before": [row.cells for row in self.rows_before.all()],
            "rows_per_file": self.rows_per_file,
            "file_name": self.file_name or None,
            "columns": [column.as_object() for column in columns],
        }

    def create_related(self, definition: exports.ExportDefinition) -> None:
        if definition.awarding_organisation:
            AwardingOrganisation.objects.get_or_create(name=definition.awarding_organisation)

    def fill(self, definition: exports.ExportDefinition) -> None:
        self.name = definition.name
        self.awarding_organisation = (
            AwardingOrganisation.objects.get(name=definition.awarding_organisation)
            if definition.awarding_organisation
            else None
        )
        self.format = definition.format.value
        self.separator = definition.separator.value
        self.encoding = definition.encoding.value
        self.guard = definition.guard
        self.headings = definition.headings
        self.rows_per_file = definition.rows_per_file
        self.file_name = definition.file_name or ""
        self.rows_before = [
            ExportLayoutRow(sort_order=number, cells=list(cells))
            for number, cells in enumerate(definition.before)
        ]
        self.columns = [
            ExportLayoutColumn.of(column, number) for number, column in enumerate(definition.columns)
        ]


class ExportLayoutRow(Orderable):
    """A row of an export layout that stands above the headings."""

    layout = ParentalKey(ExportLayout, on_delete=models.CASCADE, related_name="rows_before")
    cells = CellsField(
        pgettext_lazy("wagtail_regcert", "cells"),
        default=list,
        blank=True,
        help_text=_("Each cell in a line of its own."),
    )

    objects = SourceQuerySet.as_manager()

    class Meta(Orderable.Meta):
        base_manager_name = "objects"
        default_permissions = ()

    def __str__(self) -> str:
        return " | ".join(self.cells)


class ExportLayoutColumn(Orderable, ClusterableModel):
    """A column of an export layout. Which values there are is said by the definition, not by the table."""

    DATES = [(form.value, form.value) for form in DateForm]
    CASES = [(exports.Case.UPPER.value, _("CAPITALS")), (exports.Case.LOWER.value, _("small letters"))]

    layout = ParentalKey(ExportLayout, on_delete=models.CASCADE, related_name="columns")
    heading = OwnTextField(_("heading"), max_length=exports.CELL_LIMIT)
    value = models.CharField(pgettext_lazy("wagtail_regcert", "value"), max_length=128, blank=True)
    """Blank where the column always has the same text."""
    constant = OwnTextField(
        _("always this text"),
        max_length=exports.CELL_LIMIT,
        blank=True,
        help_text=_("Instead of a value."),
    )
    if_blank = OwnTextField(_("if blank"), max_length=exports.CELL_LIMIT, blank=True)
    dates = models.CharField(_("dates as"), max_length=16, choices=DATES, blank=True)
    case = models.CharField(_("letters"), max_length=8, choices=CASES, blank=True)
    required = models.BooleanField(_("must not be blank"), default=False)
    longest = models.PositiveIntegerField(_("most characters"), null=True, blank=True)

    objects = SourceQuerySet.as_manager()

    class Meta(Orderable.Meta):
        base_manager_name = "objects"
        default_permissions = ()

    def __str__(self) -> str:
        return self.heading

    @classmethod
    def of(cls, column: exports.ExportColumn, number: int) -> ExportLayoutColumn:
        """The row of a column, not saved yet."""
        row = cls(
            sort_order=number,
            heading=column.heading,
            value=column.value or "",
            constant=column.constant or "",
            if_blank=column.if_blank or "",
            dates=column.dates or "",
            case=column.case or "",
            required=column.required,
            longest=column.longest,
        )
        row.translations = [
            ExportLayoutTranslation(sort_order=place, stored=stored, cell=cell)
            for place, (stored, cell) in enumerate(column.values.items())
        ]
        return row

    def as_object(self) -> dict[str, Any]:
        """The column as an object of JSON."""
        return exports.column_object(
            heading=self.heading,
            value=self.value,
            constant=self.constant,
            values={one.stored: one.cell for one in self.translations.all()},
            if_blank=self.if_blank,
            dates=self.dates,
            case=self.case,
            required=self.required,
            longest=self.longest,
        )


class ExportLayoutTranslation(Orderable):
    """What one stored value is written as in one column."""

    column = ParentalKey(ExportLayoutColumn, on_delete=models.CASCADE, related_name="translations")
    stored = OwnTextField(_("stored"), max_length=exports.CELL_LIMIT, blank=True)
    cell = OwnTextField(_("written as"), max_length=exports.CELL_LIMIT, blank=True)

    objects = SourceQuerySet.as_manager()

    class Meta(Orderable.Meta):
        base_manager_name = "objects"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.stored} → {self.cell}"
