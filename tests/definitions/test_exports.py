"""Definitions of export layouts: what is taken, what is refused and where, and how they are written."""

import datetime as dt
import json

import pytest

from wagtail_regcert.date_forms import DateForm
from wagtail_regcert.definitions import exports
from wagtail_regcert.definitions.exports import Case, Encoding, ExportColumn, ExportDefinition, Format
from wagtail_regcert.definitions.places import LayoutProblem, Place
from wagtail_regcert.layouts import Separator
from wagtail_regcert.problems import LayoutFault as Fault

EXAMPLE = {
    "kind": "export",
    "name": "Example registrations",
    "awarding_organisation": "Pearson",
    "format": "csv",
    "separator": "comma",
    "encoding": "utf-8-sig",
    "guard": True,
    "headings": True,
    "before": [["Centre", "12345"]],
    "rows_per_file": None,
    "file_name": "REG_{date:%d%m%Y}_{number}.CSV",
    "columns": [
        {"heading": "Candidate ULN", "value": "learner.uln", "required": True},
        {"heading": "Sex", "value": "learner.gender", "values": {"F": "2", "M": "1", "": "9"}},
        {"heading": "DOB", "value": "learner.date_of_birth", "dates": "ddmmyyyy"},
        {"heading": "Family name", "value": "learner.family_name", "longest": 35, "case": "upper"},
        {"heading": "UCI", "value": "learner.reference", "if_blank": "-2"},
        {"heading": "Centre", "constant": "12345"},
    ],
}


def read(**changes):
    at = Place()
    definition = exports.read({**EXAMPLE, **changes}, at)
    assert (definition is None) == bool(at.problems)
    return definition, [(problem.path, problem.code) for problem in at.problems]


def of_column(**column):
    _definition, problems = read(columns=[EXAMPLE["columns"][0], {"heading": "X", **column}])
    return problems


def test_the_example_is_read():
    definition, problems = read()

    assert problems == []
    assert definition == ExportDefinition(
        name="Example registrations",
        awarding_organisation="Pearson",
        format=Format.CSV,
        separator=Separator.COMMA,
        encoding=Encoding.UTF8_WITH_MARK,
        guard=True,
        headings=True,
        before=(("Centre", "12345"),),
        rows_per_file=None,
        file_name="REG_{date:%d%m%Y}_{number}.CSV",
        columns=(
            ExportColumn(heading="Candidate ULN", value="learner.uln", required=True),
            ExportColumn(heading="Sex", value="learner.gender", values={"F": "2", "M": "1", "": "9"}),
            ExportColumn(heading="DOB", value="learner.date_of_birth", dates=DateForm.DIGITS),
            ExportColumn(heading="Family name", value="learner.family_name", longest=35, case=Case.UPPER),
            ExportColumn(heading="UCI", value="learner.reference", if_blank="-2"),
            ExportColumn(heading="Centre", constant="12345"),
        ),
    )


def test_what_is_written_is_what_was_read():
    definition, _problems = read()

    again = exports.to_json(definition)

    assert again == EXAMPLE
    assert list(again) == list(EXAMPLE)
    assert json.loads(json.dumps(again)) == EXAMPLE


def test_all_but_name_and_columns_may_be_left_out():
    at = Place()

    definition = exports.read(
        {"kind": "export", "name": "x", "columns": [{"heading": "ULN", "value": "learner.uln"}]}, at
    )

    assert at.problems == []
    assert definition == ExportDefinition(
        name="x", columns=(ExportColumn(heading="ULN", value="learner.uln"),)
    )


