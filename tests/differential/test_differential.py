"""The import engine against a second, plain reading of SPEC §5 to §7, on generated files.

``REGCERT_DIFFERENTIAL`` says how many files (default 60), or which: ``400-450``, ``412-412``. A failure names
the seed; ``python -m tests.differential.generate SEED`` shows its file.
"""

import json
import os
from contextlib import contextmanager, suppress
from difflib import unified_diff
from io import StringIO
from pprint import pformat

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from wagtail_regcert.importing import runs
from wagtail_regcert.importing.results import result
from wagtail_regcert.importing.staging import ENTRIES
from wagtail_regcert.models import (
    AwardingOrganisation,
    ImportRun,
    Learner,
    Qualification,
    Registration,
    RegistrationLogEntry,
)
from wagtail_regcert.models.sets import CHUNK

from . import generate, oracle, oracle_cells

pytestmark = pytest.mark.django_db

FIELDS = {
    oracle_cells.STATUS: "status",
    oracle_cells.NUMBER: "registration_number",
    oracle_cells.REGISTERED: "registration_date",
    oracle_cells.CLAIMED: "certificate_claimed_date",
    oracle_cells.ACHIEVED: "achieved_date",
    oracle_cells.RECEIVED: "certificate_received_date",
    oracle_cells.SENT: "certificate_sent_date",
    oracle_cells.POSTAL: "postal_tracking_reference",
}

VALIDATE, COMMIT, AGAIN = "validate only", "commit", "commit again"
STEPS = [VALIDATE, COMMIT, AGAIN]


