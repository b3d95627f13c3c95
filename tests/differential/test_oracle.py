"""The oracle itself, by cases worked out by hand from the SPEC."""

import pytest

from . import oracle

HEADER = ",".join(oracle.COLUMNS)
TODAY = "2026-06-15"
WORLD = {
    "learners": {"A": "9276308686", "B": "0012345679", "C": None},
    "qualifications": ["603/2942/x", "500 1"],
    "registrations": {
        ("A", "500 1"): {2: "registered", 3: "R1", 4: "2025-09-01", 5: "", 6: "", 7: "", 8: "", 9: "P1"}
    },
}


def answer(*lines, separator="comma", commit=True):
    return oracle.answer("\n".join(lines).encode(), separator, WORLD, TODAY, commit=commit)


def fatal(data, separator="comma"):
    found = oracle.answer(data, separator, WORLD, TODAY, commit=True)
    return found["fatal"], found["encoding"]


def test_a_whole_answer():
    found = answer(
        HEADER,
        "603/2942/X,9276308686,Registered,,01/09/2026,,,,,",
        ",,",
        "5001,9276308686,Achieved,R1,,,,,,",
        "5001,0012345679,exempt,,31/06/2026,,,,,",
        "60329422X,0012345679,Nonsense,x,,,,,,,",
    )

    created = {2: "registered", 3: "", 4: "2026-09-01", 5: "", 6: "", 7: "", 8: "", 9: ""}
    updated = {2: "achieved", 3: "R1", 4: "", 5: "", 6: "", 7: "", 8: "", 9: ""}
    assert found == {
        "fatal": None,
        "rows": 4,
        "accepted": 2,
        "created": 1,
        "updated": 1,
        "unchanged": 0,
        "rejected": 2,
        "cleared": 2,
        "conflicts": 0,
        "errors": [(5, "Registration date", "31/06/2026", "bad_date"), (6, "", "", "too_many_cells")],
        "warnings": [
            (2, "Registration date", "01/09/2026", "future_date"),
            (4, "Achieved date", "", "missing_date"),
        ],
        "encoding": "utf-8",
        "committed": True,
        "exit": 1,
        "history": [2, 4],
        "stored": {("A", "603/2942/x"): created, ("A", "500 1"): updated},
    }


def test_validating_stores_nothing():
    found = answer(HEADER, "603/2942/X,9276308686,Exempt,,,,,,,", commit=False)

    assert (found["created"], found["committed"], found["history"], found["exit"]) == (1, False, [], 0)
    assert found["stored"] == WORLD["registrations"]


@pytest.mark.parametrize(
    ("data", "code", "encoding"),
    [
        (b"", "empty", "utf-8"),
        (b"\xff\xfe", "empty", "utf-16"),
        (b"\xa0", "empty", "cp1252"),
        (b"PK\x03\x04 and so on", "not_text", None),
        (b"Qualification\0", "not_text", None),
        (b"\xef\xbb\xbf\xff", "bad_encoding", None),
        (b"\xff\xfea\0b", "bad_encoding", None),
        (b"\x81", "bad_encoding", None),
        (b'a,"b"c', "malformed_csv", "utf-8"),
        (b'a,"b', "malformed_csv", "utf-8"),
        (b"\xef\xbb\xbf" + b"x" * 131_073, "malformed_csv", "utf-8-sig"),
        (b"x" * 131_072, "bad_header", "utf-8"),
        (b'\xe9 "quoted" a', "bad_header", "cp1252"),
        (b",,\n,", "bad_header", "utf-8"),
        (HEADER.replace("ULN", "ULN**").encode(), "bad_header", "utf-8"),
        (f"{HEADER},Notes".encode(), "bad_header", "utf-8"),
        (f"sep=;\n{HEADER}\nx".encode(), "bad_header", "utf-8"),
        (f"sep=,\n{HEADER}\n".encode(), "no_records", "utf-8"),
        (f"\n{HEADER.upper()} *,,\n , ,\n".encode("utf-16"), "no_records", "utf-16"),
    ],
)
def test_what_refuses_a_file(data, code, encoding):
    assert fatal(data) == (code, encoding)


