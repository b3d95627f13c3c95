"""A run from upload to result: stage, validate, commit, cancel, undo.

The one way in for the screens, the tasks and the command.
"""

from __future__ import annotations

import hashlib
import heapq
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any

from django.contrib.auth import get_user_model
from django.db import OperationalError
from django.utils import timezone
from django.utils.translation import gettext_noop

from .. import answers as answers_to_exports
from ..databases import atomic, connection, is_held_by_another, reading_source
from ..layouts import Separator
from ..models import AnswerPiece, ExportRun, ImportRun, RunPiece
from ..models.runs import ImportRunQuerySet, silent_since
from ..moments import today
from ..permissions import may_import, visible_imports
from ..problems import Problem
from ..subjects.registry import subject_of
from ..subjects.types import Record
from ..transactions import all_or_nothing, drop_dead_connection
from . import staging
from .collector import collector_paused
from .commit import apply_records
from .earlier import imported_before
from .groups import grouped
from .original import FileGone, sheet_of
from .pipeline import prepare
from .plan import Change, change_of, cleared
from .run_layout import RunLayout, layout_of, own_layout
from .types import Progress, Sheet
from .undo import apply_undo

State = ImportRun.State
Kind = RunPiece.Kind
Undo = ImportRun.Undo

UNDOABLE = ("", Undo.FAILED)
"""States from which an undo may begin."""

PROGRESS_SECONDS = 1.0
"""Seconds between two notes of a validation's progress."""

NOT_ALLOWED = gettext_noop("Nothing was written: the person who started this import may not import any more.")
MAY_NOT_UNDO = gettext_noop(
    "Nothing was undone: the person who asked for it may not import any more, or not see this import."
)
BROKEN = gettext_noop(
    "Something went wrong on the server and nothing was written. Try again. If it happens again, tell the "
    "people who look after this site."
)


NOT_QUEUED = gettext_noop(
    "Nothing was written: the work could not be handed to a worker. Try again. If it happens again, tell the "
    "people who look after this site."
)


class OwnerMayNotImport(Exception):
    """The run's owner was deactivated, deleted or lost a role."""


class MayNotUndo(Exception):
    """Whoever asked for an undo was deactivated, deleted or lost a role meanwhile."""


def start_run(
    *,
    data: bytes,
    file_name: str,
    separator: Separator,
    encoding: str,
    user: Any = None,
    about: str = ImportRun.About.REGISTRATIONS,
    layout: RunLayout | None = None,
    is_matched: bool = False,
    answers: ExportRun | None = None,
) -> ImportRun:
    """Stage a file that opened without fault. ``user`` is ``None`` on the command line.

    Without a ``layout`` it has that of what it is ``about``. One that ``is_matched`` need only be readable:
    it waits for somebody to say which of its columns is which. ``answers`` is the export that it answers.
    """
    layout = layout or own_layout(about)
    with atomic():
        run = ImportRun.objects.create(
            state=State.MATCHING if is_matched else State.UPLOADED,
            about=layout.about,
            layout=layout.name,
            definition=layout.definition,
            answers=answers,
            user=user,
            user_name=user.get_username() if user else "",
            # The name of a file on disk may hold bytes that are no text; no database takes those.
            file_name=file_name.encode("utf-8", "replace").decode()[-255:],
            size=len(data),
            digest=hashlib.sha256(data).hexdigest(),
            separator=separator.value,
            encoding=encoding,
        )
        staging.save_file(run, data)
    return run


def take_layout(run_id: uuid.UUID, layout: RunLayout, separator: Separator) -> bool:
    """Read a file by a layout that somebody has just made for it; ``False`` when somebody was faster.

    It is to be validated then.
    """
    return ImportRun.objects.kept().move(
        run_id,
        State.MATCHING,
        State.UPLOADED,
        layout=layout.name,
        definition=layout.definition,
        separator=separator.value,
    )


def validate(run_id: uuid.UUID, sheet: Sheet | None = None) -> None:
    """Work out what the run's file would do, and keep the report. Writes nothing else.

    ``sheet`` is the file as read, where it is at hand; it is read from the run otherwise.
    """
    with collector_paused(), reading_source():
        _validate(run_id, sheet)


