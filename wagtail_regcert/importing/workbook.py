"""The bytes of an XLSX workbook in, rows of its first visible sheet out; or the reason why there are none.

Touches nothing, and opens nothing that a workbook refers to outside itself. Parts are read tag by tag as they
are unpacked. openpyxl, in its read-only mode, tells neither hidden rows, nor a formula without a value from a
blank cell, nor the 28th of February 1900 from Excel's false leap day; it loses ``_x005F_``, pads each row to
the widest, and gives up at styles that it does not know and at Excel's own strict format.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..problems import FileFault
from .numbers import BUILT_IN, Cell, NumberFormat, TypedCell, TypedKind, iso_moment
from .package import (
    Attributes,
    Package,
    Refused,
    local_name,
    not_text,
    relationships,
    too_large,
)

__all__ = ["Cell", "TypedCell", "TypedKind", "Workbook", "is_workbook", "read_workbook"]

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_ENTRY = 128
"""Bytes of an entry in the directory of an OLE file, which begins with its name."""

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
MAX_BLANKS = 5_000_000
"""How many blank cells may stand before cells that are not. Nothing in a file stands for them, but each takes
memory; nor may ranges of merged cells have more in all."""

_CONTENT_TYPES = "[Content_Types].xml"
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_TRUE = frozenset({"1", "true"})
_BOOLEANS = {"1": "TRUE", "true": "TRUE", "0": "FALSE", "false": "FALSE"}
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?")
_NO_VALUE = TypedCell(TypedKind.NO_VALUE, "")


@dataclass(frozen=True, kw_only=True)
class Workbook:
    """What a person sees of a workbook's first sheet, and what is hidden from them."""

    rows: list[list[Cell]]
    """Every row from the first on, so that index + 1 is the row number. Blank cells at the end of a row and
    blank rows at the end are cut off."""
    hidden: frozenset[int]
    """The row numbers of those that are hidden or filtered out."""


def is_workbook(data: bytes) -> bool:
    """Whether a file begins as workbooks do, or what people take for one: zips and OLE files."""
    return data.startswith((_ZIP, _OLE))


def read_workbook(data: bytes, limit: int) -> Workbook | FileFault:
    """Read a file for which :func:`is_workbook` holds. ``limit`` is the size limit of uploads in bytes."""
    if not data.startswith(_ZIP):
        return not_text(_kind_of_ole(data)).fault
    try:
        package = Package(data, limit)
        workbook = _read(package, limit)
        package.check_unread()
    except Refused as refused:
        return refused.fault
    return workbook


def _kind_of_ole(data: bytes) -> str:
    """What an OLE file is, by the names in its directory."""
    if _has_entry(data, "EncryptedPackage"):
        return "password"
    return "xls" if _has_entry(data, "Workbook") or _has_entry(data, "Book") else "ole"


def _has_entry(data: bytes, name: str) -> bool:
    sought = f"{name}\0".encode("utf-16-le")
    place = data.find(sought)
    while place >= 0 and place % _OLE_ENTRY:
        place = data.find(sought, place + 1)
    return place >= 0


def _read(package: Package, limit: int) -> Workbook:
    _check_kind(package)
    part = next(
        (name for kind, name in relationships(package, "").values() if kind == "officeDocument"),
        "xl/workbook.xml",
    )
    if part not in package:
        raise not_text("no_workbook")
    index = _Index()
    package.parse(part, index.start)
    parts = relationships(package, part)
    sheet = index.first_visible(parts)
    if sheet is None:
        raise not_text("no_sheet")
    by_kind = {kind: name for kind, name in parts.values() if name in package}
    strings = _Strings()
    if "sharedStrings" in by_kind:
        package.parse(by_kind["sharedStrings"], strings.start, strings.end, strings.text)
    styles = _Styles()
    if "styles" in by_kind:
        package.parse(by_kind["styles"], styles.start, styles.end)
    reader = _Sheet(strings.found, styles.formats(since_1904=index.since_1904), limit)
    package.parse(sheet, reader.start, reader.end, reader.text)
    return reader.workbook()


def _check_kind(package: Package) -> None:
    """Refuse what is a zip, but no workbook without macros."""
    if package.begins_with("mimetype", _ODS):
        raise not_text("ods")
    if _CONTENT_TYPES not in package:
        raise not_text("no_workbook")
    types: set[str] = set()

    def start(_name: str, attributes: Attributes) -> None:
        types.add(attributes.get("ContentType", "").lower())

    package.parse(_CONTENT_TYPES, start)
    if any("sheet.binary" in one for one in types):
        raise not_text("xlsb")
    if any("macro" in one or "vbaproject" in one for one in types) or any(
        name.endswith("vbaproject.bin") for name in package.names
    ):
        raise not_text("macros")


