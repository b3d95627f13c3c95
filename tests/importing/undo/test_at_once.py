"""Undo beside others at the same time, on real connections."""

import threading
import time

import pytest
from django.db import transaction

from tests.importing.undo.steps import commit, imported, outcome, row, undo
from tests.makers import make_csv, make_learner, make_qualification, make_registration, make_run, make_user
from tests.threads import at_once
from wagtail_regcert.history import UNDO
from wagtail_regcert.importing import runs
from wagtail_regcert.models import ImportRun, Registration, RegistrationLogEntry

pytestmark = pytest.mark.django_db

ULNS = [f"{5_000_000_000 + number}" for number in range(20)]


@pytest.fixture
def world(transactional_db):
    """A superuser, and a committed run that updated ten registrations and created ten."""
    maths = make_qualification(number="603/2942/X")
    learners = [make_learner(uln=uln) for uln in ULNS]
    for learner in learners[:10]:
        make_registration(learner=learner, qualification=maths, registration_number="OLD")
    return make_user(superuser=True), imported(None, *(row(learner, "A") for learner in learners))


def numbers():
    return list(Registration.objects.order_by("pk").values_list("registration_number", flat=True))


@pytest.mark.parametrize("attempt", range(2))
def test_many_who_undo_at_once_undo_once(world, attempt):
    user, run = world

    raised = at_once(*[lambda: undo(ImportRun.objects.get(pk=run.pk), user)] * 5)

    run.refresh_from_db()
    assert raised == []
    assert outcome(run) == ("done", 10, 10, 0)
    assert numbers() == ["OLD"] * 10
    assert RegistrationLogEntry.objects.filter(action=UNDO).count() == 20


@pytest.mark.parametrize("attempt", range(2))
def test_workers_that_take_the_same_undo_do_it_once(world, attempt):
    user, run = world
    runs.begin_undo(run.pk, user)

    raised = at_once(*[lambda: runs.undo(run.pk, user.pk)] * 4)

    assert raised == []
    assert RegistrationLogEntry.objects.filter(action=UNDO).count() == 20


@pytest.mark.parametrize("attempt", range(2))
def test_edits_by_hand_during_an_undo_are_not_lost(world, attempt):
    user, run = world
    keys = list(Registration.objects.order_by("-pk").values_list("pk", flat=True)[::2])

    def edit():
        for pk in keys:
            Registration.objects.filter(pk=pk).update(postal_tracking_reference="HAND")

    raised = at_once(lambda: undo(ImportRun.objects.get(pk=run.pk), user), edit)

    run.refresh_from_db()
    assert raised == []
    # Edited first: left as imported. Undone first: the old number, or gone, and then edited or not there.
    first = Registration.objects.filter(registration_number="A", postal_tracking_reference="HAND").count()
    assert run.undo_left == first == numbers().count("A")
    assert run.undo_restored + run.undo_deleted == 20 - first
    by_hand = Registration.objects.filter(pk__in=keys)
    assert set(by_hand.values_list("postal_tracking_reference", flat=True)) == {"HAND"}


def test_an_undo_waits_for_an_edit_that_began_before_it(world):
    user, run = world
    pk = Registration.objects.values_list("pk", flat=True)[0]
    edited = threading.Event()

    def edit():
        with transaction.atomic():
            Registration.objects.filter(pk=pk).update(registration_number="HAND")
            edited.set()
            time.sleep(0.5)

    def undo_meanwhile():
        edited.wait(10)
        undo(ImportRun.objects.get(pk=run.pk), user)

    raised = at_once(edit, undo_meanwhile)

    run.refresh_from_db()
    assert raised == []
    assert outcome(run) == ("done", 9, 10, 1)
    assert numbers() == ["HAND", *["OLD"] * 9]


@pytest.mark.parametrize("attempt", range(2))
def test_an_undo_and_a_commit_of_the_same_records_go_one_after_the_other(world, attempt):
    user, run = world
    later = make_run(make_csv(*(["603/2942/X", uln, "Registered", "B"] for uln in ULNS[::-1])))

    raised = at_once(
        lambda: undo(ImportRun.objects.get(pk=run.pk), user),
        lambda: commit(ImportRun.objects.get(pk=later.pk)),
    )

    run.refresh_from_db()
    later.refresh_from_db()
    assert raised == []
    undone_first = (("done", 10, 10, 0), (0, 20), ["OLD"] * 10)
    committed_first = (("done", 0, 0, 20), (20, 0), ["B"] * 20)
    assert (outcome(run), (later.updated, later.conflicts), numbers()) in (undone_first, committed_first)
