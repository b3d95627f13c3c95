"""What the plan asks of the database, as sets."""

from __future__ import annotations

from collections.abc import Collection, Mapping
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
        return self._set(Learner).order_by("uln").by_uln(ulns)

    def registrations(self, learners: Collection[int]) -> Mapping[tuple[int, int], tuple[Any, ...]]:
        return self._set(Registration).order_by("pk").stored_values(learners)

    def _set(self, model: Any) -> Any:
        return model.objects.select_for_update() if self._lock else model.objects.all()
