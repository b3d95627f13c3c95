"""The oracle itself, by cases worked out by hand from the SPEC."""

import pytest

from . import oracle, oracle_cells, oracle_files

HEADER = ",".join(oracle_cells.COLUMNS)
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
        "notes": [],
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
        (b"\x1a", "empty", "utf-8"),
        (b"\xff\xfe\0\0", "not_text", None),
        (b"\0\0\xfe\xff", "not_text", None),
        (b"\xef\xbb\xbf\xff", "bad_header", "utf-8-sig"),
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
        (f"{HEADER},What is wrong*,ROW  in the file\n,,,,,,,,,,x,y".encode(), "no_records", "utf-8"),
        (HEADER.replace("Status", "St\u0430tus").encode(), "bad_header", "utf-8"),
        (HEADER.replace("ULN", '"\u00adU\u200eLN \n* "').encode() + b"\n\x1a", "no_records", "utf-8"),
        (HEADER.replace("Sent Date", "Sent\u00a0 Date").encode(), "no_records", "utf-8"),
        (f"sep=;\n{HEADER}\nx".encode(), "bad_header", "utf-8"),
        (f"sep=,\n{HEADER}\n".encode(), "no_records", "utf-8"),
        (f" SEP\u00a0= , ,,\n{HEADER}\n".encode(), "no_records", "utf-8"),
        (f"sep=,x\n{HEADER}\n".encode(), "bad_header", "utf-8"),
        (f"\n{HEADER.upper()} *,,\n , ,\n".encode("utf-16"), "no_records", "utf-16"),
    ],
)
def test_what_refuses_a_file(data, code, encoding):
    assert fatal(data) == (code, encoding)


@pytest.mark.parametrize(
    ("data", "encoding", "text"),
    [
        ("é".encode() + b"\xe9", "utf-8", "é\ufffd"),
        ("é".encode() + b"\xe9\xe9", "cp1252", "Ã©éé"),
        (b"\xe9", "cp1252", "é"),
        ("\ufffd".encode(), "utf-8", "\ufffd"),
        # A character cut short is one sequence, as is every byte that begins none.
        ("é".encode() + b"\xe2\x82", "utf-8", "é\ufffd"),
        ("é".encode() + b"\xf0\x9f\x98,\xff", "cp1252", "Ã©ðŸ˜,ÿ"),
        (b"\xef\xbb\xbfa\xe9\xe9", "utf-8-sig", "a\ufffd\ufffd"),
        (b"\x81", None, None),
    ],
)
def test_the_encoding_is_what_most_characters_are_good_in(data, encoding, text):
    assert oracle_files.reading(data) == (encoding, text)


def test_the_separator_is_the_one_chosen():
    assert answer(HEADER, "x")["fatal"] is None
    assert answer(HEADER, "x", separator="tab")["fatal"] == "bad_header"
    assert answer(HEADER.replace(",", "\t"), "x", separator="tab")["fatal"] is None


def test_rows_end_at_any_line_end_outside_quotes():
    assert oracle_files.read('a,"b\r\n""c"\r\n\rd,\ne"f', ",") == [["a", 'b\r\n"c'], [""], ["d", ""], ['e"f']]


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
        ("'\uff1d1", "\uff1d1"),
        ("\u2068e\u0301\ufe0f \u200e", "é"),
        ("a\u200eb", "a\u200eb"),
    ],
)
def test_a_cell_is_cleaned(cell, cleaned):
    assert oracle_cells.clean(cell) == cleaned


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
    assert oracle_cells.date_of(cell) == day


def test_the_check_digit():
    assert not oracle_cells.check_digit_fails("0012345678")
    # 9·10 + 2·9 + 7·8 + 6·7 + 3·6 + 0·5 + 8·4 + 6·3 + 8·2 + 6·1 = 296 = 26·11 + 10
    assert not oracle_cells.check_digit_fails("9276308686")
    assert oracle_cells.check_digit_fails("9276308687")
    assert not oracle_cells.check_digit_fails("927630868")


