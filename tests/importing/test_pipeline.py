"""Any upload gives a sheet or a reason why not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workbooks import members_of, pack
from wagtail_regcert.damage import Damage
from wagtail_regcert.importing.pipeline import Opened, Refused, check_upload, open_file
from wagtail_regcert.layouts import REGISTRATIONS, Separator
from wagtail_regcert.messages import sentence
from wagtail_regcert.problems import Fault, FileFault

header = ",".join(REGISTRATIONS.headings).encode() + b"\r\n"


@pytest.mark.parametrize("start", [b"", header, b"\xef\xbb\xbf" + header, b"\xff\xfe"])
@given(data=st.binary(max_size=300), separator=st.sampled_from(Separator))
def test_any_bytes_are_opened_or_refused_with_a_sentence(start, data, separator):
    answer = open_file(start + data, separator)

    if isinstance(answer, Refused):
        assert sentence(answer.fault.code, answer.fault.facts)
    else:
        assert isinstance(answer, Opened)


SITES = replace(REGISTRATIONS, is_sites=True)
NO_WORKBOOKS = FileFault(Fault.NOT_CSV, {"workbooks": False})
NO_FILE_OF_OTHERS = FileFault(Fault.NOT_CSV, {"workbooks": True})


@pytest.mark.parametrize(
    ("name", "size", "layout", "fault"),
    [
        ("a.csv", 99, REGISTRATIONS, None),
        ("a.b.CSV", 0, REGISTRATIONS, None),
        ("a.csv", 100, REGISTRATIONS, FileFault(Fault.TOO_LARGE, {"limit": 100})),
        ("a.xlsx", 1, REGISTRATIONS, NO_WORKBOOKS),
        ("a.xlsx", 100, REGISTRATIONS, NO_WORKBOOKS),
        ("csv", 1, REGISTRATIONS, NO_WORKBOOKS),
        ("a.csv", 1, SITES, None),
        ("a.Xlsx", 99, SITES, None),
        ("a.xlsx", 101, SITES, FileFault(Fault.TOO_LARGE, {"limit": 100})),
        ("a.xls", 1, SITES, NO_FILE_OF_OTHERS),
    ],
)
def test_an_upload_is_checked_before_it_is_read(name, size, layout, fault):
    assert check_upload(name, size, 100, layout) == fault
    assert layout is SITES or check_upload(name, size, 100) == fault


FEW = replace(SITES, columns=REGISTRATIONS.columns[:3])
HEADINGS = ["Notes", *FEW.headings]


def workbook(*rows, hidden=()):
    """A workbook of these rows: texts, and days as serial numbers."""
    cells = {str: '<c t="inlineStr"><is><t>{}</t></is></c>', int: '<c s="1"><v>{}</v></c>'}
    written = ["".join(cells[type(cell)].format(cell) for cell in row) for row in rows]
    lines = [
        f'<row hidden="{int(number in hidden)}">{row}</row>' for number, row in enumerate(written, start=1)
    ]
    return pack(members_of("".join(lines), formats={"14": ""}))


def test_a_workbook_is_read_by_a_sites_layout():
    data = workbook(["Records"], [], HEADINGS, ["x", "603/2942/X", 45901, "Exempt"], ["y"], hidden=[4])

    opened = open_file(data, Separator.SEMICOLON, FEW)

    assert isinstance(opened, Opened)
    assert (opened.encoding, opened.sheet.encoding, opened.sheet.separator) == ("xlsx", "xlsx", ",")
    assert [*opened.sheet.rows] == [("603/2942/X", "2025-09-01", "Exempt"), ("", "", "")]
    assert (opened.sheet.layout, opened.sheet.numbers) == (FEW, [4, 5])
    assert (opened.sheet.ignored, opened.sheet.hidden) == ({"Notes": 2}, 1)
    assert opened.sheet.damaged == {1: {0: Damage.DATE}}


@pytest.mark.parametrize(
    ("data", "code", "facts", "encoding"),
    [
        (workbook(), Fault.BAD_HEADER, {"reason": "none"}, "xlsx"),
        (workbook(["Records"], []), Fault.BAD_HEADER, None, "xlsx"),
        (workbook(HEADINGS), Fault.NO_RECORDS, {}, "xlsx"),
        (b"PK\x03\x04", Fault.NOT_TEXT, None, None),
    ],
)
def test_a_workbook_that_is_not_what_it_should_be_is_refused(data, code, facts, encoding):
    refused = open_file(data, Separator.COMMA, FEW)

    assert isinstance(refused, Refused)
    assert (refused.fault.code, refused.encoding) == (code, encoding)
    assert facts is None or refused.fault.facts == facts


def test_a_workbook_is_none_of_our_own_files():
    refused = open_file(workbook(HEADINGS), Separator.COMMA)

    assert refused == Refused(FileFault(Fault.NOT_TEXT, {"kind": "excel"}), None)


def test_a_workbook_may_unpack_to_a_size_that_the_limit_of_uploads_sets():
    data = workbook(HEADINGS, *[["x" * 1000, "603/2942/X", "1", "Exempt"]] * 4000)

    assert isinstance(open_file(data, Separator.COMMA, FEW, 2_097_152), Opened)
    assert open_file(data, Separator.COMMA, FEW, 1000).fault.code == Fault.TOO_LARGE


@pytest.mark.parametrize(
    ("data", "code", "encoding"),
    [
        (b"\xef\xbb\xbf ", Fault.EMPTY, "utf-8-sig"),
        (b"\0", Fault.NOT_TEXT, None),
        (b"\x81", Fault.BAD_ENCODING, None),
        (b"Si\xe2n", Fault.BAD_HEADER, "cp1252"),
        (header.decode().encode("utf-16"), Fault.NO_RECORDS, "utf-16"),
    ],
)
def test_the_encoding_of_a_refused_file_is_told_where_it_is_known(data, code, encoding):
    refused = open_file(data, Separator.COMMA)

    assert isinstance(refused, Refused)
    assert (refused.fault.code, refused.encoding) == (code, encoding)
