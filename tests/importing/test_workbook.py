"""Workbooks to rows: by openpyxl, by LibreOffice, by hand, and hostile ones. Rule by rule of SPEC."""

import datetime as dt
import shutil
import subprocess
import tracemalloc
from io import BytesIO
from zipfile import ZIP_BZIP2, ZIP_STORED, ZipFile

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font, PatternFill

from tests.missing import missing
from tests.workbooks import (
    CONTENT_TYPE,
    MAIN,
    PACKAGE,
    RELATIONSHIPS,
    STRICT,
    members_of,
    ole,
    overlapping,
    pack,
    relationships,
    sheet,
    with_declared_size,
    with_member,
)
from wagtail_regcert.importing.numbers import NumberFormat
from wagtail_regcert.importing.workbook import (
    MAX_BLANKS,
    Odd,
    OddKind,
    Workbook,
    is_workbook,
    read_workbook,
)
from wagtail_regcert.messages import sentence
from wagtail_regcert.problems import Fault, FileFault

LIMIT = 2_097_152
NO_VALUE = Odd(OddKind.NO_VALUE, "")
CALC_SECONDS = 120


def read(data, limit=LIMIT):
    """The workbook, which is no fault."""
    found = read_workbook(data, limit)
    assert isinstance(found, Workbook), found
    return found


def rows_of(data):
    return read(data).rows


def reason_of(data, limit=LIMIT):
    """The fault's code, and its reason."""
    found = read_workbook(data, limit)
    assert isinstance(found, FileFault), found
    return found.code, found.facts["reason"]


def only_cell(xml, **parts):
    """What the one cell of a sheet is read as."""
    (row,) = rows_of(pack(members_of(f'<row r="1">{xml}</row>', **parts)))
    (cell,) = row
    return cell


def saved(workbook):
    written = BytesIO()
    workbook.save(written)
    return written.getvalue()


def day(year, month, day):
    found = dt.date(year, month, day)
    return Odd(OddKind.DAY, found.isoformat(), found)


def moment(text):
    return Odd(OddKind.DAY, text)


def long_number(digits):
    return Odd(OddKind.LONG_NUMBER, digits)


# Numbers


