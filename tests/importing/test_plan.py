"""From sheet to plan, against stored values that are plain dictionaries."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.makers import make_csv
from wagtail_regcert.cells import Status
from wagtail_regcert.definitions import imports
from wagtail_regcert.definitions.places import Place
from wagtail_regcert.importing.pipeline import open_file, prepare
from wagtail_regcert.importing.plan import Change, change_of, cleared, make_plan
from wagtail_regcert.importing.types import Plan
from wagtail_regcert.layouts import LEARNERS, QUALIFICATIONS, REGISTRATIONS, Policy, Separator
from wagtail_regcert.messages import message
from wagtail_regcert.problems import CellError, Code, Note, NoteCode, Problem, Warn
from wagtail_regcert.subjects import hints
from wagtail_regcert.subjects.learners import LearnerRules, LearnersByKey
from wagtail_regcert.subjects.qualifications import QualificationRules
from wagtail_regcert.subjects.registrations import RegistrationRules, RegistrationSuspicions
from wagtail_regcert.subjects.types import BadCell, Given, Record

TODAY = dt.date(2026, 1, 31)
MATHS, ENGLISH = 1, 2
ANN, BO = 11, 12
ULN, OTHER_ULN = "9276308686", "1000000027"


class Stored:
    """What is stored, without a database."""

    def __init__(self, registrations=None):
        self._registrations = registrations or {}

    def qualifications(self, keys):
        known = {"6032942X": MATHS, "00123": ENGLISH}
        return {key: known[key] for key in keys if key in known}

    def learners(self, ulns):
        known = {ULN: ANN, OTHER_ULN: BO, "1234567890": 13}
        return {uln: known[uln] for uln in ulns if uln in known}

    def registrations(self, pairs, fields):
        return {pair: self._registrations[pair] for pair in pairs & self._registrations.keys()}


def plan(*rows, registrations=None, data=None):
    opened = open_file(data or make_csv(*rows), Separator.COMMA)
    return prepare(opened.sheet, RegistrationRules(), Stored(registrations), TODAY)


def errors(*rows, **stored):
    made = plan(*rows, **stored)
    assert all(message(problem) for problem in [*made.errors, *made.warnings])
    return [(problem.row, problem.column, problem.code.value) for problem in made.errors]


def warnings(*rows):
    return [(problem.row, problem.column, problem.code.value) for problem in plan(*rows).warnings]


GOOD = ["603/2942/X", ULN, "Not registered"]


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        (["603/29\t42/X", ULN, "Exempt"], "Qualification Number", "bad_character"),
        (["x" * 129, ULN, "Exempt"], "Qualification Number", "too_long"),
        (["", ULN, "Exempt"], "Qualification Number", "required"),
        (['=""', ULN, "Exempt"], "Qualification Number", "required"),
        (["/", ULN, "Exempt"], "Qualification Number", "unknown_qualification"),
        (["1", ULN, "Exempt"], "Qualification Number", "unknown_qualification"),
        (["603/2942/X", "9999999999", "Exempt"], "ULN", "temporary_uln"),
        (["603/2942/X", "9.28E+09", "Exempt"], "ULN", "unknown_learner"),
        (["603/2942/X", "", "Exempt"], "ULN", "required"),
        (["603/2942/X", ULN, "Registerd"], "Status", "bad_status"),
        (["603/2942/X", ULN, "x" * 129], "Status", "too_long"),
        (["603/2942/X", ULN, ""], "Status", "required"),
        ([*GOOD, "x" * 129], "Registration number", "too_long"),
        ([*GOOD, "a\u2028b"], "Registration number", "bad_character"),
        ([*GOOD, "a\ufffdb"], "Registration number", "bad_character"),
        (["603/2942/X", "92763\u200b08686", "Exempt"], "ULN", "bad_character"),
        ([*GOOD, "", "1/9/2025"], "Registration date", "bad_date"),
        ([*GOOD, "", "٠١/09/2025"], "Registration date", "bad_date"),
        ([*GOOD, "", "31/02/2025"], "Registration date", "bad_date"),
        ([*GOOD, "", "01/01/1899"], "Registration date", "bad_date"),
        ([*GOOD, "", "01/01/2101"], "Registration date", "bad_date"),
        ([*GOOD, "", "", "", "", "", "", "x" * 129], "Postal Tracking Reference", "too_long"),
        ([*GOOD, "", "", "", "", "", "", "", "spilt"], "", "too_many_cells"),
        ([*GOOD, "", "", "", "", "", "", "", ""], "", "too_many_cells"),
    ],
)
def test_a_bad_cell_rejects_its_record_with_one_error(cells, column, code):
    assert errors(cells) == [(2, column, code)]


def test_all_errors_of_a_record_come_in_column_order_the_row_last():
    row = ["603/2942/X", ULN, "Nope", "", "1/1/2025", "x"]

    assert errors(row, GOOD) == [
        (2, "Status", "bad_status"),
        (2, "Registration date", "bad_date"),
        (2, "Certificate claimed date", "bad_date"),
        (2, "", "duplicate"),
        (3, "", "duplicate"),
    ]


def test_duplicates_are_found_by_match_key_and_name_the_other_rows():
    made = plan(GOOD, ["603 2942 x", ULN, "Exempt"], [" 6032942X", ULN, "Exempt"])

    assert [problem.facts["rows"] for problem in made.errors] == ["3, 4", "2, 4", "2, 3"]
    assert made.records == []


def test_a_row_with_too_many_cells_is_nobodys_duplicate():
    assert errors(GOOD, [*GOOD, *[""] * 7, "spilt"]) == [(3, "", "too_many_cells")]


def test_the_headings_again_are_told_once_and_are_nobodys_duplicate():
    headings = list(REGISTRATIONS.headings)

    made = plan(GOOD, headings, headings, ["603/2942/X", OTHER_ULN, "Exempt"])

    assert [(one.row, one.column, one.code.value) for one in made.errors] == [
        (3, "", "repeated_heading"),
        (4, "", "repeated_heading"),
    ]
    assert [record.row for record in made.records] == [2, 5]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ([heading.upper() for heading in REGISTRATIONS.headings], "repeated_heading"),
        ([f"{heading} *\u200b" for heading in REGISTRATIONS.headings], "repeated_heading"),
        ([heading.replace("t", "t\u00ad") for heading in REGISTRATIONS.headings], "repeated_heading"),
        ([*REGISTRATIONS.headings, ""], "repeated_heading"),
        ([*REGISTRATIONS.headings, "Row in the file", "What is wrong"], "repeated_heading"),
        ([*REGISTRATIONS.headings, "Notes"], "too_many_cells"),
        ([*REGISTRATIONS.headings[:9], "x"], "unknown_qualification"),
        (["603/2942/X", OTHER_ULN, "Status"], "bad_status"),
    ],
)
def test_the_headings_again_are_compared_as_a_header_is(cells, code):
    assert errors(GOOD, cells)[0][2] == code


def test_the_headings_again_are_known_under_headings_that_are_not_read():
    headings = [*REGISTRATIONS.headings, "Row in the file", "What is wrong"]
    data = make_csv(GOOD, headings, headings=headings)

    assert errors(data=data) == [(3, "", "repeated_heading")]


def test_a_thousand_duplicates_name_twenty_rows_and_count_the_rest():
    made = plan(*[GOOD] * 1000)

    assert made.errors[0].facts["count"] == 20
    assert made.errors[0].facts["more"] == 979
    assert len(message(made.errors[-1])) < 400


@pytest.mark.parametrize(
    ("cells", "facts"),
    [
        (["123", ULN, "Exempt"], {"hint": "zeros", "known": "00123"}),
        (["5.03E+02", ULN, "Exempt"], {"hint": "excel"}),
        (["603/2942/X", "9.28E+09", "Exempt"], {"hint": "excel"}),
        (["603/2942/X", "9276308687", "Exempt"], {"hint": "check_digit"}),
        (["603/2942/X", "nonsense", "Exempt"], {}),
    ],
)
def test_hints_say_why_a_number_may_be_unknown(cells, facts):
    assert plan(cells).errors[0].facts == facts


STORED = (77, ("registered", "R1", "2025-09-01", "", "", "", "", ""))
REGISTERED = ["603/2942/X", ULN, "registered", "R1", "01/09/2025"]


def test_records_create_update_or_change_nothing():
    made = plan(REGISTERED, ["603/2942/X", OTHER_ULN, " REGISTERED "], registrations={(ANN, MATHS): STORED})

    unchanged, created = made.records
    assert (unchanged.is_unchanged, (unchanged.pk, unchanged.before)) == (True, STORED)
    assert (created.is_created, created.pk, created.after[0]) == (True, None, Status.REGISTERED)


def test_a_blank_cell_clears_the_stored_value():
    made = plan(["603/2942/X", ULN, "Registered"], registrations={(ANN, MATHS): STORED})

    (record,) = made.records
    assert (record.pk, record.before) == STORED
    assert record.after == ("registered", "", "", "", "", "", "", "")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["603/2942/X", ULN, "Registered"], [("Registration date", "missing_date")]),
        ([*GOOD, "", "01/02/2026"], [("Registration date", "future_date")]),
        ([*GOOD, "", "31/01/2026"], []),
        # Claimed stands before achieved in the file, and after it in life.
        ([*GOOD, "", "", "01/01/2025", "02/01/2025"], [("Certificate claimed date", "date_order")]),
        (["603/2942/X", "1234567890", "Exempt"], [("ULN", "check_digit")]),
    ],
)
def test_what_looks_odd_is_a_warning(cells, expected):
    assert warnings(cells) == [(2, *one) for one in expected]


def test_a_short_row_is_filled_with_blanks_and_warned_of():
    data = make_csv() + b"603/2942/X,9276308686,Exempt\r\n603/2942/X,1000000027\r\n"

    made = plan(data=data)

    assert [(one.row, one.column, one.code.value) for one in made.warnings] == [(2, "", "short_row")]
    assert [(one.row, one.code.value) for one in made.errors] == [(3, "required")]


@pytest.mark.parametrize(
    ("cell", "stored"),
    [
        ('="0123"', "0123"),
        ('="a""b"', 'a"b'),
        ("'=1+1", "=1+1"),
        ("''=1+1", "'=1+1"),
        ("'text", "'text"),
        ("\u00a0x\u200b", "x"),
        ("=1+1", "=1+1"),
    ],
)
def test_cells_are_read_as_spreadsheets_and_our_exports_write_them(cell, stored):
    (record,) = plan([*GOOD, cell]).records

    assert record.after[1] == stored


# Few days, so that they come in every order; one is in the future.
_days = st.sampled_from(["", "", "01/09/2025", "02/09/2025", "03/09/2025", "01/02/2026"])
_rows = st.tuples(
    st.sampled_from(["603/2942/X", "00123"]),
    st.sampled_from([ULN, OTHER_ULN, "1234567890"]),
    st.sampled_from([*(status.label for status in Status), "?"]),
    st.sampled_from(["R1", "#N/A", "tbc", "12", "Ã©"]),
    *[_days] * 5,
)


@settings(max_examples=300)
@given(
    st.lists(_rows, min_size=1, max_size=6, unique_by=lambda row: row[:2]), st.sampled_from([5, 8, 9, 9, 9])
)
def test_looking_at_odd_records_only_gives_the_warnings_that_looking_at_all_gives(rows, width):
    data = make_csv(*(row[:width] for row in rows))
    made = plan(data=data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RegistrationSuspicions, "_find_suspicious", lambda self: set(range(len(rows))))
        assert made == plan(data=data)


@given(st.lists(st.lists(st.text(max_size=12), max_size=12), min_size=1, max_size=5))
def test_any_cells_give_a_plan_whose_counts_add_up(rows):
    opened = open_file(make_csv(*rows, encoding="utf-16"), Separator.COMMA) if _encodes(rows) else None
    if opened is None or not hasattr(opened, "sheet"):
        return

    made = prepare(opened.sheet, RegistrationRules(), Stored(), TODAY)

    assert made.rows == len(made.records) + len(made.rejected)
    assert {problem.row for problem in made.errors} == set(made.rejected)


def _encodes(rows):
    return not any("\ud800" <= c <= "\udfff" for row in rows for cell in row for c in cell)


def test_hints_are_given_for_all_unknown_numbers_however_few_are_looked_up_together(monkeypatch):
    monkeypatch.setattr(hints, "AT_ONCE", 1)

    made = plan(["123", ULN, "Exempt"], ["999", ULN, "Exempt"], ["603-2942-X", ULN, "Exempt"])

    assert [error.facts for error in made.errors] == [
        {"hint": "zeros", "known": "00123"},
        {},
        {"hint": "signs", "known": "6032942X"},
    ]


class StoredLearners:
    """Learners, without a database: the six values of each."""

    def __init__(self, *learners):
        self._learners = dict(enumerate(learners, start=1))

    def learners(self, references, ulns, fields):
        places = [LearnerRules.fields.index(name) for name in fields]
        kept = {pk: (pk, tuple(values[at] for at in places)) for pk, values in self._learners.items()}
        return LearnersByKey(
            {values[0]: kept[pk] for pk, values in self._learners.items() if values[0] in references},
            {values[1]: kept[pk] for pk, values in self._learners.items() if values[1] in ulns},
            {pk for pk, values in self._learners.items() if values[0]},
        )


ANN_LEE = ("L1", ULN, "Ann", "Lee", "F", "2006-12-31")
BO_RAY = ("L2", OTHER_ULN, "Bo", "Ray", "", "")
ALONE = {"about": "learners", "count": 1, "more": 0}
"""Facts of a record that has one duplicate, beside its row."""


def sites(layout, *fields, **options):
    """A layout of a site with these of its fields, and with options of its columns by field."""
    columns = [replace(layout.column_of(field), **options.get(field, {})) for field in fields]
    return replace(layout, columns=tuple(columns), is_sites=True)


def learners(*rows, stored=(ANN_LEE, BO_RAY), layout=LEARNERS, progress=None, **options):
    opened = open_file(make_csv(*rows, layout=layout), Separator.COMMA, layout)
    return prepare(opened.sheet, LearnerRules(), StoredLearners(*stored), TODAY, progress, **options)


def test_a_blank_leaves_alone_what_its_column_keeps_and_clears_the_rest():
    made = learners(["L1", "", "", "Lee"], ["L3", "", "", "New"])

    assert made.records == [
        Record(2, ("L1", ""), 1, ANN_LEE, ("L1", ULN, "", "Lee", "", "")),
        Record(3, ("L3", ""), None, None, ("L3", "", "", "New", "", "")),
    ]
    assert (made.warnings, made.errors) == ([], [])


def test_a_layout_without_a_field_leaves_it_out_of_the_plan():
    made = learners(["L1", "Leigh"], layout=sites(LEARNERS, "reference", "family_name"))

    assert made.fields == ("reference", "family_name")
    assert made.records == [Record(2, ("L1", ""), 1, ("L1", "Lee"), ("L1", "Leigh"))]


FILLED = sites(
    LEARNERS,
    *("reference", "given_names", "family_name", "gender", "date_of_birth"),
    given_names={"policy": Policy.FILL},
    gender={"policy": Policy.FILL},
    date_of_birth={"policy": Policy.FILL},
)


def test_what_is_filled_gives_way_to_what_is_stored_and_that_is_told():
    made = learners(
        ["L1", "Anna", "Lee", "M", "01/01/2007"],
        ["L2", "Bo", "Ray", "M", "02/02/2008"],
        ["L1", "", "", "", ""],
        layout=FILLED,
    )

    assert made.errors == [
        Problem(2, "", "", Code.DUPLICATE, {**ALONE, "rows": "4"}),
        Problem(4, "Family name", "", Code.REQUIRED),
        Problem(4, "", "", Code.DUPLICATE, {**ALONE, "rows": "2"}),
    ]
    assert [record.after for record in made.records] == [("L2", "Bo", "Ray", "M", "2008-02-02")]
    assert made.warnings == []


def test_values_that_give_way_are_told_as_files_write_them_in_column_order():
    made = learners(
        ["L2", "Bo", "Ray", "M", "02/02/2008"], ["L1", "Anna", "Lee", "M", "01/03/2026"], layout=FILLED
    )

    assert made.records == [
        Record(2, ("L2", ""), 2, ("L2", "Bo", "Ray", "", ""), ("L2", "Bo", "Ray", "M", "2008-02-02")),
        Record(3, ("L1", ""), 1, *[("L1", "Ann", "Lee", "F", "2006-12-31")] * 2),
    ]
    assert made.warnings == [
        Problem(3, "Given names", "Anna", Warn.KEPT, {"stored": "Ann"}),
        Problem(3, "Gender", "Male", Warn.KEPT, {"stored": "Female"}),
        Problem(3, "Date of birth", "01/03/2026", Warn.FUTURE_DATE),
        Problem(3, "Date of birth", "01/03/2026", Warn.KEPT, {"stored": "31/12/2006"}),
    ]


def test_what_is_filled_is_taken_where_nothing_is_stored():
    made = learners(["L9", "Anna", "New", "M", ""], layout=FILLED)

    assert made.records == [Record(2, ("L9", ""), None, None, ("L9", "Anna", "New", "M", ""))]
    assert made.warnings == []


def test_a_new_registration_of_which_no_status_is_given_is_not_registered():
    layout = sites(
        REGISTRATIONS,
        "qualification",
        "learner",
        "status",
        status={"policy": Policy.KEEP_IF_BLANK, "required": False},
    )
    rows = [["603/2942/X", ULN, ""], ["603/2942/X", OTHER_ULN, ""]]
    # With the dates that warnings look at.
    exempt = ("exempt", "", "", "", "", "")
    sheet = open_file(make_csv(*rows, layout=layout), Separator.COMMA, layout).sheet

    made = prepare(sheet, RegistrationRules(), Stored({(ANN, MATHS): (77, exempt)}), TODAY)

    assert [(record.pk, record.after) for record in made.records] == [
        (77, ("exempt",)),
        (None, ("not_registered",)),
    ]


@pytest.mark.parametrize(
    ("stored", "errors"),
    [
        ([], [Problem(2, "Family name", "", Code.REQUIRED)]),
        ([ANN_LEE], [Problem(2, "Family name", "", Code.REQUIRED)]),
        ([("L1", "", "Ann", "", "", "")], []),
    ],
)
def test_a_name_may_stay_blank_where_none_is_stored_and_a_new_learner_needs_one(stored, errors):
    made = learners(["L1", "", "Ann", ""], stored=stored)

    assert made.errors == errors


def test_a_name_that_is_kept_where_blank_is_needed_for_new_learners_alone():
    layout = sites(LEARNERS, "reference", "family_name", family_name={"policy": Policy.KEEP_IF_BLANK})

    made = learners(["L1", ""], ["L3", ""], layout=layout)

    assert made.records == [Record(2, ("L1", ""), 1, ("L1", "Lee"), ("L1", "Lee"))]
    assert made.errors == [Problem(3, "Family name", "", Code.REQUIRED)]


def test_a_layout_without_what_a_new_record_needs_creates_none():
    layout = sites(LEARNERS, "reference", "uln", "gender")

    made = learners(["L1", "", "Male"], ["L3", "", "Male"], ["", "", "Male"], layout=layout)

    assert [record.row for record in made.records] == [2]
    assert made.errors == [
        Problem(3, "", "", Code.REQUIRED, {"missing": "Family name"}),
        Problem(4, "", "", Code.NO_KEY),
    ]
    assert made.rejected == {3, 4}


def test_a_program_may_create_learners_without_what_a_layout_of_a_site_must_have():
    layout = LEARNERS.of([LEARNERS.column_of("reference")])
    given = Given(layout=layout, numbers=[7], columns=[["L9"]], bad={}, unreadable={})

    made = make_plan(given, LearnerRules(), StoredLearners(), TODAY)

    assert made.records == [Record(7, ("L9", ""), None, None, ("L9",))]


def test_learners_pass_ulns_on_to_each_other():
    made = learners(["L1", OTHER_ULN, "", "Lee"], ["L2", ULN, "", "Ray"])

    assert [(record.pk, record.after[1]) for record in made.records] == [(1, OTHER_ULN), (2, ULN)]
    assert made.errors == []


TAKEN = Problem(2, "ULN", OTHER_ULN, Code.ULN_TAKEN)


@pytest.mark.parametrize(
    ("other", "errors"),
    [
        # The other learner is not in the file, keeps the ULN, or gives it up.
        ([], [TAKEN]),
        ([["L2", "", "", "Ray"]], [TAKEN]),
        ([["L2", "1000000043", "", "Ray"]], []),
        # Or in a record that is rejected.
        (
            [["L2", ULN, "", ""]],
            [
                TAKEN,
                Problem(3, "ULN", ULN, Code.ULN_TAKEN),
                Problem(3, "Family name", "", Code.REQUIRED),
            ],
        ),
        # A record that is nobody's, and one that says nothing of ULNs.
        ([["", "", "", "x"], ["L9", "", "", "New"]], [TAKEN, Problem(3, "", "", Code.NO_KEY)]),
        # Or in one record of two about the same learner.
        (
            [["L2", "1000000043", "", "Ray"], ["L2", "", "", "Ray"]],
            [
                TAKEN,
                *(
                    Problem(row, "", "", Code.DUPLICATE, {**ALONE, "rows": other})
                    for row, other in ((3, "4"), (4, "3"))
                ),
            ],
        ),
    ],
)
def test_a_uln_that_nobody_gives_up_is_taken(other, errors):
    made = learners(["L1", OTHER_ULN, "", "Lee"], *other)

    assert made.errors == errors


def test_new_learners_take_ulns_that_are_given_up_and_no_others():
    rows = [
        ["", "", "", "nobody"],
        ["L7", "", "", "Without"],
        ["L8", OTHER_ULN, "", "First"],
        ["L9", ULN, "", "Second"],
        ["L1", "1000000043", "", "Lee"],
    ]

    made = learners(*rows)

    assert [(record.row, record.pk) for record in made.records] == [(3, None), (5, None), (6, 1)]
    assert made.errors == [
        Problem(2, "", "", Code.NO_KEY),
        Problem(4, "ULN", OTHER_ULN, Code.ULN_TAKEN),
    ]


def test_progress_is_told_at_the_first_record_and_at_every_thousandth_after_it():
    told = []

    learners(*[[f"N{number}", "", "", "Lee"] for number in range(2001)], progress=told.append)

    assert told == [0, 1000, 2000]


def test_advice_and_what_rejected_records_are_about_are_left_out_or_added_as_asked():
    rows = [["L1", "1234567890", "", "Lee"], ["L2", "", "", ""], ["L3", "", "", "New"], ["", "", "", "x"]]

    made = learners(*rows, with_stored=True)
    under_lock = learners(*rows, with_advice=False)

    assert made.warnings == [Problem(2, "ULN", "1234567890", Warn.CHECK_DIGIT)]
    assert made.stored == [1, 2, None, None]
    assert made.accepted == [0, 2]
    assert made.rejected == {3, 5}
    assert made.rows == 4
    assert under_lock == replace(made, warnings=[], notes=(), stored=())


class StoredQualifications:
    """One qualification and its organisation, without a database."""

    def qualifications(self, keys, fields):
        values = {"number": "603/2942/X", "title": "Joinery", "awarding_organisation": "NCFE"}
        return {key: (1, tuple(values[name] for name in fields)) for key in keys if key == "6032942X"}

    def organisations(self, names):
        return names & {"NCFE"}


def qualifications(*rows, **options):
    opened = open_file(make_csv(*rows, layout=QUALIFICATIONS), Separator.COMMA, QUALIFICATIONS)
    return prepare(opened.sheet, QualificationRules(), StoredQualifications(), TODAY, **options)


def test_organisations_that_accepted_records_create_are_counted_and_told():
    rows = [
        ["603/2942/X", "Joinery", "NCFE"],
        ["1", "Roofing", "Pearson"],
        ["2", "Tiling", "AQA"],
        ["3", "Plastering", "Pearson"],
        ["4", "", "Rejected"],
    ]

    made = qualifications(*rows)

    assert made.new_organisations == 2
    assert made.notes == [
        Note(NoteCode.NEW_ORGANISATIONS, "Awarding organisation", 2, {"values": ["AQA", "Pearson"]})
    ]
    assert (qualifications(rows[0]).new_organisations, qualifications(rows[0]).notes) == (0, [])
    assert qualifications(*rows, with_advice=False).notes == ()


CREATING = imports.read(
    {
        "kind": "import",
        "name": "Theirs",
        "columns": [
            {"heading": "ULN", "field": "uln"},
            {"heading": "Given", "field": "given_names"},
            {"heading": "Family", "field": "family_name"},
            {"heading": "Aim", "field": "qualification"},
            {"heading": "Title", "field": "title"},
            {"heading": "AO", "field": "awarding_organisation"},
        ],
        "constants": {"status": "achieved"},
        "creates": ["learners", "qualifications"],
    },
    Place(),
).layout()


class StoredWithDescriptions(Stored):
    """The same, with what a learner, a qualification and its organisation are called."""

    def learners_named(self, references, ulns):
        return {}, self.learners(ulns)

    def described(self, about, pks):
        values = {ANN: ("", ULN, "Ann", "Lee", "", ""), MATHS: ("603/2942/X", "Maths", "NCFE")}
        return {pk: values[pk] for pk in pks}

    def organisations(self, names):
        return names & {"NCFE"}


def test_what_accepted_records_refer_to_is_created_with_them_and_what_is_stored_is_told_where_it_differs():
    rows = [
        [ULN, "Anna", "Lee", "603/2942/X", "Maths", "AQA"],
        ["1000000043", "Cy", "Day", "9", "Roofing", "AQA"],
        [ULN, "Ann", "Lee", "9", "Roofing", "AQA"],
        # Without a family name, so that its qualification is not created either.
        ["1000000051", "Di", "", "8", "Tiling", "Pearson"],
    ]
    sheet = open_file(make_csv(*rows, layout=CREATING), Separator.COMMA, CREATING).sheet

    made = prepare(sheet, RegistrationRules(), StoredWithDescriptions(), TODAY)

    cy, roofing = "uln:1000000043", "number:9"
    facts = {"status": "achieved"}
    assert made == Plan(
        rows=4,
        records=[
            Record(2, (ANN, MATHS), None, None, ("achieved",)),
            Record(3, (cy, roofing), None, None, ("achieved",)),
            Record(4, (ANN, roofing), None, None, ("achieved",)),
        ],
        accepted=[0, 1, 2],
        errors=[Problem(5, "Family", "", Code.REQUIRED)],
        warnings=[
            Problem(2, "Given", "Anna", Warn.KEPT, {"stored": "Ann"}),
            Problem(2, "AO", "AQA", Warn.KEPT, {"stored": "NCFE"}),
            *(Problem(row, "Achieved date", "", Warn.MISSING_DATE, facts) for row in (2, 3, 4)),
        ],
        fields=("status",),
        new={
            "learners": {
                cy: Record(3, ("", "1000000043"), None, None, ("", "1000000043", "Cy", "Day", "", ""))
            },
            "qualifications": {roofing: Record(3, "9", None, None, ("9", "Roofing", "AQA"))},
        },
        new_organisations=1,
        differing={"learners": {2}, "qualifications": {2}},
        notes=[Note(NoteCode.NEW_ORGANISATIONS, "AO", 1, {"values": ["AQA"]})],
        rejected=frozenset({5}),
    )


def given_learners(*references, **options):
    """What a source gives that is no file."""
    layout = LEARNERS.of(LEARNERS.column_of(name) for name in ("reference", "family_name"))
    return Given(
        layout=layout,
        numbers=range(1, 1 + len(references)),
        columns=[references, ["Lee"] * len(references)],
        bad=options.pop("bad", {}),
        unreadable=options.pop("unreadable", {}),
        **options,
    )


def test_where_the_first_counts_it_is_the_first_that_is_right():
    bad = {0: {1: BadCell("x", CellError(Code.TOO_LONG, {"limit": 1, "length": 2}))}}
    given = given_learners("L1", "L1", "L1", "L2", bad=bad, first_counts=True)

    made = make_plan(given, LearnerRules(), StoredLearners(ANN_LEE, BO_RAY), TODAY)

    facts = {"about": "learners", "rows": "1, 2", "count": 2, "more": 0}
    assert [record.row for record in made.records] == [2, 4]
    assert made.errors == [
        Problem(1, "Family name", "x", Code.TOO_LONG, {"limit": 1, "length": 2}),
        Problem(1, "", "", Code.DUPLICATE, {**facts, "rows": "2, 3"}),
        Problem(3, "", "", Code.DUPLICATE, facts),
    ]


def test_where_the_first_counts_it_is_the_one_that_gives_a_uln_up():
    given = Given(
        layout=LEARNERS.of(LEARNERS.column_of(name) for name in ("reference", "uln", "family_name")),
        numbers=range(1, 4),
        columns=[["L2", "L2", "L1"], ["1000000043", "1000000051", OTHER_ULN], ["Ray", "Ray", "Lee"]],
        bad={},
        unreadable={},
        first_counts=True,
    )

    made = make_plan(given, LearnerRules(), StoredLearners(ANN_LEE, BO_RAY), TODAY)

    assert [(record.row, record.after[1]) for record in made.records] == [(1, "1000000043"), (3, OTHER_ULN)]


def test_a_source_with_fewer_keys_than_numbers_is_refused():
    given = Given(
        layout=LEARNERS.of(LEARNERS.columns),
        numbers=range(3),
        columns=[["L1", "L2"], *[["", ""]] * 2, ["Lee", "Lee"], *[["", ""]] * 2],
        bad={},
        unreadable={},
    )

    with pytest.raises(ValueError, match="argument"):
        make_plan(given, LearnerRules(), StoredLearners(), TODAY)


def test_a_source_with_a_longer_column_is_refused():
    given = Given(
        layout=LEARNERS.of(LEARNERS.columns),
        numbers=range(1),
        columns=[["L1"], [None], ["Ann", "Bo"], ["Lee"], [""], [""]],
        bad={},
        unreadable={},
    )

    with pytest.raises(ValueError, match="argument"):
        make_plan(given, LearnerRules(), StoredLearners(), TODAY)


def test_advice_is_given_unless_it_is_not_wanted_and_what_is_stored_only_where_it_is():
    given = Given(
        layout=LEARNERS,
        numbers=[7],
        columns=[["L1"], ["1234567890"], ["Ann"], ["Lee"], ["F"], [""]],
        bad={},
        unreadable={},
    )

    made = make_plan(given, LearnerRules(), StoredLearners(ANN_LEE), TODAY)

    assert made.warnings == [Problem(7, "ULN", "1234567890", Warn.CHECK_DIGIT)]
    assert made.stored == ()


def test_of_a_record_that_cannot_be_read_nothing_else_is_said():
    unreadable = {1: CellError(Code.TOO_MANY_CELLS, {"cells": 9})}
    bad = {1: {1: BadCell("x", CellError(Code.TOO_LONG))}}
    given = given_learners("L1", "L1", "", unreadable=unreadable, bad=bad)

    made = make_plan(given, LearnerRules(), StoredLearners(ANN_LEE), TODAY)

    assert made.errors == [
        Problem(2, "", "", Code.TOO_MANY_CELLS, {"cells": 9}),
        Problem(3, "", "", Code.NO_KEY),
    ]


def test_a_source_without_fields_plans_records_without_values():
    layout = sites(REGISTRATIONS, "qualification", "learner")
    sheet = open_file(make_csv(GOOD[:2], layout=layout), Separator.COMMA, layout).sheet

    made = prepare(sheet, RegistrationRules(), Stored({(ANN, MATHS): (77, ())}), TODAY)

    assert (made.fields, made.records) == ((), [Record(2, (ANN, MATHS), 77, (), ())])


@pytest.mark.parametrize(
    ("before", "after", "change", "cleared_values"),
    [
        (None, ("a", ""), Change.CREATES, 0),
        (("a", ""), ("a", ""), Change.NOTHING, 0),
        (("a", ""), ("a", "b"), Change.UPDATES, 0),
        (("a", "b"), ("b", "a"), Change.UPDATES, 0),
        (("a", "b"), ("c", ""), Change.CLEARS, 1),
        (("a", "b"), ("", ""), Change.CLEARS, 2),
        (("a", ""), ("", "b"), Change.CLEARS, 1),
    ],
)
def test_a_record_creates_updates_clears_or_changes_nothing(before, after, change, cleared_values):
    record = Record(2, "key", 1, before, after)

    assert change_of(record) is change
    assert cleared(record) == cleared_values


def test_a_plan_under_lock_has_no_hints_and_no_warnings():
    rows = [["123", ULN, "Exempt"], ["603/2942/X", ULN, "Registered", "tbc"]]
    sheet = open_file(make_csv(*rows), Separator.COMMA).sheet
    filled = open_file(make_csv(["L1", "Anna", "Lee"], layout=FILLED), Separator.COMMA, FILLED).sheet

    made = prepare(sheet, RegistrationRules(), Stored(), TODAY, with_advice=False)
    made_of_filled = prepare(filled, LearnerRules(), StoredLearners(ANN_LEE), TODAY, with_advice=False)

    assert made.errors == [Problem(2, "Qualification Number", "123", Code.UNKNOWN_QUALIFICATION)]
    assert made.warnings == []
    assert [record.after[1] for record in made_of_filled.records] == ["Ann"]
    assert made_of_filled.warnings == []


def test_a_long_cell_is_told_shortened_and_without_nul():
    made = plan(["603/2942/X", ULN, "Exempt", "\x01" + "x" * 300])

    assert made.errors == [
        Problem(
            2,
            "Registration number",
            "\x01" + "x" * 199,
            Code.BAD_CHARACTER,
            {"position": 1, "codepoint": "U+0001"},
        )
    ]


@pytest.mark.parametrize(("rows", "named", "more"), [(21, 20, 0), (22, 20, 1), (2, 1, 0)])
def test_up_to_twenty_other_rows_of_duplicates_are_named(rows, named, more):
    made = plan(*[GOOD] * rows)

    others = [*range(3, 3 + named)]
    assert made.errors[0].facts == {
        "about": "registrations",
        "rows": ", ".join(map(str, others)),
        "count": named,
        "more": more,
    }
    assert made.errors[-1].facts["rows"] == ", ".join(str(number) for number in range(2, 2 + named))
