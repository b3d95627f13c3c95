"""Laws of the kinds of cell: what is written can be read again."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from wagtail_regcert.cells import Date, Status, StatusLabel, Text, read_cell
from wagtail_regcert.characters import bad_character, clean, guard

storable = (
    st.text(max_size=128)
    .map(clean)
    .filter(lambda text: text and len(text) <= 128 and bad_character(text) is None)
)
days = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))


@given(storable)
def test_a_guarded_text_is_cleaned_to_what_it_was(text):
    assert clean(guard(text)) == text


@given(storable)
def test_a_written_text_is_read_as_it_was(text):
    assert read_cell(Text().format(text), Text()) == text


@given(st.sets(st.text(max_size=4)))
def test_every_text_that_is_not_its_own_value_is_read(cells):
    to_read = set(Text().to_read(cells))

    assert [cell for cell in cells - to_read if clean(cell) != cell or bad_character(cell)] == []


@given(days)
def test_a_written_date_is_read_as_it_was(day):
    assert read_cell(Date().format(day), Date()) == day


@given(st.sampled_from(Status))
def test_a_written_status_is_read_as_it_was(status):
    assert read_cell(StatusLabel().format(status), StatusLabel()) == status
