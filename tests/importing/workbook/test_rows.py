"""Where cells and rows stand."""

import pytest

from tests.importing.workbook.reading import read, reason_of, rows_of
from tests.workbooks import members_of, pack
from wagtail_regcert.importing.workbook import Workbook
from wagtail_regcert.problems import Fault


def test_cells_and_rows_stand_where_they_say_or_after_the_last():
    xml = (
        '<row r="2"><c r="B2"><v>1</v></c><c><v>2</v></c><c r="AA2"><v>3</v></c></row>'
        "<row><c><v>4</v></c></row>"
        '<row r="5" spans="1:3"><c r="C5"><v>5</v></c></row>'
    )

    assert rows_of(pack(members_of(xml))) == [
        [],
        ["", "1", "2", *[""] * 23, "3"],
        ["4"],
        [],
        ["", "", "5"],
    ]


def test_blank_cells_and_rows_at_the_end_are_cut_off():
    xml = (
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1" s="1"/><c r="C1" t="inlineStr"><is><t></t></is></c>'
        '<c r="D1" t="s"><v>0</v></c></row><row r="2" s="1" customFormat="1"><c r="A2" s="1"/></row>'
        '<row r="3"><c r="A3" t="s"><v>0</v></c></row>'
    )

    assert rows_of(pack(members_of(xml, strings="<si><t/></si>"))) == [["1"]]


def test_an_empty_sheet_has_no_rows():
    assert read(pack(members_of())) == Workbook(rows=[], hidden=frozenset())


@pytest.mark.parametrize(
    "xml",
    [
        '<row r="2"/><row r="1"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"/><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="A2"><v>1</v></c></row>',
        '<row r="1"><c r="1"><v>1</v></c></row>',
        '<row r="1"><c r="É1"><v>1</v></c></row>',
        '<row r="1"><c r="XFE1"><v>1</v></c></row>',
        '<row r="1"><c r="AAAA1"><v>1</v></c></row>',
        '<row r="0"><c r="A0"><v>1</v></c></row>',
        '<row r="1048577"><c r="A1048577"><v>1</v></c></row>',
        '<row r="99999999999999999999"><c><v>1</v></c></row>',
        '<row r="x"><c><v>1</v></c></row>',
        '<c r="A1"><v>1</v></c>',
        '<row><c t="z"><v>1</v></c></row>',
        '<row><c t="b"><v>2</v></c></row>',
    ],
)
def test_what_no_spreadsheet_writes_is_refused_rather_than_misread(xml):
    assert reason_of(pack(members_of(xml))) == (Fault.NOT_TEXT, "damaged")


def test_merged_cells_have_their_value_in_the_first_alone():
    xml = "".join(
        f'<row r="{row}">' + "".join(f'<c r="{column}{row}"><v>{row}</v></c>' for column in "ABC") + "</row>"
        for row in (1, 2, 3)
    )
    merged = '<mergeCells><mergeCell ref="A1:B2"/><mergeCell ref="C2:C9"/></mergeCells>'

    assert rows_of(pack(members_of(xml, after=merged))) == [["1", "", "1"], ["", "", "2"], ["3", "3"]]


def test_hidden_and_filtered_rows_are_read_and_told():
    xml = (
        '<row r="1"><c><v>1</v></c></row><row r="2" hidden="1"><c><v>2</v></c></row>'
        '<row r="3" hidden="0"><c><v>3</v></c></row><row r="4" hidden="true"><c><v>4</v></c></row>'
        '<row r="5" hidden="1"><c r="A5" s="0"/></row>'
    )

    found = read(pack(members_of(xml, after='<autoFilter ref="A1:A4"/>')))

    assert found == Workbook(rows=[["1"], ["2"], ["3"], ["4"]], hidden=frozenset({2, 4}))
