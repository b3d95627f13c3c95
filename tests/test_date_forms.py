"""Forms of days: each is written and read as it looks."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_regcert.date_forms import READ_FORMS, DateForm, reader, writer

DAY = dt.date(2026, 4, 5)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (DateForm.DAY_FIRST, "05/04/2026"),
        (DateForm.DAY_FIRST_SHORT, "5/4/2026"),
        (DateForm.MONTH_FIRST, "04/05/2026"),
        (DateForm.ISO, "2026-04-05"),
        (DateForm.MONTH_NAME, "05-Apr-2026"),
        (DateForm.DIGITS, "05042026"),
        (DateForm.YEAR_AND_MONTH, "2026-04"),
    ],
)
def test_a_day_is_written_as_the_form_looks(form, text):
    assert writer(form)(DAY) == text
    assert form not in READ_FORMS or reader(form)(text) == DAY


@given(st.sampled_from(READ_FORMS), st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)))
def test_a_written_day_is_read_as_it_was(form, day):
    assert reader(form)(writer(form)(day)) == day


@pytest.mark.parametrize(
    ("form", "text", "day"),
    [
        (DateForm.DAY_FIRST, "31/12/1899", None),
        (DateForm.DAY_FIRST, "31/02/2026", None),
        (DateForm.DAY_FIRST, "5/04/2026", None),
        (DateForm.DAY_FIRST_SHORT, "05/04/2026", DAY),
        (DateForm.MONTH_FIRST, "13/01/2026", None),
        (DateForm.ISO, "2026-04-05 ", None),
        (DateForm.MONTH_NAME, "05-APR-2026", DAY),
        (DateForm.MONTH_NAME, "05-apr-2026", DAY),
        (DateForm.MONTH_NAME, "05-Mai-2026", None),
        (DateForm.MONTH_NAME, "31-Dec-2100", dt.date(2100, 12, 31)),
        (DateForm.MONTH_NAME, "05-Jan-2101", None),
        (DateForm.DIGITS, "5042026", None),
    ],
)
def test_a_text_is_a_day_only_in_its_form_and_where_there_is_such_a_day(form, text, day):
    assert reader(form)(text) == day
