"""The definition of an export layout: what a file for an awarding organisation looks like. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ..characters import guard
from ..date_forms import DateForm
from ..exporting.layout_values import BY_NAME, Sort
from ..layouts import Separator
from ..problems import LayoutFault
from .names import NAME_LIMIT, name
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
    whole_number,
    written,
)
from .places import Place

KIND = "export"

CELL_LIMIT = 255
"""Characters of a text that a layout brings with it."""

FILE_NAME_LIMIT = 128

MAX_CELL_LENGTH = 32_767
"""Characters that a cell of a spreadsheet can have."""

MAX_COLUMNS = 500
MAX_ROWS_BEFORE = 50
MAX_TRANSLATIONS = 500
MAX_ROWS_PER_FILE = 1_000_000
"""A sheet has 1,048,576 rows, some of which stand before the records."""


class Format(StrEnum):
    """What kind of file is written."""

    CSV = "csv"
    XLSX = "xlsx"


class Encoding(StrEnum):
    """How the characters of a CSV file are encoded."""

    UTF8_WITH_MARK = "utf-8-sig"
    UTF8 = "utf-8"
    WINDOWS = "cp1252"


class Case(StrEnum):
    """Which letters a cell is written in."""

    UPPER = "upper"
    LOWER = "lower"


def own_text(limit: int = CELL_LIMIT, *, may_be_blank: bool = True) -> Any:
    """A text of the layout's own, which is written as it is: so it must not be a formula."""
    parse = text(limit, may_be_blank=may_be_blank)

    def parse_own(value: Any, at: Place) -> Any:
        read = parse(value, at)
        if read is not UNREAD and looks_like_formula(read):
            at.wrong(LayoutFault.FORMULA)
            return UNREAD
        return read

    return parse_own


_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)*")


def looks_like_formula(cell: str) -> bool:
    """Whether a spreadsheet would run this. A number with a sign it only shows."""
    return guard(cell) != cell and not _NUMBER.fullmatch(cell)


_PLACEHOLDER = re.compile(r"\{(?:date:(?P<form>[^{}]*)|number)\}")
_DIRECTIVE = re.compile(r"%(.?)", re.DOTALL)
_DIRECTIVES = "dmYyHM"
_file_name_text = text(FILE_NAME_LIMIT, may_be_blank=False)
_NOT_IN_NAMES = frozenset('/\\:*?"<>|')


def file_name(value: Any, at: Place) -> Any:
    """A name with ``{date:…}`` and ``{number}`` in it."""
    read = _file_name_text(value, at)
    if read is UNREAD:
        return UNREAD
    between = set(_PLACEHOLDER.sub("", read))
    if _NOT_IN_NAMES & between or read != read.strip() or read.startswith("."):
        at.wrong(LayoutFault.BAD_FILE_NAME)
        return UNREAD
    forms = [found["form"] for found in _PLACEHOLDER.finditer(read) if found["form"] is not None]
    directives = [directive for form in forms for directive in _DIRECTIVE.findall(form)]
    is_right = all(directive and directive in _DIRECTIVES for directive in directives)
    if not is_right or set("{}") & between or _NOT_IN_NAMES & set("".join(forms)):
        at.wrong(LayoutFault.BAD_PLACEHOLDER)
        return UNREAD
    return read


def value_name(value: Any, at: Place) -> Any:
    """The name of a value."""
    if isinstance(value, str) and value in BY_NAME:
        return value
    at.wrong(LayoutFault.UNKNOWN_VALUE)
    return UNREAD


@dataclass(frozen=True, kw_only=True)
class ExportColumn:
    """One column: a value with what is done to it, or always the same text."""

    heading: str = option(own_text(may_be_blank=False))
    value: str | None = option(or_none(value_name), default=None)
    constant: str | None = option(or_none(own_text()), default=None)
    values: Mapping[str, str] = option(
        translations(text(CELL_LIMIT), own_text(), most=MAX_TRANSLATIONS), default_factory=dict
    )
    """What is stored to what is written instead; codes of statuses and genders, days as yyyy-mm-dd."""
    if_blank: str | None = option(or_none(own_text()), default=None)
    dates: DateForm | None = option(or_none(choice(DateForm)), default=None)
    case: Case | None = option(or_none(choice(Case)), default=None)
    required: bool = option(flag, default=False)
    longest: int | None = option(or_none(whole_number(1, MAX_CELL_LENGTH)), default=None)

    @property
    def own_texts(self) -> Iterator[tuple[str, str]]:
        """The texts that it brings with it, each with its path in the column."""
        yield "heading", self.heading
        if self.constant is not None:
            yield "constant", self.constant
        if self.if_blank is not None:
            yield "if_blank", self.if_blank
        for stored, cell in self.values.items():
            yield f"values.{stored}", cell


OF_VALUES_ALONE = ("values", "if_blank", "dates", "case", "required", "longest")
"""Options that mean nothing beside a constant."""


