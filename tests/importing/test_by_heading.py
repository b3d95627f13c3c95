"""Files that others write are read the same wherever their columns and headings stand."""

import csv
import datetime as dt
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_regcert.damage import Damage
from wagtail_regcert.definitions import imports
from wagtail_regcert.definitions.places import Place
from wagtail_regcert.importing.by_heading import HEADER_ROWS, arrange, find_header, plain_rows
from wagtail_regcert.importing.numbers import TypedCell, TypedKind
from wagtail_regcert.importing.parse import parse
from wagtail_regcert.importing.pipeline import Opened, Refused, open_file
from wagtail_regcert.importing.types import LongRow, Sheet
from wagtail_regcert.layouts import Separator
from wagtail_regcert.problems import Fault, FileFault

HEADINGS = {"ULN of candidate": "uln", "Aim": "qualification", "Cert": "registration_number", "Grade": None}
LAYOUT = imports.read(
    {
        "kind": "import",
        "name": "Theirs",
        "columns": [{"heading": heading, "field": field} for heading, field in HEADINGS.items()],
        "constants": {"status": "achieved"},
    },
    Place(),
).layout()

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Z")), min_size=1, max_size=9)
CELLS = st.one_of(st.just(""), WORDS)


def by_heading(record):
    return dict(zip(HEADINGS, record, strict=True))


def written(rows):
    out = StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


@given(
    records=st.lists(st.tuples(WORDS, WORDS, CELLS, CELLS), min_size=1, max_size=5),
    order=st.permutations([*HEADINGS, "Theirs alone", ""]),
    above=st.lists(st.lists(st.just("text above"), min_size=1, max_size=3), max_size=HEADER_ROWS - 1),
)
def test_columns_are_found_wherever_they_stand(records, order, above):
    straight = open_file(written([list(HEADINGS), *records]), Separator.COMMA, LAYOUT)
    moved = open_file(
        written(
            [
                *above,
                order,
                *(
                    [dict(zip(HEADINGS, record, strict=True)).get(name, "x") for name in order]
                    for record in records
                ),
            ]
        ),
        Separator.COMMA,
        LAYOUT,
    )

    assert isinstance(straight, Opened), straight
    assert isinstance(moved, Opened), moved
    one, other = parse(straight.sheet), parse(moved.sheet)
    assert one.columns == other.columns
    assert one.bad == other.bad
    assert other.numbers == [number + len(above) for number in one.numbers]
    assert moved.sheet.ignored == {"Theirs alone": len(records), "": len(records)} or not records


@given(data=st.binary(max_size=300), rest=st.text(max_size=200))
def test_any_bytes_are_read_or_refused(data, rest):
    heading = ",".join(HEADINGS)

    for given_bytes in (data, f"{heading}\n{rest}".encode("utf-8", "surrogatepass"), b"PK\x03\x04" + data):
        assert isinstance(open_file(given_bytes, Separator.COMMA, LAYOUT, 2**20), Opened | Refused)


FEW = imports.read(
    {
        "kind": "import",
        "name": "Theirs",
        "columns": [
            {"heading": "ULN", "field": "uln"},
            {"heading": "Aim", "field": "qualification"},
            {"heading": "Achieved", "field": "achieved_date", "optional": True, "dates": "yyyy-mm-dd"},
        ],
        "constants": {"status": "achieved"},
    },
    Place(),
).layout()
HEAD = ["ULN", "Aim", "Achieved"]


def sheet_of(*rows, numbers=None, **options):
    """The sheet of these rows, which are not blank."""
    rows = [list(row) for row in rows]
    numbers = numbers or range(1, len(rows) + 1)
    found = arrange(rows, numbers, FEW, separator=";", encoding="utf-8", **options)
    assert isinstance(found, Sheet), found
    return found


def fault_of(*rows, numbers=None):
    found = arrange(list(rows), numbers or range(1, len(rows) + 1), FEW, separator=";", encoding="utf-8")
    assert isinstance(found, FileFault)
    return found