@pytest.mark.parametrize(
    ("stored", "cell"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("0.0", "0"),
        ("12", "12"),
        ("12.0", "12"),
        ("012", "12"),
        ("+5", "5"),
        ("-5", "-5"),
        (" 7 ", "7"),
        ("9276308686", "9276308686"),
        ("9.276308686E9", "9276308686"),
        ("9.276308686e+09", "9276308686"),
        ("1E5", "100000"),
        ("999999999999999", "999999999999999"),
        ("9.99999999999999E+14", "999999999999999"),
        ("-999999999999999", "-999999999999999"),
        ("1000000000000000", long_number("1000000000000000")),
        ("1234567890123456", long_number("1234567890123456")),
        ("1234567890123456789", long_number("1234567890123456789")),
        ("-1234567890123456", long_number("-1234567890123456")),
        ("1.23456789012345E+17", long_number("123456789012345000")),
        ("1E+20", long_number("100000000000000000000")),
        ("1.5", "1.5"),
        ("1.50", "1.5"),
        ("1.1000000000000001", "1.1"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1E-7", "0.0000001"),
        ("-2.5E-3", "-0.0025"),
        ("123456789012.25", "123456789012.25"),
    ],
)
def test_a_number_is_written_plainly_and_a_whole_one_in_full(stored, cell):
    assert only_cell(f'<c r="A1"><v>{stored}</v></c>') == cell
    assert only_cell(f'<c r="A1" t="n"><v>{stored}</v></c>') == cell


@pytest.mark.parametrize("stored", ["abc", "1,5", "nan", "inf", "1E999", "--1", "0x1F", "1_000", "٣", "1 2"])
def test_a_number_that_is_none_breaks_the_workbook(stored):
    data = pack(members_of(f'<row><c r="A1"><v>{stored}</v></c></row>'))

    assert reason_of(data) == (Fault.NOT_TEXT, "damaged")


@pytest.mark.parametrize(
    ("code", "stored", "cell"),
    [
        ("0000000000", "12345679", "0012345679"),
        ("0000000000", "1.2345679E7", "0012345679"),
        ("0000000000", "92763086861", "92763086861"),
        ("0000000000", "0", "0000000000"),
        ("0000", "-12", "-0012"),
        ("00000;-00000", "12", "00012"),
        ("00000;[Red]-00000;;@", "12", "00012"),
        ("[Blue]00000", "12", "00012"),
        ("[$-809]00000", "12", "00012"),
        ("00000_ ", "12", "00012"),
        ("* 00000", "12", "00012"),
        ("#0000", "12", "0012"),
        (r"000\-00\-0000", "12345678", "012-34-5678"),
        ("000-00-0000", "12345678", "012-34-5678"),
        (r"000\/0000\/0", "60312345", "603/1234/5"),
        ("&quot;REG&quot;0000", "12", "REG0012"),
        (r"\R0000", "12", "R0012"),
        (r"00\-00", "123456", "1234-56"),
        # No whole number, or no format of zeros.
        ("0000", "12.5", "12.5"),
        ("0", "12", "12"),
        ("0.00", "12", "12"),
        ("0.00", "12.345", "12.345"),
        ("#,##0", "1234", "1234"),
        ("0%", "1", "1"),
        ("00.0", "1", "1"),
        ("00E+00", "12", "12"),
        ("0#0", "5", "5"),
        ("0&quot; weeks&quot;", "5", "5"),
        ("General", "12", "12"),
        ("GENERAL", "12", "12"),
        ("Standard", "12", "12"),
        ("@", "12", "12"),
        ("0000000000", "1234567890123456", long_number("1234567890123456")),
    ],
)
def test_a_cell_formatted_as_zeros_keeps_them(code, stored, cell):
    xml = f'<c r="A1" s="1"><v>{stored}</v></c>'

    assert only_cell(xml, formats={"164": code}) == cell


# Days


@pytest.mark.parametrize(
    ("stored", "cell"),
    [
        ("46023", day(2026, 1, 1)),
        ("46023.0", day(2026, 1, 1)),
        ("4.6023E4", day(2026, 1, 1)),
        ("1", day(1900, 1, 1)),
        ("59", day(1900, 2, 28)),
        ("60", moment("1900-02-29")),
        ("60.5", moment("1900-02-29 12:00:00")),
        ("61", day(1900, 3, 1)),
        ("2958465", day(9999, 12, 31)),
        ("46023.5", moment("2026-01-01 12:00:00")),
        ("46023.395833333336", moment("2026-01-01 09:30:00")),
        # What is left of calculating is no time of day.
        ("46023.000000001", day(2026, 1, 1)),
        ("46022.999999999", day(2026, 1, 1)),
        ("0.5", moment("12:00:00")),
        ("0", moment("00:00:00")),
        ("-1", moment("-1")),
        ("2958466", moment("2958466")),
        ("1E300", moment("1" + "0" * 300)),
    ],
)
def test_a_day_is_a_day_also_around_the_leap_day_that_never_was(stored, cell):
    assert only_cell(f'<c r="A1" s="1"><v>{stored}</v></c>', formats={"14": ""}) == cell


@pytest.mark.parametrize(
    ("stored", "cell"),
    [
        ("0", day(1904, 1, 1)),
        ("0.5", moment("1904-01-01 12:00:00")),
        ("1", day(1904, 1, 2)),
        ("60", day(1904, 3, 1)),
        ("44561", day(2026, 1, 1)),
        ("-1", moment("-1")),
    ],
)
@pytest.mark.parametrize("written", ["1", "true"])
def test_a_workbook_may_count_from_1904(stored, cell, written):
    properties = f'<workbookPr date1904="{written}"/>'
    xml = f'<c r="A1" s="1"><v>{stored}</v></c>'

    assert only_cell(xml, formats={"164": "dd/mm/yyyy"}, properties=properties) == cell


def test_a_time_alone_is_one_in_1904_too():
    properties = '<workbookPr date1904="1"/>'
    xml = '<c r="A1" s="1"><v>0.5</v></c>'

    assert only_cell(xml, formats={"20": ""}, properties=properties) == moment("12:00:00")


@pytest.mark.parametrize(
    "code",
    [
        *("dd/mm/yyyy", "d-mmm-yy;@", "mm-dd-yy", "yyyy", "mmm", "DDMMYYYY", "m", "h:mm", "mm:ss.0"),
        *("[$-F800]dddd\\,\\ mmmm\\ dd", "[$-409]d/m/yyyy h:mm AM/PM", "[Red]d", "&quot;on &quot;d"),
        *("[Black]yyyy\\-mm\\-dd", "d. mmmm yyyy"),
    ],
)
def test_a_day_is_one_whatever_its_format_shows_of_it(code):
    assert only_cell('<c r="A1" s="1"><v>46023</v></c>', formats={"170": code}) == day(2026, 1, 1)


@pytest.mark.parametrize("number", [14, 15, 16, 17, 18, 20, 22, 27, 36, 45, 47, 50, 58])
def test_formats_that_go_without_saying_show_days(number):
    assert only_cell('<c r="A1" s="1"><v>46023</v></c>', formats={str(number): ""}) == day(2026, 1, 1)


@pytest.mark.parametrize(
    "code",
    [
        *(
            "&quot;day&quot; 0",
            "0\\d",
            "0_d",
            "[Red]0",
            "#,##0 [$kr-41D]",
            "0*d",
            "[$USD] 0",
            "0;d",
            "0.0E+00",
        ),
        *("General", "# ?/?", "[&gt;100]0"),
    ],
)
def test_letters_that_a_format_only_shows_make_no_day(code):
    assert only_cell('<c r="A1" s="1"><v>46023</v></c>', formats={"170": code}) == "46023"


def test_a_format_of_the_file_comes_before_the_one_that_goes_without_saying():
    assert only_cell('<c r="A1" s="1"><v>46023</v></c>', formats={"14": "0"}) == "46023"


@pytest.mark.parametrize(
    ("stored", "text"), [("1.5", "36:00:00"), ("46023", "1104552:00:00"), ("-0.5", "-12:00:00")]
)
def test_hours_that_go_on_counting_are_a_time_alone(stored, text):
    xml = f'<c r="A1" s="1"><v>{stored}</v></c>'

    assert only_cell(xml, formats={"46": ""}) == moment(text)
    assert only_cell(xml, formats={"170": "[HH]:mm"}) == moment(text)


@pytest.mark.parametrize(
    ("stored", "cell"),
    [
        ("2026-01-31", day(2026, 1, 31)),
        ("2026-01-31T00:00:00", day(2026, 1, 31)),
        ("2026-01-31T00:00:00Z", day(2026, 1, 31)),
        ("2026-01-31T09:30:00.000Z", moment("2026-01-31 09:30:00")),
        ("09:30:00", moment("09:30:00")),
        ("PT36H", moment("PT36H")),
    ],
)
def test_a_day_may_be_stored_as_iso_8601_has_it(stored, cell):
    assert only_cell(f'<c r="A1" t="d"><v>{stored}</v></c>') == cell


# Texts


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("<t>0012</t>", "0012"),
        ("<t>603/2942/X</t>", "603/2942/X"),
        ('<t xml:space="preserve"> a  b </t>', " a  b "),
        ("<t> a </t>", " a "),
        ("<t>a &amp; b &lt;c&gt; é 😀</t>", "a & b <c> é 😀"),
        ("<t><![CDATA[a & b]]></t>", "a & b"),
        ("<r><t>Zo</t></r><r><rPr><b/><sz val='11'/></rPr><t>ë</t></r>", "Zoë"),
        ("<r><t xml:space='preserve'>A </t></r><r><t>B</t></r>", "A B"),
        ("<t>課</t><rPh sb='0' eb='1'><t>カ</t></rPh><phoneticPr fontId='1'/>", "課"),
        ("<t>a_x000D_\nb</t>", "a\r\nb"),
        ("<t>_x0041_x</t>", "Ax"),
        ("<t>_x005F_x000D_</t>", "_x000D_"),
        ("<t>x005F_</t>", "x005F_"),
        ("<t>_x00e9_ _X0041_ _x41_</t>", "é _X0041_ _x41_"),
        ("<t>_xD83D__xDE00_ _xD83D_</t>", "😀 \ud83d"),
        ("<t>=1+1</t>", "=1+1"),
        ("<t>46023</t>", "46023"),
    ],
)
@pytest.mark.parametrize("style", ["0", "1"])
def test_text_is_as_it_is_shared_or_not_and_whatever_its_format(xml, text, style):
    formats = {"14": ""}

    shared = only_cell(
        f'<c r="A1" s="{style}" t="s"><v>1</v></c>',
        strings=f"<si><t>other</t></si><si>{xml}</si>",
        formats=formats,
    )
    inline = only_cell(f'<c r="A1" s="{style}" t="inlineStr"><is>{xml}</is></c>', formats=formats)

    assert [shared, inline] == [text, text]


