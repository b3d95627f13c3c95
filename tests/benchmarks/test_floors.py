"""The comparison is honest: floors and peers find and do what ours does."""

import csv
import io

import pytest
from django.forms import model_to_dict

from benchmarks import floors, ours, workload
from benchmarks.cases import CASES, Job
from example_site.demo import data
from tests.makers import make_user
from wagtail_regcert.models import Registration, RegistrationLogEntry

pytestmark = pytest.mark.django_db

SIZE = data.Size(learners=40, qualifications=6, registrations=60)
MIX = workload.Mix(updates=30, creates=20, wrong=len(workload.FAULTS))


@pytest.fixture
def job():
    data.Qualification.objects.sync(data.qualifications(SIZE))
    data.insert_learners(data.learners(SIZE))
    data.insert_registrations(data.registrations(SIZE))
    RegistrationLogEntry.objects.all().delete()
    last = Registration.objects.latest("pk").pk
    return Job(data=workload.make_file(SIZE, MIX), last=last, user=make_user(superuser=True))


def contenders(case):
    return [pytest.param(one, id=one.name) for one in CASES[case].contenders]


def stored():
    """What a reader of the table sees: no keys, no times."""
    return {
        (one.learner_id, one.qualification_id): model_to_dict(one, exclude=["id"])
        for one in Registration.objects.all()
    }


def history():
    return sorted(
        (entry.label, entry.action, entry.user_name, sorted(entry.data.items(), key=str))
        for entry in RegistrationLogEntry.objects.all()
    )


@pytest.mark.parametrize("contender", contenders("validate"))
def test_everyone_finds_the_same_to_do_and_writes_nothing(job, contender):
    before = stored()

    counts = contender.start(job)()

    assert counts == {"created": MIX.creates, "updated": MIX.updates, "rejected": MIX.wrong}
    assert stored() == before


@pytest.mark.parametrize("contender", contenders("commit"))
def test_everyone_writes_the_same_records(job, contender):
    accepted, _rejected = floors.read(job.data)
    expected = stored() | {
        record[1:3]: dict(zip(floors.VALUES, record[3:], strict=True)) for record in accepted
    }

    counts = contender.start(job)()

    assert counts == {"written": MIX.updates + MIX.creates}
    written = stored()
    assert written.keys() == expected.keys()
    assert {pair: {name: written[pair][name] for name in floors.VALUES} for pair in written} == {
        pair: {name: expected[pair][name] for name in floors.VALUES} for pair in expected
    }


@pytest.mark.parametrize("contender", contenders("whole"))
def test_everyone_leaves_the_same_history(job, contender):
    expected = [
        (label, floors.IMPORT, job.user.username, sorted(data.items(), key=str))
        for _key, label, data in entries_after_commit(job)
    ]

    contender.start(job)()

    assert len(expected) == MIX.updates + MIX.creates
    assert history() == sorted(expected)


def entries_after_commit(job):
    """What history should hold, from the values before and the file."""
    from django.db import transaction

    accepted, _rejected = floors.read(job.data)
    before = floors.stored_values()
    with transaction.atomic():
        floors.write(accepted)
        entries = list(floors.entries(accepted, before))
        transaction.set_rollback(True)
    return entries


@pytest.mark.parametrize("contender", contenders("export"))
def test_everyone_exports_the_same_file(job, contender):
    expected = list(rows(floors.export_sql(job.last)))

    found = list(rows(contender.start(job)()))

    assert len(expected) == SIZE.registrations + 1
    assert found == expected


def rows(chunks):
    text = b"".join(chunks).decode("utf-8-sig")
    return csv.reader(io.StringIO(text, newline=""))


def test_a_floor_rejects_every_record_of_a_repeated_pair(job):
    lines = job.data.splitlines(keepends=True)
    again = b"".join([*lines, *lines[-1:]])

    assert floors.validate(again)["rejected"] == ours.planned(again, job.user)["rejected"]