def _validate(run_id: uuid.UUID, sheet: Sheet | None) -> None:
    known = {"total": len(sheet.numbers)} if sheet else {}
    if not ImportRun.objects.move(run_id, State.UPLOADED, State.VALIDATING, **known):
        return
    run = ImportRun.objects.get(pk=run_id)
    try:
        if sheet is None:
            sheet = sheet_of(run)
            ImportRun.objects.progress(run_id, State.VALIDATING, total=len(sheet.numbers))
        subject = subject_of(run.about)
        export = run.answers
        plan = prepare(
            sheet,
            subject,
            subject.stored(),
            today(),
            _note_progress(run_id),
            with_stored=export is not None,
        )
        answer = answers_to_exports.compare(export, plan.stored) if export else None
        earlier = imported_before(run)
        run.error_kinds, groups = grouped(plan.errors)
        changes = bytes(map(change_of, plan.records))
        with atomic():
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
                fields=plan.fields,
                created_learners=len(plan.new.get("learners", ())),
                created_qualifications=len(plan.new.get("qualifications", ())),
                created_organisations=plan.new_organisations,
                missing=answer.missing if answer else 0,
                extra=answer.extra if answer else 0,
                **_planned(plan.records, changes),
            ):
                if answer:
                    answers_to_exports.keep(run, answer)
                staging.save_problems(run, Kind.ERRORS, plan.errors)
                kinds = {
                    (code, column): number for number, (code, column, _count) in enumerate(run.error_kinds)
                }
                staging.save_kinds(
                    run, Kind.ERROR_KINDS, bytes(kinds[error.code, error.column] for error in plan.errors)
                )
                staging.save_groups(run, groups)
                staging.save_kinds(
                    run, Kind.GROUP_KINDS, bytes(kinds[group.code, group.column] for group in groups)
                )
                staging.save_problems(run, Kind.WARNINGS, plan.warnings)
                staging.save_notes(run, [*plan.notes, *earlier])
                staging.save_records(run, plan.records)
                staging.save_kinds(run, Kind.RECORD_KINDS, changes)
    except FileGone:
        # Cancelling takes the file from under a worker that has just begun.
        if _fail(run_id, State.VALIDATING, BROKEN):
            raise
    except Exception:
        _fail(run_id, State.VALIDATING, BROKEN)
        raise


def begin_validation(run_id: uuid.UUID) -> bool:
    """Claim a run whose validation failed or seems stuck, to validate it again; ``False`` for any other.

    A worker that was only slow may still store its report: of two, the second finds it there.
    """
    match _state(run_id):
        case State.FAILED if not _has_report(run_id):
            return ImportRun.objects.kept().move(run_id, State.FAILED, State.UPLOADED, failure="")
        case State.UPLOADED | State.VALIDATING as state:
            return ImportRun.objects.kept().stuck().move(run_id, state, State.UPLOADED)
    return False


def _note_progress(run_id: uuid.UUID) -> Progress:
    """Let others see how far a validation is, and that somebody is at it; short ones are not slowed.

    A commit has nothing like it: until its one transaction ends, nobody can see what it writes.
    """
    told = monotonic()

    def progress(done: int) -> None:
        nonlocal told
        if monotonic() - told < PROGRESS_SECONDS:
            return
        # A note that the database has no time for is not worth failing for.
        with suppress(OperationalError):
            ImportRun.objects.progress(run_id, State.VALIDATING, done=done)
        told = monotonic()

    return progress


def give_up(run_id: uuid.UUID) -> None:
    """Mark a run that waits for a worker as failed, where none will come."""
    for state in (State.UPLOADED, State.COMMITTING):
        if ImportRun.objects.move(run_id, state, State.FAILED, failure=NOT_QUEUED):
            return


def begin_commit(run_id: uuid.UUID) -> bool:
    """Claim a run that is validated, or whose commit failed or seems stuck; ``False`` for any other.

    A worker that was only slow may still commit: of two, the second finds nothing to do.
    """
    kept = ImportRun.objects.kept()
    match _state(run_id):
        case State.VALIDATED:
            return kept.move(run_id, State.VALIDATED, State.COMMITTING, done=0)
        case State.FAILED if _has_report(run_id):
            return kept.move(run_id, State.FAILED, State.COMMITTING, done=0, failure="")
        case State.COMMITTING:
            return _take_over(ImportRun.objects.kept().stuck(), run_id, State.COMMITTING)
    return False


def _state(run_id: uuid.UUID) -> State | None:
    """Where a run stands, read without waiting for a worker that holds it."""
    state = ImportRun.objects.filter(pk=run_id).values_list("state", flat=True).first()
    return State(state) if state else None


