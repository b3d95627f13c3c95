"""From bytes to sheet: what a file as a whole may be."""

import csv
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.makers import make_csv
from wagtail_regcert.exporting.columns import EXPORT_COLUMNS
from wagtail_regcert.importing.pipeline import Opened, Refused, open_file
from wagtail_regcert.importing.read import cut_rows
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
    refused = open_file((HEADER.replace(",", ";") + '\n"x;"y').encode(), Separator.COMMA)

    assert refused.fault.facts == {"row": 2, "reason": "after_quote", "html": False, "better": "semicolon"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [('"603/2942/X,1', "unclosed"), ('"603"x,1', "after_quote"), ("x" * 131_073, "long")],
)
def test_it_is_told_why_the_csv_is_malformed(row, reason):
    refused = open_file(f"\n{HEADER}\n{ROW}\n{row}".encode(), Separator.COMMA)

    assert refused.fault.facts == {"row": 4, "reason": reason, "html": False}


@pytest.mark.parametrize(
    ("above", "row"), [("", 1), ("\n\n", 3), ("sep=,\r\n", 2)], ids=["first", "blanks", "separator"]
)
def test_a_wrong_separator_is_told(above, row):
    data = above.encode() + make_csv(["1", "2", "Registered"], separator="\t")

    refused = open_file(data, Separator.COMMA)

    assert refused.fault.facts == {"row": row, "reason": "better", "better": "tab"}


SITES = replace(REGISTRATIONS.of(REGISTRATIONS.columns[:3]), is_sites=True)


@pytest.mark.parametrize(
    ("text", "code", "better"),
    [
        ("Notes\nULN;Qualification Number;Status\n", "bad_header", "semicolon"),
        ("Notes\nULN;Qualification Number\n", "bad_header", None),
        # Broken after the headings.
        ('ULN;Status;Qualification Number\n1;"2"3;4,5', "bad_header", "semicolon"),
        # Broken before them, by any separator.
        ('"2"3\nULN;Status;Qualification Number', "malformed_csv", None),
    ],
)
def test_a_wrong_separator_is_told_of_files_of_a_sites_layout_too(text, code, better):
    refused = open_file(text.encode(), Separator.COMMA, SITES)

    assert (refused.fault.code.value, refused.fault.facts.get("better")) == (code, better)


@pytest.mark.parametrize("layout", [REGISTRATIONS, SITES], ids=["ours", "a site's"])
def test_a_sheet_says_how_its_file_was_written(layout):
    data = make_csv(["1", "Siân", "x"], separator=";", encoding="utf-16", layout=layout)

    sheet = open_file(data, Separator.SEMICOLON, layout).sheet

    assert (sheet.separator, sheet.encoding) == (";", "utf-16")
    assert sheet.rows.headers == [*layout.headings]


def test_rows_are_cut_at_line_ends_that_are_not_quoted_and_no_character_is_changed():
    text = 'a\ud800,"b\r\nc\rd\ne"\rf\u2028,\x85\r\n\n,'

    assert list(cut_rows(text, Separator.COMMA)) == [
        ["a\ud800", "b\r\nc\rd\ne"],
        ["f\u2028", "\x85"],
        [],
        ["", ""],
    ]


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


@pytest.mark.parametrize(
    "heading",
    [
        " STATUS *",
        "Status*",
        "Status\u00a0 *\u200b",
        "\ufeffStatus",
        "Sta\u00adtus",
        '="Status"',
        "\r\nStatus\n",
    ],
)
def test_a_heading_is_compared_without_case_invisible_characters_and_one_asterisk(heading):
    headings = [*REGISTRATIONS.headings[:2], heading, *REGISTRATIONS.headings[3:], "", " "]

    assert len(rows(make_csv(["1", "2", "3"], headings=headings))) == 1


@pytest.mark.parametrize("space", ["  ", "\n", "\r\n ", "\u00a0", "\u2003\u200b "])
def test_white_space_in_a_heading_counts_as_one_space(space):
    headings = [f"Qualification{space}Number", *REGISTRATIONS.headings[1:]]

    assert len(rows(make_csv(["1", "2", "3"], headings=headings))) == 1


