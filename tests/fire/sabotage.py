"""The engine with a part taken out, for the tests that must then fail."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any
from unittest.mock import patch

from wagtail_regcert import transactions
from wagtail_regcert.models import ImportRun
from wagtail_regcert.models.runs import ImportRunQuerySet
from wagtail_regcert.subjects.database import registrations
from wagtail_regcert.subjects.database.registrations import StoredRegistrations

PAUSE = 0.5
"""Seconds between reading and writing: long enough for another to come in between."""


class Pausing(StoredRegistrations):
    """Takes its time before it goes on to write."""

    def registrations(self, pairs: Any, fields: Any) -> Any:
        found = super().registrations(pairs, fields)
        time.sleep(PAUSE)
        return found


class Unlocked(StoredRegistrations):
    """Reads without locks, whatever it is asked for."""

    def __init__(self, *, lock: bool = False) -> None:
        super().__init__(lock=False)


class PausingUnlocked(Unlocked, Pausing):
    pass


@contextmanager
def pausing() -> Iterator[None]:
    """All is there, and slow: the control."""
    with patch.object(registrations, "StoredRegistrations", Pausing):
        yield


@contextmanager
def without_transaction() -> Iterator[None]:
    """Every statement for itself. (Locks are refused outside of a transaction.)"""
    with (
        patch.object(transactions, "atomic", nullcontext),
        patch.object(registrations, "StoredRegistrations", Unlocked),
    ):
        yield


@contextmanager
def without_locks() -> Iterator[None]:
    with patch.object(registrations, "StoredRegistrations", PausingUnlocked):
        yield


@contextmanager
def without_compare_and_swap() -> Iterator[None]:
    """Change a run's state whatever it was."""

    def move(self: Any, run: Any, before: Any, after: Any, **values: Any) -> bool:
        return bool(ImportRun.objects.filter(pk=run).update(state=after, **values))

    with patch.object(ImportRunQuerySet, "move", move):
        yield