def test_columns_are_put_in_the_order_of_the_layout():
    sheet = sheet_of(
        ["Report"],
        ["Notes", "achieved *", " AIM", "", "Uln"],
        ["n", "2025-09-01", "a", "b", "u"],
        ["", "", "c", "", "v"],
        numbers=[2, 4, 5, 9],
    )

    assert sheet.layout == FEW
    assert sheet.rows.headers == HEAD
    assert [*sheet.rows] == [("u", "a", "2025-09-01"), ("v", "c", "")]
    assert sheet.numbers == [5, 9]
    assert sheet.ignored == {"Notes": 1, "": 1}
    assert (sheet.short, sheet.long, sheet.separator, sheet.encoding) == (frozenset(), {}, ";", "utf-8")
    assert (sheet.hidden, sheet.damaged, sheet.no_value) == (0, {}, {})


def test_a_file_may_lack_an_optional_column():
    sheet = sheet_of(["Aim", "ULN"], ["a", "u"])

    assert [column.field for column in sheet.layout.columns] == ["uln", "qualification", "status"]
    assert [*sheet.rows] == [("u", "a")]


def test_short_and_long_rows_are_remembered():
    sheet = sheet_of(
        ["x", *HEAD, "y", "Row in the file"],
        ["", "u"],
        ["", "u", "a", "2025-09-01"],
        ["", "v", "a", "2025-09-01", "", "7", "surplus", ""],
        ["", "w", "a", "2025-09-01", "", "seven"],
        ["", "x", "a", "2025-09-01", "", "x" * 201, "z"],
        ["", "u", "a"],
    )

    rest = ("a", "2025-09-01")
    assert [*sheet.rows] == [("u", "", ""), *((one, *rest) for one in "uvwx"), ("u", "a", "")]
    assert sheet.short == {0, 5}
    assert sheet.long == {
        2: LongRow(["v", *rest, "surplus", ""], {"cells": 8}),
        3: LongRow(["w", *rest, "seven"], {"unread": "Row in the file", "text": "seven"}),
        4: LongRow(["x", *rest, "x" * 201], {"unread": "Row in the file", "text": "x" * 200}),
    }
    assert sheet.ignored == {}


def test_a_short_row_is_not_a_long_one():
    sheet = sheet_of(HEAD, ["u"], ["u", "a"], ["u", "a", ""])

    assert (sheet.short, sheet.long) == ({0, 1}, {})


def test_rows_with_nothing_but_what_is_not_read_are_left_out():
    sheet = sheet_of([*HEAD, "What is wrong"], ["u", "a", "", "why"], ["", "", "", "why"], ["v", "b"])

    assert ([*sheet.rows], sheet.numbers) == ([("u", "a", ""), ("v", "b", "")], [2, 4])
    assert fault_of(HEAD) == FileFault(Fault.NO_RECORDS)
    assert fault_of([*HEAD, "What is wrong"], ["", "", "", "why"]) == FileFault(Fault.NO_RECORDS)


def test_what_stands_under_headings_that_nobody_names_is_counted():
    sheet = sheet_of(
        ["A", *HEAD, "", "B", "", "C"],
        ["1", "u", "a", "", "2", "", "3"],
        ["", "u", "a", "", "", "", "3", " "],
        ["4", "v"],
    )

    assert sheet.ignored == {"A": 2, "": 2}