def seeds_by_world():
    """The chosen seeds, in groups that share a world."""
    first, _, last = os.environ.get("REGCERT_DIFFERENTIAL", "60").rpartition("-")
    chosen = range(int(first), int(last) + 1) if first else range(int(last))
    groups = {}
    for seed in chosen:
        groups.setdefault(seed // generate.FILES_PER_WORLD, []).append(seed)
    return groups


def store(world):
    """Put a world into the database."""
    organisation = AwardingOrganisation.objects.create(name="NCFE")
    Learner.objects.bulk_create(
        Learner(reference=reference, uln=uln) for reference, uln in world["learners"].items()
    )
    learners = {learner.reference: learner for learner in Learner.objects.all()}
    qualifications = {
        number: Qualification.objects.create(
            number=number, title=f"Joinery {place}", awarding_organisation=organisation
        )
        for place, number in enumerate(world["qualifications"])
    }
    create_registrations(world["registrations"], learners, qualifications)


def create_registrations(registrations, learners, qualifications):
    """Store them; learners by their reference and qualifications by their number."""
    Registration.objects.bulk_create(
        Registration(learner=learners[reference], qualification=qualifications[number], **fields_of(values))
        for (reference, number), values in registrations.items()
    )


def fields_of(values):
    """Values by column as values by field."""
    return {
        FIELDS[column]: value or ("" if "date" not in FIELDS[column] else None)
        for column, value in values.items()
    }


def change(before, after):
    """Make of one world the next, past the models and with the same keys."""
    for reference, uln in before["learners"].items():
        if after["learners"][reference] != uln:
            Learner.objects.filter(reference=reference).update(uln=None)
    for reference, uln in after["learners"].items():
        if before["learners"][reference] != uln:
            Learner.objects.filter(reference=reference).update(uln=uln)
    for old, new in zip(before["qualifications"], after["qualifications"], strict=True):
        if old != new:
            Qualification.objects.filter(number=old).update(number=new, match_key=oracle_cells.match_key(new))
    learners = {learner.reference: learner for learner in Learner.objects.all()}
    qualifications = {qualification.number: qualification for qualification in Qualification.objects.all()}
    numbers = dict(zip(before["qualifications"], after["qualifications"], strict=True))
    registrations = {
        (reference, numbers[number]): values
        for (reference, number), values in before["registrations"].items()
    }
    for (reference, number), values in registrations.items():
        one = Registration.objects.filter(learner=learners[reference], qualification=qualifications[number])
        becomes = after["registrations"].get((reference, number))
        if becomes is None:
            one.delete()
        elif becomes != values:
            one.update(**fields_of(becomes))
    created = {pair: values for pair, values in after["registrations"].items() if pair not in registrations}
    create_registrations(created, learners, qualifications)
    assert stored_world() == after


def stored_world():
    """Read the world back."""
    rows = Registration.objects.values_list("learner__reference", "qualification__number", *FIELDS.values())
    return {
        "learners": dict(Learner.objects.values_list("reference", "uln")),
        "qualifications": list(Qualification.objects.order_by("pk").values_list("number", flat=True)),
        "registrations": {
            (reference, number): {
                column: str(value or "") for column, value in zip(FIELDS, values, strict=True)
            }
            for reference, number, *values in rows
        },
    }


def imported(path, separator, *options):
    """What the command answers, in the oracle's form; and what it leaves behind."""
    before = ImportRun.objects.count()
    out = StringIO()
    try:
        call_command("regcert_import", str(path), "--separator", separator, "--json", *options, stdout=out)
        code = 0
    except SystemExit as stop:
        code = stop.code
    answer = json.loads(out.getvalue())
    refused = answer["fatal"] is not None
    assert (answer["run"] is None, ImportRun.objects.count() - before) == (refused, 0 if refused else 1)
    return {**as_the_oracle_says(answer), "exit": code, "stored": stored_world()["registrations"]}


def as_the_oracle_says(answer):
    """The JSON of §7 in the oracle's form, with the rows that have left a history entry."""
    assert all(one["message"] for name in ("errors", "warnings", "notes") for one in answer[name])
    run = answer["run"]
    entries = RegistrationLogEntry.objects.filter(run=run) if run else []
    problems = {
        name: [(one["row"], one["column"], one["value"], one["code"]) for one in answer[name]]
        for name in ("errors", "warnings")
    }
    return {
        **{name: value for name, value in answer.items() if name != "run"},
        **problems,
        "fatal": answer["fatal"]["code"] if answer["fatal"] else None,
        "notes": [(one["code"], one["column"], one["count"]) for one in answer["notes"]],
        "history": sorted(entry.data["row"] for entry in entries),
    }


def committed(path, separator, before, after):
    """What a run comes to that is validated in one world and committed in the next."""
    out = StringIO()
    with suppress(SystemExit):
        call_command(
            "regcert_import", str(path), "--separator", separator, "--json", "--validate-only", stdout=out
        )
    run = json.loads(out.getvalue())["run"]
    change(before, after)
    runs.begin_commit(run)
    runs.commit(run, by_owner=False)
    answer = result(ImportRun.objects.get(pk=run))
    return {**as_the_oracle_says(answer), "stored": stored_world()["registrations"]}


@contextmanager
def taken_back():
    """Take back what is stored inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def first_difference(world, data, separator, today, path, steps=STEPS):
    """Take the steps with a file, one after the other: where the oracle first differs, and how."""
    path.write_bytes(data)
    earlier = 0
    with taken_back():
        for step in steps:
            commit = step != VALIDATE
            found = imported(path, separator, *([] if commit else ["--validate-only"]))
            expected = oracle.answer(
                data, separator, world, today.isoformat(), commit=commit, earlier=earlier
            )
            if diff := difference(expected, found):
                return f"{step}\n{diff}"
            if commit and expected["fatal"]:
                break
            earlier += commit and expected["created"] + expected["updated"] > 0
            world = {**world, "registrations": expected["stored"]}
    return ""


def difference(expected, found):
    """A short diff, empty where both agree."""
    if expected == found:
        return ""
    sides = [
        pformat({name: side[name] for name in side if expected.get(name) != found.get(name)}, width=160)
        for side in (expected, found)
    ]
    lines = unified_diff(
        *(side.splitlines() for side in sides), "SPEC, as the oracle reads it", "engine", n=0
    )
    return "\n".join(line[:300] for line in list(lines)[:24])


@pytest.mark.parametrize(
    ("world_seed", "seeds"),
    [pytest.param(world, seeds, id=f"{seeds[0]}-{seeds[-1]}") for world, seeds in seeds_by_world().items()],
)
def test_the_engine_reads_files_as_the_spec_says(world_seed, seeds, tmp_path):
    first_world = generate.world(world_seed)
    store(first_world)
    assert stored_world() == first_world
    path = tmp_path / "file.csv"
    failures = []

    for seed in seeds:
        today = timezone.localdate()
        data, separator, kind = generate.file(seed, first_world, today)
        diff = first_difference(first_world, data, separator, today, path)
        if diff:
            failures.append(f"seed {seed} ({kind}, {separator}, {today}): {diff}")

    if failures:
        pytest.fail("\n\n".join(failures), pytrace=False)


@pytest.mark.parametrize(
    ("world_seed", "seeds"),
    [pytest.param(world, seeds, id=f"{seeds[0]}-{seeds[-1]}") for world, seeds in seeds_by_world().items()],
)
def test_a_commit_passes_over_what_changed_since_validation_as_the_spec_says(world_seed, seeds, tmp_path):
    world = generate.world(world_seed)
    store(world)
    path = tmp_path / "file.csv"
    failures = []

    for seed in seeds:
        today = timezone.localdate()
        data, separator, kind = generate.file(seed, world, today)
        validated = oracle.validated(data, separator, world, today.isoformat())
        if validated["fatal"]:
            continue
        meanwhile = generate.changed_meanwhile(seed, world, oracle.said(validated))
        expected = oracle.without_plan(oracle.committed(validated, meanwhile))
        del expected["exit"]
        path.write_bytes(data)
        with taken_back():
            found = committed(path, separator, world, meanwhile)
        if diff := difference(expected, found):
            failures.append(f"seed {seed} ({kind}, {separator}, {today}): {diff}")

    if failures:
        pytest.fail("\n\n".join(failures), pytrace=False)


def test_the_engine_reads_a_file_longer_than_its_sets_as_the_spec_says(tmp_path):
    world = generate.long_world(learners=5_100)
    store(world)
    today = timezone.localdate()
    data = generate.long_file(10_000, world, today)
    expected = oracle.answer(data, "comma", world, today.isoformat(), commit=True)
    assert min(len(world["learners"]), expected["created"]) > CHUNK
    assert min(len(expected["errors"]), len(expected["warnings"]), expected["accepted"]) > ENTRIES

    assert first_difference(world, data, "comma", today, tmp_path / "file.csv", [COMMIT]) == ""