def _has_report(run_id: uuid.UUID) -> bool:
    return ImportRun(pk=run_id).has_report


def _take_over(
    committing: ImportRunQuerySet, run_id: uuid.UUID, after: ImportRun.State, **values: Any
) -> bool:
    """Take a claimed commit from its worker; ``False`` at once or soon where one turns out to be at it."""
    claimed = committing.filter(pk=run_id, state=State.COMMITTING)
    try:
        with atomic():
            if connection().features.has_select_for_update_skip_locked:
                # A commit holds the row of its run from its first statement on. Do not wait for its end.
                free = claimed.select_for_update(skip_locked=True).values_list("pk", flat=True)
                claimed = claimed.filter(pk__in=list(free))
            taken = claimed.move(run_id, State.COMMITTING, after, **values)
            if after == State.CANCELLED and taken:
                _forget(run_id)
            return taken
    except OperationalError as error:
        # Elsewhere it is waited for, but not for ever: on SQLite it holds the whole database.
        if is_held_by_another(error):
            return False
        raise


def _fail(run_id: uuid.UUID, before: ImportRun.State, failure: str) -> bool:
    drop_dead_connection()
    return ImportRun.objects.move(run_id, before, State.FAILED, failure=failure)


def commit(run_id: uuid.UUID, *, by_owner: bool = True) -> None:
    """Apply the accepted records of a claimed run: all or, on any failure, none. Twice does it once.

    On the command line the run's user is only whom the history names (``by_owner`` false); otherwise
    the owner, if there is one, must still hold both roles.
    """
    try:
        with collector_paused():
            all_or_nothing(partial(_commit, run_id, by_owner))
    except OwnerMayNotImport:
        _fail(run_id, State.COMMITTING, NOT_ALLOWED)
    except Exception:
        _fail(run_id, State.COMMITTING, BROKEN)
        raise


def _commit(run_id: uuid.UUID, by_owner: bool) -> None:
    now = timezone.now()
    # The first statement is a write: SQLite takes its lock at once, and of two workers one waits here.
    if not ImportRun.objects.move(run_id, State.COMMITTING, State.COMMITTED, finished_at=now):
        return
    run = ImportRun.objects.select_related("user").get(pk=run_id)
    # A run of the command line may have no owner; superusers alone see it, and finish it.
    if (
        by_owner
        and run.user_name
        and not (run.user and may_import(run.user, run.about, layout_of(run).creates))
    ):
        raise OwnerMayNotImport
    subject = subject_of(run.about)
    outcome = apply_records(run, sheet_of(run), subject, staging.load_records(run), now, today())
    staging.save_problems(run, Kind.CONFLICTS, outcome.conflicts)
    if outcome.changes != staging.load_kinds(run, Kind.RECORD_KINDS):
        staging.discard(run, Kind.RECORD_KINDS)
        staging.save_kinds(run, Kind.RECORD_KINDS, outcome.changes)
    ImportRun.objects.filter(pk=run_id).update(
        done=run.rows,
        created=outcome.created,
        updated=outcome.updated,
        unchanged=outcome.unchanged,
        cleared=outcome.cleared,
        conflicts=len(outcome.conflicts),
        created_learners=outcome.beside.learners,
        created_qualifications=outcome.beside.qualifications,
        created_organisations=outcome.beside.organisations,
    )


def can_undo(run: ImportRun) -> bool:
    """Whether the run changed something, is not undone yet, and its report is still kept."""
    return (
        run.state == State.COMMITTED
        and (run.undo_state in UNDOABLE or run.undo_seems_stuck)
        and not run.has_expired
        and run.created + run.updated > 0
        and RunPiece.objects.filter(run=run, kind=Kind.RECORDS).exists()
    )


def begin_undo(run_id: uuid.UUID, user: Any) -> bool:
    """Claim a committed run that is still kept; ``False`` when somebody was faster."""
    kept = visible_imports(user).kept()
    values = {"undone_by_name": user.get_username(), "failure": ""}
    # One that seems stuck may be claimed again: whoever ends first has undone it.
    return kept.move_undo(run_id, UNDOABLE, Undo.RUNNING, **values) or kept.silent().move_undo(
        run_id, (Undo.RUNNING,), Undo.RUNNING, **values
    )


