"""Definitions of import layouts: what is taken, what is refused and where, and what reads the files."""

import json
from dataclasses import replace

import pytest

from wagtail_regcert.cells import Date, GenderLabel, StatusLabel, Text, Translated
from wagtail_regcert.date_forms import DateForm
from wagtail_regcert.definitions import imports
from wagtail_regcert.definitions.imports import About, Creates, ImportColumn, ImportDefinition
from wagtail_regcert.definitions.places import LayoutProblem, Place
from wagtail_regcert.layouts import (
    LEARNERS,
    QUALIFICATIONS,
    REGISTRATIONS,
    Column,
    KnownBy,
    Layout,
    Policy,
    Separator,
)
from wagtail_regcert.problems import LayoutFault as Fault

KEYS = [{"heading": "Candidate ULN", "field": "uln"}, {"heading": "Aim", "field": "qualification"}]
EXAMPLE = {
    "kind": "import",
    "name": "Theirs",
    "about": "registrations",
    "separator": "tab",
    "dates": "ddmmyyyy",
    "key": "learner_qualification",
    "columns": [
        *KEYS,
        {"heading": "Achieved", "field": "achieved_date", "policy": "fill", "dates": "yyyy-mm-dd"},
        {"heading": "Claimed", "field": "certificate_claimed_date", "optional": True},
        {"heading": "Grade", "field": None},
        {"heading": "Sex", "field": "gender", "values": {"2": "F", " 1 ": "M", "9": ""}},
    ],
    "constants": {"status": "Achieved", "family_name": " Lee "},
    "creates": ["learners"],
}


def read(*columns, **changes):
    """A definition, or ``None``, and what is wrong."""
    at = Place()
    value = {"kind": "import", "name": "Theirs", "columns": list(columns), **changes}
    definition = imports.read(value, at)
    assert (definition is None) == bool(at.problems)
    return definition, at.problems


def layout(*columns, **changes):
    definition, problems = read(*columns, **changes)
    assert problems == []
    return definition.layout()


def test_the_example_is_read_and_written_as_it_was():
    definition, problems = read(**EXAMPLE)

    assert problems == []
    assert definition == ImportDefinition(
        name="Theirs",
        about=About.REGISTRATIONS,
        separator=Separator.TAB,
        dates=DateForm.DIGITS,
        key=KnownBy.LEARNER_QUALIFICATION,
        columns=(
            ImportColumn(heading="Candidate ULN", field="uln"),
            ImportColumn(heading="Aim", field="qualification"),
            ImportColumn(heading="Achieved", field="achieved_date", policy=Policy.FILL, dates=DateForm.ISO),
            ImportColumn(heading="Claimed", field="certificate_claimed_date", optional=True),
            ImportColumn(heading="Grade", field=None),
            ImportColumn(heading="Sex", field="gender", values={"2": "F", " 1 ": "M", "9": ""}),
        ),
        constants={"status": "Achieved", "family_name": " Lee "},
        creates=(Creates.LEARNERS,),
    )
    assert json.loads(json.dumps(imports.to_json(definition))) == EXAMPLE


def test_a_definition_reads_files_by_a_layout():
    found = layout(**EXAMPLE)

    known = {column.field: column for column in (*REGISTRATIONS.columns, *LEARNERS.columns)}
    sex = Translated(GenderLabel(), {"2": "F", "1": "M", "9": ""})
    assert found == Layout(
        columns=(
            replace(
                known["uln"], heading="Candidate ULN", required=True, policy=Policy.OVERWRITE, examples=()
            ),
            replace(known["qualification"], heading="Aim", required=True, examples=()),
            replace(
                known["achieved_date"],
                heading="Achieved",
                kind=Date(form=DateForm.ISO),
                policy=Policy.FILL,
                examples=(),
            ),
            replace(
                known["certificate_claimed_date"],
                heading="Claimed",
                kind=Date(form=DateForm.DIGITS),
                is_optional=True,
                examples=(),
            ),
            Column(heading="Grade", field="", kind=Text()),
            replace(known["gender"], heading="Sex", kind=sex, examples=()),
            replace(known["status"], heading="", constant="achieved", required=False, examples=()),
            replace(known["family_name"], heading="", constant="Lee", required=False, examples=()),
        ),
        is_sites=True,
        known_by=KnownBy.LEARNER_QUALIFICATION,
        creates=("learners",),
    )