@pytest.mark.parametrize("number", ["1", "-1", "x", "1.0"])
def test_a_shared_text_that_is_not_there_breaks_the_workbook(number):
    data = pack(members_of(f'<row><c t="s"><v>{number}</v></c></row>', strings="<si><t>a</t></si>"))

    assert reason_of(data) == (Fault.NOT_TEXT, "damaged")


@pytest.mark.parametrize(
    ("xml", "cell"),
    [
        ('<c r="A1" t="b"><v>1</v></c>', "TRUE"),
        ('<c r="A1" t="b"><v>0</v></c>', "FALSE"),
        ('<c r="A1" t="b"><v>true</v></c>', "TRUE"),
        ('<c r="A1" t="e"><v>#N/A</v></c>', "#N/A"),
        ('<c r="A1" t="e"><v>#DIV/0!</v></c>', "#DIV/0!"),
        # Formulas: what is stored of them.
        ('<c r="A1"><f>1+1</f><v>2</v></c>', "2"),
        ('<c r="A1" t="str"><f>"a"&amp;"b"</f><v>ab</v></c>', "ab"),
        ('<c r="A1" t="str"><f>CHAR(13)</f><v>_x000D_</v></c>', "\r"),
        ('<c r="A1" t="b"><f>1=1</f><v>1</v></c>', "TRUE"),
        ('<c r="A1" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
        ('<c r="A1" s="1"><f>TODAY()</f><v>46023</v></c>', day(2026, 1, 1)),
        ('<c r="A1" s="1" t="e"><f>NA()</f><v>#N/A</v></c>', "#N/A"),
        ('<c r="A1"><f>1+1</f></c>', NO_VALUE),
        ('<c r="A1"><f>1+1</f><v/></c>', NO_VALUE),
        ('<c r="A1"><f>1+1</f><v></v></c>', NO_VALUE),
        ('<c r="A1" t="str"><f>A2</f></c>', NO_VALUE),
        ('<c r="A1"><f t="shared" si="0"/></c>', NO_VALUE),
        ('<c r="A1"><f t="shared" si="0"/><v>3</v></c>', "3"),
        ('<c r="A1"><f t="array" ref="A1:A2">B1:B2</f><v>3</v></c>', "3"),
    ],
)
def test_truths_errors_and_formulas(xml, cell):
    assert only_cell(xml, formats={"14": ""}) == cell


def test_a_formula_whose_value_is_an_empty_text_is_blank():
    data = pack(members_of('<row><c t="str"><f>""</f><v></v></c><c t="str"><f>""</f><v/></c></row>'))

    assert rows_of(data) == []


# Rows


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


# Sheets


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


# Other files than workbooks

BINARY = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
MACROS = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
FOREIGN = [
    ("password", ole("EncryptedPackage", "EncryptionInfo")),
    ("xls", ole("Workbook")),
    ("xls", ole("Book")),
    ("ole", ole("WordDocument")),
    ("ole", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ("ole", ole() + b" " + "Workbook\0".encode("utf-16-le")),
    ("macros", pack(members_of(content_type=MACROS))),
    ("macros", with_member(members_of(), "xl/vbaProject.bin", b"\0")),
    (
        "macros",
        with_member(
            members_of(),
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="bin" '
            'ContentType="application/vnd.ms-office.vbaProject"/></Types>',
        ),
    ),
    ("xlsb", pack(members_of(content_type=BINARY))),
    ("ods", pack({"mimetype": ODS, "content.xml": "<a/>"}, ZIP_STORED)),
    ("ods", pack({"mimetype": ODS, "content.xml": "<a/>"})),
    ("no_workbook", pack({"records.csv": "a,b\n"})),
    (
        "no_workbook",
        pack({**members_of(), "_rels/.rels": relationships("officeDocument word/document.xml")}),
    ),
]


@pytest.mark.parametrize(("reason", "data"), FOREIGN)
def test_what_is_no_workbook_that_can_be_read_is_told_as_what_it_is(reason, data):
    assert is_workbook(data)
    assert reason_of(data) == (Fault.NOT_TEXT, reason)


@pytest.mark.parametrize(
    ("data", "expected"),
    [(b"PK\x03\x04", True), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", True), (b"PK", False), (b"a,b", False)],
)
def test_a_workbook_is_known_by_its_first_bytes(data, expected):
    assert is_workbook(data) is expected


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("password", ["password", "Excel", "select it again"]),
        ("xls", ["(.xls)", "“Excel Workbook (.xlsx)” or “CSV UTF-8”"]),
        ("ole", ["no Excel workbook", "“Excel Workbook (.xlsx)” or “CSV UTF-8”"]),
        ("xlsb", ["(.xlsb)", "“Excel Workbook (.xlsx)” or “CSV UTF-8”"]),
        ("macros", ["macros", "“Excel Workbook (.xlsx)” or “CSV UTF-8”"]),
        ("ods", ["(.ods)", "“Excel Workbook (.xlsx)” or “CSV UTF-8”"]),
        ("no_workbook", ["ZIP", "unpack it"]),
        ("no_sheet", ["no visible sheet", "Unhide"]),
        ("dtd", ["document type definition", "“Excel Workbook (.xlsx)” or “CSV UTF-8”"]),
        ("damaged", ["damaged", "“Excel Workbook (.xlsx)” or “CSV UTF-8”"]),
    ],
)
def test_a_refused_workbook_is_told_what_to_do(reason, says):
    told = sentence(Fault.NOT_TEXT, {"kind": "workbook", "reason": reason})

    assert [part for part in says if part not in told] == [], told


# Hostile ones

DTD = '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d SYSTEM "file:///etc/passwd">]>'


def with_dtd(xml):
    return f'<?xml version="1.0"?>{DTD}{xml}'


@pytest.mark.parametrize(
    "name",
    [
        "[Content_Types].xml",
        "_rels/.rels",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/sharedStrings.xml",
        "xl/styles.xml",
        "xl/worksheets/sheet1.xml",
    ],
)
def test_no_dtd_is_read_in_a_part_that_is(name):
    members = members_of("<row><c><v>1</v></c></row>", strings="<si><t>a</t></si>")

    assert reason_of(with_member(members, name, with_dtd(members[name]))) == (Fault.NOT_TEXT, "dtd")


@pytest.mark.parametrize("name", ["docProps/core.xml", "xl/drawings/_rels/a.rels", "xl/drawings/a.VML"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("before", [0, (1 << 20) - 5])
def test_nor_in_one_that_is_not(name, encoding, before):
    text = f"<!--{' ' * before}-->{DTD}<a/>"

    assert reason_of(with_member(members_of(), name, text.encode(encoding))) == (Fault.NOT_TEXT, "dtd")


def test_a_picture_may_look_like_a_dtd():
    assert rows_of(with_member(members_of(), "xl/media/image1.png", DTD)) == []


def test_a_declaration_inside_a_text_is_text():
    assert (
        only_cell(f'<c t="inlineStr"><is><t><![CDATA[{DTD.replace("]>", "")}]]></t></is></c>')[:9] == DTD[:9]
    )


def test_nothing_outside_the_workbook_is_opened(tmp_path):
    outside = tmp_path / "sheet.xml"
    outside.write_text(sheet("<row><c><v>1</v></c></row>"))
    target = f'Type="{RELATIONSHIPS}/worksheet" Target="{outside.as_uri()}"'
    as_sheet = f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" {target} '

    told_so = with_member(
        members_of(), "xl/_rels/workbook.xml.rels", f'{as_sheet} TargetMode="External"/></Relationships>'
    )
    not_told = with_member(members_of(), "xl/_rels/workbook.xml.rels", f"{as_sheet}/></Relationships>")

    assert reason_of(told_so) == (Fault.NOT_TEXT, "no_sheet")
    assert reason_of(not_told) == (Fault.NOT_TEXT, "damaged")


def test_a_link_to_another_workbook_leaves_the_stored_value():
    members = members_of('<row><c r="A1"><f>[1]Sheet1!A1</f><v>7</v></c></row>')
    members["xl/externalLinks/externalLink1.xml"] = f'<externalLink xmlns="{MAIN}"/>'
    members["xl/externalLinks/_rels/externalLink1.xml.rels"] = (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" TargetMode="External" '
        f'Type="{RELATIONSHIPS}/externalLinkPath" Target="file:///etc/passwd"/></Relationships>'
    )

    assert rows_of(pack(members)) == [["7"]]


SMALL = 20_000
"""A size limit, so that bombs may be small too."""


@pytest.mark.parametrize(
    "name", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "docProps/core.xml", "xl/media/image1.png"]
)
def test_over_fifty_times_the_size_limit_nothing_more_is_unpacked(name):
    members = members_of("<row><c><v>1</v></c></row>", strings="<si/>")
    content = str(members.get(name, "<a/>"))

    def bomb(size):
        return with_member(members, name, content + " " * (size - len(content)))

    others = sum(len(text) for other, text in members.items() if other != name)
    just_right = 50 * SMALL - others
    found = read_workbook(bomb(just_right + 1), SMALL)

    assert read(bomb(just_right), SMALL).rows == [["1"]]
    assert found == FileFault(Fault.TOO_LARGE, {"limit": SMALL, "reason": "unpacked", "unpacked": 50 * SMALL})
    told = sentence(found.code, found.facts)
    assert [part for part in ["unpacked", "1000000 bytes", "new workbook"] if part not in told] == []


@pytest.mark.parametrize(("declared", "code"), [(10, Fault.NOT_TEXT), (2**31, Fault.TOO_LARGE)])
def test_sizes_are_counted_and_not_believed(declared, code):
    name = "xl/worksheets/sheet1.xml"
    bomb = with_member(members_of(), name, sheet("") + " " * 51 * SMALL)

    found = read_workbook(with_declared_size(bomb, name, declared), SMALL)

    assert found.code == code


def test_many_members_in_the_same_bytes_are_refused():
    assert reason_of(overlapping(100, b" " * 100_000)) == (Fault.NOT_TEXT, "damaged")


def with_both(first, second):
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        for name, content in members_of().items():
            archive.writestr(name, content)
        for name in (first, second):
            archive.writestr(name, "<a/>")
    return packed.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        with_both("a.xml", "A.XML"),
        with_both("a/b.xml", "a\\b.xml"),
        with_member(members_of(), "/etc/passwd", "a"),
        with_member(members_of(), "xl/../../a", "a"),
        with_member(members_of(), "..\\a", "a"),
        with_member(members_of(), "C:\\a", "a"),
        pack(members_of(), ZIP_BZIP2),
        pack(members_of()).replace(b"xl/styles.xml", b"xl/stylez.xml", 1),
        with_member(members_of(), "xl/worksheets/sheet1.xml", "<worksheet>"),
        with_member(members_of(), "xl/worksheets/sheet1.xml", ""),
        with_member(members_of(), "xl/worksheets/sheet1.xml", "<html/>"),
        with_member(members_of(), "xl/worksheets/sheet1.xml", '<?xml version="1.0" encoding="x"?><a/>'),
        with_member(
            members_of(), "xl/styles.xml", f'<a xmlns="{MAIN}"><cellXfs><xf numFmtId="x"/></cellXfs></a>'
        ),
        with_member(members_of(), "_rels/.rels", "<Relationship/>"),
        pack(members_of("<row>" + "<c>" * 300 + "</c>" * 300 + "</row>")),
        pack(members_of("".join(f"<n{number}/>" for number in range(20_000)))),
        b"PK\x03\x04",
        b"PK\x03\x04" + b"\0" * 100,
    ],
)
def test_broken_packages_are_refused(data):
    assert reason_of(data) == (Fault.NOT_TEXT, "damaged")