class _Index:
    """The part that lists the sheets."""

    def __init__(self) -> None:
        self.since_1904 = False
        self._visible: list[str] = []

    def start(self, name: str, attributes: Attributes) -> None:
        match local_name(name):
            case "workbookPr":
                self.since_1904 = attributes.get("date1904") in _TRUE
            case "sheet" if attributes.get("state", "visible") == "visible":
                self._visible += [text for key, text in attributes.items() if key.endswith(" id")]

    def first_visible(self, parts: Mapping[str, tuple[str, str]]) -> str | None:
        """The name of the first part with a visible sheet of cells, of those that the index refers to."""
        sheets = (parts[one] for one in self._visible if one in parts)
        return next((name for kind, name in sheets if kind == "worksheet"), None)


class _Styles:
    """The part with the number formats."""

    def __init__(self) -> None:
        self._section = ""
        self._codes = dict(BUILT_IN)
        self._used: list[int] = []

    def start(self, name: str, attributes: Attributes) -> None:
        match local_name(name):
            case "numFmts" | "cellXfs" as section:
                self._section = section
            case "numFmt" if self._section == "numFmts":
                self._codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
            case "xf" if self._section == "cellXfs":
                self._used.append(int(attributes.get("numFmtId", "0")))

    def end(self, name: str) -> None:
        if local_name(name) == self._section:
            self._section = ""

    def formats(self, *, since_1904: bool) -> dict[str, NumberFormat]:
        """The formats by the number of a cell's style."""
        made = {
            number: NumberFormat(self._codes.get(number, ""), since_1904=since_1904)
            for number in set(self._used)
        }
        return {str(style): made[number] for style, number in enumerate(self._used)}


class _Texts:
    """The texts of tags, without the readings that Japanese texts have beside them."""

    def __init__(self) -> None:
        self._in_reading = False
        self._parts: list[str] | None = None
        """What is read of a text; ``None`` between texts."""

    def text(self, text: str) -> None:
        if self._parts is not None:
            self._parts.append(text)

    def _taken(self) -> str:
        """The text that has just ended. White space stays, whether ``xml:space`` asks for it or not."""
        text = "".join(self._parts or ())
        self._parts = None
        return text


