"""Warnings of accepted records: what is damaged or stands for nothing, and in which order they come."""

import datetime as dt

import pytest

from tests.makers import make_csv
from wagtail_regcert.importing.pipeline import open_file, prepare
from wagtail_regcert.layouts import Separator
from wagtail_regcert.subjects.registrations import RegistrationRules

TODAY = dt.date(2026, 1, 31)
MISTYPED = "1234567890"
START = ["603/2942/X", "9276308686", "Exempt"]


class Stored:
    """One qualification, two learners, and one registration with this number and reference."""

    def __init__(self, number="", reference=""):
        self._stored = (77, ("exempt", number, "", "", "", "", "", reference))

    def qualifications(self, keys):
        return {key: 1 for key in keys if key == "6032942X"}

    def learners(self, ulns):
        return {uln: int(uln) for uln in ulns if uln in (START[1], MISTYPED)}

    def registrations(self, pairs, fields):
        return {pair: self._stored for pair in pairs if pair[0] == int(START[1])}


def warned(*rows, data=None, **stored):
    opened = open_file(data or make_csv(*rows), Separator.COMMA)
    plan = prepare(opened.sheet, RegistrationRules(), Stored(**stored), TODAY)
    return [(one.row, one.column, one.value, one.code.value) for one in plan.warnings]


NUMBER, REFERENCE = "Registration number", "Postal Tracking Reference"


def test_damage_and_placeholders_are_looked_for_in_the_two_free_texts():
    row = [*START, "#N/A", "", "", "", "", "", "TBC"]

    assert warned(row) == [(2, NUMBER, "#N/A", "damaged"), (2, REFERENCE, "TBC", "placeholder")]


def test_a_rejected_record_has_no_warnings():
    assert warned(["603/2942/X", START[1], "Nope", "#N/A"], ["1", START[1], "Exempt", "TBC"]) == []


def test_a_number_is_damaged_where_the_stored_text_proves_it():
    row = [*START, "12", "", "", "", "", "", "300000"]

    assert warned(row, number="0012", reference="3E5") == [
        (2, NUMBER, "12", "damaged"),
        (2, REFERENCE, "300000", "damaged"),
    ]
    assert warned(row, number="12", reference="300000") == []
    assert warned(row, number="0013", reference="") == []
    assert warned(["603/2942/X", MISTYPED, "Exempt", "12"], number="0012") == [
        (2, "ULN", MISTYPED, "check_digit")
    ]


def test_a_damaged_cell_is_told_once():
    # Both by itself and by what is stored.
    assert warned([*START, "12345678901234500"], number="12345678901234567") == [
        (2, NUMBER, "12345678901234500", "damaged")
    ]


def test_warnings_come_in_row_order_then_column_order_the_row_last():
    header = make_csv().decode()
    first = "603/2942/X,1234567890,Achieved,#N/A,02/02/2026,,01/02/2026,,"
    second = "603/2942/X,9276308686,Certificate Sent,tbc"

    assert warned(data=f"{header}{first}\r\n{second}\r\n".encode()) == [
        (2, "ULN", MISTYPED, "check_digit"),
        (2, NUMBER, "#N/A", "damaged"),
        (2, "Registration date", "02/02/2026", "future_date"),
        (2, "Achieved date", "01/02/2026", "date_order"),
        (2, "Achieved date", "01/02/2026", "future_date"),
        (2, "", "", "short_row"),
        (3, NUMBER, "tbc", "placeholder"),
        (3, "Certificate Sent Date", "", "missing_date"),
        (3, "", "", "short_row"),
    ]


@pytest.mark.parametrize("today", [dt.date(2026, 1, 31), dt.date(2026, 2, 1)])
def test_today_is_not_in_the_future(today):
    opened = open_file(make_csv([*START, "", "01/02/2026"]), Separator.COMMA)

    plan = prepare(opened.sheet, RegistrationRules(), Stored(), today)

    assert bool(plan.warnings) == (today < dt.date(2026, 2, 1))
