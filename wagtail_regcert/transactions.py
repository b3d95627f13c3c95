"""All or nothing, from the start again where the database gives it up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, OperationalError

from .databases import atomic, connection

T = TypeVar("T")

ATTEMPTS = 3
"""How often work is tried, each time from the start."""


class OvertakenError(Exception):
    """Somebody deleted what the work refers to, while it was at it."""


def all_or_nothing(work: Callable[[], T]) -> T:
    """Do work in one transaction, again where somebody was faster or the database stopped or broke a circle.

    Inside another transaction it is done once: what has been given up there cannot be done again.
    """
    attempts = 1 if connection().in_atomic_block else ATTEMPTS
    while True:
        attempts -= 1
        try:
            with atomic():
                return work()
        except (IntegrityError, OperationalError, OvertakenError):
            # A row that we refer to was deleted, one that we create was created, …
            if not attempts:
                raise
            drop_dead_connection()


def drop_dead_connection() -> None:
    """After a failure: the database may have ended our connection, and the next statement needs a new one."""
    if not connection().in_atomic_block:
        connection().close_if_unusable_or_obsolete()
