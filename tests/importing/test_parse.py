"""Sheet to typed columns: a cell has its value, or the first thing that is wrong with it."""

from dataclasses import replace

import pytest
import tablib
from hypothesis import given
from hypothesis import strategies as st

from wagtail_regcert.cells import Status
from wagtail_regcert.damage import Damage
from wagtail_regcert.importing.parse import parse
from wagtail_regcert.importing.types import LongRow, Sheet
from wagtail_regcert.layouts import LEARNERS, QUALIFICATIONS, REGISTRATIONS, Policy
from wagtail_regcert.problems import CellError, Code
from wagtail_regcert.subjects.types import BadCell, Given

GOOD = ("603/2942/X", "9276308686", "Registered", "R1", "01/09/2025", "", "", "", "", "")
HEADINGS = {column.field: position for position, column in enumerate(REGISTRATIONS.columns)}


def sheet(*rows, layout=REGISTRATIONS, **options):
    values = {"short": frozenset(), "long": {}, "separator": ",", **options}
    return Sheet(
        layout=layout,
        rows=tablib.Dataset(*rows, headers=layout.headings),
        numbers=range(2, 2 + len(rows)),
        encoding="utf-8",
        **values,
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


def test_a_sheet_without_rows_has_empty_columns():
    assert parse(sheet()) == Given(
        layout=REGISTRATIONS, numbers=range(2, 2), columns=[()] * 10, bad={}, unreadable={}
    )


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
        ("A\nonly,one\nan,d,two", 1),
        ("12 High St, Town, UK\nFlat 3, Town", None),
        ("a\tb,c,d", None),
    ],
)
def test_rows_that_a_quotation_mark_has_swallowed_are_counted(cell, rows):
    parsed = parse(sheet((*GOOD[:3], cell, *GOOD[4:])))

    position = next(place for place, character in enumerate(cell, start=1) if character < " ")
    facts = {"position": position, "codepoint": f"U+{ord(cell[position - 1]):04X}"}
    if rows:
        facts["rows"] = rows
    assert parsed.bad[0][3] == BadCell(cell.strip(), CellError(Code.BAD_CHARACTER, facts))


def test_rows_that_a_quotation_mark_has_swallowed_are_counted_by_the_separator_of_the_file():
    cell = "A\n603;92;Exempt\n603,92,Exempt,x"

    parsed = parse(sheet((*GOOD[:3], cell, *GOOD[4:]), separator=";"))

    assert parsed.bad[0][3].error.facts["rows"] == 1


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


def bad_cells(*rows, **options):
    """Row index to column index to what is wrong, of learners."""
    return parse(sheet(*rows, **{"layout": LEARNERS, **options})).bad


def test_what_is_wrong_is_told_with_the_cell_as_cleaned():
    parsed = parse(
        sheet((*GOOD[:2], ' ="Nope" ', *GOOD[3:]), ("", *GOOD[1:]), (*GOOD[:3], "a\x07b", *GOOD[4:]))
    )

    assert parsed.bad == {
        0: {2: BadCell("Nope", CellError(Code.BAD_STATUS))},
        1: {0: BadCell("", CellError(Code.REQUIRED))},
        2: {
            3: BadCell("a\x07b", CellError(Code.BAD_CHARACTER, {"position": 2, "codepoint": "U+0007"})),
        },
    }


def test_a_blank_is_no_value_where_it_leaves_alone_what_is_stored():
    parsed = parse(sheet(("", '=""', "", " ", "", ""), ("L1", "1", "Ann", "Lee", "f", ""), layout=LEARNERS))

    assert [list(column) for column in parsed.columns] == [
        [None, "L1"],
        [None, "1"],
        ["", "Ann"],
        ["", "Lee"],
        ["", "F"],
        ["", ""],
    ]
    # A family name may stay blank where none is stored, which only the planner knows.
    assert parsed.bad == {}


def test_a_cell_that_is_cleaned_is_not_what_it_was():
    parsed = parse(sheet((" L1", "1", "'=x", "Lee", "", "01/02/2003"), layout=LEARNERS))

    assert [list(column) for column in parsed.columns] == [
        ["L1"],
        ["1"],
        ["=x"],
        ["Lee"],
        [""],
        ["2003-02-01"],
    ]


ORDERED = replace(
    LEARNERS,
    columns=(
        replace(LEARNERS.column_of("gender"), heading="", constant="F"),
        LEARNERS.column_of("reference"),
        replace(LEARNERS.column_of("given_names"), heading="Notes", field=""),
        replace(LEARNERS.column_of("date_of_birth"), policy=Policy.FILL),
        replace(LEARNERS.column_of("uln"), heading="", constant=""),
    ),
    is_sites=True,
)
"""Two constants, and between two columns one that is not read."""


