"""A run from upload to result: stage, validate, commit, cancel.

The one way in for the screens, the tasks and the command.
"""

from __future__ import annotations

import gc
import hashlib
import heapq
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from ..layouts import Separator
from ..models import ImportRun, RunPiece
from ..permissions import IMPORT, may
from ..problems import Problem
from . import staging
from .commit import apply_records
from .pipeline import Opened, open_file, prepare
from .plan import change_of, cleared
from .stored import StoredInDatabase
from .types import Record, Sheet

State = ImportRun.State
Kind = RunPiece.Kind

ATTEMPTS = 3
"""How often a commit is tried when the database gives it up, each time from the start."""

NOT_ALLOWED = gettext_noop("Nothing was written: the person who started this import may not import any more.")
BROKEN = gettext_noop(
    "Something went wrong on the server and nothing was written. Try again. If it happens again, tell the "
    "people who look after this site."
)


class OwnerMayNotImport(Exception):
    """The run's owner was deactivated, deleted or lost a role."""


def start_run(
    *, data: bytes, file_name: str, separator: Separator, encoding: str, user: Any = None
) -> ImportRun:
    """Stage a file that opened without fault. ``user`` is ``None`` on the command line."""
    with transaction.atomic():
        run = ImportRun.objects.create(
            user=user,
            user_name=user.get_username() if user else "",
            file_name=file_name[-255:],
            size=len(data),
            digest=hashlib.sha256(data).hexdigest(),
            separator=separator.value,
            encoding=encoding,
        )
        staging.save_file(run, data)
    return run


def validate(run_id: uuid.UUID) -> None:
    """Work out what the run's file would do, and keep the report. Writes nothing else."""
    with _collector_paused():
        _validate(run_id)


def _validate(run_id: uuid.UUID) -> None:
    if not ImportRun.objects.move(run_id, State.UPLOADED, State.VALIDATING):
        return
    run = ImportRun.objects.get(pk=run_id)
    try:
        sheet = _sheet(run)
        ImportRun.objects.filter(pk=run_id).update(total=len(sheet.numbers))
        plan = prepare(sheet, StoredInDatabase(), timezone.localdate())
        run.error_kinds = _kinds(plan.errors)
        with transaction.atomic():
            # Only while nobody has cancelled the run meanwhile.
            if ImportRun.objects.move(
                run_id,
                State.VALIDATING,
                State.VALIDATED,
                done=plan.rows,
                rows=plan.rows,
                accepted=len(plan.records),
                rejected=len(plan.rejected),
                error_count=len(plan.errors),
                warning_count=len(plan.warnings),
                error_kinds=run.error_kinds,
                **_planned(plan.records),
            ):
                staging.save_problems(run, Kind.ERRORS, plan.errors)
                kinds = {
                    (code, column): number for number, (code, column, _count) in enumerate(run.error_kinds)
                }
                staging.save_kinds(
                    run, Kind.ERROR_KINDS, bytes(kinds[error.code, error.column] for error in plan.errors)
                )
                staging.save_problems(run, Kind.WARNINGS, plan.warnings)
                staging.save_records(run, plan.records)
                staging.save_kinds(run, Kind.RECORD_KINDS, bytes(map(change_of, plan.records)))
    except Exception:
        ImportRun.objects.move(run_id, State.VALIDATING, State.FAILED, failure=BROKEN)
        raise


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the garbage collector from walking a million live cells again and again.

    Nothing made here forms cycles, so nothing is lost; it nearly halves the time of a large file.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def begin_commit(run_id: uuid.UUID) -> bool:
    """Claim a validated run, or one whose commit failed; ``False`` when somebody was faster."""
    claimed = ImportRun.objects.move(run_id, State.VALIDATED, State.COMMITTING, done=0)
    if not claimed and RunPiece.objects.filter(run=run_id, kind=Kind.RECORD_KINDS).exists():
        claimed = ImportRun.objects.move(run_id, State.FAILED, State.COMMITTING, done=0, failure="")
    return claimed


