"""The first look at a file that others write."""

from dataclasses import replace

import pytest

from tests.workbooks import members_of, pack
from wagtail_regcert.importing.fitting import ANY, filled_rows, fitting, likely_separator, read_rows
from wagtail_regcert.layouts import LEARNERS, QUALIFICATIONS, Separator

LIMIT = 2_097_152
CELL = '<c t="inlineStr"><is><t>{}</t></is></c>'


def workbook(*rows):
    """A workbook of texts; whole numbers are days."""
    lines = [
        "".join(CELL.format(cell) if isinstance(cell, str) else f'<c s="1"><v>{cell}</v></c>' for cell in row)
        for row in rows
    ]
    return pack(members_of("".join(f"<row>{line}</row>" for line in lines), formats={"14": ""}))


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (b"a;b,c\n\nd", [["a", "b,c"], [], ["d"]]),
        # What stands before broken quoting.
        (b'a;b\n"c"d\ne', [["a", "b"]]),
        ("é;ü".encode("utf-16"), [["é", "ü"]]),
        (b"\0", []),
        (workbook(["a", "b"], [], ["c", 45901]), [["a", "b"], [], ["c", "2025-09-01"]]),
        (b"PK\x03\x04", []),
    ],
)
def test_the_rows_of_a_file_are_read_as_they_stand(data, rows):
    assert read_rows(data, Separator.SEMICOLON, LIMIT) == rows
    assert read_rows(data, Separator.SEMICOLON, LIMIT, 1) == rows[:1]
    assert filled_rows(data, Separator.SEMICOLON, LIMIT) == [
        (number, row) for number, row in enumerate(rows, start=1) if row
    ]
    assert filled_rows(data, Separator.SEMICOLON, LIMIT, 1) == [(1, row) for row in rows[:1]]


def test_of_a_workbook_that_holds_too_much_there_are_no_rows():
    data = workbook(*[["x" * 1000]] * 4000)

    assert len(read_rows(data, Separator.COMMA, LIMIT)) == 4000
    assert read_rows(data, Separator.COMMA, 1000) == []


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("a;b,c;d", Separator.SEMICOLON),
        ("a|b\tc\td", Separator.TAB),
        ("a;b,c", Separator.COMMA),
        ("", Separator.COMMA),
        ("a;b\n" * 49 + "|\n" + "||||" * 50, Separator.SEMICOLON),
    ],
)
def test_the_separator_that_stands_most_often_in_the_first_lines_is_the_likely_one(text, separator):
    assert likely_separator(text) is separator


def layouts(*separators):
    """Two layouts of a site by each of these separators."""
    named = [("learners", LEARNERS), ("qualifications", QUALIFICATIONS)]
    return [
        (f"{name} {separator}", separator, replace(layout, is_sites=True))
        for separator in separators
        for name, layout in named
    ]


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (";".join(LEARNERS.headings).encode(), ["learners semicolon"]),
        (b"Note\n\n" + ",".join(QUALIFICATIONS.headings).encode() + b",Row\n1", ["qualifications comma"]),
        (workbook(["Note"], LEARNERS.headings), ["learners comma", "learners semicolon"]),
        (b"\n" * 49 + ",".join(LEARNERS.headings).encode(), ["learners comma"]),
        (b"\n" * 50 + ",".join(LEARNERS.headings).encode(), []),
        (b"\0", []),
    ],
)
def test_layouts_fit_a_file_that_has_their_headings_by_their_separator(data, names):
    assert fitting(data, layouts(Separator.COMMA, Separator.SEMICOLON), LIMIT) == names


def test_a_workbook_that_holds_too_much_fits_nothing():
    data = workbook(LEARNERS.headings, *[["x" * 1000]] * 4000)

    assert fitting(data, layouts(Separator.TAB), LIMIT) == ["learners tab"]
    assert fitting(data, layouts(Separator.TAB), 1000) == []


def test_a_layout_that_names_no_heading_fits_nothing():
    assert fitting(b"a,b", [("any", Separator.COMMA, ANY)], LIMIT) == []