def test_a_zip_with_a_password_is_told_so():
    data = bytearray(pack(members_of()))
    data[data.find(b"PK\x01\x02") + 8] |= 1

    assert reason_of(bytes(data)) == (Fault.NOT_TEXT, "password")


@pytest.mark.parametrize(
    "data",
    [
        pack(members_of("".join(f'<row><c r="XFD{row}"><v>1</v></c></row>' for row in range(1, 400)))),
        pack(
            members_of(
                "<row><c><v>1</v></c></row>" * 2000,
                after="<mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * 3000 + "</mergeCells>",
            )
        ),
    ],
)
def test_blank_cells_that_nothing_stands_for_have_a_limit(data):
    assert reason_of(data) == (Fault.TOO_LARGE, "unpacked")


def test_a_value_in_the_last_row_is_read():
    rows = rows_of(pack(members_of('<row r="1048576"><c r="A1048576"><v>1</v></c></row>')))

    assert (len(rows), rows[-1]) == (1_048_576, ["1"])
    assert len(rows) < MAX_BLANKS


def test_what_is_blank_at_the_end_costs_no_memory():
    workbook = openpyxl.Workbook(write_only=True)
    written = workbook.create_sheet()
    blank = openpyxl.cell.WriteOnlyCell(written, value=None)
    blank.font = Font(bold=True)
    blank.fill = PatternFill("solid", fgColor="FFFF00")
    written.append(["ULN", "Status", *[blank] * 10_000])
    for _row in range(10_000):
        written.append([blank] * 10)
    data = saved(workbook)
    read(data)

    tracemalloc.start()
    found = read(data)
    kept, highest = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert found.rows == [["ULN", "Status"]]
    assert kept < 20_000
    assert highest < 12_000_000


