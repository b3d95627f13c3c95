"""What the plan asks of the database, as sets."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from typing import Any

from ..models import Learner, Qualification, Registration


class StoredInDatabase:
    """Reads keys and values; with ``lock`` it keeps the rows it read from changing until the commit.

    Locking a learner also keeps registrations from being added to it, by its foreign key. Rows are
    locked in the order of their keys, so that two commits wait for each other but never in a circle.
    SQLite needs no row locks: a commit begins with a write, which locks all.
    """

    def __init__(self, *, lock: bool = False) -> None:
        self._lock = lock

    def qualifications(self, keys: Collection[str]) -> Mapping[str, int]:
        return Qualification.objects.by_match_key(keys)

    def learners(self, ulns: Collection[str]) -> Mapping[str, int]:
        return self._set(Learner, "uln").by_uln(ulns)

    def registrations(self, pairs: Set[tuple[int, int]]) -> Mapping[tuple[int, int], tuple[Any, ...]]:
        return self._set(Registration, "pk").stored_values(pairs)

    def registrations_with(
        self, pairs: Set[tuple[int, int]], *more: str
    ) -> Mapping[tuple[int, int], tuple[Any, ...]]:
        """As :meth:`registrations`, with more fields after the eight values, for learners not looked up.

        Locks the learners first and by their ULNs, as a plan does by looking them up.
        """
        if self._lock:
            self.learners(Learner.objects.ulns_of({learner for learner, _qualification in pairs}))
        return self._set(Registration, "pk").stored_values(pairs, *more)

    def _set(self, model: Any, order: str) -> Any:
        return model.objects.select_for_update().order_by(order) if self._lock else model.objects.order_by()
