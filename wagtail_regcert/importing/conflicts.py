"""Accepted records that a commit cannot apply: why not, and what somebody else stored meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..models import RegistrationLogEntry
from ..models.sets import among
from ..moments import moment_as_text, site_time
from ..problems import ROW, Code, Facts, Problem
from ..subjects.types import Record


class Conflict(NamedTuple):
    """An accepted record that does not hold any more."""

    seen: Record
    """As the person saw it."""
    fresh: Record | None
    """As planned again under lock; ``None`` when it would be rejected now."""
    reason: str
    """``invalid``, ``created``, ``deleted`` or ``changed``."""


def still_valid(seen: Record, fresh: Record | None) -> Record | Conflict:
    """The record as planned again, when nothing changed since the person saw it or there is nothing to do."""
    if fresh is None or fresh.after != seen.after:
        return Conflict(seen, fresh, "invalid")
    if fresh.is_unchanged:
        # Whatever happened meanwhile, it led to what the file says.
        return fresh
    if fresh.key != seen.key:
        return Conflict(seen, fresh, "invalid")
    if fresh.before == seen.before:
        return fresh
    if seen.before is None:
        return Conflict(seen, fresh, "created")
    return Conflict(seen, fresh, "deleted" if fresh.before is None else "changed")


def as_problems(conflicts: Sequence[Conflict], fields: tuple[str, ...]) -> list[Problem]:
    """Tell each with the values stored now, and who stored them when, as far as history knows."""
    authors = _last_authors({_pk(one) for one in conflicts} - {0})
    return [
        Problem(
            one.seen.row,
            ROW,
            "",
            Code.CHANGED_SINCE_VALIDATION,
            {"reason": one.reason, **authors.get(_pk(one), {}), **_values_now(one, fields)},
        )
        for one in conflicts
    ]


def _pk(one: Conflict) -> int:
    """Primary key of what is in the way, or was; 0 where that is not the reason."""
    if one.reason == "invalid":
        return 0
    return (one.fresh.pk if one.fresh else None) or one.seen.pk or 0


def _values_now(one: Conflict, fields: tuple[str, ...]) -> Facts:
    """Field to its stored value, plain, for the fields that somebody changed."""
    if one.fresh is None or one.fresh.before is None:
        return {}
    seen = one.seen.before or ("",) * len(fields)
    found = zip(fields, seen, one.fresh.before, strict=True)
    return {field: now for field, before, now in found if now != before}


def _last_authors(registrations: set[int]) -> Mapping[int, Facts]:
    """Registration to ``who`` wrote its newest history entry and ``when``, by the site's clock."""
    entries = RegistrationLogEntry.objects.order_by("timestamp", "pk")
    return {
        key: {"who": name, "when": moment_as_text(site_time(moment))}
        for chosen in among("object_id", registrations, entries.db)
        for key, name, moment in entries.filter(chosen).values_list("object_id", "user_name", "timestamp")
    }