@dataclass(frozen=True, kw_only=True)
class ExportDefinition:
    """What one kind of file looks like."""

    name: str = option(name)
    awarding_organisation: str | None = option(or_none(text(255, may_be_blank=False)), default=None)
    """The name of the one that it is for."""
    format: Format = option(choice(Format), default=Format.CSV)
    separator: Separator = option(choice(Separator), default=Separator.COMMA)
    encoding: Encoding = option(choice(Encoding), default=Encoding.UTF8_WITH_MARK)
    guard: bool = option(flag, default=True)
    """Whether stored texts are kept from being run as formulas."""
    headings: bool = option(flag, default=True)
    """Whether the headings are written."""
    before: tuple[tuple[str, ...], ...] = option(
        several(several(own_text(), most=MAX_COLUMNS), most=MAX_ROWS_BEFORE), default=()
    )
    """Rows above the headings."""
    rows_per_file: int | None = option(or_none(whole_number(1, MAX_ROWS_PER_FILE)), default=None)
    """Records of each of several files; ``None`` for one file of all."""
    file_name: str | None = option(or_none(file_name), default=None)
    columns: tuple[ExportColumn, ...] = option(several(part(ExportColumn), least=1, most=MAX_COLUMNS))

    def file_name_at(self, moment: dt.datetime, number: int = 1) -> str:
        """The name of a file that is written at a moment of the site's clock."""
        template = self.file_name or self._default_file_name
        return _PLACEHOLDER.sub(lambda found: _filled_in(found, moment, str(number)), template)

    def archive_name_at(self, moment: dt.datetime) -> str:
        """The name of the ZIP of several files: that of the files without their number."""
        template = self.file_name or self._default_file_name
        named = _PLACEHOLDER.sub(lambda found: _filled_in(found, moment, ""), template)
        stem, dot, _ending = named.rpartition(".")
        return f"{(stem if dot else named).rstrip(' ._-') or 'registrations'}.zip"

    @property
    def _default_file_name(self) -> str:
        number = "-{number}" if self.rows_per_file else ""
        return f"registrations-{{date:%Y-%m-%d}}{number}.{self.format}"


def _filled_in(found: re.Match[str], moment: dt.datetime, number: str) -> str:
    form = found["form"]
    if form is None:
        return number
    parts = {
        "d": f"{moment.day:02d}",
        "m": f"{moment.month:02d}",
        "Y": f"{moment.year:04d}",
        "y": f"{moment.year % 100:02d}",
        "H": f"{moment.hour:02d}",
        "M": f"{moment.minute:02d}",
    }
    return _DIRECTIVE.sub(lambda directive: parts[directive[1]], form)


def read(value: Any, at: Place) -> ExportDefinition | None:
    """An export layout from an object of JSON; ``None`` when problems were noted at its places."""
    count = len(at.problems)
    definition = read_object(ExportDefinition, value, at, known=("kind",))
    if isinstance(value, dict) and isinstance(value.get("columns"), list):
        for number, column in enumerate(value["columns"]):
            if isinstance(column, dict):
                _check_column(column, at.key("columns").item(number))
    if isinstance(definition, ExportDefinition):
        _check(definition, at)
    return definition if isinstance(definition, ExportDefinition) and len(at.problems) == count else None


def to_json(definition: ExportDefinition) -> dict[str, Any]:
    """The same as an object of JSON."""
    return {"kind": KIND, **written(definition)}


def column_object(*, value: str, constant: str, **options: Any) -> dict[str, Any]:
    """A column as an object of JSON, from fields that are blank where nothing is chosen.

    Without a value it is always the same text, which may be blank.
    """
    chosen = {key: option for key, option in options.items() if option}
    if value:
        chosen["value"] = value
    return {**chosen, "constant": constant} if constant or not value else chosen


def _check_column(column: dict[str, Any], at: Place) -> None:
    """Note what does not go together in a column."""
    has_value, has_constant = column.get("value") is not None, column.get("constant") is not None
    if has_value == has_constant:
        at.wrong(LayoutFault.VALUE_OR_CONSTANT)
        return
    if has_constant:
        for key in OF_VALUES_ALONE:
            if column.get(key):
                at.key(key).wrong(LayoutFault.NOT_FOR_CONSTANT)
        return
    known = BY_NAME.get(column["value"]) if isinstance(column["value"], str) else None
    if known and known.sort is not Sort.DAY and column.get("dates"):
        at.key("dates").wrong(LayoutFault.NOT_A_DAY)


def _check(definition: ExportDefinition, at: Place) -> None:
    """Note what does not go together in a layout."""
    if definition.rows_per_file and definition.file_name and "{number}" not in definition.file_name:
        at.key("file_name").wrong(LayoutFault.NUMBER_NEEDED)
    if definition.format is Format.CSV and definition.encoding is Encoding.WINDOWS:
        for number, row in enumerate(definition.before):
            for position, cell in enumerate(row):
                _check_encoding(cell, at.key("before").item(number).item(position))
        for number, column in enumerate(definition.columns):
            for path, cell in column.own_texts:
                _check_encoding(cell, at.key("columns").item(number).key(path))


def _check_encoding(cell: str, at: Place) -> None:
    try:
        cell.encode(Encoding.WINDOWS)
    except UnicodeEncodeError as error:
        at.wrong(LayoutFault.BAD_ENCODING, codepoint=f"U+{ord(cell[error.start]):04X}")


__all__ = ["KIND", "NAME_LIMIT", "ExportColumn", "ExportDefinition", "read", "to_json"]
