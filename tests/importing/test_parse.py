"""Sheet to typed columns: a cell has its value, or the first thing that is wrong with it."""

import pytest
import tablib
from hypothesis import given
from hypothesis import strategies as st

from wagtail_regcert.cells import Status
from wagtail_regcert.importing.parse import parse
from wagtail_regcert.importing.types import Sheet
from wagtail_regcert.layouts import REGISTRATIONS

GOOD = ("603/2942/X", "9276308686", "Registered", "R1", "01/09/2025", "", "", "", "", "")
HEADINGS = {column.field: position for position, column in enumerate(REGISTRATIONS.columns)}


def sheet(*rows):
    return Sheet(
        layout=REGISTRATIONS,
        rows=tablib.Dataset(*rows, headers=REGISTRATIONS.headings),
        numbers=range(2, 2 + len(rows)),
        short=frozenset(),
        long={},
        separator=",",
        encoding="utf-8",
    )


def parsed_cell(field, cell):
    """The value of one cell in a row of good ones; or the code of what is wrong with it."""
    position = HEADINGS[field]
    parsed = parse(sheet((*GOOD[:position], cell, *GOOD[position + 1 :])))
    bad = parsed.bad.get(0, {})
    assert bad.keys() <= {position}
    return bad[position].error.code.value if bad else parsed.columns[position][0]


def test_a_row_becomes_ten_values():
    parsed = parse(sheet(GOOD))

    assert [column[0] for column in parsed.columns] == [
        "603/2942/X",
        "9276308686",
        Status.REGISTERED,
        "R1",
        "2025-09-01",
        "",
        "",
        "",
        "",
        "",
    ]
    assert parsed.bad == {}


def test_what_is_wrong_stands_at_its_row_and_column_and_the_rest_is_read():
    parsed = parse(sheet(GOOD, ("", "1", "x", *GOOD[3:4], "1/1/2025", *GOOD[5:]), GOOD))

    assert {
        index: {position: bad.error.code.value for position, bad in cells.items()}
        for index, cells in parsed.bad.items()
    } == {1: {0: "required", 2: "bad_status", 4: "bad_date"}}
    assert parsed.bad[1][2].text == "x"
    assert [column[1] for column in parsed.columns[:5]] == ["", "1", "", "R1", ""]
    assert [column[2] for column in parsed.columns[:3]] == ["603/2942/X", "9276308686", Status.REGISTERED]


def test_the_same_wrong_text_is_told_for_every_row_and_column():
    row = (*GOOD[:4], "x", "x", *GOOD[6:])

    parsed = parse(sheet(row, row))

    assert {index: sorted(cells) for index, cells in parsed.bad.items()} == {0: [4, 5], 1: [4, 5]}


@pytest.mark.parametrize(
    ("field", "cell", "code"),
    [
        ("registration_number", "a\0" + "x" * 200, "bad_character"),
        ("status", "\x07" + "x" * 200, "bad_character"),
        ("status", "x" * 129, "too_long"),
        ("status", "'", "bad_status"),
        ("status", '=""', "required"),
        ("learner", "\u200b\u00a0", "required"),
        ("registration_date", "01/\n09/2025", "bad_character"),
        ("registration_date", "x" * 129, "bad_date"),
    ],
)
def test_a_cell_has_the_first_error_that_applies(field, cell, code):
    assert parsed_cell(field, cell) == code


@pytest.mark.parametrize("number", [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0xD800, 0xDFFF, 0xFFFD])
def test_every_control_surrogate_line_break_and_lost_character_is_bad_in_any_column(number):
    assert parsed_cell("registration_number", f"a{chr(number)}b") == "bad_character"
    assert parsed_cell("registration_date", f"01/{chr(number)}9/2025") == "bad_character"


@pytest.mark.parametrize(
    "character", ["\u00a0", "\u200d", "\u00ad", "\ue000", "😀", "\u202e", "\ufe0f", "\u0333"]
)
def test_other_characters_are_text(character):
    assert parsed_cell("registration_number", f"a{character}b") == f"a{character}b"
    assert parsed_cell("postal_tracking_reference", f"a{character}b") == f"a{character}b"