@pytest.mark.parametrize(
    "heading", ["Status **", "* Status", "St atus", "'Status", "Status*\u200b*", "Stat\u00fcs"]
)
def test_any_other_difference_of_a_heading_is_one(heading):
    headings = [*REGISTRATIONS.headings[:2], heading, *REGISTRATIONS.headings[3:]]

    assert fault(make_csv(["1"], headings=headings)) == "bad_header"


@pytest.mark.parametrize(
    ("row", "separator"),
    [
        ("sep=,", "comma"),
        ("SEP = ,", "comma"),
        ("\ufeff sep=\u00a0,", "comma"),
        ("sep=,,,,,", "comma"),
        ('"sep=,"', "comma"),
        ('"sep=,",,,,', "comma"),
        ("sep=;", "semicolon"),
        ("Sep =;;;;", "semicolon"),
        ("sep=\t", "tab"),
        ("sep=\t\t\t", "tab"),
        ('"sep=\t"', "tab"),
        ("sep=|", "pipe"),
    ],
)
def test_a_first_row_that_names_the_separator_is_skipped(row, separator):
    separator = Separator(separator)
    data = f"{row}\r\n".encode() + make_csv(["1", "2", "3"], separator=separator.character)

    assert [number for number, _cells in rows(data, separator)] == [3]


@pytest.mark.parametrize(
    ("row", "named"),
    [("sep=;", ";"), ("SEP = ;,,,", ";"), ("sep=\t", "\t"), ("sep=#", "#"), ('"sep=|",', "|")],
)
def test_a_first_row_that_names_another_separator_is_told(row, named):
    refused = open_file(f"{row}\r\n".encode() + make_csv(["1", "2", "3"]), Separator.COMMA)

    assert refused.fault.facts == {"reason": "separator_row", "named": named}


@pytest.mark.parametrize("row", ["sep=", "sep=,x", "sep=,,x", "sep=||", "separator=,", "\r\nsep=,"])
def test_a_row_that_only_resembles_one_with_the_separator_is_a_bad_header(row):
    refused = open_file(f"{row}\r\n".encode() + make_csv(["1", "2", "3"]), Separator.COMMA)

    assert "missing" in refused.fault.facts


EXTRA = ["Row in the file", "What is wrong"]


@pytest.mark.parametrize(
    "more",
    [EXTRA, EXTRA[::-1], ["", *EXTRA], ["ROW  in the file *"], ["What is wrong", "", "Row in the file"]],
)
def test_the_headings_of_the_rejected_file_are_known(more):
    data = make_csv(["1", "2", "3"], headings=[*REGISTRATIONS.headings, *more])

    assert rows(data) == [(2, ["1", "2", "3", *[""] * 7])]


def test_what_stands_under_headings_that_are_not_read_counts_as_blank():
    header = [*REGISTRATIONS.headings, *EXTRA]
    row = ["1", "2", "3", *[""] * 7]
    data = make_csv([*row, "17", "bad, date"], [*[""] * 10, "18", "x"], [*row, "", "y"], headings=header)

    sheet = open_file(data, Separator.COMMA).sheet

    assert list(sheet.numbers) == [2, 4]
    assert sheet.long == {}


def test_a_file_with_nothing_but_what_is_not_read_has_no_records():
    assert (
        fault(make_csv([*[""] * 10, "18", "x"], headings=[*REGISTRATIONS.headings, *EXTRA])) == "no_records"
    )


@pytest.mark.parametrize(
    ("more", "cells", "facts"),
    [
        (["x1", "why"], ["x1"], {"unread": "Row in the file", "text": "x1"}),
        (["1 7", ""], ["1 7"], {"unread": "Row in the file", "text": "1 7"}),
        (["١٧"], ["١٧"], {"unread": "Row in the file", "text": "١٧"}),
        (["17", "why", "spilt"], ["spilt"], {"cells": 13}),
        (["17", "why", ""], [""], {"cells": 13}),
        (["x", "why", "spilt"], ["x", "spilt"], {"unread": "Row in the file", "text": "x"}),
    ],
)
def test_a_row_with_cells_where_none_belong_keeps_them_without_those_that_are_not_read(more, cells, facts):
    row = ["1", "2", "3", *[""] * 7]

    sheet = open_file(
        make_csv([*row, *more], headings=[*REGISTRATIONS.headings, *EXTRA]), Separator.COMMA
    ).sheet

    assert sheet.long == {0: ([*row, *cells], facts)}


