"""Where a site has several databases: which is ours, and from which one our tables are read.

A router may send reads to replicas, which lag. What is read to be written then comes from where it is
written, and so does all that is about runs: a page asks for one as soon as it is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.apps import apps
from django.db import OperationalError, connections, models, router, transaction

M = TypeVar("M", bound=models.Model)

_reads_source: ContextVar[bool] = ContextVar("reads_source", default=False)


class SourceQuerySet(models.QuerySet[M]):
    """Reads where the router says; inside :func:`reading_source` where is written."""

    always = False
    """Whether this one always does."""

    @property
    def db(self) -> str:
        # At each use, not where the query is made: Django's forms make theirs anew, for no database.
        if self._db is None and (self.always or _reads_source.get()):  # type: ignore[attr-defined]
            return router.db_for_write(self.model, **self._hints)  # type: ignore[attr-defined]
        return super().db


class RunQuerySet(SourceQuerySet[M]):
    """Always reads where is written."""

    always = True


@contextmanager
def reading_source() -> Iterator[None]:
    """Have our tables read where they are written. Also a decorator."""
    token = _reads_source.set(True)
    try:
        yield
    finally:
        _reads_source.reset(token)


@contextmanager
def atomic() -> Iterator[None]:
    """One transaction of the database that our tables are written to; they are read there, too."""
    with reading_source(), transaction.atomic(using=alias()):
        yield


def on_commit(work: Callable[[], None]) -> None:
    """Do work once the database holds what was written. Its failure is logged and stops nothing else."""
    transaction.on_commit(work, using=alias(), robust=True)


def alias() -> str:
    """The database that our tables are written to. They all are in one; a system check says so."""
    return router.db_for_write(apps.get_model("wagtail_regcert", "ImportRun"))


def connection() -> Any:
    """The connection to it."""
    return connections[alias()]


def is_held_by_another(error: OperationalError) -> bool:
    """Whether a statement was given up because another transaction holds what it would write, and goes on."""
    if getattr(error.__cause__, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
        return True
    # MySQL and MariaDB: the wait for a lock came to its end. (PostgreSQL waits without one.)
    return error.args[:1] == (1205,)


def own_transactions(view: Callable[..., Any]) -> Callable[..., Any]:
    """Keep a view free of ``ATOMIC_REQUESTS`` in every database.

    What writes begins its own transactions, each with a write: SQLite would refuse one that began with
    reading the session.
    """
    for name in connections:
        view = transaction.non_atomic_requests(using=name)(view)
    return view
