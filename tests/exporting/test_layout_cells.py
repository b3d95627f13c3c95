"""How the cells of an export layout come about, and which records it cannot carry."""

import datetime as dt

import pytest

from wagtail_regcert.definitions import exports
from wagtail_regcert.definitions.places import Place
from wagtail_regcert.exporting.layout_cells import CellMaker, UnfitCell
from wagtail_regcert.exporting.layout_values import VALUES, academic_year, first_name
from wagtail_regcert.messages.values import value_description
from wagtail_regcert.problems import Unfit

from ..makers import EXPORT_LAYOUT

TODAY = dt.date(2026, 11, 28)


def maker_of(*columns, **options):
    at = Place()
    definition = exports.read({**EXPORT_LAYOUT, **options, "columns": list(columns)}, at)
    assert at.problems == []
    return CellMaker(definition, TODAY)


def page_of(column, *values, **options):
    """The page of a layout of one column, for one record of each value; their keys are 1, 2, …"""
    maker = maker_of({"heading": "X", **column}, **options)
    read = [list(one) for one in zip(*values, strict=True)] if maker.paths[1:] else [list(values)]
    return maker.page(range(1, len(values) + 1), read)


def cells(column, *values, **options):
    page = page_of(column, *values, **options)
    assert page.unfit == []
    return [cell for (cell,) in page.rows]


def test_texts_are_as_stored_and_blank_where_there_are_none():
    assert cells({"value": "registration.programme"}, "Carpentry", None, "") == ["Carpentry", "", ""]


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("learner.full_name", [("Ann", "Lee"), ("", "Lee")], ["Ann Lee", "Lee"]),
        ("learner.first_name", ["Ann Louise", ""], ["Ann", ""]),
        ("learner.gender", ["F", "U", ""], ["Female", "Not stated", ""]),
        ("registration.status", ["certificate_sent"], ["Certificate Sent"]),
        (
            "registration.academic_year",
            ["2025-07-31", dt.date(2025, 8, 1), None, ""],
            ["2024/25", "2025/26", "", ""],
        ),
    ],
)
def test_values_that_are_made_of_what_is_stored(name, values, expected):
    assert cells({"value": name}, *values) == expected


def test_the_century_turns_in_academic_years():
    assert academic_year("2099-09-01") == "2099/00"
    assert first_name("Mary Jane Ann") == "Mary"


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (None, "05/04/2026"),
        ("dd/mm/yyyy", "05/04/2026"),
        ("d/m/yyyy", "5/4/2026"),
        ("mm/dd/yyyy", "04/05/2026"),
        ("yyyy-mm-dd", "2026-04-05"),
        ("dd-mmm-yyyy", "05-Apr-2026"),
        ("ddmmyyyy", "05042026"),
        ("yyyy-mm", "2026-04"),
    ],
)
def test_days_are_written_in_the_form_wanted(form, expected):
    column = {"value": "registration.start_date", **({"dates": form} if form else {})}

    assert cells(column, dt.date(2026, 4, 5), "2026-04-05", None, "") == [expected, expected, "", ""]


def test_today_row_and_constants_need_no_record():
    maker = maker_of(
        {"heading": "A", "value": "today", "dates": "ddmmyyyy"},
        {"heading": "B", "value": "row"},
        {"heading": "C", "constant": "12345"},
        {"heading": "D", "constant": ""},
    )

    assert maker.paths == ()
    assert maker.page([7, 8], []).rows == [("28112026", "1", "12345", ""), ("28112026", "2", "12345", "")]
    assert maker.page([9], []).rows == [("28112026", "3", "12345", "")]


def test_stored_codes_are_translated_and_the_rest_are_labels():
    column = {"value": "learner.gender", "values": {"F": "2", "M": "1", "": "9"}}

    assert cells(column, "F", "M", "", "O") == ["2", "1", "9", "Other"]
    assert cells({"value": "registration.status", "values": {"exempt": "X"}}, "exempt", "achieved") == [
        "X",
        "Achieved",
    ]


