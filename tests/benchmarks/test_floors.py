"""The comparison is honest: floors and peers find and do what ours does."""

import csv
import io
from urllib.parse import urlencode

import openpyxl
import pytest
from django.forms import model_to_dict

from benchmarks import floors, ours, peers, workload
from benchmarks.cases import AFTER_LOAD, CASES, FILTERED, Job
from benchmarks.measure import consume
from example_site.demo import data
from tests.makers import make_user
from wagtail_regcert import sync
from wagtail_regcert.models import (
    ExportPiece,
    ExportRun,
    Learner,
    Qualification,
    Registration,
    RegistrationLogEntry,
)

pytestmark = pytest.mark.django_db

SIZE = data.Size(learners=40, qualifications=6, registrations=60)
MIX = workload.Mix(updates=30, creates=20, wrong=len(workload.FAULTS))


@pytest.fixture
def job():
    sync.qualifications(data.qualifications(SIZE))
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


@pytest.mark.parametrize(
    ("case", "records"),
    [
        pytest.param("export-sorted", {}, id="sorted"),
        pytest.param("export-filtered", {"status": FILTERED["status"]}, id="filtered"),
    ],
)
def test_ours_and_the_floor_export_the_same_listing_in_the_same_order(job, case, records):
    by_key = list(rows(peers.export_values(Registration.objects.filter(**records).order_by("pk"))))

    ours_, floor = (list(rows(contender.start(job)())) for contender in CASES[case].contenders)

    assert ours_ == floor
    assert ours_ != by_key
    assert sorted(ours_) == sorted(by_key)
    assert ExportRun.objects.latest("pk").filters == urlencode(records)


@pytest.mark.parametrize("case", ["export-options", "export-checked"])
def test_a_layout_carries_out_every_record(job, case):
    files = {
        one.name: list(csv.reader(io.StringIO(b"".join(one.start(job)()).decode("utf-8-sig"))))
        for one in CASES[case].contenders
    }

    assert {len(rows) - 1 for rows in files.values()} == {Registration.objects.count()}


def test_a_workbook_holds_what_the_floor_writes(job):
    ours_, floor = (
        [[cell or "" for cell in row] for row in openpyxl.load_workbook(io.BytesIO(data)).active.values]
        for data in (b"".join(one.start(job)()) for one in CASES["export-workbook"].contenders)
    )

    assert ours_ == floor


@pytest.mark.parametrize("case", ["file-learners", "file-qualifications"])
def test_a_file_of_another_table_is_written_by_all_and_rolled_back(job, case):
    before = [list(model.objects.order_by("pk").values()) for model in (Learner, Qualification)]

    counts = {one.name: one.start(job)() for one in CASES[case].contenders}

    assert counts["ours"] == counts["update-or-create"]
    assert counts["ours"]["written"] > 0
    assert [list(model.objects.order_by("pk").values()) for model in (Learner, Qualification)] == before


def test_nothing_is_left_of_an_export_that_was_measured(job):
    consume(CASES["export"].contender("ours").start(job)(), started=0)

    workload.restore(records=False)

    assert (ExportRun.objects.count(), ExportPiece.objects.count()) == (0, 0)


def test_what_is_undone_is_as_it_was(job):
    before = stored()

    counts = CASES["undo"].contender("ours").start(job)()

    assert counts == {"undone": MIX.updates + MIX.creates}
    assert stored() == before


def test_the_frequent_search_finds_many_the_rare_one_few_and_the_absent_one_nothing(job):
    found = {
        name: CASES[f"search-{name}"].contender("ours").start(job)()["found"]
        for name in ("rare", "frequent", "absent")
    }

    assert found["absent"] == 0 < found["rare"] < found["frequent"] / 10


@pytest.mark.parametrize("case", ["listing", "listing-sorted", "listing-filtered"])
def test_a_page_of_the_listing_is_read_as_a_browser_reads_it(job, case):
    counts = CASES[case].contender("ours").start(job)()

    assert counts["bytes"] > 10_000


def test_after_a_load_ours_is_measured_beside_its_floor_and_nobody_else():
    assert {name: [one.name for one in case.contenders] for name, case in AFTER_LOAD.items()} == {
        "validate": ["ours", "floor"],
        "commit": ["floor", "ours"],
        "undo": ["ours"],
        "export": ["ours", "values"],
        "export-sorted": ["ours", "values"],
        "export-filtered": ["ours", "values"],
        "export-options": ["ours", "seventeen"],
        "export-checked": ["ours", "unchecked"],
        "export-workbook": ["ours", "write-only"],
        "listing": ["ours"],
        "listing-sorted": ["ours"],
        "listing-filtered": ["ours"],
        "search-rare": ["ours"],
        "search-name": ["ours"],
        "search-frequent": ["ours"],
        "search-absent": ["ours"],
    }


def test_a_floor_rejects_every_record_of_a_repeated_pair(job):
    lines = job.data.splitlines(keepends=True)
    again = b"".join([*lines, *lines[-1:]])

    assert floors.validate(again)["rejected"] == ours.planned(again, job.user)["rejected"]
