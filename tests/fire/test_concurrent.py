"""Two to eight commits of overlapping files, with edits in between: the end is that of a serial order."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core import signing
from django.db import OperationalError
from django.test import Client
from django.urls import resolve

from tests.makers import make_user
from wagtail_regcert import sync
from wagtail_regcert.forms import salt
from wagtail_regcert.history import snapshot
from wagtail_regcert.models import Learner, Qualification, Registration, RegistrationLogEntry

from .conftest import Fire
from .processes import CONTEXT, FOR_GOOD, Worker
from .world import (
    NUMBER,
    State,
    claimed,
    clear_round,
    commit,
    finish,
    make_world,
    replay,
    tracked,
    ulns,
    whole,
)

pytestmark = pytest.mark.django_db(transaction=True)

LISTING = "/admin/registration-and-certification/"
LEARNERS = 80


@pytest.mark.parametrize("commits", range(2, 9))
def test_overlapping_commits_and_edits_end_as_in_some_serial_order(fire, commits):
    make_world(LEARNERS)
    user = make_user(superuser=True)
    # Loads all views here, once, and not in every process while the commits are at work.
    resolve(LISTING)
    rounds = max(1, fire.kills // 6)
    counts: Counter[str] = Counter()
    faults: list[str] = []

    for number in range(rounds):
        found, wrong = one_round(fire, number, commits, user.pk)
        counts += found
        faults += wrong
        clear_round(LEARNERS)

    fire.tell(rounds=rounds, commits=rounds * commits, **dict(sorted(counts.items())), faults=len(faults))
    assert faults == []
    assert counts["conflicts"] > 0


def one_round(fire: Fire, number: int, commits: int, user_id: int) -> tuple[Counter[str], list[str]]:
    files = [
        claimed(f"R{number}F{file}", fire.random.sample(ulns(LEARNERS), fire.random.randint(30, LEARNERS)))
        for file in range(commits)
    ]
    began_with = tracked()
    by_hand: list[Callable[..., Counter[str]]] = [edit, delete, add, synchronise]
    start = CONTEXT.Barrier(commits + len(by_hand))
    committing = [Worker(commit_together, run.pk, start, fire.random.uniform(0, 0.2)) for run in files]
    editing = [Worker(work, user_id, fire.random.sample(ulns(LEARNERS), LEARNERS), start) for work in by_hand]

    counts: Counter[str] = Counter()
    faults: list[str] = []
    for worker in committing:
        worker.result()
    for worker in editing:
        counts += worker.result()
    for run in files:
        run.refresh_from_db()
        if run.state == State.FAILED:
            counts["tried_again"] += 1
            finish(run.pk)
            run.refresh_from_db()
        if run.state != State.COMMITTED:
            faults.append(f"a run is left {run.state}")
        faults += whole(run)
        counts += Counter({"applied": run.created + run.updated, "conflicts": run.conflicts})
    counts["history"] += RegistrationLogEntry.objects.count()
    return counts, [*faults, *replay(began_with)]


def commit_together(run_id: Any, start: Any, wait: float) -> None:
    start.wait(FOR_GOOD)
    time.sleep(wait)
    commit(run_id)


def a_person(user_id: int, start: Any) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.get(pk=user_id))
    start.wait(FOR_GOOD)
    return client


def edit(user_id: int, chosen: list[str], start: Any) -> Counter[str]:
    """Open a form and save it at once, one learner after another."""
    client = a_person(user_id, start)
    counts: Counter[str] = Counter()
    for turn, uln in enumerate(chosen[:12]):
        registration = Registration.objects.filter(learner__uln=uln).first()
        if registration is None:
            continue
        form = {
            "seen": signing.dumps([registration.pk, snapshot(registration)], salt=salt(Registration)),
            "learner": registration.learner_id,
            "qualification": registration.qualification_id,
            "status": "achieved",
            "registration_number": f"HAND{turn}",
        }
        response = client.post(f"{LISTING}edit/{registration.pk}/", form)
        counts[{302: "edits", 200: "edits_refused", 404: "edits_of_deleted"}[response.status_code]] += 1
    return counts


def delete(user_id: int, chosen: list[str], start: Any) -> Counter[str]:
    client = a_person(user_id, start)
    counts: Counter[str] = Counter()
    for uln in chosen[:6]:
        if registration := Registration.objects.filter(learner__uln=uln).first():
            response = client.post(f"{LISTING}delete/{registration.pk}/")
            counts[{302: "deletions", 404: "deletions_of_deleted"}[response.status_code]] += 1
    return counts


def add(user_id: int, chosen: list[str], start: Any) -> Counter[str]:
    client = a_person(user_id, start)
    maths = Qualification.objects.get()
    counts: Counter[str] = Counter()
    for learner in Learner.objects.filter(uln__in=chosen[:12], registrations=None):
        form = {"learner": learner.pk, "qualification": maths.pk, "status": "exempt"}
        response = client.post(f"{LISTING}add/", form)
        counts[{302: "additions", 200: "additions_refused"}[response.status_code]] += 1
    return counts


def synchronise(user_id: int, chosen: list[str], start: Any) -> Counter[str]:
    """What a site's nightly job does, in the middle of the day."""
    start.wait(FOR_GOOD)
    counts: Counter[str] = Counter()
    for turn in range(3):
        rows = [
            {"uln": uln, "qualification": NUMBER, "postal_tracking_reference": f"SYNC{turn}"}
            for uln in chosen[turn * 10 :][:15]
        ]
        try:
            done = sync.registrations(rows)
        except OperationalError:
            # The database broke a circle of waiting: nothing of it is written, and a site runs it again.
            counts["syncs_given_up"] += 1
        else:
            counts["synced"] += done.created + done.updated
    return counts
