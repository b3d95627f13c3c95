"""What others see of a validation while it runs."""

import datetime as dt

import pytest
from django.db import OperationalError
from django.utils import timezone

from tests.makers import make_csv
from wagtail_regcert.importing import runs
from wagtail_regcert.importing.pipeline import open_file, prepare
from wagtail_regcert.importing.plan import PROGRESS_INTERVAL
from wagtail_regcert.layouts import Separator
from wagtail_regcert.models import ImportRun
from wagtail_regcert.subjects.database.registrations import StoredRegistrations
from wagtail_regcert.subjects.registrations import RegistrationRules

pytestmark = pytest.mark.django_db

LONG_AGO = dt.timedelta(hours=1)


@pytest.fixture
def data():
    return make_csv(
        *[["603/2942/X", str(number), "Registered"] for number in range(2 * PROGRESS_INTERVAL + 1)]
    )


@pytest.fixture
def run(data):
    return runs.start_run(data=data, file_name="a.csv", separator=Separator.COMMA, encoding="utf-8")


@pytest.fixture
def seen(run, monkeypatch):
    """The run as another reader finds it after each note of progress."""
    found = []
    progress = type(ImportRun.objects.all()).progress

    def note(queryset, *args, **values):
        queryset.filter(pk=run.pk).update(moved_at=timezone.now() - LONG_AGO)
        progress(queryset, *args, **values)
        stored = ImportRun.objects.get(pk=run.pk)
        found.append((stored.state, stored.done, stored.total, timezone.now() - stored.moved_at < LONG_AGO))

    monkeypatch.setattr(type(ImportRun.objects.all()), "progress", note)
    return found


def test_the_plan_tells_how_many_records_are_done(data):
    sheet = open_file(data, Separator.COMMA).sheet
    told = []

    prepare(sheet, RegistrationRules(), StoredRegistrations(), dt.date(2026, 1, 31), told.append)

    assert told == [0, PROGRESS_INTERVAL, 2 * PROGRESS_INTERVAL]


def test_a_long_validation_shows_records_done_and_a_sign_of_life(run, seen, monkeypatch):
    monkeypatch.setattr(runs, "PROGRESS_SECONDS", 0)

    runs.validate(run.pk)

    total = 2 * PROGRESS_INTERVAL + 1
    assert seen == [
        ("validating", done, total, True) for done in (0, 0, PROGRESS_INTERVAL, 2 * PROGRESS_INTERVAL)
    ]
    run.refresh_from_db()
    assert (run.state, run.done, run.total) == ("validated", total, total)


def test_a_short_validation_is_not_slowed_by_notes(run, seen):
    runs.validate(run.pk)

    assert seen == [("validating", 0, 2 * PROGRESS_INTERVAL + 1, True)]


def test_notes_that_the_database_has_no_time_for_do_not_stop_a_validation(run, monkeypatch):
    def busy(queryset, run, state, **values):
        if "done" in values:
            raise OperationalError("database is locked")

    monkeypatch.setattr(runs, "PROGRESS_SECONDS", 0)
    monkeypatch.setattr(type(ImportRun.objects.all()), "progress", busy)

    runs.validate(run.pk)

    run.refresh_from_db()
    assert (run.state, run.rows) == ("validated", 2 * PROGRESS_INTERVAL + 1)


def test_a_note_of_progress_leaves_a_cancelled_run_alone(run):
    runs.cancel(run.pk)
    before = ImportRun.objects.get(pk=run.pk).moved_at

    ImportRun.objects.progress(run.pk, ImportRun.State.VALIDATING, done=5)

    run.refresh_from_db()
    assert (run.state, run.done, run.moved_at) == ("cancelled", 0, before)
