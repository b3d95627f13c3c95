"""Equal errors are one mistake."""

from wagtail_regcert.importing.groups import Group, grouped
from wagtail_regcert.problems import Code, Problem


def wrong(row, value, column="Status", code=Code.BAD_STATUS, **facts):
    return Problem(row, column, value, code, facts)


def test_equal_values_of_a_column_are_one_group_the_most_frequent_first():
    errors = [
        wrong(2, "Nope"),
        *(wrong(row, "Enrolled", hint=str(row)) for row in range(3, 10)),
        wrong(10, "Nope"),
        wrong(11, "once"),
        wrong(12, "once", column="ULN", code=Code.UNKNOWN_LEARNER),
    ]

    kinds, groups = grouped(errors)

    assert kinds == [("bad_status", "Status", 10), ("unknown_learner", "ULN", 1)]
    assert groups == [
        Group(Code.BAD_STATUS, "Status", "Enrolled", {"hint": "3"}, 7, [3, 4, 5, 6, 7]),
        Group(Code.BAD_STATUS, "Status", "Nope", {}, 2, [2, 10]),
    ]


def test_the_same_value_is_another_mistake_in_another_column_or_for_another_reason():
    errors = [
        wrong(2, "x", column="Registration date", code=Code.BAD_DATE),
        wrong(2, "x", column="Achieved date", code=Code.BAD_DATE),
        wrong(3, "x", column="Achieved date", code=Code.BAD_CHARACTER),
    ]

    assert grouped(errors)[1] == []


def test_a_file_without_errors_has_no_groups():
    assert grouped([]) == ([], [])