@pytest.mark.parametrize(
    ("cell", "stored"),
    [
        *((cell, "") for cell in ["1.23457E+11", "9,00e15", "1E+11", "2e-5", "12345678901234500"]),
        *((cell, "") for cell in ["#n/a", "#GETTING_DATA", "##", "1-Mar", "02-mar", "SEP-25"]),
        *((cell, "") for cell in ["ZoÃ«", "1/2/2026", "2026-02-01", "02/13/2026", "1/13/26"]),
        *[("12", "0012"), ("1234", "1,234"), ("1.5", "1.50"), ("300000", "3E5"), ("503", "0503E000")],
        *[("5", "£5"), ("0", "0.00"), ("1234.5", "1,234.50")],
    ],
)
def test_what_a_spreadsheet_or_a_wrong_encoding_leaves_is_damaged(cell, stored):
    assert oracle_cells.is_damaged(cell, stored)


@pytest.mark.parametrize(
    ("cell", "stored"),
    [
        *((cell, "") for cell in ["1E5", "12.5E+3", "1234567890123450", "12345678901234560", "#", "#N/B"]),
        *((cell, "") for cell in ["1-Foo", "100-Mar", "Sep-2025", "Zoë", "31/31/2026", "2026-02-30"]),
        *[("12", "12"), ("12", "13"), ("12", ""), ("0012", "12"), ("1.50", "1.5"), ("1,234", "1234")],
        *[("12", "R0012"), ("1234", "12,34")],
    ],
)
def test_what_is_written_by_hand_is_not_damaged(cell, stored):
    assert not oracle_cells.is_damaged(cell, stored)


def test_what_is_stored_proves_lost_zeros():
    found = oracle.answer(
        f"{HEADER}\n5001,9276308686,Exempt,12,,,,,,tbc\n603/2942/X,9276308686,Exempt,12,,,,,,".encode(),
        "comma",
        {
            **WORLD,
            "registrations": {
                ("A", "500 1"): {**WORLD["registrations"]["A", "500 1"], oracle_cells.NUMBER: "0012"}
            },
        },
        TODAY,
        commit=False,
    )

    assert found["warnings"] == [
        (2, "Registration number", "12", "damaged"),
        (2, "Postal Tracking Reference", "tbc", "placeholder"),
    ]


def test_invisible_characters_are_bad_where_something_is_looked_up():
    found = answer(HEADER, "5001\u200e,0012345\u00ad679,Exem\u2068pt,R\u200e1,01\ufe0f/01/2026,,,,,\u20281")

    assert [(column, code) for _row, column, _value, code in found["errors"]] == [
        ("ULN", "bad_character"),
        ("Status", "bad_character"),
        ("Registration date", "bad_character"),
    ]


def test_the_headings_again_are_one_error():
    header = f"{HEADER},Row in the file,What is wrong"

    found = answer(header, HEADER.upper(), f"{HEADER},7,x", header)

    assert found["errors"] == [(row, "", "", "repeated_heading") for row in (2, 3, 4)]


def test_the_headings_again_and_something_more_are_not_the_headings():
    header = f"{HEADER},Row in the file"

    found = answer(header, f"{HEADER},", f"{HEADER},x", f"{HEADER},,x")

    assert [code for *_place, code in found["errors"]] == [
        "repeated_heading",
        "too_many_cells",
        "too_many_cells",
    ]


def test_what_stands_under_the_headings_of_the_rejected_file_is_not_read():
    header = f"{HEADER},Row in the file,,What is wrong"

    found = answer(
        header,
        "5001,0012345679,Exempt,,,,,,,,12,,\ufffd",
        "5001,9276308686,Exempt,,,,,,,,P1,,",
        "5001,9276308686,Exempt,,,,,,,,,P1,",
        ",,,,,,,,,,P1,,x",
    )

    assert (found["rows"], found["accepted"], found["notes"]) == (3, 1, [])
    assert found["errors"] == [(3, "", "", "too_many_cells"), (4, "", "", "too_many_cells")]


def record_of(day, uln="0012345679", number="5001"):
    return f"{number},{uln},Exempt,,{day},,,,,"