def test_of_a_sites_layout_the_columns_that_fill_a_field_are_read_and_constants_added():
    parsed = parse(
        sheet(
            ("L1", "x" * 999, "01/02/2003"),
            ("", "", ""),
            ("L3", "", "x"),
            layout=ORDERED,
            damaged={0: {2: Damage.NUMBER}, 1: {0: Damage.ERROR}, 2: {1: Damage.DATE}},
            no_value={0: {1}, 1: {0}},
            short=frozenset({1}),
            long={2: LongRow(["L3", "", "x", "y"], {"cells": 4})},
        )
    )

    no_value = BadCell("", CellError(Code.BAD_CHARACTER, {"reason": "no_value"}))
    assert parsed == Given(
        layout=ORDERED.of([ORDERED.columns[0], ORDERED.columns[1], *ORDERED.columns[3:]]),
        numbers=range(2, 5),
        columns=[["F"] * 3, ["L1", None, "L3"], ["2003-02-01", None, ""], [""] * 3],
        bad={1: {1: no_value}, 2: {2: BadCell("x", CellError(Code.BAD_DATE))}},
        unreadable={2: CellError(Code.TOO_MANY_CELLS, {"cells": 4})},
        short=frozenset({1}),
        damaged={1: {2: Damage.NUMBER}, 2: {1: Damage.DATE}},
    )


def test_a_formula_without_a_value_is_bad_beside_what_else_is():
    parsed = bad_cells(
        ("L1", "", "", "", "x", ""),
        ("L2", "", "", "", "", ""),
        ("L3", "", "", "", "", "y"),
        layout=replace(LEARNERS, is_sites=True),
        no_value={5: [0, 1]},
    )

    no_value = BadCell("", CellError(Code.BAD_CHARACTER, {"reason": "no_value"}))
    assert parsed == {
        0: {4: BadCell("x", CellError(Code.BAD_GENDER)), 5: no_value},
        1: {5: no_value},
        2: {5: BadCell("y", CellError(Code.BAD_DATE))},
    }


@pytest.mark.parametrize("layout", [REGISTRATIONS, LEARNERS, QUALIFICATIONS], ids=["1", "2", "3"])
def test_rows_that_are_the_headings_again_cannot_be_read(layout):
    headings = layout.headings
    shouted = [f" {heading.upper()} *" for heading in headings]
    almost = [*headings[:-1], "x"]
    first = [headings[0], *["x"] * (layout.width - 1)]

    parsed = parse(sheet(first, headings, almost, shouted, almost, layout=layout))

    assert parsed.unreadable == dict.fromkeys((1, 3), CellError(Code.REPEATED_HEADING))


def test_headings_again_of_a_sites_layout_are_those_of_the_file():
    headings = ORDERED.headings

    parsed = parse(sheet(("x", "Notes", "x"), headings, ("L1", *headings[1:]), layout=ORDERED))

    assert headings == ("Learner reference", "Notes", "Date of birth")
    assert parsed.unreadable == {1: CellError(Code.REPEATED_HEADING)}


def test_headings_again_with_cells_where_none_belong_are_headings_only_where_those_are_blank():
    headings = [*QUALIFICATIONS.headings]
    long = {0: LongRow([*headings, ""], {"cells": 4}), 1: LongRow([*headings, "x"], {"cells": 4})}

    parsed = parse(sheet(headings, headings, layout=QUALIFICATIONS, long=long))

    assert parsed.unreadable == {
        0: CellError(Code.REPEATED_HEADING),
        1: CellError(Code.TOO_MANY_CELLS, {"cells": 4}),
    }


cells = st.one_of(st.text(max_size=12), st.sampled_from([*GOOD, " ", "31/02/2025", '="x"', "'=1", "x" * 129]))


@given(st.lists(st.tuples(*[cells] * 10), max_size=6))
def test_a_cell_is_read_the_same_wherever_it_stands(rows):
    parsed = parse(sheet(*rows))

    alone = [parse(sheet(row)) for row in rows]
    assert [[column[0] for column in one.columns] for one in alone] == [
        [column[index] for column in parsed.columns] for index in range(len(rows))
    ]
    assert [one.bad.get(0, {}) for one in alone] == [parsed.bad.get(index, {}) for index in range(len(rows))]
