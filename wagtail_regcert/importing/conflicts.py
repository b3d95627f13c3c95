"""Accepted records that a commit cannot apply: why not, and what somebody else stored meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ..history import last_authors
from ..problems import ROW, Code, Facts, Problem
from ..subjects.database.base import Subject
from ..subjects.newcomers import is_stand_in
from ..subjects.rules import Rules
from ..subjects.types import Record
from .exchange import blocked


class Conflict(NamedTuple):
    """An accepted record that does not hold any more."""

    seen: Record
    """As the person saw it."""
    fresh: Record | None
    """As planned again under lock; ``None`` when it would be rejected now."""
    reason: str
    """``invalid``, ``created``, ``deleted``, ``changed`` or ``waits`` (for a value of another)."""


def still_valid(
    seen: Record, fresh: Record | None, *, described_otherwise: bool = False
) -> Record | Conflict:
    """The record as planned again, when nothing changed since the person saw it or there is nothing to do.

    What was to be created and came into being meanwhile is taken, unless it is ``described_otherwise``.
    """
    if fresh is None or fresh.after != seen.after:
        return Conflict(seen, fresh, "invalid")
    if fresh.is_unchanged:
        # Whatever happened meanwhile, it led to what the file says.
        return fresh
    came_into_being = fresh.key != seen.key and _is_same(seen.key, fresh.key)
    if came_into_being and described_otherwise:
        return Conflict(seen, fresh, "invalid")
    if not (came_into_being or fresh.key == seen.key) or (fresh.pk and seen.pk and fresh.pk != seen.pk):
        return Conflict(seen, fresh, "invalid")
    if fresh.before == seen.before:
        return fresh
    if seen.before is None:
        return Conflict(seen, fresh, "created")
    return Conflict(seen, fresh, "deleted" if fresh.before is None else "changed")


def _is_same(seen: Any, fresh: Any) -> bool:
    """Whether two keys are of the same record, of which something was not stored when it was seen."""
    return isinstance(seen, tuple) and all(
        one == other or is_stand_in(one) for one, other in zip(seen, fresh, strict=True)
    )


def without_blocked(
    decided: Sequence[Record | Conflict], subject: Rules, fields: tuple[str, ...]
) -> Sequence[Record | Conflict]:
    """With conflicts in place of records that wait for a value of one that is in conflict."""
    for field in subject.exchanged if any(isinstance(one, Conflict) for one in decided) else ():
        if field not in fields:
            continue
        at = fields.index(field)
        takes: dict[int, str] = {}
        gives: dict[str, int] = {}
        for index, one in enumerate(decided):
            record = one.seen if isinstance(one, Conflict) else one
            had = record.before[at] if record.before else ""
            if record.after[at] != had:
                takes.update({index: record.after[at]} if record.after[at] else {})
                gives.update({had: index} if had else {})
        out = [index for index, one in enumerate(decided) if isinstance(one, Conflict)]
        in_vain = blocked(takes, gives, (), out) - set(out)
        decided = [
            Conflict(one, one, "waits") if index in in_vain and isinstance(one, Record) else one
            for index, one in enumerate(decided)
        ]
    return decided


def as_problems(conflicts: Sequence[Conflict], fields: tuple[str, ...], subject: Subject) -> list[Problem]:
    """Tell each with the values stored now, and who stored them when, as far as history knows."""
    authors = last_authors(subject.model, {_pk(one) for one in conflicts} - {0})
    return [
        Problem(
            one.seen.row,
            ROW,
            "",
            Code.CHANGED_SINCE_VALIDATION,
            {
                "about": subject.about,
                "reason": one.reason,
                **authors.get(_pk(one), {}),
                **_values_now(one, fields),
            },
        )
        for one in conflicts
    ]


def _pk(one: Conflict) -> int:
    """Primary key of what is in the way, or was; 0 where that is not the reason."""
    if one.reason in ("invalid", "waits"):
        return 0
    return (one.fresh.pk if one.fresh else None) or one.seen.pk or 0


def _values_now(one: Conflict, fields: tuple[str, ...]) -> Facts:
    """Field to its stored value, plain, for the fields that somebody changed."""
    if one.fresh is None or one.fresh.before is None:
        return {}
    seen = one.seen.before or ("",) * len(fields)
    found = zip(fields, seen, one.fresh.before, strict=True)
    return {field: now for field, before, now in found if now != before}
