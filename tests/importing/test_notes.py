"""Notes: what no single record shows, counted."""

import datetime as dt
from dataclasses import replace

import pytest

from tests.makers import make_csv
from wagtail_regcert.importing.notes import layout_notes
from wagtail_regcert.importing.pipeline import open_file, prepare
from wagtail_regcert.layouts import REGISTRATIONS, Separator
from wagtail_regcert.problems import Note, NoteCode
from wagtail_regcert.subjects.registrations import RegistrationRules

ULNS = [f"{number:010d}" for number in range(1, 40)]
DATE = "Registration date"


class Stored:
    """One qualification and many learners."""

    def qualifications(self, keys):
        return {key: 1 for key in keys if key == "6032942X"}

    def learners(self, ulns):
        return {uln: int(uln) for uln in ulns if uln in ULNS}

    def registrations(self, pairs, fields):
        return {}


def notes(data):
    plan = prepare(
        open_file(data, Separator.COMMA).sheet, RegistrationRules(), Stored(), dt.date(2026, 1, 31)
    )
    return plan.notes


def told(data):
    return [(note.code.value, note.column, note.count) for note in notes(data)]


def row(index, number="", day="", achieved="", status="Exempt", qualification="603/2942/X"):
    return [qualification, ULNS[index], status, number, day, "", achieved]


def dated(*days, **values):
    return make_csv(*(row(index, day=day, **values) for index, day in enumerate(days)))


LOW_DAYS = [f"{day:02d}/06/2025" for day in range(1, 11)]


def test_a_file_in_order_has_no_notes():
    assert told(dated("15/09/2025", "01/02/2025", "Å", "")) == []


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        # The sixth of June reads the same both ways.
        (LOW_DAYS, [("day_month_order", DATE, 9)]),
        (LOW_DAYS[:9], []),
        ([*LOW_DAYS[:9], *LOW_DAYS[:9]], []),
        ([*LOW_DAYS, "13/06/2025"], []),
        ([*LOW_DAYS[:9], "12/06/2025"], [("day_month_order", DATE, 9)]),
        ([f"01/{month:02d}/2025" for month in range(1, 13)], []),
        ([f"02/{month:02d}/2025" for month in range(1, 13)], [("day_month_order", DATE, 11)]),
        (
            [*(f"01/{month:02d}/2025" for month in range(1, 13)), "02/02/2025"],
            [("day_month_order", DATE, 11)],
        ),
        (["09/15/2025", "02/03/2025", "03/03/2025", "13/01/2025"], [("day_month_order", DATE, 1)]),
        # Nothing that was accepted reads both ways.
        (["09/15/2025", "03/03/2025", "13/01/2025"], []),
        (["9/15/2025", "02/03/2025"], []),
        (["09/31/2025", "02/03/2025"], []),
    ],
)
def test_dates_that_may_have_the_month_first_are_counted(days, expected):
    assert told(dated(*days)) == expected


def test_rejected_records_tell_of_the_order_and_are_not_counted():
    data = make_csv(
        row(0, day="09/15/2025", status="?"), row(1, day="02/03/2025", status="?"), row(2, day="02/03/2025")
    )

    assert told(data) == [("day_month_order", DATE, 1)]
    assert notes(data)[0].facts == {"reason": "month_first", "form": "dd/mm/yyyy"}


def test_days_that_are_never_late_in_the_month_tell_of_the_order():
    (note,) = notes(dated(*LOW_DAYS))

    assert note == Note(NoteCode.DAY_MONTH_ORDER, DATE, 9, {"reason": "no_late_day", "form": "dd/mm/yyyy"})


def test_what_a_layout_leaves_out_and_what_is_hidden_is_told():
    sheet = open_file(make_csv(row(0)), Separator.COMMA).sheet

    assert layout_notes(sheet) == []
    assert layout_notes(replace(sheet, ignored={"Grade": 3, "x" * 201: 1}, hidden=2)) == [
        Note(NoteCode.IGNORED_COLUMN, "Grade", 3),
        Note(NoteCode.IGNORED_COLUMN, "x" * 200, 1),
        Note(NoteCode.HIDDEN_ROWS, "", 2),
    ]


def test_each_column_of_dates_is_told_by_itself_in_their_order():
    data = make_csv(
        row(0, day="09/15/2025", achieved="12/31/2025"), row(1, day="02/03/2025", achieved="04/05/2025")
    )

    assert told(data) == [("day_month_order", DATE, 1), ("day_month_order", "Achieved date", 1)]


def test_values_that_depend_on_a_guessed_encoding_are_shown():
    rows = [row(index, number=f"Zoë{index}") for index in range(7)]

    (note,) = notes(make_csv(*rows, row(7, number="Zoë0"), row(8, number="Zoe"), encoding="cp1252"))

    assert (note.code.value, note.column, note.count) == ("guessed_encoding", "", 8)
    assert note.facts == {"values": ["Zoë0", "Zoë1", "Zoë2", "Zoë3", "Zoë4"]}


def test_what_is_taken_off_a_cell_depends_on_no_encoding():
    assert told(make_csv(row(0, number="\u00a0R1\u00ad"), encoding="cp1252")) == []
    assert told(make_csv(row(0, number="Zoë"), encoding="utf-8")) == []


def test_surplus_cells_depend_on_the_encoding_too():
    data = make_csv([*row(0), "", "", "", "é"], encoding="cp1252")

    assert told(data) == [("guessed_encoding", "", 1)]


def test_records_that_have_lost_characters_are_counted():
    data = make_csv(
        row(0, number="a\ufffd", day="\ufffd"), row(1), [*row(2), "", "", "", "\ufffd"], row(3, "a\ufffd")
    )

    assert told(data) == [("lost_characters", "", 3)]


def test_what_is_not_read_has_lost_nothing():
    headings = [*REGISTRATIONS.headings, "What is wrong"]

    assert told(make_csv([*row(0), "", "", "", "\ufffd"], headings=headings)) == []