def test_all_problems_are_told_each_at_its_path():
    at = Place()

    exports.read({"kind": "export", "colums": [], "guard": "yes", "columns": [{"value": "learner.ULN"}]}, at)

    assert {(problem.path, problem.code) for problem in at.problems} == {
        ("colums", Fault.UNKNOWN_KEY),
        ("name", Fault.MISSING_KEY),
        ("guard", Fault.WRONG_TYPE),
        ("columns[0].heading", Fault.MISSING_KEY),
        ("columns[0].value", Fault.UNKNOWN_VALUE),
    }


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        ({"name": 5}, "name", Fault.WRONG_TYPE),
        ({"name": " \u200b"}, "name", Fault.BLANK),
        ({"name": "x" * 129}, "name", Fault.TOO_LONG),
        ({"name": "a\nb"}, "name", Fault.BAD_CHARACTER),
        ({"name": "Export"}, "name", Fault.NAME_TAKEN),
        ({"name": " LEARNERS "}, "name", Fault.NAME_TAKEN),
        ({"format": "xls"}, "format", Fault.NOT_OFFERED),
        ({"separator": ","}, "separator", Fault.NOT_OFFERED),
        ({"encoding": ["utf-8"]}, "encoding", Fault.NOT_OFFERED),
        ({"guard": 1}, "guard", Fault.WRONG_TYPE),
        ({"headings": None}, "headings", Fault.WRONG_TYPE),
        ({"before": "Centre"}, "before", Fault.WRONG_TYPE),
        ({"before": [["Centre", 12345]]}, "before[0][1]", Fault.WRONG_TYPE),
        ({"before": [["=1+1"]]}, "before[0][0]", Fault.FORMULA),
        ({"rows_per_file": 0}, "rows_per_file", Fault.OUT_OF_RANGE),
        ({"rows_per_file": True}, "rows_per_file", Fault.WRONG_TYPE),
        ({"rows_per_file": 1.5}, "rows_per_file", Fault.WRONG_TYPE),
        ({"rows_per_file": 5, "file_name": "x.csv"}, "file_name", Fault.NUMBER_NEEDED),
        ({"file_name": "a/b.csv"}, "file_name", Fault.BAD_FILE_NAME),
        ({"file_name": "..\\b.csv"}, "file_name", Fault.BAD_FILE_NAME),
        ({"file_name": ".."}, "file_name", Fault.BAD_FILE_NAME),
        ({"file_name": "C:b"}, "file_name", Fault.BAD_FILE_NAME),
        ({"file_name": ""}, "file_name", Fault.BLANK),
        ({"file_name": "{name}.csv"}, "file_name", Fault.BAD_PLACEHOLDER),
        ({"file_name": "{date}.csv"}, "file_name", Fault.BAD_PLACEHOLDER),
        ({"file_name": "{date:%S}.csv"}, "file_name", Fault.BAD_PLACEHOLDER),
        ({"file_name": "{date:%d/%m}.csv"}, "file_name", Fault.BAD_PLACEHOLDER),
        ({"file_name": "{date:%}.csv"}, "file_name", Fault.BAD_PLACEHOLDER),
        ({"columns": []}, "columns", Fault.WRONG_LENGTH),
        ({"columns": {}}, "columns", Fault.WRONG_TYPE),
        ({"columns": ["ULN"]}, "columns[0]", Fault.WRONG_TYPE),
    ],
)
def test_a_layout_with_something_wrong_is_refused_there(changes, path, code):
    _definition, problems = read(**changes)

    assert problems == [(path, code)]


@pytest.mark.parametrize(
    ("column", "path", "code"),
    [
        ({}, "", Fault.VALUE_OR_CONSTANT),
        ({"value": "row", "constant": ""}, "", Fault.VALUE_OR_CONSTANT),
        ({"value": "learner.name"}, ".value", Fault.UNKNOWN_VALUE),
        ({"value": 3}, ".value", Fault.UNKNOWN_VALUE),
        ({"constant": "@x"}, ".constant", Fault.FORMULA),
        ({"constant": "x", "required": True}, ".required", Fault.NOT_FOR_CONSTANT),
        ({"constant": "x", "case": "upper"}, ".case", Fault.NOT_FOR_CONSTANT),
        ({"value": "learner.uln", "dates": "ddmmyyyy"}, ".dates", Fault.NOT_A_DAY),
        ({"value": "today", "dates": "yymmdd"}, ".dates", Fault.NOT_OFFERED),
        ({"value": "learner.uln", "case": "title"}, ".case", Fault.NOT_OFFERED),
        ({"value": "learner.uln", "longest": 0}, ".longest", Fault.OUT_OF_RANGE),
        ({"value": "learner.uln", "if_blank": "-x"}, ".if_blank", Fault.FORMULA),
        ({"value": "learner.uln", "if_blank": "'=x"}, ".if_blank", Fault.FORMULA),
        ({"value": "learner.gender", "values": ["F"]}, ".values", Fault.WRONG_TYPE),
        ({"value": "learner.gender", "values": {"F": 2}}, ".values.F", Fault.WRONG_TYPE),
        ({"value": "learner.gender", "values": {"F": "+x"}}, ".values.F", Fault.FORMULA),
        ({"value": "learner.uln", "policy": "fill"}, ".policy", Fault.UNKNOWN_KEY),
    ],
)
def test_a_column_with_something_wrong_is_refused_there(column, path, code):
    assert of_column(**column) == [(f"columns[1]{path}", code)]


@pytest.mark.parametrize("text", ["-2", "+44", "-1.5", "x=1", "", " =", "'"])
def test_a_number_with_a_sign_is_no_formula(text):
    assert of_column(constant=text) == []


def test_own_texts_must_be_in_the_encoding_of_the_file():
    columns = [
        {"heading": "Płeć", "value": "learner.gender", "values": {"F": "ł"}},
        {"heading": "Café", "value": "learner.uln", "if_blank": "ś"},
        {"heading": "C", "constant": "ž ń"},
    ]

    _definition, problems = read(columns=columns, encoding="cp1252", before=[["", "ż"]])

    assert problems == [
        ("before[0][1]", Fault.BAD_ENCODING),
        ("columns[0].heading", Fault.BAD_ENCODING),
        ("columns[0].values.F", Fault.BAD_ENCODING),
        ("columns[1].if_blank", Fault.BAD_ENCODING),
        ("columns[2].constant", Fault.BAD_ENCODING),
    ]
    assert read(columns=columns, encoding="cp1252", format="xlsx")[1] == []


