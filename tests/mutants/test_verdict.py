"""Whether enough changes are noticed, and the rest listed."""

import pytest

from tests.mutants.verdict import Change, Outcome, read_list, verdict

ONE = Change("cells.plain", ("return value",), ("return None",))
OTHER = Change("cells.Text.parse", ("a,", "b,"), ())
NOTICED = [Outcome("cells", None)] * 19


def test_a_list_names_changes_with_the_reason_of_each():
    text = """\
# A comment.

cells.plain
- return value
+ return None
- size = 1
+ size = 2
= Nothing is told,
= neither way.

cells.Text.parse
- a,
- b,
= Needless.
"""

    assert read_list(text) == {
        ONE: "Nothing is told, neither way.",
        Change("cells.plain", ("size = 1",), ("size = 2",)): "Nothing is told, neither way.",
        OTHER: "Needless.",
    }
    assert read_list("# Nothing.\n") == {}


def test_a_change_that_is_told_can_be_listed_as_it_stands():
    assert read_list(f"{ONE}\n= Why.\n\n{OTHER}\n= Why.\n") == {ONE: "Why.", OTHER: "Why."}


@pytest.mark.parametrize(
    ("block", "wrong"),
    [("cells.plain\n- a\n+ b\n", "No reason"), ("cells.plain\n- a\n+ b\nwhy\n= Why.\n", "none of")],
)
def test_a_list_without_a_reason_or_with_anything_else_is_refused(block, wrong):
    with pytest.raises(ValueError, match=wrong):
        read_list(block)


@pytest.mark.parametrize(
    ("outcomes", "listed", "modules", "passed", "told"),
    [
        (NOTICED, {}, [], True, []),
        ([*NOTICED, Outcome("cells", ONE)], {ONE: "Why."}, [], True, []),
        ([*NOTICED, Outcome("cells", ONE)], {}, [], False, [str(ONE), "1 changes are not noticed"]),
        (NOTICED, {ONE: "Why."}, ["cells"], False, [str(ONE), "1 changes are listed for nothing."]),
        (NOTICED, {ONE: "Why."}, ["cell"], True, []),
        ([*NOTICED[1:], Outcome("cells", ONE)], {ONE: "Why."}, [], False, ["95%"]),
    ],
)
def test_enough_must_be_noticed_and_the_rest_listed_and_nothing_else(outcomes, listed, modules, passed, told):
    found, report = verdict(outcomes, listed, modules)

    assert found is passed
    assert [text for text in told if text not in report] == []


def test_the_report_counts_by_module():
    _passed, report = verdict([*NOTICED, Outcome("layouts", None), Outcome("layouts", ONE)], {ONE: "Why."})

    assert report.split() == [
        *("cells", "19", "of", "19", "100.0%"),
        *("layouts", "1", "of", "2", "50.0%"),
        *("all", "20", "of", "21", "95.2%"),
    ]
