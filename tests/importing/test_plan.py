"""From sheet to plan, against stored values that are plain dictionaries."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.makers import make_csv
from wagtail_regcert.cells import Status
from wagtail_regcert.importing.pipeline import open_file, prepare
from wagtail_regcert.layouts import REGISTRATIONS, Separator
from wagtail_regcert.messages import message
from wagtail_regcert.subjects import hints
from wagtail_regcert.subjects.registrations import RegistrationRules, RegistrationSuspicions

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