# What other programs write

WRITTEN = [
    ["ULN", "Registration", "Day", "Moment", "Number", "True", "Error", "Formula"],
    [
        "0012345679",
        "a\r\nb",
        dt.date(2026, 1, 31),
        dt.datetime(2026, 1, 31, 9, 30),
        1.5,
        True,
        "#N/A",
        "=1+1",
    ],
    [9276308686, " é ", dt.datetime(1900, 1, 1), dt.time(9, 30), 1e-7, False, None, "=A1"],
    [12345678901234567, "x_x000D_y", dt.date(1900, 2, 28), dt.timedelta(hours=36), 12, None, "#DIV/0!", None],
]


def written_by_openpyxl():
    workbook = openpyxl.Workbook()
    cells = workbook.active
    for row in WRITTEN:
        cells.append(row)
    cells["A6"] = 12345679
    cells["A6"].number_format = "0000000000"
    cells["B6"] = "merged"
    cells["C7"] = "lost"
    cells.merge_cells("B6:C7")
    cells["E7"] = "end"
    cells.row_dimensions[3].hidden = True
    cells.auto_filter.ref = "A1:H4"
    hidden = workbook.create_sheet("hidden", 0)
    hidden["A1"] = "hidden"
    hidden.sheet_state = "hidden"
    return workbook