def test_a_date_with_its_month_first_shows_which_others_read_both_ways():
    found = answer(
        HEADER,
        record_of("09/15/2025"),
        record_of("12/01/2025", "9276308686"),
        record_of("02/02/2026", number="603/2942/X"),
    )

    assert found["notes"] == [("day_month_order", "Registration date", 1)]


@pytest.mark.parametrize(
    ("days", "notes"),
    [
        (["01", "02", "03", "04", "05", "06", "07", "08", "09", "10"], 8),
        (["01", "02", "03", "04", "05", "06", "07", "08", "09", "13"], 0),
        (["01", "02", "03", "04", "05", "06", "07", "08", "09", "09"], 0),
    ],
)
def test_ten_dates_of_which_none_is_late_in_its_month_read_both_ways(days, notes):
    pairs = [(f"00000000{place}", number) for place in range(5) for number in ("5001", "603/2942/X")]
    world = {**WORLD, "learners": {uln: uln for uln, _number in pairs}, "registrations": {}}
    rows = [record_of(f"{day}/01/2026", *pair) for day, pair in zip(days, pairs, strict=True)]
    rows[1] = rows[1].replace("02/01", "02/02")

    found = oracle.answer("\n".join([HEADER, *rows]).encode(), "comma", world, TODAY, commit=False)

    assert found["notes"] == ([("day_month_order", "Registration date", notes)] if notes else [])


def test_ten_dates_that_are_all_the_first_of_a_month_are_no_sign():
    pairs = [(f"00000000{place}", number) for place in range(5) for number in ("5001", "603/2942/X")]
    world = {**WORLD, "learners": {uln: uln for uln, _number in pairs}, "registrations": {}}
    rows = [record_of(f"01/{month:02}/2026", *pair) for month, pair in enumerate(pairs, start=1)]

    found = oracle.answer("\n".join([HEADER, *rows]).encode(), "comma", world, TODAY, commit=False)

    assert (found["accepted"], found["notes"]) == (10, [])


def test_the_notes_count_records_whose_characters_are_guessed_or_lost():
    guessed = oracle.answer(f"{HEADER}\né,x\nx,\xa0\n".encode("cp1252"), "comma", WORLD, TODAY, commit=False)
    lost = oracle.answer(
        f"{HEADER}\né,x\n".encode() + b"x,\xff\n", "comma", WORLD, TODAY, commit=True, earlier=2
    )

    assert guessed["notes"] == [("guessed_encoding", "", 1)]
    assert lost["notes"] == [("lost_characters", "", 1), ("imported_before", "", 2)]


def test_a_commit_passes_over_what_changed_meanwhile_unless_it_is_what_the_file_says():
    data = "\n".join([HEADER, "5001,9276308686,Achieved", "5001,0012345679,Exempt", "60329422X,x"]).encode()
    said = {2: "achieved", 3: "", 4: "", 5: "", 6: "", 7: "", 8: "", 9: ""}
    other = {**said, 9: "other"}
    validated = oracle.validated(data, "comma", WORLD, TODAY)

    same = oracle.committed(validated, {**WORLD, "registrations": {("A", "500 1"): said}})
    changed = oracle.committed(validated, {**WORLD, "registrations": {("A", "500 1"): other}})
    gone = oracle.committed(validated, {**WORLD, "learners": {"A": "9276308686"}})

    counts = ("accepted", "created", "updated", "unchanged", "cleared", "conflicts")
    assert [same[name] for name in counts] == [2, 1, 0, 1, 0, 0]
    assert [changed[name] for name in counts] == [2, 1, 0, 0, 0, 1]
    assert [gone[name] for name in counts] == [2, 0, 1, 0, 3, 1]
    assert changed["errors"] == [
        (2, "", "", "changed_since_validation"),
        (4, "Qualification Number", "60329422X", "unknown_qualification"),
        (4, "ULN", "x", "unknown_learner"),
        (4, "Status", "", "required"),
    ]
    assert (changed["stored"]["A", "500 1"], changed["history"]) == (other, [3])
    assert (same["stored"]["A", "500 1"], same["history"]) == (said, [3])


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
