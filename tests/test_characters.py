"""Characters: what is invisible, bad, taken off and put on."""

import re
import time
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from wagtail_regcert.characters import (
    INVISIBLE,
    bad_character,
    clean,
    doubly_encoded,
    guard,
    is_blank,
    is_clean,
    normalized,
    strip,
)

ODD = "'=+-@\uff1d\uff0b\uff0d\uff20\"\t\r\n \u00a0\u200b\u200e\u00ad\ufe0f\ufeffxe\u0301\u0308é\u2028\ufffd"
typed = st.one_of(st.text(), st.lists(st.sampled_from([*ODD, '="'])).map("".join))
"""Any text, and such as spreadsheets and our guard treat in their own way."""


MARKS = [chr(number) for number in range(0x3000) if unicodedata.combining(chr(number))]


@given(
    st.lists(st.sampled_from([*MARKS, *"aeoAO", "\u0344", "\u0f73", "\u1e69", "\u1100", "\u1161", "\u212b"])),
    st.sampled_from(["NFC", "NFKC"]),
)
def test_a_long_text_is_normalised_as_a_short_one(characters, form):
    text = "".join(characters)
    long = "x" * 1000 + text

    assert normalized(form, long) == "x" * 999 + unicodedata.normalize(form, f"x{text}")


def test_marks_of_a_long_text_stay_with_their_letters():
    assert normalized("NFC", "x" * 1000 + "e\u0301a\u0316\u0301") == "x" * 1000 + "é" + "á\u0316"


@pytest.mark.parametrize("marks", ["\u0301\u0316", "\u0344\u0316", "\u0f73"])
def test_a_cell_of_nothing_but_marks_takes_no_time(marks):
    cell = "e" + marks * 60_000
    started = time.process_time()

    clean(cell)

    # Python alone takes half a minute.
    assert time.process_time() - started < 2


def test_invisible_are_unicodes_format_characters_and_variation_selectors():
    known = re.compile(f"[{INVISIBLE}]")
    wrong = [
        f"{number:X}"
        for number in range(0x110000)
        if bool(known.match(chr(number)))
        != (unicodedata.category(chr(number)) == "Cf" or 0xFE00 <= number <= 0xFE0F)
    ]

    # Older versions of Python do not know all of them yet.
    assert [number for number in wrong if unicodedata.category(chr(int(number, 16))) != "Cn"] == []


@pytest.mark.parametrize(
    ("text", "stripped"),
    [
        ("", ""),
        (" \u200b \ufeff", ""),
        ("\u00ad\u00a0 x y\u200e\t\ufe0f", "x y"),
        ("x\u200by", "x\u200by"),
        ("\u2066é\u2069", "é"),
        ("\U000e0041x\u202f", "x"),
        ("\ufffd", "\ufffd"),
    ],
)
def test_white_and_invisible_characters_go_from_both_ends_in_any_mixture(text, stripped):
    assert strip(text) == stripped
    assert is_blank(text) == (stripped == "")


@pytest.mark.parametrize(
    ("cell", "cleaned"),
    [
        ("E\u0301tude", "Étude"),
        ("\u212a", "K"),
        ('="0123"', "0123"),
        ('\u200e="0""1\u00ad"\u00a0', '0"1'),
        ('="="x""', '="x"'),
        ('="', '="'),
        ('=""', ""),
        ("'=1", "=1"),
        ("''=1", "'=1"),
        ("'\uff1d1", "\uff1d1"),
        ("''\uff0b1", "'\uff0b1"),
        ("'\uff0d", "\uff0d"),
        ("'\uff20x", "\uff20x"),
        ("'1", "'1"),
        ("'\t", "'"),
        ("'\u200b=1", "'\u200b=1"),
        ("\uff07=1", "\uff07=1"),
    ],
)
def test_a_cell_is_composed_stripped_unprotected_and_unguarded_in_this_order(cell, cleaned):
    assert clean(cell) == cleaned


@pytest.mark.parametrize("start", [*"=+-@\t\r", "\uff1d", "\uff0b", "\uff0d", "\uff20", "'=", "''\uff20"])
def test_what_a_spreadsheet_may_run_is_guarded(start):
    assert guard(f"{start}1") == f"'{start}1"


@pytest.mark.parametrize("text", ["", "'", "'a", "a=", " =", "\n=", "−1", "\u200b="])
def test_nothing_else_is_guarded(text):
    assert guard(text) == text


@pytest.mark.parametrize("number", [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0xD800, 0xDFFF, 0xFFFD])
def test_controls_surrogates_line_breaks_and_lost_characters_are_bad(number):
    error = bad_character(f"é{chr(number)}b\0")

    assert error.facts == {"position": 2, "codepoint": f"U+{number:04X}"}


@pytest.mark.parametrize(
    "character", ["\u200b", "\u200e", "\u00ad", "\ufeff", "\ufe0f", "\u2068", "\U000e0041"]
)
def test_an_invisible_character_is_bad_only_where_it_is_refused(character):
    text = f"a{character}b"

    assert bad_character(text) is None
    assert bad_character(text, refuse_invisible=True).facts["codepoint"] == f"U+{ord(character):04X}"


@pytest.mark.parametrize("character", ["\u00a0", "\u3000", "\ue000", "😀", "\u0301", "\u0378"])
def test_other_characters_are_never_bad(character):
    assert bad_character(f"a{character}b", refuse_invisible=True) is None


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("Ã©", "é"),
        ("Zoë", None),
        ("Ã‰tude avancÃ©e", "Étude avancée"),
        ("â€“", "–"),
        ("plain", None),
        ("Ã©\u0394", None),
        ("Ã\u008d", None),
    ],
)
def test_doubly_encoded_text_is_told_from_other_text(text, before):
    assert doubly_encoded(text) == before


@given(typed)
def test_whatever_was_typed_stays_what_it_was_read_as(text):
    cell = clean(text)
    assume(bad_character(cell) is None)

    assert clean(guard(cell)) == cell


@given(typed)
def test_what_is_cleaned_is_composed(text):
    assert unicodedata.is_normalized("NFC", clean(text))


@given(st.one_of(typed, st.from_regex(r"[0-9A-Za-z]+(.*[0-9A-Za-z])?")))
def test_what_is_plainly_clean_is_left_as_it_is(text):
    if is_clean(text):
        assert clean(text) == text != ""
        assert bad_character(text, refuse_invisible=True) is None


@given(typed)
def test_a_guarded_cell_begins_no_formula(text):
    assert guard(text)[:1] not in tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")
