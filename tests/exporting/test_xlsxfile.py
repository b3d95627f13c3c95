"""Workbooks whose cells are texts."""

import io

import openpyxl
import pytest

from wagtail_regcert.exporting.xlsxfile import sheet_bytes, xlsx_bytes


def read(data):
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()], sheet


def workbook(*rows, headings=None, before=()):
    return b"".join(xlsx_bytes(sheet_bytes(headings, rows, before=before)))


def test_cells_are_read_back_as_the_texts_that_they_are():
    rows = [["1", "01/02/2026", "=1+1", '<a> & "b"'], ["0012", "", " x ", "Łukasz 🎓"]]

    values, sheet = read(workbook(*rows, headings=["A", "B", "C", "D"], before=[["Centre", "12345"]]))

    assert values == [
        ["Centre", "12345", None, None],
        ["A", "B", "C", "D"],
        rows[0],
        ["0012", None, " x ", "Łukasz 🎓"],
    ]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} <= {"s", "inlineStr"}
    # As text, so that a person who edits a cell does not make a number of it.
    assert sheet["A3"].number_format == "@"


def test_many_rows_keep_their_order():
    values, _sheet = read(workbook(*([str(number)] for number in range(1234))))

    assert [cell for (cell,) in values] == [str(number) for number in range(1234)]


def test_an_empty_sheet_is_a_sheet():
    assert read(workbook())[0] in ([], [[None]])


@pytest.mark.parametrize(
    ("text", "xml"), [("_x0041_", b"_x005F_x0041_"), ("\uffff", b"_xFFFF_"), ("_x", b">_x<")]
)
def test_what_xml_or_spreadsheets_would_read_differently_is_escaped(text, xml):
    assert xml in b"".join(sheet_bytes(None, [[text]]))


def test_a_row_is_written_without_what_a_reader_would_have_to_pass_over():
    sheet = b"".join(sheet_bytes(["A"], [["a<b>&c", ""]]))

    cell = b'<c s="1" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>'
    rows = b'<row>%s</row><row>%s<c s="1"/></row>' % (cell % b"A", cell % b"a&lt;b&gt;&amp;c")
    assert sheet.partition(b"<sheetData>")[2] == rows + b"</sheetData></worksheet>"


def test_bytes_leave_before_the_last_rows_come():
    came = []
    stream = sheet_bytes(None, ([str(came.append(number))] for number in range(5000)))

    next(stream)
    next(stream)

    assert len(came) < 1000
