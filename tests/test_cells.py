"""Kinds of cell: what is written can be read again, and what cannot be read says why."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_regcert.cells import (
    Date,
    Gender,
    GenderLabel,
    Status,
    StatusLabel,
    Text,
    Translated,
    check_digit_fails,
    day_form,
    match_key,
    parse_day,
    plain,
    read_cell,
    read_plain,
)
from wagtail_regcert.characters import bad_character, clean, guard
from wagtail_regcert.date_forms import DateForm
from wagtail_regcert.problems import CellError, Code

SENT = Translated(StatusLabel(), {"posted to us": "certificate_sent", "none yet": ""})
DAY = dt.date(2025, 9, 1)

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


def test_letters_that_have_to_be_composed_are_read():
    hangul, angstrom = "\u1112\u1161\u11ab", "\u212b"

    assert {*Text().to_read({hangul, angstrom, "plain", "0", ""})} == {hangul, angstrom, ""}
    assert [read_cell(clean(cell), Text()) for cell in (hangul, angstrom)] == ["한", "Å"]


@given(days)
def test_a_written_date_is_read_as_it_was(day):
    assert read_cell(Date().format(day), Date()) == day


@given(st.sampled_from(Status))
def test_a_written_status_is_read_as_it_was(status):
    assert read_cell(StatusLabel().format(status), StatusLabel()) == status


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (DAY, "2025-09-01"),
        (dt.datetime(2025, 9, 1, 8), "2025-09-01T08:00:00"),
        (7, "7"),
        (None, ""),
        ("", ""),
    ],
)
def test_values_are_kept_as_text_days_and_moments_as_iso_has_them(value, stored):
    assert plain(value) == stored


@given(st.sampled_from(Gender))
def test_a_written_gender_is_read_as_it_was(gender):
    assert read_cell(GenderLabel().format(gender), GenderLabel()) == gender


@pytest.mark.parametrize(
    ("kind", "value", "stored", "written"),
    [
        (Text(), "x", "x", "x"),
        (StatusLabel(), Status.CERTIFICATE_SENT, "certificate_sent", "Certificate Sent"),
        (GenderLabel(), Gender.NOT_STATED, "U", "Not stated"),
        (Date(), DAY, "2025-09-01", "01/09/2025"),
        (Date(), dt.date(2012, 11, 10), "2012-11-10", "10/11/2012"),
        (SENT, Status.ACHIEVED, "achieved", "Achieved"),
        (Translated(Date(), {}), DAY, "2025-09-01", "01/09/2025"),
    ],
)
def test_a_value_is_written_alike_as_it_is_and_as_reports_keep_it(kind, value, stored, written):
    assert plain(value) == stored
    assert kind.format(value) == written
    assert kind.format(stored if kind.name != "date" else value) == written
    assert kind.from_plain(stored) == written


@pytest.mark.parametrize("kind", [Text(), GenderLabel(), Date(), Translated(Text(), {"x": "y"})])
def test_no_value_is_written_as_a_blank(kind):
    assert kind.format(None) == ""
    assert kind.format("") == ""
    assert kind.from_plain("") == ""
    assert StatusLabel().from_plain("") == ""
    assert plain(None) == ""


@pytest.mark.parametrize(
    ("cell", "gender"),
    [("F", "F"), ("m", "M"), ("OTHER", "O"), ("not Stated", "U"), ("x", None), ("Femal", None)],
)
def test_a_gender_is_known_by_its_label_or_its_code_in_any_case(cell, gender):
    assert GenderLabel().parse(cell) == (gender or CellError(Code.BAD_GENDER))


@pytest.mark.parametrize(
    ("kind", "cell", "expected"),
    [
        (Text(), "x" * 128, "x" * 128),
        (Text(), "x" * 129, CellError(Code.TOO_LONG, {"limit": 128, "length": 129})),
        (Text(3), "xyz", "xyz"),
        (Text(3), "x yz", CellError(Code.TOO_LONG, {"limit": 3, "length": 4})),
        (StatusLabel(), "x" * 128, CellError(Code.BAD_STATUS)),
        (StatusLabel(), "x" * 129, CellError(Code.TOO_LONG, {"limit": 128, "length": 129})),
        (Date(), "1/9/2025", CellError(Code.BAD_DATE)),
        (Date(form=DateForm.ISO), "2025-09-01", DAY),
        (Date(form=DateForm.ISO), "01/09/2025", CellError(Code.BAD_DATE, {"form": "yyyy-mm-dd"})),
        (Text(), "a\u00adb", "a\u00adb"),
        (
            Text(is_exact=True),
            "a\u00adb",
            CellError(Code.BAD_CHARACTER, {"position": 2, "codepoint": "U+00AD"}),
        ),
        # A bad character is told, however long the text is.
        (Text(3), "abc\x07", CellError(Code.BAD_CHARACTER, {"position": 4, "codepoint": "U+0007"})),
    ],
)
def test_a_cell_is_its_value_or_the_first_thing_that_is_wrong_with_it(kind, cell, expected):
    assert read_cell(cell, kind) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Posted to us", "certificate_sent"),
        ("POSTED \u00a0to  us", "certificate_sent"),
        ("pos\u00adted to us", "certificate_sent"),
        ('="posted to us"', "certificate_sent"),
        ("None yet", ""),
        ("Achieved", Status.ACHIEVED),
        ("posted", CellError(Code.BAD_STATUS)),
    ],
)
def test_a_cell_that_a_list_has_is_what_the_list_says_and_any_other_is_read_by_its_kind(cell, expected):
    assert SENT.parse(cell) == expected
    assert (SENT.name, SENT.is_exact) == ("status", True)


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        (Date(), DateForm.DAY_FIRST),
        (Date(form=DateForm.DIGITS), DateForm.DIGITS),
        (Translated(Date(form=DateForm.ISO), {}), DateForm.ISO),
        (Translated(Text(), {}), None),
        (StatusLabel(), None),
    ],
)
def test_a_kind_whose_cells_are_days_says_in_which_form(kind, form):
    assert day_form(kind) == form


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (StatusLabel(), "certificate_sent", "certificate_sent"),
        (StatusLabel(), "Certificate sent", "certificate_sent"),
        (StatusLabel(), "sent", CellError(Code.BAD_STATUS)),
        (Text(3), "achieved", CellError(Code.TOO_LONG, {"limit": 3, "length": 8})),
        (Text(3), "abc", "abc"),
        (GenderLabel(), "f", "F"),
        (Date(), "2025-09-01", "2025-09-01"),
        (Date(), "01/09/2025", "2025-09-01"),
        (Date(form=DateForm.DIGITS), "01/09/2025", "2025-09-01"),
        (Date(), "01-09-2025", CellError(Code.BAD_DATE)),
    ],
)
def test_a_value_is_read_as_programs_write_it_or_as_a_cell(kind, text, expected):
    found = read_plain(text, kind)

    assert found == expected
    assert type(found) in (str, CellError)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-09-01", DAY),
        ("01/09/2025", DAY),
        ("2025-9-01", CellError(Code.BAD_DATE)),
        ("2025-09-011", CellError(Code.BAD_DATE)),
        ("2025-02-30", CellError(Code.BAD_DATE)),
        ("2025/09-01", CellError(Code.BAD_DATE)),
        ("2025-09/01", CellError(Code.BAD_DATE)),
        ("01-09/2025", CellError(Code.BAD_DATE)),
        ("-", CellError(Code.BAD_DATE)),
        (
            "2025-\u00ad09-01",
            CellError(Code.BAD_CHARACTER, {"position": 6, "codepoint": "U+00AD"}),
        ),
    ],
)
def test_a_day_is_read_as_files_and_as_addresses_have_it(text, expected):
    assert parse_day(text) == expected


@pytest.mark.parametrize(
    ("uln", "fails"),
    [
        ("9276308686", False),
        ("9276308687", True),
        ("1234567890", True),
        ("927630868", False),
        ("92763086860", False),
        ("927630868x", False),
        ("٩٢٧٦٣٠٨٦٨٧", False),
        ("", False),
    ],
)
def test_the_check_digit_of_ten_digits_alone_can_fail(uln, fails):
    assert check_digit_fails(uln) is fails


@pytest.mark.parametrize("number", ["603/2942/x", " 603 29\u00a042 X", "6032942X", "//603/2942/X"])
def test_a_qualification_number_is_matched_without_space_slashes_and_case(number):
    assert match_key(number) == "6032942X"