def test_a_column_that_is_not_read_may_be_missing_too():
    (*_keys, column) = layout(*KEYS, {"heading": "Grade", "field": None, "optional": True}).columns

    assert column == Column(heading="Grade", field="", kind=Text(), is_optional=True)


@pytest.mark.parametrize(
    ("columns", "options", "field", "required"),
    [
        (KEYS, {}, "uln", True),
        (KEYS, {}, "qualification", True),
        ([*KEYS, {"heading": "Ref", "field": "reference"}], {}, "uln", False),
        ([*KEYS, {"heading": "Ref", "field": "reference"}], {}, "reference", False),
        (KEYS, {"constants": {"reference": "L1"}}, "uln", False),
        ([{"heading": "Ref", "field": "reference"}, KEYS[1]], {}, "reference", True),
        ([*KEYS, {"heading": "X", "field": "status"}], {}, "status", True),
        ([*KEYS, {"heading": "X", "field": "status", "policy": "keep_if_blank"}], {}, "status", False),
        ([*KEYS, {"heading": "X", "field": "status", "policy": "fill"}], {}, "status", False),
        ([*KEYS, {"heading": "X", "field": "registration_number"}], {}, "registration_number", False),
        (
            [{"heading": "X", "field": "registration_number"}],
            {"key": "registration_number"},
            "registration_number",
            True,
        ),
        (
            [{"heading": "X", "field": "number"}, {"heading": "Y", "field": "title"}],
            {"about": "qualifications"},
            "title",
            True,
        ),
        (
            [{"heading": "X", "field": "reference"}, {"heading": "Y", "field": "uln"}],
            {"about": "learners"},
            "uln",
            False,
        ),
        (
            [{"heading": "X", "field": "uln"}, {"heading": "Y", "field": "family_name"}],
            {"about": "learners"},
            "family_name",
            True,
        ),
    ],
)
def test_a_cell_must_not_be_blank_where_it_is_needed(columns, options, field, required):
    assert layout(*columns, **options).column_of(field).required is required


@pytest.mark.parametrize(
    ("about", "key", "field", "policy", "stays", "taken"),
    [
        ("qualifications", "number", "title", "overwrite", False, Policy.OVERWRITE),
        ("qualifications", "number", "title", "keep_if_blank", True, Policy.KEEP_IF_BLANK),
        ("qualifications", "number", "title", "fill", True, Policy.FILL),
        ("qualifications", "title", "number", "keep_if_blank", False, Policy.KEEP_IF_BLANK),
        ("learners", "reference", "family_name", "overwrite", True, Policy.OVERWRITE),
        ("learners", "reference", "uln", "overwrite", True, Policy.KEEP_IF_BLANK),
        ("learners", "reference", "uln", "fill", True, Policy.FILL),
        ("registrations", "qualification", "uln", "overwrite", False, Policy.OVERWRITE),
        ("registrations", "qualification", "uln", "fill", False, Policy.FILL),
    ],
)
def test_a_blank_may_leave_alone_what_is_stored(about, key, field, policy, stays, taken):
    columns = [{"heading": "X", "field": key}, {"heading": "Y", "field": field, "policy": policy}]

    column = layout(*columns, about=about).column_of(field)

    assert (column.may_stay_blank, column.policy) == (stays, taken)


def test_the_fields_of_a_file_are_those_of_what_it_is_about_and_creates():
    registrations, _problems = read(*KEYS)
    creating, _problems = read(**EXAMPLE)
    qualifications, _problems = read({"heading": "X", "field": "number"}, about="qualifications")

    assert [*registrations.fields][:3] == ["uln", "reference", "qualification"]
    assert [name for name in creating.fields if name not in registrations.fields] == [
        *("given_names", "family_name", "full_name", "gender", "date_of_birth")
    ]
    assert [*qualifications.fields] == [column.field for column in QUALIFICATIONS.columns]


