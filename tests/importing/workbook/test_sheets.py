"""Which sheet is read, and where its parts are found."""

from zipfile import ZIP_STORED

import pytest

from tests.importing.workbook.reading import reason_of, rows_of
from tests.workbooks import MAIN, RELATIONSHIPS, STRICT, members_of, pack, relationships, sheet, with_member
from wagtail_regcert.problems import Fault


def sheets(*listed):
    """A workbook of sheets whose name is their only cell, each with its state and kind."""
    members = members_of()
    entries, targets = [], []
    for number, (name, state, kind) in enumerate(listed, start=1):
        entries.append(f'<sheet name="{name}" sheetId="{number}" state="{state}" r:id="rId{number}"/>')
        targets.append(f"{kind} {kind}s/sheet{number}.xml")
        members[f"xl/{kind}s/sheet{number}.xml"] = (
            sheet(f'<row><c t="inlineStr"><is><t>{name}</t></is></c></row>')
            if kind == "worksheet"
            else f'<chartsheet xmlns="{MAIN}"/>'
        )
    members["xl/workbook.xml"] = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONSHIPS}"><bookViews><workbookView activeTab="1"/>'
        f"</bookViews><sheets>{''.join(entries)}</sheets></workbook>"
    )
    members["xl/_rels/workbook.xml.rels"] = relationships(*targets)
    return pack(members)


def test_the_first_visible_sheet_of_cells_is_read():
    data = sheets(
        ("a", "hidden", "worksheet"),
        ("b", "veryHidden", "worksheet"),
        ("c", "visible", "chartsheet"),
        ("d", "visible", "worksheet"),
        ("e", "visible", "worksheet"),
    )

    assert rows_of(data) == [["d"]]


@pytest.mark.parametrize(
    "data",
    [
        sheets(("a", "hidden", "worksheet"), ("b", "visible", "chartsheet")),
        sheets(),
        with_member(members_of(), "xl/_rels/workbook.xml.rels", relationships()),
    ],
)
def test_a_workbook_without_a_visible_sheet_is_refused(data):
    assert reason_of(data) == (Fault.NOT_TEXT, "no_sheet")


def test_parts_are_found_wherever_they_are_and_in_any_spelling():
    members = members_of('<row><c t="s"><v>0</v></c></row>', strings="<si><t>a</t></si>")
    moved = {
        "[content_types].XML": members["[Content_Types].xml"],
        "_rels/.rels": relationships("officeDocument /book/index.xml"),
        "book/index.xml": members["xl/workbook.xml"],
        "book\\_rels\\index.xml.rels": relationships(
            "worksheet ../Cells/./one.xml", "sharedStrings /texts.xml", "styles styles.xml"
        ),
        "cells/One.xml": members["xl/worksheets/sheet1.xml"],
        "texts.xml": members["xl/sharedStrings.xml"],
    }

    assert rows_of(pack(moved)) == [["a"]]


def test_names_may_have_prefixes_and_the_strict_namespace():
    prefixed = (
        f'<x:worksheet xmlns:x="{STRICT}" xmlns:o="urn:other"><x:sheetData><x:row r="1"><x:c r="A1">'
        "<o:v>9</o:v><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>"
    )

    assert rows_of(with_member(members_of(), "xl/worksheets/sheet1.xml", prefixed)) == [["1"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_xml_may_be_in_any_encoding_that_it_names(encoding):
    xml = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>' + sheet(
        '<row><c t="inlineStr"><is><t>é</t></is></c></row>'
    )

    data = with_member(members_of(), "xl/worksheets/sheet1.xml", xml.encode(encoding))

    assert rows_of(data) == [["é"]]


def test_a_workbook_needs_neither_styles_nor_shared_texts():
    members = members_of('<row><c s="7"><v>1</v></c></row>')
    del members["xl/styles.xml"], members["_rels/.rels"]

    assert rows_of(pack(members, ZIP_STORED)) == [["1"]]
