"""Learners, files and runs to fire at, and what must hold afterwards."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from wagtail_regcert import conf, history
from wagtail_regcert.history import DELETE, snapshot
from wagtail_regcert.importing import runs, staging
from wagtail_regcert.layouts import REGISTRATIONS, STORED_FIELDS, Separator
from wagtail_regcert.models import (
    AwardingOrganisation,
    ImportRun,
    Learner,
    Qualification,
    Registration,
    RegistrationLogEntry,
    RunPiece,
)

State = ImportRun.State
NUMBER = "603/2942/X"


def ulns(count: int) -> list[str]:
    return [f"{1_000_000_000 + number}" for number in range(count)]


def make_world(count: int) -> None:
    """So many learners on one qualification; every other one is registered for it."""
    pearson = AwardingOrganisation.objects.create(name="Pearson")
    maths = Qualification.objects.create(number=NUMBER, title="Maths", awarding_organisation=pearson)
    Learner.objects.bulk_create(Learner(uln=uln, family_name=uln) for uln in ulns(count))
    registered = Learner.objects.filter(uln__in=ulns(count)[::2])
    Registration.objects.bulk_create(
        Registration(learner=learner, qualification=maths, registration_number="OLD")
        for learner in registered
    )


def clear_round(count: int) -> None:
    """Take away what a round created, so that the next one creates it anew."""
    RegistrationLogEntry.objects.all().delete()
    Registration.objects.filter(learner__uln__in=ulns(count)[1::2]).delete()
    ImportRun.objects.all().delete()


def upload(number: str, chosen: Sequence[str]) -> ImportRun:
    """A run of a file that gives these learners this registration number."""
    lines = [",".join(REGISTRATIONS.headings)]
    lines += [f"{NUMBER},{uln},Registered,{number},01/09/2025,,,,," for uln in chosen]
    data = "\r\n".join(lines).encode()
    return runs.start_run(data=data, file_name=f"{number}.csv", separator=Separator.COMMA, encoding="utf-8")


def validated(number: str, chosen: Sequence[str]) -> ImportRun:
    run = upload(number, chosen)
    runs.validate(run.pk)
    run.refresh_from_db()
    return run


def claimed(number: str, chosen: Sequence[str]) -> ImportRun:
    """A run about to be committed."""
    run = validated(number, chosen)
    assert runs.begin_commit(run.pk)
    return run


def commit(run_id: Any) -> None:
    runs.commit(run_id, by_owner=False)


def grow_old(run_id: Any) -> None:
    """Have the run look as it will when nothing more is heard of it."""
    silence = dt.timedelta(minutes=conf.settings.STUCK_MINUTES)
    ImportRun.objects.filter(pk=run_id).update(moved_at=timezone.now() - silence)


class Registered(NamedTuple):
    """Everything that is stored about registrations."""

    rows: Sequence[tuple[Any, ...]]
    entries: int


def registered() -> Registered:
    rows = Registration.objects.order_by("pk").values_list(
        "pk", "learner", "qualification", *STORED_FIELDS, "updated_at"
    )
    return Registered(list(rows), RegistrationLogEntry.objects.count())


class Verdict(NamedTuple):
    """Where a run stands, and what contradicts "all or nothing"."""

    state: State
    faults: Sequence[str]


def judge(run_id: Any, before: Registered) -> Verdict:
    """Compare all that is stored with what the run says of itself.

    ``before`` is what was stored before its commit; nothing else may have been written since.
    """
    with transaction.atomic():
        # A killed worker's session may live on for a moment, and holds this row.
        run = ImportRun.objects.select_for_update().get(pk=run_id)
        faults = whole(run) if run.state == State.COMMITTED else none(run, before)
        return Verdict(State(run.state), [f"run {run.state}: {fault}" for fault in faults])


def none(run: ImportRun, before: Registered) -> Iterator[str]:
    if registered() != before:
        yield "registrations or history changed all the same"
    if RegistrationLogEntry.objects.filter(run=run).exists():
        yield "it has history"
    if run.finished_at is not None and run.state != State.CANCELLED:
        yield "it has an end"
    if run.pieces.filter(kind=RunPiece.Kind.CONFLICTS).exists() or run.conflicts:
        yield "it has conflicts"
    if run.state in (State.COMMITTING, State.FAILED) and run.has_report:
        if len(list(staging.load_records(run))) != run.accepted or not staging.load_file(run):
            yield "its file or report is gone"
        if run.created + run.updated + run.unchanged != run.accepted:
            yield "its counts do not add up"


def whole(run: ImportRun) -> Iterator[str]:
    """What contradicts that a committed run wrote each of its records once, or told the conflict."""
    records = {record.row: record for record in staging.load_records(run)}
    conflicts = [problem.row for problem in staging.load_problems(run, RunPiece.Kind.CONFLICTS)]
    entries = list(RegistrationLogEntry.objects.filter(run=run).values_list("object_id", "data"))
    written = [data["row"] for _registration, data in entries]
    if run.finished_at is None:
        yield "it has no end"
    if run.created + run.updated + run.unchanged + run.conflicts != run.accepted:
        yield "its counts do not add up"
    if len(conflicts) != run.conflicts or len(entries) != run.created + run.updated:
        yield f"{len(entries)} entries and {len(conflicts)} conflicts are not what it counts"
    if any(times > 1 for times in Counter([*written, *conflicts]).values()):
        yield "a record was written twice, or written and in conflict"
    if not {*written, *conflicts} <= records.keys():
        yield "a record was written that was not accepted"
    for _registration, data in entries:
        after = dict(zip(STORED_FIELDS, records[data["row"]].after, strict=True))
        changes = {name: new for name, (_old, new) in data["changes"].items() if name in after}
        if not changes.items() <= after.items():
            yield f"row {data['row']} became something else"


def stored_as_written(run_id: Any) -> list[str]:
    """What contradicts that all records of a run are stored now, as its file has them."""
    run = ImportRun.objects.get(pk=run_id)
    stored = Registration.objects.stored_values(
        {record.key for record in staging.load_records(run)}, STORED_FIELDS
    )
    return [
        f"row {record.row} is not stored"
        for record in staging.load_records(run)
        if stored.get(record.key, (0, ()))[1] != record.after
    ]


def finish(run_id: Any) -> None:
    """End a run as a person would: wait, look, try again."""
    run = ImportRun.objects.get(pk=run_id)
    if run.state in ImportRun.AT_WORK:
        grow_old(run_id)
        run.refresh_from_db()
        assert run.seems_stuck
    if not run.has_report:
        assert runs.begin_validation(run_id)
        assert not runs.begin_validation(run_id)
        runs.validate(run_id)
    assert runs.begin_commit(run_id)
    assert not runs.begin_commit(run_id)
    commit(run_id)


class Tracked(NamedTuple):
    """The tracked values of all registrations, by primary key."""

    values: dict[int, dict[str, Any]]


def tracked() -> Tracked:
    return Tracked({registration.pk: snapshot(registration) for registration in Registration.objects.all()})


def replay(start: Tracked) -> list[str]:
    """What contradicts that history, one entry after another, leads from the start to what is stored.

    Entries of a registration are numbered in the order in which they held its row: where each finds
    what the one before it left, the end is that of some serial order, and nothing was lost.
    """
    faults = []
    values = {pk: dict(fields) for pk, fields in start.values.items()}
    for pk, action, data in RegistrationLogEntry.objects.order_by("pk").values_list(
        "object_id", "action", "data"
    ):
        fields = values.setdefault(pk, dict.fromkeys(history.tracked(Registration), ""))
        for name, (old, new) in data["changes"].items():
            if fields[name] != old:
                faults.append(f"{action} of {pk} found {name} {old!r}, but {fields[name]!r} had been left")
            fields[name] = new
        if action == DELETE:
            del values[pk]
    if values != tracked().values:
        faults.append("what is stored is not what history leads to")
    return faults
