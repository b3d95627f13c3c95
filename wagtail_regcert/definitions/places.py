"""Where in a definition something stands, and what is wrong there."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..problems import Facts, LayoutFault


class LayoutProblem(NamedTuple):
    """Why a definition cannot be taken."""

    path: str
    """As in ``columns[3].value``, counted from 0; ``""`` for the whole."""
    code: LayoutFault
    facts: Facts = {}


class Place:
    """One place in what is read. All places of one file share a list of problems."""

    __slots__ = ("path", "problems")

    def __init__(self, path: str = "", problems: list[LayoutProblem] | None = None) -> None:
        self.path = path
        self.problems: list[LayoutProblem] = [] if problems is None else problems

    def key(self, name: str) -> Place:
        """The place under a key of an object."""
        return Place(f"{self.path}.{name}" if self.path else name, self.problems)

    def item(self, number: int) -> Place:
        """The place of an item of an array."""
        return Place(f"{self.path}[{number}]", self.problems)

    def wrong(self, code: LayoutFault, **facts: Any) -> None:
        """Note a problem here."""
        self.problems.append(LayoutProblem(self.path, code, facts))
