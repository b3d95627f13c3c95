"""Warnings of one record come in order."""

import pytest

from wagtail_regcert.damage import Damage
from wagtail_regcert.layouts import LEARNERS
from wagtail_regcert.problems import Problem, Warn
from wagtail_regcert.subjects.suspicions import damaged_cells, in_column_order
from wagtail_regcert.subjects.types import Given

SHORT = Problem(2, "", "", Warn.SHORT_ROW)
ULN = Problem(2, "ULN", "x", Warn.CHECK_DIGIT)
BORN = Problem(2, "Date of birth", "x", Warn.FUTURE_DATE)
DAMAGED = Problem(2, "Date of birth", "x", Warn.DAMAGED)


@pytest.mark.parametrize(
    ("problems", "expected"),
    [
        ([], []),
        ([SHORT], [SHORT]),
        ([SHORT, ULN], [ULN, SHORT]),
        ([SHORT, DAMAGED, ULN, BORN], [ULN, BORN, DAMAGED, SHORT]),
    ],
)
def test_they_come_by_column_and_on_one_cell_in_the_order_of_their_codes(problems, expected):
    assert in_column_order(problems, LEARNERS) == expected


def test_a_damaged_cell_without_a_value_is_told_blank():
    layout = LEARNERS.of(LEARNERS.columns[:2])
    given = Given(
        layout=layout,
        numbers=[2, 3],
        columns=[["L1", None], [None, None]],
        bad={},
        unreadable={},
        damaged={1: {1: Damage.DATE}, 0: {0: Damage.NUMBER, 1: Damage.ERROR}},
    )

    assert damaged_cells(given, 1, 3) == [
        Problem(3, "Learner reference", "", Warn.DAMAGED, {"damage": "error"}),
        Problem(3, "ULN", "", Warn.DAMAGED, {"damage": "date"}),
    ]
    assert damaged_cells(given, 0, 2) == [
        Problem(2, "Learner reference", "L1", Warn.DAMAGED, {"damage": "number"})
    ]
