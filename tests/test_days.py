"""Texts that are no date as dd/mm/yyyy: how they are probably meant."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_regcert.days import Reading, likely_day, month_first_day

FIRST = dt.date(2025, 9, 1)


@pytest.mark.parametrize(
    ("text", "reading", "day"),
    [
        ("09/15/2025", "month_first", dt.date(2025, 9, 15)),
        ("9/15/2025", "month_first", dt.date(2025, 9, 15)),
        ("09-15-2025", "month_first", dt.date(2025, 9, 15)),
        ("09/15/2025 10:00", "time", dt.date(2025, 9, 15)),
        ("13/13/2025", "not_real", None),
        ("31/02/2025", "not_real", None),
        ("01/09/2101", "not_real", None),
        ("01/09/1899", "not_real", None),
        ("1/09/2025", "one_digit", None),
        ("01/9/2025", "one_digit", None),
        ("1/9/25", "one_digit", None),
        ("1/9/2025 00:00:00", "one_digit", None),
        ("01/09/25", "short_year", None),
        ("01.09.2025", "other_separator", FIRST),
        ("2025-09-01", "year_first", FIRST),
        ("2025/9/1", "year_first", FIRST),
        ("2025-31-12", "not_real", None),
        ("01/09/2025 00:00", "time", FIRST),
        ("01/09/2025T23:59:59.123", "time", FIRST),
        ("01/09/2025, 10:15:00 PM", "time", FIRST),
        ("2025-09-01T00:00:00Z", "time", FIRST),
        ("2025-09-01 00:00:00+01:00", "time", FIRST),
        ("01-Sep-25", "word", FIRST),
        ("1 September 2025", "word", FIRST),
        ("1st sept. 2025", "word", FIRST),
        ("Sep 1, 2025", "word", FIRST),
        ("01-Sep-99", "word", dt.date(1999, 9, 1)),
        ("01-Sep-50", "word", dt.date(1950, 9, 1)),
        ("01-Sep-49", "word", dt.date(2049, 9, 1)),
        ("31-Feb-2025", "not_real", None),
        (f"1{' ' * 51}Sep 2025", "word", FIRST),
        ("45901", "serial", FIRST),
        ("45901.75", "serial", FIRST),
        ("10000", "serial", dt.date(1927, 5, 18)),
        ("73415", "serial", dt.date(2100, 12, 31)),
    ],
)
def test_a_text_like_a_date_is_read_as_it_is_probably_meant(text, reading, day):
    assert likely_day(text) == (Reading(reading), day)


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "2025", "73416", "9999", "100000", "1/2", "1/2/3/2025", "123/1/2025", "1/1/202"),
        f"1{' ' * 52}Sep 2025",
        *("Sep-25", "٤٥٩٠١", "0" * 61, "1" * 9999),
    ],
)
def test_of_other_texts_nobody_can_tell(text):
    assert likely_day(text) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("09/15/2025", dt.date(2025, 9, 15)),
        ("12/13/1900", dt.date(1900, 12, 13)),
        ("12/13/1899", None),
        ("12/12/2025", None),
        ("9/15/2025", None),
        ("09-15-2025", None),
        ("02/30/2025", None),
        ("13/13/2025", None),
        ("15/09/2025", None),
        ("2025/09/15", None),
    ],
)
def test_a_date_with_the_month_first_is_one_that_is_none_with_the_day_first(text, day):
    assert month_first_day(text) == day


@given(st.text("0123456789/-. :TZAPMsepSEPjan", max_size=25))
def test_every_likely_day_can_be_named(text):
    likely = likely_day(text)

    nameless = (Reading.ONE_DIGIT, Reading.SHORT_YEAR, Reading.NOT_REAL)
    if likely is not None:
        assert (likely.day is None) == (likely.reading in nameless)
