"""A sheet as it is handed on."""

import tablib

from wagtail_regcert.importing.types import LongRow, Sheet
from wagtail_regcert.layouts import QUALIFICATIONS


def test_cells_to_correct_have_a_mark_where_a_formula_has_no_value():
    sheet = Sheet(
        layout=QUALIFICATIONS,
        rows=tablib.Dataset(
            ["1", "Joinery", ""], ["2", "", ""], ["3", "", "x"], headers=QUALIFICATIONS.headings
        ),
        numbers=[2, 3, 4],
        short=frozenset(),
        long={2: LongRow(("3", "", "x", "y"), {"cells": 4})},
        separator=",",
        encoding="xlsx",
        no_value={1: {1, 2}, 2: {1}},
    )

    assert [[*sheet.cells_to_correct(index)] for index in range(3)] == [
        ["1", "Joinery", ""],
        ["2", "\ufffd", "\ufffd"],
        ["3", "\ufffd", "x", "y"],
    ]
    assert [[*sheet.cells(index)] for index in range(3)] == [
        ["1", "Joinery", ""],
        ["2", "", ""],
        ["3", "", "x", "y"],
    ]
