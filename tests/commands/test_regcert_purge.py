"""``regcert_purge``: what expired goes, what is running or readable stays."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from tests.makers import make_csv, make_learner, make_qualification, make_run
from wagtail_regcert.importing import runs
from wagtail_regcert.models import ImportRun, Registration, RegistrationLogEntry, RunPiece

pytestmark = pytest.mark.django_db


def purge(*arguments):
    """Exit code and standard output."""
    out = StringIO()
    try:
        call_command("regcert_purge", *arguments, stdout=out)
    except SystemExit as stop:
        return stop.code, out.getvalue()
    return 0, out.getvalue()


def aged_run(*, days, state=None):
    learner = make_learner()
    run = make_run(make_csv(["603/2942/X", learner.uln, "Registered"], ["unknown", learner.uln, "Exempt"]))
    if state == "committed":
        runs.begin_commit(run.pk)
        runs.commit(run.pk, by_owner=False)
    created_at = timezone.now() - dt.timedelta(days=days)
    ImportRun.objects.filter(pk=run.pk).update(created_at=created_at, **({"state": state} if state else {}))
    return run


@pytest.fixture(autouse=True)
def _maths(db):
    make_qualification(number="603/2942/X")


def test_nothing_to_purge_is_no_failure():
    assert purge() == (0, "0 expired imports purged.\n")


def test_expired_files_go_and_counts_history_and_registrations_stay():
    fresh = aged_run(days=6)
    aged_run(days=7)
    done = aged_run(days=700, state="committed")
    running = [aged_run(days=700, state=state) for state in ("validating", "committing")]
    before = list(
        ImportRun.objects.order_by("pk").values_list("pk", "rows", "accepted", "rejected", "created")
    )

    code, out = purge()

    assert (code, out) == (0, "2 expired imports purged.\n")
    assert set(RunPiece.objects.values_list("run", flat=True)) == {run.pk for run in (fresh, *running)}
    counts = ImportRun.objects.order_by("pk").values_list("pk", "rows", "accepted", "rejected", "created")
    assert list(counts) == before
    assert RegistrationLogEntry.objects.get().run == done
    assert Registration.objects.count() == 1
    assert purge() == (0, "0 expired imports purged.\n")


def test_the_number_of_days_is_the_sites(settings):
    settings.WAGTAIL_REGCERT = {"STAGING_DAYS": 30}
    kept = aged_run(days=29)
    aged_run(days=31)

    assert purge() == (0, "1 expired imports purged.\n")
    assert set(RunPiece.objects.values_list("run", flat=True)) == {kept.pk}


@pytest.mark.parametrize("argument", ["--colour", "everything"])
def test_wrong_arguments_end_with_three_and_purge_nothing(argument, capsys):
    aged_run(days=8)

    assert purge(argument) == (3, "")
    assert argument in capsys.readouterr().err
    assert RunPiece.objects.exists()