def test_texts_and_days_are_translated_too():
    assert cells({"value": "learner.reference", "values": {"A": "B"}}, "A", "a", None) == ["B", "a", ""]
    assert cells(
        {"value": "learner.date_of_birth", "values": {"2000-01-01": "new"}}, "2000-01-01", "2000-01-02"
    ) == [
        "new",
        "02/01/2000",
    ]


def test_a_blank_is_first_what_values_say_then_what_if_blank_says():
    column = {"value": "learner.reference", "if_blank": "-2"}

    assert cells(column, None, "", "x") == ["-2", "-2", "x"]
    assert cells({**column, "values": {"": "none"}}, None) == ["none"]
    assert cells({"value": "learner.gender", "if_blank": "?"}, "") == ["?"]
    assert cells({"value": "learner.date_of_birth", "if_blank": "?"}, None, "") == ["?", "?"]


def test_the_case_comes_last_of_all_that_makes_a_cell():
    upper, lower = {"case": "upper"}, {"case": "lower"}

    assert cells({"value": "learner.family_name", **upper}, "Groß", "d'É") == ["GROSS", "D'É"]
    assert cells({"value": "learner.gender", "values": {"F": "Fem"}, **lower}, "F", "M") == ["fem", "male"]
    assert cells({"value": "learner.date_of_birth", "dates": "dd-mmm-yyyy", **upper}, "2026-04-05") == [
        "05-APR-2026"
    ]
    assert cells(
        {"value": "learner.reference", "if_blank": "None", "values": {"a": "b"}, **upper}, "", "a", "c"
    ) == [
        "NONE",
        "B",
        "C",
    ]


def test_what_is_stored_is_guarded_and_the_layouts_own_texts_are_not():
    column = {"value": "learner.reference", "if_blank": "-2", "values": {"=x": "-3"}}

    assert cells(column, "=1+1", "-2", None, "=x", "'x", "'=x") == ["'=1+1", "'-2", "-2", "-3", "'x", "''=x"]
    assert cells(column, "=1+1", guard=False) == ["=1+1"]
    assert cells(column, "=1+1", format="xlsx") == ["=1+1"]
    assert cells({"value": "learner.full_name"}, ("", "@x")) == ["'@x"]


def test_records_that_are_blank_too_long_or_beyond_the_encoding_are_left_out_and_told():
    page = page_of(
        {"value": "learner.family_name", "required": True, "longest": 4},
        *("Lee", "", "Smith", "Łuka", "Ünal", "Łukas"),
        encoding="cp1252",
    )

    assert page.rows == [("Lee",), ("Ünal",)]
    assert page.unfit == [
        UnfitCell(2, 0, Unfit.REQUIRED, {}, ""),
        UnfitCell(3, 0, Unfit.TOO_LONG, {"limit": 4, "length": 5}, "Smith"),
        UnfitCell(4, 0, Unfit.BAD_ENCODING, {"codepoint": "U+0141"}, "Łuka"),
        UnfitCell(6, 0, Unfit.TOO_LONG, {"limit": 4, "length": 5}, "Łukas"),
    ]
    assert page.unfit_records == 4


def test_a_cell_is_checked_as_it_would_be_written_but_for_the_guard():
    assert page_of({"value": "learner.reference", "required": True, "if_blank": "x"}, None).unfit == []
    assert page_of({"value": "learner.reference", "longest": 2}, "=1").rows == [("'=1",)]
    assert [
        one.value
        for one in page_of({"value": "learner.family_name", "case": "upper", "longest": 4}, "Groß").unfit
    ] == ["GROSS"]
    # Its capital is Greek.
    assert page_of({"value": "learner.reference", "case": "upper"}, "µ", encoding="cp1252").unfit != []


def test_rows_are_counted_without_the_records_that_are_left_out():
    maker = maker_of(
        {"heading": "No", "value": "row", "longest": 1},
        {"heading": "ULN", "value": "learner.uln", "required": True},
    )

    first = maker.page([1, 2, 3], [["a", None, "c"]])
    second = maker.page(range(4, 13), [["x"] * 9])

    assert first.rows == [("1", "a"), ("2", "c")]
    assert [(one.record, one.column) for one in first.unfit] == [(2, 1)]
    assert [row[0] for row in second.rows] == list("3456789")
    assert [(one.record, one.column, one.code) for one in second.unfit] == [
        (11, 0, Unfit.TOO_LONG),
        (12, 0, Unfit.TOO_LONG),
    ]


