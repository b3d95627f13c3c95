"""Laws of the kinds of cell: what is written can be read again."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from wagtail_regcert.cells import Date, Status, StatusLabel, Text, clean, guard

storable = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=128).map(clean).filter(bool)
days = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))


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
