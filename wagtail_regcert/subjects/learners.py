"""Learners: how they are known, what is wrong with them and what looks wrong. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from ..cells import TEMPORARY_ULN, check_digit_fails
from ..layouts import LEARNERS
from ..problems import ROW, CellError, Code, Warn
from .rules import NO_PROBLEMS, Matched, Rules
from .suspicions import ColumnSuspicions
from .types import Given, Key, Stored


class LearnersByKey(NamedTuple):
    """Learners that a source names."""

    by_reference: Mapping[str, Stored]
    by_uln: Mapping[str, Stored]
    referenced: Collection[int]
    """Those (primary keys) that have a reference."""


class StoredLearners(Protocol):
    """What is asked of the database, a set at a time."""

    def learners(
        self, references: Collection[str], ulns: Collection[str], fields: Sequence[str]
    ) -> LearnersByKey:
        """Those that have one of the references or ULNs."""


class LearnerRules(Rules):
    """A learner is known by the reference, else by the ULN; who is not known is created.

    What counts of ULNs is who has them in the end: learners may swap theirs, or pass them on.
    """

    about = "learners"
    layout = LEARNERS
    known_by = ("reference", "uln")
    fields = ("reference", "uln", "given_names", "family_name", "gender", "date_of_birth")
    needed = ("family_name",)
    exchanged = {"uln": Code.ULN_TAKEN}

    def match(
        self, given: Given, stored: StoredLearners, fields: tuple[str, ...], *, with_hints: bool = True
    ) -> Matched:
        references = given.column_or_none("reference")
        ulns = _own_ulns(given)
        found = stored.learners(set(references) - {"", None}, set(ulns) - {"", None}, fields)  # type: ignore[arg-type]
        at_reference = given.layout.position_of("reference") if given.layout.has("reference") else None
        keys: list[Key | None] = []
        learners: dict[Key, Stored] = {}
        identities: list[Key | None] = []
        nameless: set[int] = set()
        for index, (reference, uln) in enumerate(zip(references, ulns, strict=True)):
            if not reference and not uln:
                keys.append(None)
                identities.append(None)
                if not self._has_bad_key(given, index):
                    nameless.add(index)
                continue
            learner = None
            if reference:
                learner = found.by_reference.get(reference)
                holder = found.by_uln.get(uln) if uln and learner is None else None
                if holder is not None and holder[0] not in found.referenced:
                    learner = holder
            elif uln:
                learner = found.by_uln.get(uln)
            key = (reference or "", uln or "")
            keys.append(key)
            if learner is not None:
                learners[key] = learner
            is_bad = at_reference is not None and at_reference in given.bad.get(index, ())
            identities.append(None if is_bad else learner[0] if learner else reference or None)
        no_key = {ROW: CellError(Code.NO_KEY)}
        return Matched(
            keys=keys,
            stored=learners,
            problems=lambda index: no_key if index in nameless else NO_PROBLEMS,
            # Two learners who have no reference yet may be given the same one.
            claims=(identities, [one or None for one in references], [one or None for one in ulns]),
            holders={"uln": {uln: pk for uln, (pk, _values) in found.by_uln.items()}},
        )

    def _has_bad_key(self, given: Given, index: int) -> bool:
        """Whether what the learner is known by is there, and cannot be read."""
        bad = given.bad.get(index, {})
        return any(given.layout.has(name) and given.layout.position_of(name) in bad for name in self.known_by)

    def values(self, given: Given, fields: tuple[str, ...]) -> Sequence[Sequence[str | None]]:
        return [_own_ulns(given) if name == "uln" else given.column(name) for name in fields]

    def suspicions(
        self, given: Given, will_be: Mapping[str, Sequence[str]], today: dt.date
    ) -> LearnerSuspicions:
        return LearnerSuspicions(given, today)


def _own_ulns(given: Given) -> Sequence[str | None]:
    """ULNs that are the learners' own: the temporary one stands for a blank."""
    ulns = given.column_or_none("uln")
    if TEMPORARY_ULN not in ulns:
        return ulns
    blank = None if given.layout.column_of("uln").keeps_if_blank else ""
    return [blank if uln == TEMPORARY_ULN else uln for uln in ulns]


class LearnerSuspicions(ColumnSuspicions):
    """A temporary ULN, one whose check digit fails, a date of birth to come."""

    def __init__(self, given: Given, today: dt.date) -> None:
        super().__init__(given)
        ulns: Any = set(given.column_or_none("uln")) - {None}
        self.look_for("uln", Warn.TEMPORARY_ULN, ulns & {TEMPORARY_ULN})
        self.look_for(
            "uln", Warn.CHECK_DIGIT, {uln for uln in ulns if check_digit_fails(uln)} - {TEMPORARY_ULN}
        )
        days: Any = set(given.column_or_none("date_of_birth")) - {None}
        self.look_for("date_of_birth", Warn.FUTURE_DATE, {day for day in days if day > today.isoformat()})
