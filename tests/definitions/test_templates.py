"""What a blank file of theirs tells of the layout that it is a template for."""

import pytest

from wagtail_regcert.definitions import exports
from wagtail_regcert.definitions.places import Place
from wagtail_regcert.definitions.templates import _BY_HEADING, layout_of, value_meant
from wagtail_regcert.exporting.layout_values import BY_NAME
from wagtail_regcert.layouts import Separator


def layout(rows, name="REG template.csv", encoding="utf-8"):
    return layout_of(name, rows, kind=exports.Format.CSV, separator=Separator.TAB, encoding=encoding)


@pytest.mark.parametrize(
    ("heading", "value"),
    [
        ("ULN", "learner.uln"),
        ("Unique Learner Number *", "learner.uln"),
        ("Date_of-Birth", "learner.date_of_birth"),
        ("  SURNAME ", "learner.family_name"),
        ("First name(s)", "learner.given_names"),
        ("Sex", "learner.gender"),
        ("Planned completion", "registration.planned_achievement_date"),
        ("Postcode", None),
        ("", None),
    ],
)
def test_headings_are_known_however_they_are_written(heading, value):
    assert value_meant(heading) == value


def test_every_value_that_is_guessed_is_one():
    assert set(_BY_HEADING.values()) <= set(BY_NAME)


def test_headings_order_rows_before_and_name_are_taken_over():
    found = layout([["Centre", "12345", ""], [], ["ULN", "", "Last\nname", "Postcode", "", ""], []])

    assert (found.name, found.file_name, found.separator) == (
        "REG template",
        "REG template.csv",
        Separator.TAB,
    )
    assert found.before == (("Centre", "12345"), ())
    assert [(column.heading, column.value, column.constant) for column in found.columns] == [
        ("ULN", "learner.uln", None),
        ("Column 2", None, ""),
        ("Last name", "learner.family_name", None),
        ("Postcode", None, ""),
    ]
    at = Place()
    assert exports.read(exports.to_json(found), at) == found


@pytest.mark.parametrize(
    ("encoding", "expected"), [("utf-8", "utf-8"), ("cp1252", "cp1252"), ("utf-16", "utf-8-sig")]
)
def test_the_encoding_is_theirs_where_it_can_be_written(encoding, expected):
    assert layout([["ULN"]], encoding=encoding).encoding == expected


@pytest.mark.parametrize("rows", [[], [[]], [["", " "]]])
def test_a_file_without_a_heading_is_no_template(rows):
    assert layout(rows) is None


def test_a_name_that_cannot_be_one_of_a_file_is_left_out():
    assert layout([["ULN"]], name="a{b}.csv").file_name is None


def test_headings_are_looked_for_in_the_first_fifty_rows():
    headings = ["ULN", "Sex"]

    assert len(layout([*[["x"]] * 49, headings]).columns) == 2
    assert len(layout([*[["x"]] * 50, headings]).columns) == 1


def test_a_template_that_is_a_workbook_is_one_for_workbooks():
    found = layout_of("REG.xlsx", [["ULN"]], kind=exports.Format.XLSX)

    assert (found.format, found.file_name, found.name) == (exports.Format.XLSX, "REG.xlsx", "REG")
