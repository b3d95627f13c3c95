"""What rows of cells have in common."""

import pytest

from wagtail_regcert.importing.rows import is_blank, shifted, without

UNREAD = {1: "What is wrong", 2: "Row in the file"}


@pytest.mark.parametrize(
    ("row", "blank"),
    [
        ([], True),
        (["", " ", "\u200b", '=""'], True),
        (["", "x"], False),
        (["-"], False),
        (["'"], False),
    ],
)
def test_a_row_is_blank_where_nothing_stands_in_it(row, blank):
    assert is_blank(row) is blank


def test_cells_are_left_out_by_their_positions():
    row = ["a", "b", "c"]

    assert without(row, {0, 2, 7}) == ["b"]
    assert without(row, ()) == row


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (["a", "why", "17"], None),
        (["a", "why", " ="], "="),
        (["a", "why", ""], None),
        (["a", "why", "1 7"], "1 7"),
        (["a", "why", "١٧"], "١٧"),
        (["a", "why"], None),
        (["a"], None),
        ([], None),
        (["a", "x", "y", "z"], "y"),
    ],
)
def test_what_stands_where_only_the_number_of_a_row_does_is_found(row, found):
    assert shifted(row, UNREAD) == found