def test_the_separator_is_the_one_chosen():
    assert answer(HEADER, "x")["fatal"] is None
    assert answer(HEADER, "x", separator="tab")["fatal"] == "bad_header"
    assert answer(HEADER.replace(",", "\t"), "x", separator="tab")["fatal"] is None


def test_rows_end_at_any_line_end_outside_quotes():
    assert oracle.read('a,"b\r\n""c"\r\n\rd,\ne"f', ",") == [["a", 'b\r\n"c'], [""], ["d", ""], ['e"f']]


@pytest.mark.parametrize(
    ("cell", "cleaned"),
    [
        (" \u00a0\ufeff a b \u200b\u2060\t", "a b"),
        ('="0012"', "0012"),
        ('=" say ""hi"" "', 'say "hi"'),
        ('="="x""', '="x"'),
        ('=""', ""),
        ('="', '="'),
        ("'=1", "=1"),
        ("''-1", "'-1"),
        ("'1", "'1"),
        ('="\'@x"', "@x"),
    ],
)
def test_a_cell_is_cleaned(cell, cleaned):
    assert oracle.clean(cell) == cleaned


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("29/02/2024", "2024-02-29"),
        ("29/02/2000", "2000-02-29"),
        ("01/01/1900", "1900-01-01"),
        ("31/12/2100", "2100-12-31"),
        ("29/02/1900", None),
        ("29/02/2100", None),
        ("31/04/2024", None),
        ("00/01/2024", None),
        ("01/13/2024", None),
        ("31/12/1899", None),
        ("01/01/2101", None),
        ("1/01/2024", None),
        ("01-01-2024", None),
        ("٠١/01/2024", None),
    ],
)
def test_a_date_is_a_real_day_of_two_two_and_four_digits(cell, day):
    assert oracle.date_of(cell) == day


def test_the_check_digit():
    assert not oracle.check_digit_fails("0012345678")
    # 9·10 + 2·9 + 7·8 + 6·7 + 3·6 + 0·5 + 8·4 + 6·3 + 8·2 + 6·1 = 296 = 26·11 + 10
    assert not oracle.check_digit_fails("9276308686")
    assert oracle.check_digit_fails("9276308687")
    assert not oracle.check_digit_fails("927630868")


@pytest.mark.parametrize(
    ("row", "errors"),
    [
        (",,,x", [("Qualification Number", "required"), ("ULN", "required"), ("Status", "required")]),
        (
            "/,9999999999,Sent",
            [
                ("Qualification Number", "unknown_qualification"),
                ("ULN", "temporary_uln"),
                ("Status", "bad_status"),
            ],
        ),
        (
            "5001,12345678,Exempt,a\x01",
            [("ULN", "unknown_learner"), ("Registration number", "bad_character")],
        ),
        (
            f"5001,0012345679,NOT   registered,{'x' * 129},{'x' * 129}",
            [("Registration number", "too_long"), ("Registration date", "bad_date")],
        ),
        (f"5001,0012345679,Exempt,{'x' * 128},,,,,,,", [("", "too_many_cells")]),
    ],
)
def test_each_cell_has_the_first_error_that_applies(row, errors):
    found = answer(HEADER, row, "5001,0012345679,Exempt")["errors"]

    assert [
        (column, code) for number, column, _value, code in found if number == 2 and code != "duplicate"
    ] == errors


def test_rows_about_the_same_registration_are_duplicates_whatever_else_is_wrong():
    found = answer(
        HEADER,
        "5001,0012345679,Exempt",
        "5/0/01,0012345679,?",
        "5001,9276308686,Exempt",
        "5001,0012345679,,,,,,,,,x",
    )

    assert found["errors"] == [
        (2, "", "", "duplicate"),
        (3, "Status", "?", "bad_status"),
        (3, "", "", "duplicate"),
        (5, "", "", "too_many_cells"),
    ]


def test_dates_are_compared_with_the_nearest_given_before_them():
    found = answer(HEADER, "5001,0012345679,Exempt,,03/01/2026,01/01/2026,,02/01/2026,15/06/2026")

    assert found["warnings"] == [
        (2, "ULN", "0012345679", "check_digit"),
        (2, "Certificate claimed date", "01/01/2026", "date_order"),
        (2, "", "", "short_row"),
    ]
