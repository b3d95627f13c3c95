"""The columns of files: the README says what they are, and rows are held against their headings."""

from dataclasses import replace
from pathlib import Path

import pytest

from wagtail_regcert.cells import check_digit_fails
from wagtail_regcert.layouts import LEARNERS, REGISTRATIONS, Layout, fold_heading, unread_heading


def test_the_readme_has_the_columns_of_the_layout():
    readme = (Path(__file__).parents[1] / "README.md").read_text()

    rows = [
        f"| {c.heading} | {c.kind.name} | {'yes' if c.required else 'no'} |" for c in REGISTRATIONS.columns
    ]
    assert "\n".join(rows) in readme


def test_the_example_ulns_have_valid_check_digits():
    assert [uln for uln in REGISTRATIONS.columns[1].examples if check_digit_fails(uln)] == []


def test_a_part_of_a_layout_is_the_same_with_fewer_columns():
    whole = replace(LEARNERS, is_sites=True, creates=("qualifications",))

    part = whole.of(column for column in LEARNERS.columns if column.field in ("uln", "gender"))

    columns = (LEARNERS.columns[1], LEARNERS.columns[4])
    assert part == Layout(columns, is_sites=True, creates=("qualifications",))
    assert [part.has(field) for field in ("uln", "gender", "reference", "")] == [True, True, False, False]
    assert (part.position_of("gender"), part.column_of("gender")) == (1, columns[1])


def test_a_constant_is_no_column_of_the_file():
    constant = replace(LEARNERS.columns[4], heading="", constant="F")
    layout = LEARNERS.of([constant, *LEARNERS.columns[:2]])

    assert layout.in_file == LEARNERS.columns[:2]
    assert (layout.headings, layout.width) == (("Learner reference", "ULN"), 2)
    assert layout.places_by_heading == {"Learner reference": 1, "ULN": 2}
    assert layout.position_of("gender") == 0


NAMES = [*REGISTRATIONS.headings]


@pytest.mark.parametrize(
    ("cells", "is_header"),
    [
        (NAMES, True),
        ([*NAMES, "", " \u200b", "What is wrong", "row in the file *"], True),
        ([*NAMES, "Notes"], False),
        ([*NAMES, "", "Notes"], False),
        (NAMES[:9], False),
        ([*NAMES[:9], ""], False),
        ([*NAMES[1:], NAMES[0]], False),
        ([], False),
    ],
)
def test_a_header_has_the_headings_in_order_and_nothing_after_them_that_is_read(cells, is_header):
    assert REGISTRATIONS.is_header(cells) is is_header


@pytest.mark.parametrize(
    ("cell", "folded"),
    [
        (" Start\u00a0 \n DATE ", "start date"),
        ("Straße *", "strasse"),
        ("Status**", "status*"),
        ("*Status", "*status"),
        ('="Sta\u00adtus"', "status"),
    ],
)
def test_a_heading_is_folded_to_what_it_is_compared_by(cell, folded):
    assert fold_heading(cell) == folded


@pytest.mark.parametrize(
    ("cell", "heading"),
    [
        ("ROW in the  file *", "Row in the file"),
        ("what is wrong", "What is wrong"),
        ("Row", None),
        ("", None),
    ],
)
def test_a_heading_that_is_not_read_is_known_however_it_is_written(cell, heading):
    assert unread_heading(cell) == heading
