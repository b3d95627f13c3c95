"""What is wrong with a row that should be the headings."""

import pytest

from wagtail_regcert.importing.header import describe_header, is_web_page
from wagtail_regcert.layouts import REGISTRATIONS

NAMES = [*REGISTRATIONS.headings]


def described(cells, *names):
    facts = describe_header(cells, REGISTRATIONS)
    return tuple(facts[name] for name in names)


def named(position, found):
    return {"position": position, "found": found}


def test_blanks_and_headings_that_are_not_read_are_not_foreign_at_the_end():
    cells = [*NAMES[:9], "", " \u200b", "What is wrong", "row in the file", ""]

    assert described(cells, "missing", "foreign") == ([NAMES[9]], [])
    assert described([*NAMES[:9], "", "x", ""], "foreign") == ([named(10, ""), named(11, "x")],)
    assert described(["", ""], "missing", "foreign") == (NAMES, [])


def test_foreign_headings_are_told_shortened():
    assert described([*NAMES, f" {'x' * 61}"], "foreign") == ([named(11, "x" * 60)],)


@pytest.mark.parametrize(("count", "told", "more"), [(10, 10, 0), (11, 10, 1), (25, 10, 15)])
def test_ten_foreign_headings_are_named_and_the_rest_counted(count, told, more):
    foreign, counted = described(
        [*NAMES, *(f"x{number}" for number in range(count))], "foreign", "more_foreign"
    )

    assert foreign == [named(11 + number, f"x{number}") for number in range(told)]
    assert counted == more


@pytest.mark.parametrize(("before", "found"), [(19, True), (20, False)])
def test_a_heading_that_only_looks_right_is_looked_for_among_twenty(before, found):
    cells = [*NAMES[:2], *NAMES[3:], *map(str, range(before)), "St\u0430tus"]

    missing, lookalikes = described(cells, "missing", "lookalikes")

    told = {
        **named(10 + before, "St\u0430tus"),
        "expected": "Status",
        "place": 3,
        "codepoint": "U+0430",
    }
    assert (missing, lookalikes) == (([], [told]) if found else (["Status"], []))


def test_each_missing_heading_is_what_one_other_looks_like():
    cells = ["St\u0430tus", "\u0405tatus", "\uff35LN", "Qualit\u00e4t", *NAMES[:1], *NAMES[3:]]

    missing, foreign, lookalikes = described(cells, "missing", "foreign", "lookalikes")

    assert missing == []
    assert foreign == [named(2, "\u0405tatus"), named(4, "Qualit\u00e4t")]
    assert [(one["position"], one["expected"], one["codepoint"]) for one in lookalikes] == [
        (1, "Status", "U+0430"),
        (3, "ULN", "U+FF35"),
    ]


@pytest.mark.parametrize(
    ("order", "misplaced"),
    [
        ([0, 1, 2], []),
        ([1, 0, 2, 3], [1]),
        ([0, 4, 5, 1, 6], [1]),
        ([3, 0, 1, 2], [3]),
        ([0, 1, 1, 2], [1]),
        ([9, 8, 7], [9, 8]),
    ],
)
def test_as_few_headings_as_can_be_are_out_of_place(order, misplaced):
    (found,) = described([NAMES[number] for number in order], "misplaced")

    assert [one["found"] for one in found] == [NAMES[number] for number in misplaced]


@pytest.mark.parametrize(
    ("text", "is_page"),
    [
        ("<html>", True),
        (" \n<!DOCTYPE  HTML>", True),
        ("<body class=x>", True),
        ("<head/>", True),
        ("<tablecloth>", False),
        ("x<html>", False),
        ("", False),
    ],
)
def test_a_web_page_is_known_by_how_it_begins(text, is_page):
    assert is_web_page(text) is is_page