def commit(run_id: uuid.UUID, *, by_owner: bool = True) -> None:
    """Apply the accepted records of a claimed run: all or, on any failure, none. Twice does it once.

    On the command line the run's user is only whom the history names (``by_owner`` false); otherwise
    the owner must still hold both roles.
    """
    try:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with _collector_paused(), transaction.atomic():
                    _commit(run_id, by_owner)
                break
            except (IntegrityError, OperationalError):
                # A row that we refer to was deleted, or the database broke a circle of waiting.
                if attempt == ATTEMPTS:
                    raise
    except OwnerMayNotImport:
        ImportRun.objects.move(run_id, State.COMMITTING, State.FAILED, failure=NOT_ALLOWED)
    except Exception:
        ImportRun.objects.move(run_id, State.COMMITTING, State.FAILED, failure=BROKEN)
        raise


def _commit(run_id: uuid.UUID, by_owner: bool) -> None:
    now = timezone.now()
    # The first statement is a write: SQLite takes its lock at once, and of two workers one waits here.
    if not ImportRun.objects.move(run_id, State.COMMITTING, State.COMMITTED, finished_at=now):
        return
    run = ImportRun.objects.select_related("user").get(pk=run_id)
    if by_owner and not (run.user and may(run.user, IMPORT)):
        raise OwnerMayNotImport
    outcome = apply_records(run, _sheet(run), staging.load_records(run), now, timezone.localdate())
    staging.save_problems(run, Kind.CONFLICTS, outcome.conflicts)
    ImportRun.objects.filter(pk=run_id).update(
        done=run.rows,
        created=outcome.created,
        updated=outcome.updated,
        unchanged=outcome.unchanged,
        cleared=outcome.cleared,
        conflicts=len(outcome.conflicts),
    )


def cancel(run_id: uuid.UUID) -> bool:
    """Throw a run away with its file and report; ``False`` when it is committed or being so."""
    with transaction.atomic():
        for state in (State.UPLOADED, State.VALIDATING, State.VALIDATED, State.FAILED):
            if ImportRun.objects.move(run_id, state, State.CANCELLED, finished_at=timezone.now()):
                RunPiece.objects.filter(run=run_id).delete()
                return True
    return False


def rejected_rows(run: ImportRun) -> Iterator[Sequence[str]]:
    """The raw cells of the rejected records, in row order."""
    numbers = {problem.row for problem in staging.load_problems(run, Kind.ERRORS)}
    sheet = _sheet(run)
    for index, (number, cells) in enumerate(zip(sheet.numbers, sheet.rows, strict=True)):
        if number in numbers:
            yield sheet.long.get(index, cells)


def errors_with_conflicts(run: ImportRun) -> Iterator[Problem]:
    """Errors and conflicts in row order; errors in column order, the row itself last."""
    # No record is both rejected and in conflict, so rows decide.
    return heapq.merge(
        staging.load_problems(run, Kind.ERRORS),
        staging.load_problems(run, Kind.CONFLICTS),
        key=lambda problem: problem.row,
    )


def _sheet(run: ImportRun) -> Sheet:
    opened = open_file(staging.load_file(run), Separator(run.separator))
    if not isinstance(opened, Opened):
        # It opened before it was staged, so what was stored is not what came.
        raise RuntimeError(f"The staged file of run {run.pk} is damaged: {opened.fault.code}")
    return opened.sheet


def _planned(records: Sequence[Record]) -> dict[str, int]:
    created = sum(1 for record in records if record.is_created)
    unchanged = sum(1 for record in records if record.is_unchanged)
    return {
        "created": created,
        "unchanged": unchanged,
        "updated": len(records) - created - unchanged,
        "cleared": sum(map(cleared, records)),
    }


def _kinds(errors: Sequence[Problem]) -> list[tuple[str, str, int]]:
    """Code, column and how many, the most frequent first."""
    counts = Counter((problem.code.value, problem.column) for problem in errors)
    return [(code, column, count) for (code, column), count in counts.most_common()]


def purge() -> int:
    """Delete what expired and is not running; count the runs. Their counts and history stay."""
    purged = 0
    for run in ImportRun.objects.expired().filter(pieces__isnull=False).distinct():
        with transaction.atomic():
            if run.state == State.COMMITTED or any(
                ImportRun.objects.move(run.pk, state, State.EXPIRED)
                for state in (State.UPLOADED, State.VALIDATED, State.FAILED)
            ):
                RunPiece.objects.filter(run=run).delete()
                purged += 1
    return purged
