"""From bytes to sheet: what a file as a whole may be."""

import csv

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.makers import make_csv
from wagtail_regcert.importing.pipeline import Opened, Refused, check_upload, open_file
from wagtail_regcert.layouts import REGISTRATIONS, Separator
from wagtail_regcert.messages import sentence

HEADER = ",".join(REGISTRATIONS.headings)
ROW = "603/2942/X,9276308686,Registered,,,,,,,"


def fault(data, separator=Separator.COMMA):
    opened = open_file(data, separator)
    assert isinstance(opened, Refused), opened
    assert sentence(opened.fault.code, opened.fault.facts)
    return opened.fault.code.value


def rows(data, separator=Separator.COMMA):
    opened = open_file(data, separator)
    assert isinstance(opened, Opened), opened
    sheet = opened.sheet
    return list(zip(sheet.numbers, map(list, sheet.rows), strict=True))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\xff\xfe", "empty"),
        (" \r\n\u00a0\u200b\ufeff".encode(), "empty"),
        (b"\xa0\xa0", "empty"),
        (b"PK\x03\x04rest", "not_text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "not_text"),
        (b"%PDF-1.7", "not_text"),
        (b"a\x00b", "not_text"),
        (b"a,\x81,b", "bad_encoding"),
        (b"\xef\xbb\xbfa,\xff", "bad_encoding"),
        (b"\xff\xfea", "bad_encoding"),
        ((HEADER + '\n"603/2942/X,1').encode(), "malformed_csv"),
        ((HEADER + '\n"603"x,1').encode(), "malformed_csv"),
        ((HEADER + "\n" + "x" * 131_073).encode(), "malformed_csv"),
        (b",,,\n,,", "bad_header"),
        (b"Qualification Number,ULN\n1,2", "bad_header"),
        ((HEADER + ",Extra\n" + ROW).encode(), "bad_header"),
        (("sep=;\n" + HEADER + "\n" + ROW).encode(), "bad_header"),
        (b"sep=,\n", "bad_header"),
        ((HEADER + "\n\n ,,\n").encode(), "no_records"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused(data, code):
    assert fault(data) == code


def test_the_malformed_row_is_named_and_another_separator_is_offered():
    refused = open_file((HEADER.replace(",", ";") + '\nx;"y').encode(), Separator.COMMA)

    assert refused.fault.facts == {"row": 2, "reason": "after_quote", "better": "semicolon"} or (
        refused.fault.facts["better"] == "semicolon"
    )


def test_a_wrong_separator_is_told():
    refused = open_file(make_csv(["1", "2", "Registered"], separator="\t"), Separator.COMMA)

    assert refused.fault.facts["better"] == "tab"


def test_row_numbers_are_those_of_a_spreadsheet():
    data = f'\r\n{HEADER}\r\n\r\n"603\n2942",1,x\r\n , ,\r\n2,2,x\r\n'.encode()

    assert [number for number, _cells in rows(data)] == [4, 6]


@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", list(Separator))
def test_encodings_separators_and_line_ends_just_work(newline, encoding, separator):
    data = make_csv(["Siân", "1", "x"], separator=separator.character, newline=newline, encoding=encoding)

    opened = open_file(data, separator)

    assert opened.encoding == encoding
    assert next(iter(opened.sheet.rows))[:3] == ("Siân", "1", "x")


def test_headings_ignore_case_one_asterisk_and_blank_cells_after_the_tenth():
    headings = [" qualification NUMBER *", "ULN*", "\ufeffStatus", *REGISTRATIONS.headings[3:], "", " "]

    assert len(rows(make_csv(["1", "2", "3"], headings=headings))) == 1
    assert fault(make_csv(["1"], headings=["ULN **", *REGISTRATIONS.headings[1:]])) == "bad_header"


def test_a_first_row_that_names_the_separator_is_skipped():
    data = b"sep=;\r\n" + make_csv(["1", "2", "3"], separator=";")

    assert [number for number, _cells in rows(data, Separator.SEMICOLON)] == [3]


def test_a_raised_limit_of_the_csv_module_does_not_raise_ours():
    before = csv.field_size_limit(10_000_000)
    try:
        assert fault((HEADER + "\n" + "x" * 131_073).encode()) == "malformed_csv"
        assert len(rows((HEADER + "\n" + "x" * 131_072).encode())) == 1
    finally:
        csv.field_size_limit(before)


@pytest.mark.parametrize(
    ("name", "size", "code"),
    [("a.CSV", 2_097_151, None), ("a.xlsx", 1, "not_csv"), ("a.csv", 2_097_152, "too_large")],
)
def test_an_upload_is_checked_before_it_is_read(name, size, code):
    found = check_upload(name, size, 2_097_152)

    assert (found and found.code.value) == code


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(list(Separator)))
def test_any_bytes_give_a_sheet_or_a_sentence(data, separator):
    opened = open_file(data, separator)

    assert isinstance(opened, Opened) or sentence(opened.fault.code, opened.fault.facts)
