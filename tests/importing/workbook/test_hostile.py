"""Hostile workbooks: nothing outside is read, and nothing costs more than it may."""

import tracemalloc
from io import BytesIO
from zipfile import ZIP_BZIP2, ZipFile

import openpyxl
import pytest
from openpyxl.styles import Font, PatternFill

from tests.importing.workbook.reading import only_cell, read, reason_of, rows_of
from tests.importing.workbook.written import saved
from tests.workbooks import (
    MAIN,
    PACKAGE,
    RELATIONSHIPS,
    members_of,
    overlapping,
    pack,
    sheet,
    with_declared_size,
    with_member,
)
from wagtail_regcert.importing.workbook import MAX_BLANKS, read_workbook
from wagtail_regcert.messages import sentence
from wagtail_regcert.problems import Fault, FileFault

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