def test_what_openpyxl_writes_is_read():
    found = read(saved(written_by_openpyxl()))

    assert found.hidden == {3}
    assert found.rows == [
        WRITTEN[0],
        [
            *("0012345679", "a\nb", day(2026, 1, 31), moment("2026-01-31 09:30:00")),
            *("1.5", "TRUE", "#N/A", NO_VALUE),
        ],
        ["9276308686", " é ", day(1900, 1, 1), moment("09:30:00"), "0.0000001", "FALSE", "", NO_VALUE],
        [
            *(long_number("12345678901234570"), "x\ry", day(1900, 2, 28), moment("36:00:00")),
            *("12", "", "#DIV/0!"),
        ],
        [],
        ["0012345679", "merged"],
        ["", "", "", "", "end"],
    ]


def test_1904_as_openpyxl_writes_it():
    workbook = openpyxl.Workbook()
    workbook.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    workbook.active.append([dt.date(2026, 1, 31), dt.date(1904, 1, 2)])

    assert rows_of(saved(workbook)) == [[day(2026, 1, 31), day(1904, 1, 2)]]


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.floats(-1e14, 1e14).filter(lambda number: number == 0 or abs(number) > 1e-5),
    st.dates(dt.date(1900, 3, 1)),
    # Where openpyxl itself writes what it does not escape, or takes a text for a formula or an error.
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="_=#\ufffe\uffff"), min_size=1),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELLS, max_size=5), max_size=5))
def test_openpyxl_reads_the_same_where_it_reads_all(rows):
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    data = saved(workbook)

    theirs = openpyxl.load_workbook(BytesIO(data), read_only=True).active.iter_rows(values_only=True)
    found = rows_of(data)

    for number, row in enumerate(theirs):
        ours = [*(found[number] if number < len(found) else []), *[""] * len(row)]
        assert [same(cell, value) for cell, value in zip(ours, row, strict=False)] == [True] * len(row)


