"""The same file, imported before."""

import pytest

from tests.makers import make_csv, make_learner, make_qualification, make_run, make_user
from wagtail_regcert.importing import runs, staging
from wagtail_regcert.models import ImportRun

pytestmark = pytest.mark.django_db


@pytest.fixture
def data():
    make_qualification(number="603/2942/X")
    make_learner(uln="9276308686")
    return make_csv(["603/2942/X", "9276308686", "Exempt"])


def committed(data, user=None):
    run = make_run(data, user=user)
    runs.begin_commit(run.pk)
    runs.commit(run.pk, by_owner=False)
    return ImportRun.objects.get(pk=run.pk)


def noted(run):
    return [(note.code.value, note.count, note.facts.get("run")) for note in staging.load_notes(run)]


def test_a_committed_run_of_the_same_bytes_is_noted_whoever_made_it(data):
    earlier = committed(data, make_user())

    assert noted(make_run(data)) == [("imported_before", 1, str(earlier.pk))]
    assert noted(earlier) == []


def test_a_run_that_is_not_committed_or_of_other_bytes_is_not(data):
    make_run(data)
    committed(data + b"\r\n")

    assert noted(make_run(data)) == []


def test_a_run_that_changed_nothing_is_not_counted(data):
    first = committed(data)
    committed(data)

    assert noted(make_run(data)) == [("imported_before", 1, str(first.pk))]


def test_a_run_that_was_undone_is_not_counted(data):
    user = make_user(superuser=True)
    run = committed(data)
    runs.begin_undo(run.pk, user)
    runs.undo(run.pk, user.pk)

    assert noted(make_run(data)) == []


def test_the_newest_of_several_is_named(data):
    user = make_user(superuser=True)
    committed(data)
    # Blank again, so that the same file changes something once more.
    committed(make_csv(["603/2942/X", "9276308686", "Registered"]))
    newest = committed(data, user)

    assert noted(make_run(data)) == [("imported_before", 2, str(newest.pk))]


def test_notes_go_with_the_report(data):
    committed(data)
    run = make_run(data)

    runs.cancel(run.pk)

    assert staging.load_notes(run) == []