def facts_of(headings, rows="", separator=Separator.COMMA):
    return open_file(f"{headings}\r\n{rows}".encode(), separator).fault.facts


NAMES = list(REGISTRATIONS.headings)


def test_every_heading_that_is_missing_foreign_or_out_of_place_is_named():
    header = ["Ref", "ULN", "Qualification Number", "ULN", *NAMES[3:9], "", "Notes"]

    assert facts_of(",".join(header)) == {
        "row": 1,
        "missing": ["Status", "Postal Tracking Reference"],
        "foreign": [
            {"position": 1, "found": "Ref"},
            {"position": 11, "found": ""},
            {"position": 12, "found": "Notes"},
        ],
        "more_foreign": 0,
        "misplaced": [{"position": 2, "found": "ULN"}],
        "lookalikes": [],
    }


def test_few_of_many_foreign_headings_are_named_and_the_rest_counted():
    facts = facts_of(",".join([*NAMES, *map(str, range(1000))]))

    assert (len(facts["foreign"]), facts["more_foreign"]) == (10, 990)


@pytest.mark.parametrize(
    ("heading", "place", "codepoint"),
    [
        ("St\u0430tus", 3, "U+0430"),
        ("Statu\u0455 *", 6, "U+0455"),
        ("\uff33tatus", 1, "U+FF33"),
    ],
)
def test_a_heading_that_only_looks_right_is_told_by_its_character(heading, place, codepoint):
    facts = facts_of(",".join([*NAMES[:2], heading, *NAMES[3:]]))

    assert facts["lookalikes"] == [
        {"position": 3, "found": heading, "expected": "Status", "place": place, "codepoint": codepoint}
    ]
    assert (facts["missing"], facts["foreign"]) == ([], [])


@pytest.mark.parametrize("separator", list(Separator))
def test_our_own_export_is_told_by_any_separator(separator):
    header = separator.character.join(column.heading for column in EXPORT_COLUMNS)

    assert facts_of(header) == {"row": 1, "reason": "export"}


@pytest.mark.parametrize("inner", list(Separator))
def test_rows_in_one_pair_of_quotation_marks_are_told(inner):
    header = inner.character.join(NAMES)

    assert facts_of(f'"{header}"') == {"row": 1, "reason": "quoted"}
    assert facts_of(f'"{header}",,') == {"row": 1, "reason": "quoted"}
    assert facts_of(f'"{header}",x')["foreign"][1:] == [{"position": 2, "found": "x"}]
    assert facts_of(f'"{header}",,x')["foreign"][2:] == [{"position": 3, "found": "x"}]


@pytest.mark.parametrize("start", ["<!DOCTYPE html>", "\r\n <HTML>", '<html lang="en">', "<table><tr>"])
def test_a_web_page_is_told(start):
    assert facts_of(f"{start}, Qualification Number") == {
        "row": start.count("\n") + 1,
        "reason": "html",
        "html": True,
    }


def test_a_web_page_with_broken_quoting_is_told_too():
    refused = open_file(b'<html>,"a"b', Separator.COMMA)

    assert (refused.fault.code.value, refused.fault.facts["html"]) == ("malformed_csv", True)


def test_a_raised_limit_of_the_csv_module_does_not_raise_ours():
    before = csv.field_size_limit(10_000_000)
    try:
        refused = open_file((HEADER + "\n" + "x" * 131_073).encode(), Separator.COMMA)
        assert refused.fault.facts == {"row": 2, "reason": "long", "html": False}
        assert len(rows((HEADER + "\n" + "x" * 131_072).encode())) == 1
    finally:
        csv.field_size_limit(before)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(list(Separator)))
def test_any_bytes_give_a_sheet_or_a_sentence(data, separator):
    opened = open_file(data, separator)

    if isinstance(opened, Refused):
        assert sentence(opened.fault.code, opened.fault.facts)
    else:
        assert opened.sheet.numbers
