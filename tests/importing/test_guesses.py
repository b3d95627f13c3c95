"""What headings and values of a foreign file are probably meant for."""

import pytest

from wagtail_regcert.cells import GenderLabel, StatusLabel, Text
from wagtail_regcert.date_forms import DateForm
from wagtail_regcert.definitions.imports import CREATED_FIELDS, Creates
from wagtail_regcert.importing.guesses import (
    Guess,
    form_of_days,
    guesses,
    header_row,
    meant,
    unknown_values,
)
from wagtail_regcert.layouts import LEARNERS, QUALIFICATIONS, REGISTRATIONS, SOURCE_FIELDS

ULN = "9276308686"


def fields(about="registrations", *creates):
    columns = [*SOURCE_FIELDS[about], *(one for made in creates for one in CREATED_FIELDS[made])]
    return {column.field: column for column in columns}


def guessed(headings, *columns, of=None):
    columns = columns or [[]] * len(headings)
    return [one.field for one in guesses(headings, columns, of or fields())]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Candidate number", "reference"),
        ("Unique Learner Number", "uln"),
        ("LEARNER ULN (10 digits)", "uln"),
        ("Cert no", "registration_number"),
        ("Outcome", "status"),
        ("Aim reference", "qualification"),
        ("Date of Registration", "registration_date"),
        ("Tracking no.", "postal_tracking_reference"),
        ("Planned end date", "planned_achievement_date"),
        ("Assessor", None),
        ("", None),
    ],
)
def test_names_and_common_other_names_tell_the_field(heading, field):
    assert guessed([heading]) == [field]


def test_the_headings_of_our_own_files_are_themselves():
    assert guessed(REGISTRATIONS.headings)[2:] == [column.field for column in REGISTRATIONS.columns[2:]]
    assert guessed(LEARNERS.headings, of=fields("learners")) == [one.field for one in LEARNERS.columns]
    assert guessed(QUALIFICATIONS.headings, of=fields("qualifications")) == [
        one.field for one in QUALIFICATIONS.columns
    ]


def test_what_is_created_beside_is_guessed_where_it_is_asked_for():
    headings = ["DOB", "Surname", "Forenames", "Sex", "Course title"]

    without = guessed(headings)
    beside = guessed(headings, of=fields("registrations", Creates.LEARNERS, Creates.QUALIFICATIONS))

    assert without == [None] * 5
    assert beside == ["date_of_birth", "family_name", "given_names", "gender", "title"]


def test_what_looks_like_a_uln_with_a_right_check_digit_is_one():
    assert guessed(["Candidate number"], [ULN, "1000000027"]) == ["uln"]
    assert guessed(["Candidate number"], ["4000000000"]) == ["reference"]
    assert guessed(["X"], ["9999999999"]) == [None]


def test_a_heading_that_says_uln_goes_before_values_that_look_like_one():
    assert guessed(["Number", "ULN"], [ULN], [ULN]) == [None, "uln"]


def test_values_tell_qualification_numbers_statuses_and_genders():
    about_learners = fields("learners")

    assert guessed(["A", "B"], ["603/2942/X", "500/1234/5"], ["Registered", "achieved"]) == [
        "qualification",
        "status",
    ]
    assert guessed(["A"], ["603/2942/X"], of=fields("qualifications")) == ["number"]
    assert guessed(["A"], ["F", "male"], of=about_learners) == ["gender"]


def test_what_is_no_day_is_not_guessed_to_be_a_date():
    assert guessed(["Awarded", "Date sent"], ["yes", "no"], ["2026-07-01"]) == [
        None,
        "certificate_sent_date",
    ]


def test_no_field_is_guessed_twice():
    assert guessed(["Outcome", "Result", "Status"]) == [None, None, "status"]


