"""Unique values that pass from one record to another."""

import pytest

from wagtail_regcert.importing.exchange import blocked


@pytest.mark.parametrize(
    ("takes", "gives", "held", "out", "in_vain"),
    [
        # Nobody has it.
        ({1: "a"}, {}, [], [], set()),
        # Somebody has it who is not among the records.
        ({1: "a"}, {}, ["a"], [], {1}),
        # Its holder gives it up, or would if it were applied.
        ({1: "a"}, {2: "a"}, ["a"], [], set()),
        ({1: "a"}, {2: "a"}, ["a"], [2], {1}),
        # Two change places; three pass theirs on in a circle.
        ({1: "b", 2: "a"}, {1: "a", 2: "b"}, ["a", "b"], [], set()),
        ({1: "b", 2: "c", 3: "a"}, {1: "a", 2: "b", 3: "c"}, ["a", "b", "c"], [], set()),
        # One of them that is not applied stops all, as does a value that they wait for in vain.
        ({1: "b", 2: "c", 3: "a"}, {1: "a", 2: "b", 3: "c"}, ["a", "b", "c"], [3], {1, 2, 3}),
        ({1: "b", 2: "c", 3: "d"}, {1: "a", 2: "b", 3: "c"}, ["a", "b", "c", "d"], [], {1, 2, 3}),
        # One that waits in vain and is not applied for another reason either.
        ({1: "b", 2: "c"}, {2: "b"}, ["b", "c"], [2], {1, 2}),
        # Two wait for the same one.
        ({1: "c", 2: "c", 4: "x"}, {3: "c"}, ["c"], [3], {1, 2}),
    ],
)
def test_who_takes_a_value_that_is_not_given_up_takes_it_in_vain(takes, gives, held, out, in_vain):
    gives = {value: record for record, value in gives.items()}

    assert blocked(takes, gives, held, out) == in_vain


def test_a_long_chain_is_stopped_from_its_end():
    count = 10_000
    takes = {number: str(number + 1) for number in range(count)}
    gives = {str(number): number for number in range(count)}

    assert blocked(takes, gives, {*gives}, []) == set()
    assert blocked(takes, gives, {*gives, str(count)}, []) == set(range(count))