@pytest.mark.parametrize("character", ["\u200d", "\u00ad", "\u202e", "\ufe0f", "\U000e0041"])
@pytest.mark.parametrize(
    ("field", "cell"),
    [
        ("qualification", "603/29{}42/X"),
        ("learner", "92763{}08686"),
        ("status", "Regis{}tered"),
        ("registration_date", "01/{}09/2025"),
        ("certificate_sent_date", "0{}1/09/2025"),
    ],
)
def test_an_invisible_character_inside_is_bad_where_the_cell_must_be_known(field, cell, character):
    assert parsed_cell(field, cell.format(character)) == "bad_character"
    assert parsed_cell(field, f"{character}{cell.format('')}{character}") != "bad_character"


def test_decomposed_letters_are_composed():
    assert parsed_cell("registration_number", "Zoe\u0308") == "Zoë"
    assert parsed_cell("registration_number", "E\u0301" * 128) == "É" * 128


@pytest.mark.parametrize(
    ("cell", "rows"),
    [
        ("A\r\n603,92,Exempt\r\n603,92,Exempt,,B", 2),
        ("A\n603,92,Exempt", 1),
        ("A\r603,92,Exempt\r\r", 1),
        ("12 High St, Town, UK\nFlat 3, Town", None),
        ("a\tb,c,d", None),
    ],
)
def test_rows_that_a_quotation_mark_has_swallowed_are_counted(cell, rows):
    parsed = parse(sheet((*GOOD[:3], cell, *GOOD[4:])))

    assert parsed.bad[0][3].error.facts.get("rows") == rows


def test_a_text_has_128_characters_after_cleaning():
    assert parsed_cell("registration_number", f" \t{'x' * 128}\u2060") == "x" * 128
    assert parsed_cell("registration_number", f"'={'x' * 127}") == "=" + "x" * 127
    assert parsed_cell("registration_number", '="' + '""' * 128 + '"') == '"' * 128
    assert parsed_cell("registration_number", "😀" * 128) == "😀" * 128
    assert parsed_cell("registration_number", "x" * 129) == "too_long"


@pytest.mark.parametrize("status", Status)
def test_a_status_is_known_by_its_label_in_any_case_and_spacing(status):
    spaced = f" {status.label.upper()} ".replace(" ", " \u00a0 ")

    assert parsed_cell("status", status.label) == status.value
    assert parsed_cell("status", spaced) == status.value
    assert parsed_cell("status", f'="{status.label.lower()}"') == status.value


@pytest.mark.parametrize(
    "cell", ["certificate_sent", "CertificateSent", "Sent", "Certificate-Sent", "Registered."]
)
def test_a_status_is_known_by_nothing_else(cell):
    assert parsed_cell("status", cell) == "bad_status"


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("01/01/1900", "1900-01-01"),
        ("31/12/2100", "2100-12-31"),
        ("29/02/2024", "2024-02-29"),
        ('="31/08/2026"', "2026-08-31"),
        ("\u00a031/08/2026 ", "2026-08-31"),
        ("", ""),
        (" \u200b", ""),
    ],
)
def test_a_day_is_read(cell, day):
    assert parsed_cell("achieved_date", cell) == day


@pytest.mark.parametrize(
    "cell",
    [
        "31/12/1899",
        "01/01/2101",
        "29/02/2025",
        "31/04/2025",
        "00/01/2025",
        "01/00/2025",
        "01/13/2025",
        "1/09/2025",
        "01/9/2025",
        "01/09/25",
        "01/09/02025",
        "01-09-2025",
        "2025-09-01",
        "01/09/2025 00:00",
        "01 / 09 / 2025",
        "०१/०९/२०२५",
        "０1/09/2025",
        "45901",
    ],
)
def test_what_is_no_such_date_is_refused(cell):
    assert parsed_cell("achieved_date", cell) == "bad_date"


cells = st.one_of(st.text(max_size=12), st.sampled_from([*GOOD, " ", "31/02/2025", '="x"', "'=1", "x" * 129]))


@given(st.lists(st.tuples(*[cells] * 10), max_size=6))
def test_a_cell_is_read_the_same_wherever_it_stands(rows):
    parsed = parse(sheet(*rows))

    alone = [parse(sheet(row)) for row in rows]
    assert [[column[0] for column in one.columns] for one in alone] == [
        [column[index] for column in parsed.columns] for index in range(len(rows))
    ]
    assert [one.bad.get(0, {}) for one in alone] == [parsed.bad.get(index, {}) for index in range(len(rows))]