def test_several_columns_may_have_the_same_value_and_each_is_read_once():
    maker = maker_of(
        {"heading": "A", "value": "learner.given_names"},
        {"heading": "B", "value": "learner.first_name"},
        {"heading": "C", "value": "learner.full_name"},
    )

    assert maker.paths == ("learner__given_names", "learner__family_name")
    assert maker.page([1], [["Ann May"], ["Lee"]]).rows == [("Ann May", "Ann", "Ann May Lee")]


def test_no_records_are_no_rows():
    maker = maker_of({"heading": "A", "value": "learner.uln", "required": True})

    assert maker.page([], [[]]) == ([], [], ())


def test_every_value_has_a_description_and_an_example():
    for value in VALUES:
        assert value_description(value.name)
        assert value.example


def test_a_column_of_row_numbers_is_checked_and_translated_as_any_other():
    column = {"heading": "No", "value": "row", "values": {"1": "a"}, "required": True, "longest": 2}
    maker = maker_of(
        {**column, "case": "upper"},
        {**column, "case": None},
        {"heading": "ULN", "value": "learner.uln", "required": True},
    )

    pages = [maker.page([7, 8, 9], [["x", None, "y"]]), *(maker.page([key], [["z"]]) for key in (10, 11))]

    assert [page.rows for page in pages] == [
        [("A", "a", "x"), ("2", "2", "y")],
        [("3", "3", "z")],
        [("4", "4", "z")],
    ]
    assert [page.keys for page in pages] == [[7, 9], [10], [11]]
    assert [page.unfit for page in pages] == [[UnfitCell(8, 2, Unfit.REQUIRED, {}, "")], [], []]


def test_what_is_wrong_comes_by_record_and_then_by_column():
    maker = maker_of(
        {"heading": "No", "value": "row", "longest": 1},
        {"heading": "ULN", "value": "learner.uln", "required": True},
        {"heading": "Born", "value": "learner.date_of_birth", "required": True},
        {"heading": "Today", "value": "today", "dates": "yyyy-mm", "longest": 7},
    )

    page = maker.page(range(1, 13), [["x", *[""] * 1, *["y"] * 10], ["", "", *["2000-01-01"] * 10]])

    assert [(one.record, one.column, one.code) for one in page.unfit] == [
        (1, 2, Unfit.REQUIRED),
        (2, 1, Unfit.REQUIRED),
        (2, 2, Unfit.REQUIRED),
        (12, 0, Unfit.TOO_LONG),
    ]
    assert page.unfit_records == 3
    assert (page.keys, len(page.rows)) == ([*range(3, 12)], 9)
    assert page.rows[0] == ("1", "y", "01/01/2000", "2026-11")


def test_a_day_that_is_too_long_is_told():
    assert page_of({"value": "today", "longest": 9}, "").unfit == [
        UnfitCell(1, 0, Unfit.TOO_LONG, {"limit": 9, "length": 10}, "28/11/2026")
    ]


@pytest.mark.parametrize(
    ("options", "fits"),
    [
        ({"encoding": "cp1252"}, False),
        ({"encoding": "utf-8"}, True),
        ({"encoding": "utf-8-sig"}, True),
        ({"encoding": "cp1252", "format": "xlsx"}, True),
    ],
)
def test_letters_are_missing_in_the_encoding_of_a_csv_file_alone(options, fits):
    assert (page_of({"value": "learner.family_name"}, "Łuka", **options).unfit == []) is fits


def test_paths_that_lead_to_days_are_known():
    maker = maker_of(
        {"heading": "A", "value": "learner.uln"}, {"heading": "B", "value": "learner.date_of_birth"}
    )

    assert maker.day_paths == {"learner__date_of_birth"}
    assert maker_of({"heading": "A", "value": "learner.uln"}).checks is False
    assert maker_of({"heading": "A", "value": "learner.uln", "longest": 9}).checks is True
