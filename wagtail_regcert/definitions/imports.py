"""The definition of an import layout: how a file that others write is read. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from ..cells import NAME_LIMIT, Date, Kind, StatusLabel, Text, Translated, fold_cell, read_plain
from ..characters import clean
from ..date_forms import READ_FORMS, DateForm
from ..layouts import (
    LEARNERS,
    QUALIFICATIONS,
    SOURCE_FIELDS,
    Column,
    KnownBy,
    Layout,
    Policy,
    Separator,
    fold_heading,
    unread_heading,
)
from ..problems import CellError, LayoutFault
from .names import name
from .options import (
    UNREAD,
    choice,
    flag,
    option,
    or_none,
    part,
    read_object,
    several,
    text,
    translations,
    written,
)
from .places import Place

KIND = "import"

HEADING_LIMIT = 255

CELL_LIMIT = NAME_LIMIT
"""Characters of a text that a layout knows."""

MAX_COLUMNS = 500
MAX_TRANSLATIONS = 500


class About(StrEnum):
    """What the records of a file are about."""

    REGISTRATIONS = "registrations"
    LEARNERS = "learners"
    QUALIFICATIONS = "qualifications"


class Creates(StrEnum):
    """What a file of registrations may create beside them."""

    LEARNERS = "learners"
    QUALIFICATIONS = "qualifications"


FULL_NAME = Column(heading="Full name", field="full_name", kind=Text(CELL_LIMIT))
"""All but the last word are given names."""

CREATED_FIELDS: dict[Creates, tuple[Column, ...]] = {
    Creates.LEARNERS: (*LEARNERS.columns[2:4], FULL_NAME, *LEARNERS.columns[4:]),
    Creates.QUALIFICATIONS: QUALIFICATIONS.columns[1:],
}
"""The fields of what is created, beside those by which it is known."""


def read_form(value: Any, at: Place) -> Any:
    """A form of days that says which day."""
    if value in READ_FORMS:
        return DateForm(value)
    at.wrong(LayoutFault.NOT_OFFERED, offered=[form.value for form in READ_FORMS])
    return UNREAD


@dataclass(frozen=True, kw_only=True)
class ImportColumn:
    """One column: a heading, and what stands under it."""

    heading: str = option(text(HEADING_LIMIT, may_be_blank=False))
    field: str | None = option(or_none(text(64)))
    """``None``: it is known, and not read."""
    optional: bool = option(flag, default=False)
    """Whether a file may lack it."""
    policy: Policy = option(choice(Policy), default=Policy.OVERWRITE)
    values: Mapping[str, str] = option(
        translations(text(CELL_LIMIT), text(CELL_LIMIT), most=MAX_TRANSLATIONS), default_factory=dict
    )
    """Cell to the value that it stands for."""
    dates: DateForm | None = option(or_none(read_form), default=None)


@dataclass(frozen=True, kw_only=True)
class ImportDefinition:
    """How one kind of file is read."""

    name: str = option(name)
    about: About = option(choice(About), default=About.REGISTRATIONS)
    separator: Separator = option(choice(Separator), default=Separator.COMMA)
    dates: DateForm = option(read_form, default=DateForm.DAY_FIRST)
    key: KnownBy = option(choice(KnownBy), default=KnownBy.LEARNER_QUALIFICATION)
    columns: tuple[ImportColumn, ...] = option(several(part(ImportColumn), least=1, most=MAX_COLUMNS))
    constants: Mapping[str, str] = option(
        translations(text(64), text(CELL_LIMIT), most=MAX_COLUMNS), default_factory=dict
    )
    """Field to the value of all records."""
    creates: tuple[Creates, ...] = option(several(choice(Creates), most=len(Creates)), default=())

    @property
    def fields(self) -> dict[str, Column]:
        """The fields that a file may carry, by name."""
        found = [*SOURCE_FIELDS[self.about], *(one for made in self.creates for one in CREATED_FIELDS[made])]
        return {column.field: column for column in found}

    def layout(self) -> Layout:
        """What reads such a file. The definition must be one that :func:`read` has taken."""
        return Layout(
            columns=(*map(self._column, self.columns), *self._constants()),
            is_sites=True,
            known_by=self.key,
            creates=tuple(one.value for one in self.creates),
        )

    def _column(self, column: ImportColumn) -> Column:
        if column.field is None:
            return Column(heading=column.heading, field="", kind=Text(), is_optional=column.optional)
        known = self.fields[column.field]
        kind: Kind = known.kind
        if isinstance(kind, Date):
            kind = Date(form=column.dates or self.dates)
        if column.values:
            values = {
                fold_cell(cell): read_plain(clean(value), known.kind) if clean(value) else ""
                for cell, value in column.values.items()
            }
            kind = Translated(kind, values)
        policy = column.policy
        if known.keeps_if_blank and policy is Policy.OVERWRITE:
            policy = known.policy
        return replace(
            known,
            heading=column.heading,
            kind=kind,
            policy=policy,
            required=self._is_required(known, policy),
            may_stay_blank=known.may_stay_blank or self._may_stay_blank(known, policy),
            is_optional=column.optional,
            examples=(),
        )

    def _is_required(self, known: Column, policy: Policy) -> bool:
        """Whether a cell must not be blank."""
        if self.about is not About.REGISTRATIONS:
            return known.required
        if isinstance(known.kind, StatusLabel):
            return policy is Policy.OVERWRITE
        if known.field == "registration_number":
            return self.key is KnownBy.REGISTRATION_NUMBER
        if known.field in ("uln", "reference"):
            # With both of them, one is enough.
            return len({"uln", "reference"} & {*self.carried}) == 1
        return known.field == "qualification"

    def _may_stay_blank(self, known: Column, policy: Policy) -> bool:
        """Whether a blank is wrong only where nothing is stored: it leaves alone what is."""
        is_key = known.field == "number"
        return self.about is not About.REGISTRATIONS and policy is not Policy.OVERWRITE and not is_key

    def _constants(self) -> Iterator[Column]:
        for field, value in self.constants.items():
            known = self.fields[field]
            yield replace(
                known, heading="", constant=read_plain(clean(value), known.kind), required=False, examples=()
            )

    @property
    def carried(self) -> tuple[str, ...]:
        """The fields that columns or constants give."""
        return (*(column.field for column in self.columns if column.field), *self.constants)


def read(value: Any, at: Place) -> ImportDefinition | None:
    """An import layout from an object of JSON; ``None`` when problems were noted at its places."""
    count = len(at.problems)
    definition = read_object(ImportDefinition, value, at, known=("kind",))
    if isinstance(definition, ImportDefinition):
        _check(definition, at)
        if len(at.problems) == count:
            return definition
    return None


def column_object(
    *, heading: str, field: str, optional: bool, policy: str, values: Mapping[str, str], dates: str
) -> dict[str, Any]:
    """A column as an object of JSON, without the options that say nothing; blanks are none."""
    chosen: dict[str, Any] = {"heading": heading, "field": field or None}
    if optional:
        chosen["optional"] = True
    if policy != Policy.OVERWRITE:
        chosen["policy"] = policy
    if values:
        chosen["values"] = dict(values)
    if dates:
        chosen["dates"] = dates
    return chosen


def to_json(definition: ImportDefinition) -> dict[str, Any]:
    """The same as an object of JSON."""
    return {"kind": KIND, **written(definition)}


def _check(definition: ImportDefinition, at: Place) -> None:
    """Note what is not so, or does not go together, in a layout."""
    if definition.about is not About.REGISTRATIONS:
        if definition.creates:
            at.key("creates").wrong(LayoutFault.OF_REGISTRATIONS)
        if definition.key is not KnownBy.LEARNER_QUALIFICATION:
            at.key("key").wrong(LayoutFault.OF_REGISTRATIONS)
    elif definition.creates and definition.key is KnownBy.REGISTRATION_NUMBER:
        at.key("creates").wrong(LayoutFault.CREATES_NOTHING)
    headings: set[str] = set()
    fields: set[str] = set()
    for number, column in enumerate(definition.columns):
        _check_column(definition, column, at.key("columns").item(number), headings, fields)
    for field, constant in definition.constants.items():
        _check_constant(definition, field, constant, at.key("constants").key(field), fields)
    _check_keys(definition, at)


def _check_column(
    definition: ImportDefinition, column: ImportColumn, at: Place, headings: set[str], fields: set[str]
) -> None:
    heading = fold_heading(column.heading)
    if not heading:
        at.key("heading").wrong(LayoutFault.BLANK)
    elif heading in headings:
        at.key("heading").wrong(LayoutFault.REPEATED_HEADING)
    elif unread_heading(column.heading):
        at.key("heading").wrong(LayoutFault.HEADING_TAKEN)
    headings.add(heading)
    if column.field is None:
        for option_name in ("values", "dates"):
            if getattr(column, option_name):
                at.key(option_name).wrong(LayoutFault.NOT_READ)
        return
    known = _field(definition, column.field, at.key("field"), fields)
    if known is None:
        return
    if column.dates and not isinstance(known.kind, Date):
        at.key("dates").wrong(LayoutFault.NOT_A_DAY)
    folded: set[str] = set()
    for cell, value in column.values.items():
        place = at.key("values").key(cell)
        if not fold_cell(cell):
            place.wrong(LayoutFault.BLANK)
        elif fold_cell(cell) in folded:
            place.wrong(LayoutFault.REPEATED_KEY)
        folded.add(fold_cell(cell))
        if clean(value):
            _check_value(value, known.kind, place)


def _check_constant(
    definition: ImportDefinition, field: str, value: str, at: Place, fields: set[str]
) -> None:
    known = _field(definition, field, at, fields)
    if known is not None:
        if clean(value):
            _check_value(value, known.kind, at)
        else:
            at.wrong(LayoutFault.BLANK)


def _field(definition: ImportDefinition, field: str, at: Place, fields: set[str]) -> Column | None:
    """The field of this name, where there is one and nothing else gives it."""
    known = definition.fields.get(field)
    if known is None:
        at.wrong(LayoutFault.NOT_OFFERED, offered=list(definition.fields))
    elif field in fields:
        at.wrong(LayoutFault.REPEATED_FIELD)
    fields.add(field)
    return known


def _check_value(value: str, kind: Kind, at: Place) -> None:
    error = read_plain(clean(value), kind)
    if isinstance(error, CellError):
        at.wrong(LayoutFault.BAD_VALUE, problem=error.code.value, **error.facts)


def _check_keys(definition: ImportDefinition, at: Place) -> None:
    """Note what is missing to know, or to create, a record."""
    given = set(definition.carried)
    wanted: list[tuple[str, ...]]
    match definition.about, definition.key:
        case About.REGISTRATIONS, KnownBy.REGISTRATION_NUMBER:
            wanted = [("registration_number",)]
        case About.REGISTRATIONS, _:
            wanted = [("uln", "reference"), ("qualification",)]
        case About.LEARNERS, _:
            wanted = [("reference", "uln")]
        case _:
            wanted = [("number",)]
    if Creates.LEARNERS in definition.creates:
        wanted.append(("family_name", "full_name"))
    if Creates.QUALIFICATIONS in definition.creates:
        wanted += [("title",), ("awarding_organisation",)]
    for names in wanted:
        if given.isdisjoint(names):
            at.key("columns").wrong(LayoutFault.FIELD_NEEDED, fields=list(names))
    if "full_name" in given and given & {"given_names", "family_name"}:
        at.key("columns").wrong(LayoutFault.ONE_NAME)