def same(cell, value):
    """Whether a cell says what openpyxl gives."""
    match value:
        case None:
            return cell == ""
        case bool():
            return cell == str(value).upper()
        case dt.datetime():
            return cell == day(*value.timetuple()[:3])
        case int() | float():
            return float(cell) == value and "E" not in cell.upper()
    return cell == value


@pytest.fixture(scope="module")
def calc(tmp_path_factory):
    """Open a file in LibreOffice Calc and save it in another format."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        missing("LibreOffice is not installed")
    profile = tmp_path_factory.mktemp("profile").as_uri()

    def converted(data, ending, to):
        path = tmp_path_factory.mktemp("given") / f"records.{ending}"
        path.write_bytes(data)
        folder = tmp_path_factory.mktemp("saved")
        command = [program, f"-env:UserInstallation={profile}", "--headless", "--norestore"]
        command += ["--convert-to", to, "--outdir", str(folder), str(path)]
        subprocess.run(command, capture_output=True, timeout=CALC_SECONDS, check=True)
        return next(folder.iterdir()).read_bytes()

    return converted


def test_what_libreoffice_writes_is_read(calc):
    found = read(calc(saved(written_by_openpyxl()), "xlsx", "xlsx:Calc MS Excel 2007 XML"))

    assert found.hidden == {3}
    assert found.rows[0] == WRITTEN[0]
    assert found.rows[1] == [
        *("0012345679", "a\nb", day(2026, 1, 31), moment("2026-01-31 09:30:00")),
        *("1.5", "TRUE", "#N/A", "2"),
    ]
    assert found.rows[2][0] == "9276308686"
    assert found.rows[2][3:] == [moment("09:30:00"), "0.0000001", "FALSE", "", "ULN"]
    assert found.rows[3][0].kind is OddKind.LONG_NUMBER
    assert found.rows[3][3:] == [moment("36:00:00"), "12", "", "#DIV/0!"]
    assert found.rows[4:] == [[], ["0012345679", "merged"], ["", "", "", "", "end"]]


@pytest.mark.parametrize(
    ("ending", "to", "reason"),
    [("xls", "xls:MS Excel 97", "xls"), ("ods", "ods", "ods")],
)
def test_other_formats_of_libreoffice_are_told_as_what_they_are(calc, ending, to, reason):
    data = calc(saved(written_by_openpyxl()), "xlsx", to)

    assert is_workbook(data)
    assert reason_of(data) == (Fault.NOT_TEXT, reason)


# Any bytes

WHOLE = pack(members_of("<row><c t='s'><v>0</v></c></row>", strings="<si><t>a</t></si>", formats={"14": ""}))
BARE = pack(
    members_of('<row r="1"><c r="A1" s="1" t="n"><f>1</f><v>46023</v></c></row>', formats={"14": ""}),
    ZIP_STORED,
)


def survives(data):
    found = read_workbook(data, LIMIT)

    assert isinstance(found, Workbook) or sentence(found.code, found.facts)


@pytest.mark.parametrize(
    "whole", [WHOLE, BARE, saved(written_by_openpyxl())], ids=["hand", "stored", "openpyxl"]
)
def test_a_workbook_that_is_cut_off_is_refused(whole):
    for length in range(len(whole) - 1, 4, -max(1, len(whole) // 400)):
        assert reason_of(whole[:length]) == (Fault.NOT_TEXT, "damaged")


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([WHOLE, BARE, saved(written_by_openpyxl())]), st.data())
def test_no_byte_that_is_changed_raises_anything(whole, data):
    changed = bytearray(whole)
    for place in data.draw(st.lists(st.integers(4, len(whole) - 1), min_size=1, max_size=4)):
        changed[place] = data.draw(st.integers(0, 255))

    survives(bytes(changed))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]), st.binary(max_size=600))
@example(b"PK\x03\x04", b"PK\x05\x06" + b"\0" * 18)
@example(b"PK\x03\x04", b"PK\x05\x06" + b"\xff" * 18)
def test_no_bytes_raise_anything(start, rest):
    survives(start + rest)


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from('<>/="\' crvtfis0123456789ABrow"&;x'), max_size=120))
def test_no_xml_of_a_sheet_raises_anything(xml):
    survives(pack(members_of(xml)))


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.sampled_from('0#?.,;dmyhs"\\_*[]$-/ @EGe%'), max_size=12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)
def test_no_number_format_raises_anything(code, number, since_1904):
    cell = NumberFormat(code, since_1904=since_1904).cell(repr(number))

    assert isinstance(cell, str | Odd)


def test_the_content_type_of_the_makers_is_the_one_of_openpyxl():
    assert openpyxl.xml.constants.XLSX == CONTENT_TYPE