@pytest.mark.parametrize(
    ("rows", "numbers", "facts"),
    [
        (
            [["x"], ["Aim", "y"]],
            None,
            {"reason": "layout", "missing": ["ULN"], "rows": 50, "row": 0},
        ),
        ([["Achieved"]], None, {"reason": "layout", "missing": ["ULN", "Aim"], "rows": 50, "row": 0}),
        ([["ULN"], ["Aim"]], None, {"reason": "layout", "missing": ["Aim"], "rows": 50, "row": 0}),
        ([["x"], [*HEAD, " aim*"]], [3, 7], {"reason": "repeated", "index": 1, "heading": "Aim", "row": 7}),
        (
            [[*HEAD, "x" * 201, "", "", "x" * 201]],
            None,
            {"reason": "repeated", "index": 0, "heading": "x" * 200, "row": 1},
        ),
        ([["x"], HEAD], [1, 51], {"reason": "layout", "missing": ["ULN", "Aim"], "rows": 50, "row": 0}),
    ],
)
def test_why_the_headings_are_not_found_is_told_of_the_row_that_is_nearest(rows, numbers, facts):
    assert fault_of(*rows, numbers=numbers) == FileFault(Fault.BAD_HEADER, facts)


def test_headings_may_stand_in_the_fiftieth_row():
    assert sheet_of(["x"], HEAD, ["u", "a"], numbers=[1, 50, 51]).numbers == [51]


def test_a_header_says_where_everything_stands():
    header = find_header([["x"], ["", "Aim", "What is wrong", "ULN", " Grade "]], FEW)

    assert (header.index, header.width, header.positions) == (1, 5, (3, 1))
    assert header.unread == {2: "What is wrong"}
    assert header.others == {0: "", 4: "Grade"}


DAY = TypedCell(TypedKind.DAY, "2025-09-01", dt.date(2025, 9, 1))
TIME = TypedCell(TypedKind.DAY, "10:00:00")
LONG = TypedCell(TypedKind.LONG_NUMBER, "1234567890123456")
NO_VALUE = TypedCell(TypedKind.NO_VALUE, "")


def test_rows_of_a_workbook_are_texts_and_what_is_no_text_is_kept_beside_them():
    rows, numbers, typed = plain_rows([["a", DAY], [], ["", " "], [NO_VALUE], ["b"]])

    assert rows == [["a", "2025-09-01"], [""], ["b"]]
    assert numbers == [1, 4, 5]
    assert typed == {(1, 1): DAY, (4, 0): NO_VALUE}


def test_days_of_a_workbook_are_written_as_their_column_has_them_and_damage_is_told():
    cells = [
        ["Note", "Achieved", "ULN", "Aim"],
        [DAY, DAY, LONG, DAY],
        ["", TIME, "u", NO_VALUE],
        ["", NO_VALUE, NO_VALUE, "a"],
        ["x", LONG, "v"],
    ]
    rows, numbers, typed = plain_rows(cells)

    sheet = sheet_of(*rows, numbers=numbers, typed=typed, hidden=frozenset({1, 3, 9}))

    assert [*sheet.rows] == [
        ("1234567890123456", "2025-09-01", "2025-09-01"),
        ("u", "", "10:00:00"),
        ("", "a", ""),
        ("v", "", "1234567890123456"),
    ]
    assert sheet.damaged == {0: {0: Damage.NUMBER}, 1: {0: Damage.DATE}, 2: {3: Damage.NUMBER}}
    assert sheet.no_value == {0: {2}, 1: {1}, 2: {2}}
    # A workbook does not say where a row ends.
    assert (sheet.short, sheet.long, sheet.hidden) == (frozenset(), {}, 1)
    assert sheet.ignored == {"Note": 2}


def test_a_day_is_written_in_the_form_of_its_column():
    layout = imports.read(
        {
            "kind": "import",
            "name": "Theirs",
            "columns": [
                {"heading": "ULN", "field": "uln"},
                {"heading": "Aim", "field": "qualification"},
                {"heading": "Achieved", "field": "achieved_date", "values": {"none": ""}},
            ],
            "dates": "ddmmyyyy",
        },
        Place(),
    ).layout()
    rows, numbers, typed = plain_rows([HEAD, ["u", "a", DAY]])

    sheet = arrange(rows, numbers, layout, separator=",", encoding="xlsx", typed=typed)

    assert [*sheet.rows] == [("u", "a", "01092025")]
