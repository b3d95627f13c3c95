"""Work that may be done by a worker: each task takes a run's key, and the run tells how it went."""

from __future__ import annotations

import uuid
from functools import partial

from django.db import transaction
from django_tasks import task

from .importing import runs


@task()
def validate_run(run_id: str) -> None:
    """Validate a run."""
    runs.validate(uuid.UUID(run_id))


@task()
def commit_run(run_id: str) -> None:
    """Commit a claimed run."""
    runs.commit(uuid.UUID(run_id))


def validate_soon(run_id: uuid.UUID) -> None:
    """Have a run validated once the database holds it: here and now, or by a worker."""
    transaction.on_commit(partial(validate_run.enqueue, str(run_id)))


def commit_soon(run_id: uuid.UUID) -> None:
    """Have a claimed run committed, outside the transaction of the request."""
    transaction.on_commit(partial(commit_run.enqueue, str(run_id)))