class _Strings(_Texts):
    """The part with the texts that cells share."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._runs: list[str] = []

    def start(self, name: str, _attributes: Attributes) -> None:
        match local_name(name):
            case "si":
                self._runs = []
            case "rPh":
                self._in_reading = True
            case "t" if not self._in_reading:
                self._parts = []

    def end(self, name: str) -> None:
        match local_name(name):
            case "t" if self._parts is not None:
                self._runs.append(self._taken())
            case "rPh":
                self._in_reading = False
            case "si":
                self.found.append(_unescaped("".join(self._runs)))


class _Sheet(_Texts):
    """The part with the cells."""

    def __init__(self, strings: Sequence[str], formats: Mapping[str, NumberFormat], limit: int) -> None:
        super().__init__()
        self._strings = strings
        self._formats = formats
        self._general = NumberFormat()
        self._limit = limit
        self._blanks = self._merged = 0
        self._columns: dict[str, int] = {}
        self._rows: list[list[Cell]] = []
        self._hidden: set[int] = set()

        self._row: list[Cell] = []
        self._number = 0
        self._number_text = ""
        self._column = 0
        """Of the last cell."""
        self._attributes: Attributes = {}
        self._value: str | None = None
        self._inline = ""
        self._has_formula = False

    def start(self, name: str, attributes: Attributes) -> None:
        if not self._columns:
            self._begin(name)
        elif name == self._c:
            self._attributes = attributes
            self._value = None
            self._inline = ""
            self._has_formula = False
        elif name == self._v or (name == self._t and not self._in_reading):
            self._parts = []
        elif name == self._f:
            self._has_formula = True
        elif name == self._r_ph:
            self._in_reading = True
        elif name == self._row_tag:
            self._begin_row(attributes)
        elif name == self._merge_cell:
            self._merge(attributes["ref"])

    def end(self, name: str) -> None:
        if name == self._v:
            self._value = self._taken()
        elif name == self._c:
            self._end_cell()
        elif name == self._t and self._parts is not None:
            self._inline += self._taken()
        elif name == self._r_ph:
            self._in_reading = False
        elif name == self._row_tag:
            self._end_row()

    def workbook(self) -> Workbook:
        rows = self._rows
        for row in rows:
            while row and row[-1] == "":
                row.pop()
        while rows and not rows[-1]:
            rows.pop()
        return Workbook(rows=rows, hidden=frozenset(row for row in self._hidden if row <= len(rows)))

    def _begin(self, name: str) -> None:
        """Read the other tags in the namespace of the first."""
        if local_name(name) != "worksheet":
            raise ValueError(name)
        namespace = name.removesuffix("worksheet")
        self._c, self._v, self._t, self._f = (f"{namespace}{tag}" for tag in "cvtf")
        self._row_tag, self._r_ph = f"{namespace}row", f"{namespace}rPh"
        self._merge_cell = f"{namespace}mergeCell"
        self._columns = {"A": 1}

    def _begin_row(self, attributes: Attributes) -> None:
        number = int(attributes.get("r", self._number + 1))
        # Out of their order rows and cells are what no spreadsheet writes: better none than the wrong ones.
        if not self._number < number <= MAX_ROWS or self._merged:
            raise ValueError(number)
        self._number = number
        self._number_text = str(number)
        self._column = 0
        self._row = []
        if attributes.get("hidden") in _TRUE:
            self._hidden.add(number)

    def _end_row(self) -> None:
        if not self._row:
            return
        self._add_blanks(missing := self._number - len(self._rows) - 1)
        self._rows += [[] for _ in range(missing)]
        self._rows.append(self._row)
        self._row = []

    def _end_cell(self) -> None:
        reference = self._attributes.get("r")
        if reference is None:
            column = self._column + 1
        else:
            letters = reference.removesuffix(self._number_text)
            column = self._columns.get(letters) or self._column_of(letters)
        if not self._column < column <= MAX_COLUMNS or not self._number:
            raise ValueError(column)
        self._column = column
        cell = self._cell()
        if cell == "":
            return
        row = self._row
        if missing := column - len(row) - 1:
            self._add_blanks(missing)
            row += [""] * missing
        row.append(cell)

    def _cell(self) -> Cell:
        kind = self._attributes.get("t", "n")
        value = self._value
        if kind == "inlineStr":
            return _unescaped(self._inline)
        if value is None or (value == "" and kind != "str"):
            return _NO_VALUE if self._has_formula else ""
        match kind:
            case "s":
                number = int(value)
                if number < 0:
                    raise IndexError(number)
                return self._strings[number]
            case "n":
                return self._formats.get(self._attributes.get("s", "0"), self._general).cell(value)
            case "str":
                return _unescaped(value)
            case "b":
                return _BOOLEANS[value.strip()]
            case "e":
                return value
            case "d":
                return iso_moment(value)
        raise ValueError(kind)

    def _column_of(self, letters: str) -> int:
        """The number of a column, kept for the next cell. Raises ``ValueError`` for what is none."""
        column = self._columns[letters] = _column_number(letters.upper())
        return column

    def _merge(self, reference: str) -> None:
        """Leave of a range of cells only the first its value."""
        found = _RANGE.fullmatch(reference)
        if found is None:
            raise ValueError(reference)
        left, first = _column_number(found[1]), int(found[2])
        right = _column_number(found[3] or found[1])
        last = min(int(found[4] or first), len(self._rows))
        self._merged += 1
        for number in range(max(first, 1), last + 1):
            row = self._rows[number - 1]
            blank = range(left - 1 + (number == first), min(right, len(row)))
            self._merged += 1 + len(blank)
            if self._merged > MAX_BLANKS:
                raise too_large(self._limit)
            for index in blank:
                row[index] = ""

    def _add_blanks(self, count: int) -> None:
        self._blanks += count
        if self._blanks > MAX_BLANKS:
            raise too_large(self._limit)


def _column_number(letters: str) -> int:
    """1 for ``A``, 27 for ``AA``."""
    number = 0
    if not 1 <= len(letters) <= 3:
        raise ValueError(letters)
    for letter in letters:
        if not "A" <= letter <= "Z":
            raise ValueError(letters)
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _unescaped(text: str) -> str:
    """Put in the characters that XML cannot have and Excel writes as ``_x000D_``."""
    if "_x" not in text:
        return text
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    # Two halves of a character may stand there.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
