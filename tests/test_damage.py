"""What spreadsheets and wrong encodings leave behind, and what stands for no value."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wagtail_regcert.damage import PLACEHOLDERS, Damage, damage_of, is_made_of, suspects

ERRORS = (
    "#N/A #REF! #VALUE! #NAME? #DIV/0! #NUM! #NULL! #SPILL! #CALC! #FIELD! #BLOCKED! #UNKNOWN! #GETTING_DATA"
)


@pytest.mark.parametrize(
    ("text", "damage"),
    [
        ("1.23457E+11", "number"),
        ("9,00e15", "number"),
        ("1.2E5", "number"),
        ("1.2E-5", "number"),
        ("1E+11", "number"),
        ("1e-3", "number"),
        ("123456789012345" + "00", "number"),
        ("1" + "0" * 20, "number"),
        *((text, "error") for text in ERRORS.split()),
        ("#n/a", "error"),
        ("##", "error"),
        ("########", "error"),
        ("1-Mar", "date"),
        ("02-mar", "date"),
        ("Sep-25", "date"),
        ("SEP-25", "date"),
        ("1/2/2026", "date"),
        ("01/02/2026", "date"),
        ("13/1/2026", "date"),
        ("1/13/2026", "date"),
        ("2026-02-01", "date"),
        # As LibreOffice Calc writes it.
        ("01/02/26", "date"),
        ("1/13/26", "date"),
        ("ZoÃ«", "encoding"),
        ("â€“", "encoding"),
    ],
)
def test_what_is_damaged_is_told(text, damage):
    assert damage_of(text) == Damage(damage)
    assert suspects([text, "R1", "", text]).damaged == {text}


@pytest.mark.parametrize(
    "text",
    [
        *("", "R1", "0", "12", "1E5", "12E+5", "1.E+5", "1.2E+", "1.2", "E+11", "-1E+5", "1E+5X"),
        *("123456789012345" + "0", "123456789012345" + "01", "12345678901234500X", "1" * 17),
        *("#", "#1", "#N/A!", "N/A", "#REF", "# #"),
        *("1-Mars", "123-Mar", "Mar-1", "Mar-123", "March-25", "1 Mar", "Mar 25", "1-Mrz", "Foo-25"),
        *(
            "13/13/2026",
            "31/02/2026",
            "29/02/25",
            "31/31/26",
            "1/2/226",
            "12/34/56",
            "1/2/1899",
            "1/2/2101",
            "2026-13-01",
            "2026-2-1",
            "26-02-01",
        ),
        *("Zoë", "É", "Ã", "Ã©\u0394", "١-Mar", "１/2/2026"),
    ],
)
def test_what_may_well_be_a_code_is_not(text):
    assert damage_of(text) is None
    assert suspects([text]).damaged == set()


alphabet = st.sampled_from([*"0123456789EeE+-.,#/A!?Ã©«", "Mar", "mAR", "n/a", "NaN", "tBc", "00"])


@settings(max_examples=500)
@given(st.sets(st.lists(alphabet, max_size=6).map("".join), max_size=9))
def test_looking_at_likely_beginnings_only_finds_what_looking_at_all_finds(texts):
    found = suspects(texts)

    assert found.damaged == {text for text in texts if damage_of(text)}
    assert found.placeholders == {text for text in texts if text.lower() in PLACEHOLDERS}
    assert found.numbers == {text for text in texts if NUMBER.fullmatch(text)}


NUMBER = re.compile(r"-?(0|[1-9][0-9]*)([.][0-9]*[1-9])?")
NO_VALUE = "null none nan n/a na nil undefined unknown tbc tba - -- . ?"


@pytest.mark.parametrize("text", NO_VALUE.split())
def test_what_stands_for_no_value_is_told_in_any_case(text):
    cases = {text, text.upper(), text.title()}

    assert suspects([*cases, "R1"]).placeholders == cases


@pytest.mark.parametrize("text", ["", "0", "x", "---", "..", "n.a.", "#N/A", "\\N", "nulls", "?!", "none."])
def test_nothing_else_stands_for_no_value(text):
    assert suspects([text]).placeholders == set()


@pytest.mark.parametrize("text", ["0", "7", "12", "-5", "1.5", "0.05", "300000", "-0.1", "1" * 30])
def test_a_number_as_a_spreadsheet_writes_it_is_known(text):
    assert suspects([text]).numbers == {text}


@pytest.mark.parametrize(
    "text",
    ["", "00", "012", "1.50", "1.0", "1,234", "1.", ".5", "+5", "1E5", "£5", "1 2", "--1", "١", "1.2.3"],
)
def test_a_number_written_in_another_way_is_not_one_of_a_spreadsheet(text):
    assert suspects([text]).numbers == set()


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("12", "0012"),
        ("0", "000"),
        ("1234", "1,234"),
        ("1234567", "1,234,567"),
        ("1234.5", "1,234.50"),
        ("1.5", "1.50"),
        ("1", "1.00"),
        ("1", "1."),
        ("0.5", ".5"),
        ("300000", "3E5"),
        ("503", "0503E000"),
        ("0.003", "3e-3"),
        ("5", "£5"),
        ("-5", "-£5"),
        ("5.1", "$5.10"),
        ("5", "5€"),
        ("5", "+5"),
        ("-5", "-05"),
        ("1234567890123450", "1234567890123456"),
        ("1234567890123460", "1234567890123456"),
    ],
)
def test_a_number_is_what_a_spreadsheet_makes_of_the_stored_text(written, stored):
    assert is_made_of(written, stored)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("12", "12"),
        ("12", "13"),
        ("12", "0012X"),
        ("12", ""),
        ("1234", "12,34"),
        ("1234", "1,234,5"),
        ("5", "5%"),
        ("5", "E5"),
        ("5", "5E"),
        ("5", "£"),
        ("12", "1 2"),
        ("5", "٥"),
        ("1234567890123457", "1234567890123456"),
        ("5", "-5"),
        ("0", "1E-999"),
        ("1", "1E9999"),
    ],
)
def test_a_number_is_not_made_of_any_other_text(written, stored):
    assert not is_made_of(written, stored)