@pytest.mark.parametrize(
    ("changes", "name", "archive"),
    [
        ({}, "REG_02012026_3.CSV", "REG_02012026.zip"),
        ({"file_name": "{number}.csv"}, "3.csv", "registrations.zip"),
        ({"file_name": "a{date:%y-%m %H%M}"}, "a26-01 0405", "a26-01 0405.zip"),
        ({"file_name": None}, "registrations-2026-01-02.csv", "registrations-2026-01-02.zip"),
        (
            {"file_name": None, "rows_per_file": 9, "format": "xlsx"},
            "registrations-2026-01-02-3.xlsx",
            "registrations-2026-01-02.zip",
        ),
    ],
)
def test_file_names_tell_day_and_number(changes, name, archive):
    definition, _problems = read(**changes)
    moment = dt.datetime(2026, 1, 2, 4, 5)

    assert definition.file_name_at(moment, 3) == name
    assert definition.archive_name_at(moment) == archive


MOMENT = dt.datetime(2026, 4, 5, 7, 8)


@pytest.mark.parametrize(
    ("options", "name", "second", "archive"),
    [
        (
            {"file_name": "REG_{date:%d%m%y}.v1_{number}.CSV"},
            "REG_050426.v1_1.CSV",
            "REG_050426.v1_2.CSV",
            "REG_050426.v1.zip",
        ),
        ({"file_name": "X{number}X.csv"}, "X1X.csv", "X2X.csv", "XX.zip"),
        ({"file_name": "{date:%H%M}X"}, "0708X", "0708X", "0708X.zip"),
        ({"file_name": "{number}.csv"}, "1.csv", "2.csv", "registrations.zip"),
        (
            {"file_name": None},
            "registrations-2026-04-05.csv",
            "registrations-2026-04-05.csv",
            "registrations-2026-04-05.zip",
        ),
        (
            {"file_name": None, "rows_per_file": 5, "format": "xlsx"},
            "registrations-2026-04-05-1.xlsx",
            "registrations-2026-04-05-2.xlsx",
            "registrations-2026-04-05.zip",
        ),
    ],
)
def test_files_and_their_zip_are_named_by_moment_and_number(options, name, second, archive):
    definition, problems = read(**options)

    assert problems == []
    assert definition.file_name_at(MOMENT) == name
    assert definition.file_name_at(MOMENT, 2) == second
    assert definition.archive_name_at(MOMENT) == archive


def test_a_letter_that_an_encoding_lacks_is_named():
    at = Place()

    exports.read({**EXAMPLE, "encoding": "cp1252", "before": [["", "aŁ"]]}, at)

    assert at.problems == [
        LayoutProblem("before[0][1]", Fault.BAD_ENCODING, {"codepoint": "U+0141"}),
    ]


def test_a_column_is_written_without_options_that_say_nothing():
    nothing = {"heading": "X", "values": {}, "if_blank": "", "required": False, "longest": None}
    of_value = {"heading": "X", "value": "learner.uln"}

    assert exports.column_object(value="learner.uln", constant="", **nothing) == of_value
    assert exports.column_object(value="learner.uln", constant="1", **nothing) == {
        **of_value,
        "constant": "1",
    }
    assert exports.column_object(value="", constant="1", **nothing) == {"heading": "X", "constant": "1"}
    assert exports.column_object(value="", constant="", **nothing) == {"heading": "X", "constant": ""}
    assert exports.column_object(value="row", constant="", heading="X", longest=3) == {
        "heading": "X",
        "value": "row",
        "longest": 3,
    }


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"columns": 5}, [("columns", Fault.WRONG_TYPE)]),
        ({"columns": [5]}, [("columns[0]", Fault.WRONG_TYPE)]),
        ({"columns": [{"heading": "X", "value": [1]}]}, [("columns[0].value", Fault.UNKNOWN_VALUE)]),
        ({"rows_per_file": 5, "file_name": "a.csv"}, [("file_name", Fault.NUMBER_NEEDED)]),
        ({"rows_per_file": 5, "file_name": "a{number}.csv"}, []),
        ({"rows_per_file": 5, "file_name": None}, []),
    ],
)
def test_what_does_not_go_together_is_told(changes, problems):
    assert read(**changes)[1] == problems


def test_a_layout_without_columns_is_told():
    at = Place()

    assert exports.read({"kind": "export", "name": "A"}, at) is None
    assert at.problems == [LayoutProblem("columns", Fault.MISSING_KEY, {})]
