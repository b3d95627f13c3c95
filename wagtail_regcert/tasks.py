"""Work that may be done by a worker: each task takes a run's key, and the run tells how it went."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from .background import task
from .databases import on_commit
from .failures import without_values
from .importing import runs
from .importing.types import Sheet


@task()
@without_values
def validate_run(run_id: str) -> None:
    """Validate a run."""
    runs.validate(uuid.UUID(run_id), _sheet.get())


@task()
@without_values
def commit_run(run_id: str) -> None:
    """Commit a claimed run."""
    runs.commit(uuid.UUID(run_id))


@task()
@without_values
def undo_run(run_id: str, user_id: str) -> None:
    """Undo a claimed run as this user."""
    runs.undo(uuid.UUID(run_id), user_id)


_sheet: ContextVar[Sheet | None] = ContextVar("sheet", default=None)
"""What the request has just read, so that an immediate backend does not read the file again."""


def enqueue_validation(run_id: uuid.UUID, sheet: Sheet | None = None) -> None:
    """Have a run validated once the database holds it: here and now, or by a worker."""

    def enqueue() -> None:
        token = _sheet.set(sheet)
        try:
            _enqueue(validate_run, run_id)
        finally:
            _sheet.reset(token)

    on_commit(enqueue)


def enqueue_commit(run_id: uuid.UUID) -> None:
    """Have a claimed run committed, outside the transaction of the request."""
    on_commit(lambda: _enqueue(commit_run, run_id))


def enqueue_undo(run_id: uuid.UUID, user: Any) -> None:
    """Have a claimed run undone as this user, outside the transaction of the request."""
    on_commit(lambda: _enqueue(undo_run, run_id, str(user.pk), give_up=runs.give_up_undo))


def _enqueue(
    task: Any, run_id: uuid.UUID, *more: str, give_up: Callable[[uuid.UUID], None] = runs.give_up
) -> None:
    try:
        task.enqueue(str(run_id), *more)
    except Exception:
        # Whatever a queue raises when it is away: the run must not wait for a worker that never comes.
        # The hook is robust, so that Django logs this and the person is led to the report, which says so.
        give_up(run_id)
        raise