@pytest.mark.parametrize(
    ("values", "form"),
    [
        (["01/02/2026", "28/02/2026"], DateForm.DAY_FIRST),
        (["1/2/2026", "28/02/2026"], DateForm.DAY_FIRST_SHORT),
        (["02/28/2026", "01/02/2026"], DateForm.MONTH_FIRST),
        (["2026-02-28"], DateForm.ISO),
        (["05-Apr-2026"], DateForm.MONTH_NAME),
        (["31082026"], DateForm.DIGITS),
        (["2026-02-28", "soon"], None),
        ([], None),
    ],
)
def test_the_form_of_days_is_the_one_in_which_all_are(values, form):
    assert form_of_days(values) == form


def test_a_column_has_the_form_of_its_days_whatever_its_field():
    assert guesses(["A"], [["2026-02-28", " ", "2026-03-01"]], fields()) == [Guess(None, DateForm.ISO)]


def test_the_header_is_the_row_with_the_most_known_names():
    rows = [
        ["Centre 1", "Status"],
        ["", ""],
        ["ULN", "Aim reference", "Outcome"],
        [ULN, "603/2942/X", "Pass"],
    ]

    assert header_row(rows, fields()) == 2
    assert header_row([["a"], ["b", "c"], ["d", "e"]], fields()) == 1
    assert header_row([], fields()) == 0


def test_strange_values_are_the_ones_to_translate_each_once():
    cells = ["Pass", "PASS ", "", "Registered", "Withdrawn"]

    assert unknown_values(cells, StatusLabel()) == ["PASS", "Withdrawn"]
    assert unknown_values(["F", "2"], GenderLabel()) == ["2"]
    assert unknown_values(cells, Text()) == []
    assert unknown_values(list(map(str, range(31))), StatusLabel()) == []


def test_common_words_for_statuses_and_genders_are_known():
    assert [meant(one, StatusLabel()) for one in ("Pass", "Issued", "Withdrawn")] == [
        "achieved",
        "certificate_sent",
        "",
    ]
    assert [meant(one, GenderLabel()) for one in ("2", "Woman", "?")] == ["F", "F", ""]


def test_the_row_with_the_most_names_is_the_headings_and_else_the_first_widest():
    named = ["ULN", "Outcome"]

    assert header_row([["a", "b", "c"], named, ["d", "e", "f"]], fields()) == 1
    assert header_row([["x", "ULN"], named], fields()) == 1
    assert header_row([["a", ""], ["b", "c"], ["d", "e"]], fields()) == 1
    assert header_row([], fields()) == 0
    assert header_row([[]], fields()) == 0


@pytest.mark.parametrize(
    ("heading", "values", "field"),
    [
        ("Registration date", ["soon"], "registration_date"),
        ("Reg date", ["soon"], None),
        ("Reg date", ["01/02/2025"], "registration_date"),
        ("Reg date", [], "registration_date"),
        ("Planned date", [], "planned_achievement_date"),
        ("The planned date of it", [], "planned_achievement_date"),
        ("Planned", [], None),
    ],
)
def test_a_column_of_days_has_days(heading, values, field):
    assert guessed([heading], values) == [field]


def test_a_qualification_is_its_number_in_files_about_qualifications():
    assert guessed(["Qual no"], of=fields("qualifications")) == ["number"]
    assert guessed(["Course title"], of=fields("qualifications")) == ["title"]
    assert guessed(["Qual no"], of=fields("learners")) == [None]
    assert guessed(["Qual no"]) == ["qualification"]


@pytest.mark.parametrize(("count", "found"), [(30, 30), (31, 0)])
def test_so_many_strange_values_somebody_translates(count, found):
    cells = [*map(str, range(100, 100 + count)), "Exempt", "", " 100"]

    assert unknown_values(cells, StatusLabel()) == [str(100 + number) for number in range(found)]


def test_only_statuses_and_genders_are_meant():
    assert meant("Passed!", StatusLabel()) == "achieved"
    assert meant("2", GenderLabel()) == "F"
    assert (meant("2", StatusLabel()), meant("passed", Text())) == ("", "")


def test_there_are_as_many_columns_as_headings():
    with pytest.raises(ValueError, match="argument"):
        guesses(["ULN", "Status"], [[]], fields())
