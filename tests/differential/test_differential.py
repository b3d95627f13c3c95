"""The import engine against a second, plain reading of SPEC §5 to §7, on generated files.

``REGCERT_DIFFERENTIAL`` says how many files (default 60), or which: ``400-450``, ``412-412``. A failure names
the seed; ``python -m tests.differential.generate SEED`` shows its file.
"""

import json
import os
from contextlib import contextmanager
from difflib import unified_diff
from io import StringIO
from pprint import pformat

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

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

from . import generate, oracle

pytestmark = pytest.mark.django_db

FIELDS = {
    oracle.STATUS: "status",
    oracle.NUMBER: "registration_number",
    oracle.REGISTERED: "registration_date",
    oracle.CLAIMED: "certificate_claimed_date",
    oracle.ACHIEVED: "achieved_date",
    oracle.RECEIVED: "certificate_received_date",
    oracle.SENT: "certificate_sent_date",
    oracle.POSTAL: "postal_tracking_reference",
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
    Registration.objects.bulk_create(
        Registration(
            learner=learners[reference],
            qualification=qualifications[number],
            **{
                FIELDS[column]: value or ("" if "date" not in FIELDS[column] else None)
                for column, value in values.items()
            },
        )
        for (reference, number), values in world["registrations"].items()
    )


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
    runs = ImportRun.objects.count()
    out = StringIO()
    try:
        call_command("regcert_import", str(path), "--separator", separator, "--json", *options, stdout=out)
        code = 0
    except SystemExit as stop:
        code = stop.code
    answer = json.loads(out.getvalue())
    run = answer.pop("run")
    refused = answer["fatal"] is not None
    assert (run is None, ImportRun.objects.count() - runs) == (refused, 0 if refused else 1)
    answer["fatal"] = answer["fatal"]["code"] if refused else None
    for name in ("errors", "warnings"):
        answer[name] = [(one["row"], one["column"], one["value"], one["code"]) for one in answer[name]]
    entries = RegistrationLogEntry.objects.filter(run=run) if run else []
    history = sorted(entry.data["row"] for entry in entries)
    return {**answer, "exit": code, "history": history, "stored": stored_world()["registrations"]}


@contextmanager
def taken_back():
    """Take back what is stored inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def first_difference(world, data, separator, today, path, steps=STEPS):
    """Take the steps with a file, one after the other: where the oracle first differs, and how."""
    path.write_bytes(data)
    with taken_back():
        for step in steps:
            commit = step != VALIDATE
            found = imported(path, separator, *([] if commit else ["--validate-only"]))
            expected = oracle.answer(data, separator, world, today.isoformat(), commit=commit)
            if diff := difference(expected, found):
                return f"{step}\n{diff}"
            if commit and expected["fatal"]:
                break
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


def test_the_engine_reads_a_file_longer_than_its_sets_as_the_spec_says(tmp_path):
    world = generate.long_world(learners=5_100)
    store(world)
    today = timezone.localdate()
    data = generate.long_file(10_000, world, today)
    expected = oracle.answer(data, "comma", world, today.isoformat(), commit=True)
    assert min(len(world["learners"]), expected["created"]) > CHUNK
    assert min(len(expected["errors"]), len(expected["warnings"]), expected["accepted"]) > ENTRIES

    assert first_difference(world, data, "comma", today, tmp_path / "file.csv", [COMMIT]) == ""
