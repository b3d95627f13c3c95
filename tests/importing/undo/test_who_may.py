"""Undo: by whom, and of which imports."""

import datetime as dt

import pytest
from django.utils import timezone

from tests.importing.undo.steps import imported, outcome, row, undo
from tests.makers import make_learner, make_user
from wagtail_regcert.importing import runs
from wagtail_regcert.models import ImportRun, Registration

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", [state for state in ImportRun.State if state != "committed"])
def test_only_a_committed_run_can_be_undone(user, maths, state):
    run = imported(user, row(make_learner(), "B"))
    ImportRun.objects.update(state=state)

    assert not runs.begin_undo(run.pk, user)


def test_an_expired_run_cannot_be_undone(user, maths):
    run = imported(user, row(make_learner(), "B"))
    ImportRun.objects.update(created_at=timezone.now() - dt.timedelta(days=7))

    assert not runs.begin_undo(run.pk, user)


@pytest.mark.parametrize("loss", ["inactive", "role", "deleted", "not the owner"])
def test_who_may_no_longer_import_undoes_nothing(user, maths, loss):
    run = imported(user, row(make_learner(), "B"))
    assert runs.begin_undo(run.pk, user)
    pk = user.pk
    if loss == "inactive":
        type(user).objects.update(is_active=False)
    elif loss == "role":
        user.user_permissions.clear()
    elif loss == "deleted":
        user.delete()
    else:
        pk = make_user("manage_registration", "import_registration").pk

    runs.undo(run.pk, pk)

    run.refresh_from_db()
    assert (outcome(run), "Nothing was undone" in run.failure) == (("failed", 0, 0, 0), True)
    assert Registration.objects.count() == 1


def test_a_run_of_the_command_line_is_undone_by_superusers_only(user, maths):
    run = imported(None, row(make_learner(), "B"))

    assert not runs.begin_undo(run.pk, user)
    undo(run, make_user(superuser=True))

    assert outcome(run) == ("done", 0, 1, 0)
