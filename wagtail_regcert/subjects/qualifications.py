"""Qualifications: how they are known and what is wrong with them. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence, Set
from typing import Any, Protocol

from ..cells import match_key
from ..layouts import QUALIFICATIONS
from ..problems import CellError, Code
from .rules import NO_PROBLEMS, Matched, Rules
from .suspicions import ColumnSuspicions
from .types import Given, Record, Stored


class StoredQualifications(Protocol):
    """What is asked of the database, a set at a time."""

    def qualifications(self, keys: Collection[str], fields: Sequence[str]) -> Mapping[str, Stored]:
        """What is stored of those of the match keys that exist."""

    def organisations(self, names: Collection[str]) -> Collection[str]:
        """Those of the awarding organisations that exist."""


class QualificationRules(Rules):
    """A qualification is known by its match key; what is not known is created, with its organisation."""

    about = "qualifications"
    layout = QUALIFICATIONS
    known_by = ("number",)
    fields = ("number", "title", "awarding_organisation")
    needed = ("title", "awarding_organisation")

    def match(
        self, given: Given, stored: StoredQualifications, fields: tuple[str, ...], *, with_hints: bool = True
    ) -> Matched:
        numbers: Any = given.column("number")
        by_number = {number: match_key(number or "") or None for number in set(numbers)}
        keys = list(map(by_number.get, numbers))
        known: Any = set(keys) - {None}
        unnamed = {"number": CellError(Code.REQUIRED, {"reason": "no_character"})}
        new: Any = set()
        if with_hints:
            names: Any = set(given.column_or_none("awarding_organisation")) - {"", None}
            new = names - set(stored.organisations(names))
        found: Any = stored.qualifications(known, fields)
        return Matched(
            keys=keys,
            stored=found,
            problems=lambda index: unnamed if keys[index] is None else NO_PROBLEMS,
            new={"awarding_organisation": new},
        )

    def suspicions(
        self, given: Given, will_be: Mapping[str, Sequence[str]], today: dt.date
    ) -> ColumnSuspicions:
        return ColumnSuspicions(given)

    def organisations(
        self, records: Sequence[Record], fields: tuple[str, ...], new: Mapping[str, Mapping[str, Record]]
    ) -> Set[str]:
        if "awarding_organisation" not in fields:
            return frozenset()
        at = fields.index("awarding_organisation")
        return {record.after[at] for record in records}