def undo(run_id: uuid.UUID, user_id: Any) -> None:
    """Undo a claimed run as this user: all that nobody touched since or, on any failure, nothing."""
    try:
        with collector_paused():
            all_or_nothing(partial(_undo, run_id, user_id))
    except MayNotUndo:
        give_up_undo(run_id, MAY_NOT_UNDO)
    except Exception:
        give_up_undo(run_id)
        raise


def give_up_undo(run_id: uuid.UUID, failure: str = BROKEN) -> None:
    """Say that a claimed undo did not happen, and why; it can be asked for again."""
    drop_dead_connection()
    ImportRun.objects.move_undo(run_id, (Undo.RUNNING,), Undo.FAILED, failure=failure)


def _undo(run_id: uuid.UUID, user_id: Any) -> None:
    now = timezone.now()
    # The first statement is a write, as that of a commit.
    if not ImportRun.objects.move_undo(run_id, (Undo.RUNNING,), Undo.DONE, undone_at=now):
        return
    user = get_user_model()._default_manager.filter(pk=user_id).first()
    if user is None:
        raise MayNotUndo
    run = visible_imports(user).filter(pk=run_id).first()
    if run is None:
        raise MayNotUndo
    plan = apply_undo(run, user, now)
    staging.save_left(run, plan.left)
    ImportRun.objects.filter(pk=run_id).update(
        undone_by_name=user.get_username(),
        undo_restored=plan.restored,
        undo_deleted=plan.deleted,
        undo_left=len(plan.left),
    )


def cancel(run_id: uuid.UUID) -> bool:
    """Throw a run away with its file and report; ``False`` when it is committed or being so.

    A commit that is claimed and that no worker has begun is thrown away too: the worker then finds nothing.
    """
    # By its state first: a statement that only tries would wait for a commit at work on some databases.
    if _state(run_id) != State.COMMITTING and _throw_away(run_id):
        return True
    return _take_over(ImportRun.objects.all(), run_id, State.CANCELLED, finished_at=timezone.now())


def _throw_away(run_id: uuid.UUID) -> bool:
    """Cancel a run that nobody asked to be committed."""
    with atomic():
        cancelled = any(
            ImportRun.objects.move(run_id, state, State.CANCELLED, finished_at=timezone.now())
            for state in (State.MATCHING, State.UPLOADED, State.VALIDATING, State.VALIDATED, State.FAILED)
        )
        if cancelled:
            _forget(run_id)
    return cancelled


def _forget(run_id: uuid.UUID) -> None:
    RunPiece.objects.filter(run=run_id).delete()
    AnswerPiece.objects.filter(run=run_id).delete()


def errors_with_conflicts(run: ImportRun) -> Iterator[Problem]:
    """Errors and conflicts in row order; errors in column order, the row itself last."""
    # No record is both rejected and in conflict, so rows decide.
    return heapq.merge(
        staging.load_problems(run, Kind.ERRORS),
        staging.load_problems(run, Kind.CONFLICTS),
        key=lambda problem: problem.row,
    )


def _planned(records: Sequence[Record], kinds: bytes) -> dict[str, int]:
    """Counts of the accepted records; ``kinds`` has the :class:`Change` of each."""
    created, unchanged = kinds.count(Change.CREATES), kinds.count(Change.NOTHING)
    return {
        "created": created,
        "unchanged": unchanged,
        "updated": len(records) - created - unchanged,
        "cleared": sum(
            cleared(record) for record, kind in zip(records, kinds, strict=True) if kind == Change.CLEARS
        ),
    }


def purge() -> int:
    """Delete what expired and is not running; count the runs. Their counts and history stay."""
    purged = 0
    expired = ImportRun.objects.expired().exclude(undo_state=Undo.RUNNING, moved_at__gt=silent_since())
    for run in expired.filter(pieces__isnull=False).distinct():
        with atomic():
            if _expire(run):
                RunPiece.objects.filter(run=run).delete()
                purged += 1
    return purged


def _expire(run: ImportRun) -> bool:
    """Close an expired run, if it is not running; a committed one stays so."""
    match State(run.state):
        case State.COMMITTED:
            return True
        case State.MATCHING | State.UPLOADED | State.VALIDATED | State.FAILED as state:
            return ImportRun.objects.move(run.pk, state, State.EXPIRED)
        case State.VALIDATING:
            return ImportRun.objects.stuck().move(run.pk, State.VALIDATING, State.EXPIRED)
        case State.COMMITTING:
            return _take_over(ImportRun.objects.stuck(), run.pk, State.EXPIRED)
    return False
