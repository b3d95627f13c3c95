"""Laws of the kinds of cell: what is written can be read again."""

import datetime as dt

from hypothesis import assume, given
from hypothesis import strategies as st

from wagtail_regcert.cells import Date, Status, StatusLabel, Text, bad_character, clean, guard, is_clean

storable = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=128).map(clean).filter(bool)
days = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))
typed = st.one_of(st.text(), st.text("'=\"+-@\t\r\n \u00a0\u200b\ufeffx"))
"""Any text, and such as spreadsheets and our guard treat in their own way."""


@given(typed)
def test_whatever_was_typed_stays_what_it_was_read_as(text):
    cell = clean(text)
    assume(bad_character(cell) is None)

    assert clean(guard(cell)) == cell


@given(st.one_of(typed, storable, st.from_regex(r"[0-9A-Za-z]+(.*[0-9A-Za-z])?")))
def test_what_is_plainly_clean_is_left_as_it_is(text):
    if is_clean(text):
        assert clean(text) == text != ""
        assert bad_character(text) is None


@given(typed)
def test_a_guarded_cell_begins_no_formula(text):
    assert guard(text)[:1] not in tuple("=+-@\t\r")


@given(storable)
def test_a_guarded_text_is_cleaned_to_what_it_was(text):
    assert clean(guard(text)) == text


@given(storable)
def test_a_written_text_is_read_as_it_was(text):
    assert Text().parse(Text().format(text)) == text


@given(days)
def test_a_written_date_is_read_as_it_was(day):
    assert Date().parse(Date().format(day)) == day


@given(st.sampled_from(Status))
def test_a_written_status_is_read_as_it_was(status):
    assert StatusLabel().parse(StatusLabel().format(status)) == status
