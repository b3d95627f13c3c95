"""Errors in, groups of equal ones out: “Enrolled” in 5,000 rows is one mistake. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ..problems import Code, Facts, Problem, Warn

ROWS_NAMED = 5
"""Row numbers that a group names."""


class Group(NamedTuple):
    """The same value, wrong for the same reason, in several rows of a column."""

    code: Code
    column: str
    value: str
    facts: Facts
    """Of the first error."""
    times: int
    rows: Sequence[int]
    """The first row numbers."""


def grouped(errors: Sequence[Problem]) -> tuple[list[tuple[str, str, int]], list[Group]]:
    """Count errors by code and column, and group those that are alike: the most frequent first in both.

    An error that is like no other is in no group.
    """
    # The value of an enum's member is found by code in Python, each time.
    codes: dict[Code | Warn, str] = {code: code.value for code in Code}
    counts = Counter([(codes[code], column, value) for _row, column, value, code, _facts in errors])
    kinds: Counter[tuple[str, str]] = Counter()
    for (name, column, _value), count in counts.items():
        kinds[name, column] += count
    repeated = {key: count for key, count in counts.items() if count > 1}
    first: dict[tuple[str, str, str], Facts] = {}
    rows: dict[tuple[str, str, str], list[int]] = {}
    for row, column, value, code, facts in errors if repeated else ():
        key = (codes[code], column, value)
        if key in repeated:
            first.setdefault(key, facts)
            if len(named := rows.setdefault(key, [])) < ROWS_NAMED:
                named.append(row)
    ordered = sorted(repeated.items(), key=lambda item: item[1], reverse=True)
    groups = [
        Group(Code(name), column, value, first[name, column, value], count, rows[name, column, value])
        for (name, column, value), count in ordered
    ]
    return [(name, column, count) for (name, column), count in kinds.most_common()], groups