def test_a_layout_says_by_what_its_files_know_registrations():
    number = {"heading": "X", "field": "registration_number"}

    assert layout(*KEYS).known_by is KnownBy.LEARNER_QUALIFICATION
    assert layout(number, key="registration_number").known_by is KnownBy.REGISTRATION_NUMBER


def kind_of(field, **options):
    return layout(*KEYS, {"heading": "X", "field": field, **options}).column_of(field).kind


def test_days_are_read_in_the_form_of_the_column_or_else_of_the_layout():
    assert kind_of("achieved_date") == Date(form=DateForm.DAY_FIRST)
    assert kind_of("achieved_date", dates="mm/dd/yyyy") == Date(form=DateForm.MONTH_FIRST)
    assert kind_of("achieved_date", values={"none": "", "then": "2025-09-01"}) == Translated(
        Date(), {"none": "", "then": "2025-09-01"}
    )
    assert kind_of("status", values={"PASS": "achieved", " Sent off ": "Certificate Sent"}) == Translated(
        StatusLabel(), {"pass": "achieved", "sent off": "certificate_sent"}
    )


FIELDS = [*read(*KEYS)[0].fields]


@pytest.mark.parametrize(
    ("columns", "options", "problems"),
    [
        (KEYS[:1], {}, [("columns", Fault.FIELD_NEEDED, {"fields": ["qualification"]})]),
        (KEYS[1:], {}, [("columns", Fault.FIELD_NEEDED, {"fields": ["uln", "reference"]})]),
        (
            KEYS,
            {"key": "registration_number"},
            [("columns", Fault.FIELD_NEEDED, {"fields": ["registration_number"]})],
        ),
        (
            [{"heading": "X", "field": "gender"}],
            {"about": "learners"},
            [("columns", Fault.FIELD_NEEDED, {"fields": ["reference", "uln"]})],
        ),
        (
            [{"heading": "X", "field": "title"}],
            {"about": "qualifications"},
            [("columns", Fault.FIELD_NEEDED, {"fields": ["number"]})],
        ),
        (
            KEYS,
            {"creates": ["learners", "qualifications"]},
            [
                ("columns", Fault.FIELD_NEEDED, {"fields": ["family_name", "full_name"]}),
                ("columns", Fault.FIELD_NEEDED, {"fields": ["title"]}),
                ("columns", Fault.FIELD_NEEDED, {"fields": ["awarding_organisation"]}),
            ],
        ),
        (
            [
                *KEYS,
                {"heading": "X", "field": "full_name"},
                {"heading": "Y", "field": "given_names"},
            ],
            {"creates": ["learners"]},
            [("columns", Fault.ONE_NAME, {})],
        ),
        (
            [*KEYS, {"heading": "X", "field": "full_name"}],
            {"creates": ["learners"], "constants": {"family_name": "Lee"}},
            [("columns", Fault.ONE_NAME, {})],
        ),
        (
            [{"heading": "X", "field": "uln"}],
            {"about": "learners", "creates": ["learners"], "key": "registration_number"},
            [
                ("creates", Fault.OF_REGISTRATIONS, {}),
                ("key", Fault.OF_REGISTRATIONS, {}),
                ("columns", Fault.FIELD_NEEDED, {"fields": ["family_name", "full_name"]}),
            ],
        ),
        (
            [{"heading": "X", "field": "registration_number"}, {"heading": "Y", "field": "full_name"}],
            {"key": "registration_number", "creates": ["learners"]},
            [("creates", Fault.CREATES_NOTHING, {})],
        ),
        (
            [*KEYS, {"heading": "\u200b*", "field": None}, {"heading": "AIM *", "field": None}],
            {},
            [("columns[2].heading", Fault.BLANK, {}), ("columns[3].heading", Fault.REPEATED_HEADING, {})],
        ),
        (
            [*KEYS, {"heading": "What is  wrong", "field": None}],
            {},
            [("columns[2].heading", Fault.HEADING_TAKEN, {})],
        ),
        (
            [*KEYS, {"heading": "X", "field": None, "values": {"a": "b"}, "dates": "ddmmyyyy"}],
            {},
            [("columns[2].values", Fault.NOT_READ, {}), ("columns[2].dates", Fault.NOT_READ, {})],
        ),
        (
            [*KEYS, {"heading": "X", "field": "family_name"}, {"heading": "Y", "field": "family_name"}],
            {},
            [
                ("columns[2].field", Fault.NOT_OFFERED, {"offered": FIELDS}),
                ("columns[3].field", Fault.NOT_OFFERED, {"offered": FIELDS}),
            ],
        ),
        (
            [*KEYS, {"heading": "X", "field": "uln", "dates": "ddmmyyyy"}],
            {},
            [("columns[2].field", Fault.REPEATED_FIELD, {}), ("columns[2].dates", Fault.NOT_A_DAY, {})],
        ),
        (
            [
                *KEYS,
                {
                    "heading": "X",
                    "field": "status",
                    "values": {" ": "exempt", "A": "", "a ": "exempt", "P": "?"},
                },
            ],
            {},
            [
                ("columns[2].values. ", Fault.BLANK, {}),
                ("columns[2].values.a ", Fault.REPEATED_KEY, {}),
                ("columns[2].values.P", Fault.BAD_VALUE, {"problem": "bad_status"}),
            ],
        ),
        (
            KEYS,
            {"constants": {"uln": "1", "status": " ", "programme": "x" * 255, "title": "x"}},
            [
                ("constants.uln", Fault.REPEATED_FIELD, {}),
                ("constants.status", Fault.BLANK, {}),
                ("constants.title", Fault.NOT_OFFERED, {"offered": FIELDS}),
            ],
        ),
        (
            KEYS,
            {"constants": {"registration_number": "x" * 129, "achieved_date": "1-2-2026"}},
            [
                (
                    "constants.registration_number",
                    Fault.BAD_VALUE,
                    {"problem": "too_long", "limit": 128, "length": 129},
                ),
                ("constants.achieved_date", Fault.BAD_VALUE, {"problem": "bad_date"}),
            ],
        ),
        (
            [*KEYS, {"heading": "X", "field": "achieved_date", "dates": "yyyy-mm"}],
            {},
            [
                (
                    "columns[2].dates",
                    Fault.NOT_OFFERED,
                    {"offered": [form.value for form in DateForm if form is not DateForm.YEAR_AND_MONTH]},
                )
            ],
        ),
        ([], {}, [("columns", Fault.WRONG_LENGTH, {"least": 1, "most": 500})]),
        (KEYS, {"creates": ["learners"] * 3}, [("creates", Fault.WRONG_LENGTH, {"least": 0, "most": 2})]),
        (KEYS, {"colour": 1}, [("colour", Fault.UNKNOWN_KEY, {})]),
    ],
)
def test_a_layout_that_makes_no_sense_is_refused_with_the_places(columns, options, problems):
    _definition, found = read(*columns, **options)

    assert found == [LayoutProblem(*one) for one in problems]


def test_problems_of_other_layouts_are_not_held_against_one():
    at = Place()
    at.wrong(Fault.BLANK)

    assert imports.read({"kind": "import", "name": "Theirs", "columns": KEYS}, at) is not None


def test_a_column_is_written_without_options_that_say_nothing():
    nothing = {"optional": False, "policy": "overwrite", "values": {}, "dates": ""}

    assert imports.column_object(heading="X", field="", **nothing) == {"heading": "X", "field": None}
    assert imports.column_object(
        heading="X", field="status", optional=True, policy="fill", values={"a": "b"}, dates="ddmmyyyy"
    ) == {
        "heading": "X",
        "field": "status",
        "optional": True,
        "policy": "fill",
        "values": {"a": "b"},
        "dates": "ddmmyyyy",
    }
