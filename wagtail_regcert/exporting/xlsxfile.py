"""Rows of cells in, an Excel workbook out, in a stream. Every cell is a text, and stays one when edited.

Rows are put into XML a few hundred at a time by replacing separators in one long text: a library that makes
an object of each cell takes many times as long.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from .zipstream import zip_bytes

ROWS_AT_ONCE = 500

MAX_ROWS = 1_048_576
"""Rows of a sheet."""

# No cell has control characters.
_NEXT_CELL, _NEXT_ROW = "\x01", "\x02"
_CELL_START, _CELL_END = '<c s="1" t="inlineStr"><is><t xml:space="preserve">', "</t></is></c>"
_ROW_START, _ROW_END = "<row>", "</row>"
_BETWEEN_CELLS = _CELL_END + _CELL_START
_BETWEEN_ROWS = _CELL_END + _ROW_END + _ROW_START + _CELL_START

_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_NOT_IN_XML = re.compile("[\ufffe\uffff\ud800-\udfff]")

_SHEET_START = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
)
_SHEET_END = b"</sheetData></worksheet>"

_PARTS = (
    (
        "[Content_Types].xml",
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        b'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        b'<Default Extension="xml" ContentType="application/xml"/>'
        b'<Override PartName="/xl/workbook.xml" ContentType='
        b'"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        b'<Override PartName="/xl/styles.xml" ContentType='
        b'"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>'
        b'<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
        b'"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    ),
    (
        "_rels/.rels",
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="rId1" Target="xl/workbook.xml" Type='
        b'"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/>'
        b"</Relationships>",
    ),
    (
        "xl/workbook.xml",
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        b'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        b'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        b'<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    ),
    (
        "xl/_rels/workbook.xml.rels",
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="rId1" Target="worksheets/sheet1.xml" Type='
        b'"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/>'
        b'<Relationship Id="rId2" Target="styles.xml" Type='
        b'"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles"/></Relationships>',
    ),
    (
        # The second style of cells is "text", number 49 of the formats that every spreadsheet knows.
        "xl/styles.xml",
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
        b'<fills count="2"><fill><patternFill patternType="none"/></fill>'
        b'<fill><patternFill patternType="gray125"/></fill></fills>'
        b'<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        b'<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        b'<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        b'<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
        b'<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
    ),
)
"""What every workbook of one sheet has beside the sheet."""


def sheet_bytes(
    headings: Sequence[str] | None, rows: Iterable[Sequence[str]], *, before: Iterable[Sequence[str]] = ()
) -> Iterator[bytes]:
    """The XML of a sheet: rows before the headings, headings, rows."""
    yield _SHEET_START
    first = [*before, *([] if headings is None else [headings])]
    all_rows = iter(chain(first, rows))
    while chunk := list(islice(all_rows, ROWS_AT_ONCE)):
        yield _rows(chunk)
    yield _SHEET_END


def xlsx_bytes(sheet: Iterable[bytes]) -> Iterator[bytes]:
    """The workbook of a sheet."""
    parts = [(name, (part,)) for name, part in _PARTS]
    return zip_bytes(chain(parts, [("xl/worksheets/sheet1.xml", sheet)]))


def _rows(rows: Sequence[Sequence[str]]) -> bytes:
    text = _NEXT_ROW.join([_NEXT_CELL.join(row) for row in rows])
    if "_x" in text:
        # What looks like an escaped character to a spreadsheet.
        text = _ESCAPED.sub("_x005F_", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if not text.isascii():
        text = _NOT_IN_XML.sub(lambda found: f"_x{ord(found.group()):04X}_", text)
    text = text.replace(_NEXT_CELL, _BETWEEN_CELLS).replace(_NEXT_ROW, _BETWEEN_ROWS)
    text = f"{_ROW_START}{_CELL_START}{text}{_CELL_END}{_ROW_END}"
    return text.replace(f"{_CELL_START}{_CELL_END}", '<c s="1"/>').encode()
