"""Accepted records that a commit cannot apply: why not, and what somebody else stored meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any, NamedTuple

from ..history import last_authors
from ..problems import ROW, Code, Facts, Problem
from ..subjects.database.base import Subject
from ..subjects.newcomers import REFERRED_TO, is_stand_in
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
    seen: Record, fresh: Record | None, differing: Mapping[str, Set[int]] = {}
) -> Record | Conflict:
    """The record as planned again, when nothing changed since the person saw it or there is nothing to do.

    What was to be created and came into being meanwhile is taken, unless the record describes it otherwise:
    ``differing`` has the row numbers of those that do, by table.
    """
    if fresh is None:
        return Conflict(seen, fresh, "invalid")
    if _is_done(seen, fresh):
        return fresh
    if fresh.key != seen.key and not _came_into_being(seen, fresh, differing):
        return Conflict(seen, fresh, "invalid")
    if fresh.pk and seen.pk and fresh.pk != seen.pk:
        return Conflict(seen, fresh, "invalid")
    if fresh.before != seen.before:
        if seen.before is None:
            return Conflict(seen, fresh, "created")
        return Conflict(seen, fresh, "deleted" if fresh.before is None else "changed")
    return fresh if fresh.after == seen.after else Conflict(seen, fresh, "invalid")


def _is_done(seen: Record, fresh: Record) -> bool:
    """Whether there is nothing to do any more, and all that the person saw it would change is so by now."""
    if fresh.before is None or not fresh.is_unchanged:
        return False
    before = seen.before or ("",) * len(seen.after)
    return all(
        now == after for now, was, after in zip(fresh.before, before, seen.after, strict=True) if after != was
    )


def _came_into_being(seen: Record, fresh: Record, differing: Mapping[str, Set[int]]) -> bool:
    """Whether the keys are of the same record, and what was not stored when it was seen is as described."""
    then: Any = seen.key
    now: Any = fresh.key
    return all(
        one == other or (is_stand_in(one) and seen.row not in differing.get(about, ()))
        for about, one, other in zip(REFERRED_TO, then, now, strict=True)
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
