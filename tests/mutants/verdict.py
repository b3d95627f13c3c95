"""What became of the changes in, whether that is good enough out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

LEAST_NOTICED = 0.95
"""The part of all changes that unit tests have to notice."""


class Change(NamedTuple):
    """A small change to a function. It has no number: those of mutmut move when a function grows."""

    function: str
    """With its module in the package, and its class."""
    before: tuple[str, ...]
    """The lines that were changed, without indentation."""
    after: tuple[str, ...]
    """What stands there instead."""

    def __str__(self) -> str:
        lines = [f"- {line}" for line in self.before] + [f"+ {line}" for line in self.after]
        return "\n".join([self.function, *lines])


class Outcome(NamedTuple):
    """What became of one change."""

    module: str
    survivor: Change | None
    """The change, where no test noticed it."""


def read_list(text: str) -> dict[Change, str]:
    """The changes that are known to change nothing, with the reason of each.

    Blocks between blank lines: the function; ``-`` and a line that goes, ``+`` and one that comes, perhaps of
    several changes after each other; the reason after ``=``. ``#`` begins a comment.
    """
    listed: dict[Change, str] = {}
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for block in "\n".join(lines).split("\n\n"):
        if not block.strip():
            continue
        function, *rest = block.strip().splitlines()
        reason = " ".join(line[1:].strip() for line in rest if line.startswith("="))
        if not reason:
            raise ValueError(f"No reason is given:\n{block}")
        for before, after in _changes([line for line in rest if not line.startswith("=")]):
            listed[Change(function, before, after)] = reason
    return listed


def _changes(lines: Sequence[str]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Lines gone and come, change by change: one begins where a line goes after one has come."""
    found: list[tuple[list[str], list[str]]] = []
    for line in lines:
        if line[:1] not in {"-", "+"}:
            raise ValueError(f"A line begins with none of - + =: {line}")
        if not found or (line.startswith("-") and found[-1][1]):
            found.append(([], []))
        found[-1][line.startswith("+")].append(line[1:].strip())
    return [(tuple(before), tuple(after)) for before, after in found]


def verdict(
    outcomes: Sequence[Outcome], listed: Mapping[Change, str], modules: Sequence[str] = ()
) -> tuple[bool, str]:
    """Whether enough is noticed and the rest is listed, and nothing else; and what to tell of it.

    ``modules`` are those that were looked at; all where there are none.
    """
    survivors = [outcome.survivor for outcome in outcomes if outcome.survivor]
    unlisted = [change for change in survivors if change not in listed]
    outdated = [change for change in listed if change not in survivors and _is_in(change.function, modules)]
    is_enough = len(outcomes) - len(survivors) >= LEAST_NOTICED * len(outcomes)
    report = [
        *(f"\n{change}" for change in unlisted),
        *(f"\nListed, but noticed or gone:\n{change}" for change in outdated),
        "",
        *_table(outcomes),
    ]
    if unlisted:
        report.append(f"{len(unlisted)} changes are not noticed and not listed.")
    if outdated:
        report.append(f"{len(outdated)} changes are listed for nothing.")
    if not is_enough:
        report.append(f"At least {LEAST_NOTICED:.0%} must be noticed.")
    return is_enough and not unlisted and not outdated, "\n".join(report)


def _is_in(function: str, modules: Sequence[str]) -> bool:
    return not modules or any(function.startswith(f"{module}.") for module in modules)


def _table(outcomes: Sequence[Outcome]) -> list[str]:
    """A line for each module and one for all: changes, how many are noticed, and which part."""
    made = Counter(outcome.module for outcome in outcomes)
    noticed = Counter(outcome.module for outcome in outcomes if outcome.survivor is None)
    rows = [(module, noticed[module], made[module]) for module in made]
    rows.append(("all", noticed.total(), made.total()))
    return [f"{name:24} {some:5} of {all_:5} {some / all_:7.1%}" for name, some, all_ in rows if all_]
