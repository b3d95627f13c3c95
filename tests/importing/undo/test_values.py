"""Undo: old values come back, what was created goes, and history says so."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.log_actions import registry

from tests.importing.undo.steps import FULL, imported, left, outcome, row, stored, undo
from tests.makers import make_learner, make_programme, make_registration, make_user
from wagtail_regcert.history import UNDO
from wagtail_regcert.importing.undo import plan_undo
from wagtail_regcert.models import Learner, Registration, RegistrationLogEntry

pytestmark = pytest.mark.django_db

BLANK = {"status": "not_registered", "registration_number": "", "registration_date": None}


def test_old_values_come_back_and_what_was_created_goes(user, maths):
    programme = make_programme()
    full = make_registration(qualification=maths, programme=programme, **FULL)
    blank = make_registration(qualification=maths, planned_achievement_date=dt.date(2027, 1, 1), **BLANK)
    same = make_registration(qualification=maths, status="registered")
    other = make_registration(learner=full.learner, registration_number="X")
    before = stored()
    run = imported(
        user,
        row(full.learner),
        row(blank.learner, "B", "02/01/2025", "", "", "", "", "T"),
        row(same.learner),
        row(make_learner(), "N"),
    )
    written = stored()

    undo(run, user)

    run.refresh_from_db()
    assert len(written) == 5
    assert stored() == before
    assert outcome(run) == ("done", 2, 1, 0)
    assert (run.undone_by_name, run.undone_at > run.finished_at, run.failure) == ("ira", True, "")
    assert left(run) == []
    assert (run.state, run.created, run.updated, run.unchanged) == ("committed", 1, 2, 1)
    moments = dict(Registration.objects.values_list("pk", "updated_at"))
    assert moments[full.pk] == moments[blank.pk] == run.undone_at
    assert (moments[same.pk], moments[other.pk]) == (same.updated_at, other.updated_at)


def test_each_change_leaves_a_history_entry(user, maths):
    boss = make_user(superuser=True, name="boss")
    updated = make_registration(
        qualification=maths, registration_number="R1", registration_date=dt.date(2025, 1, 2)
    )
    new = make_learner(given_names="Bo", family_name="Ek")
    run = imported(user, row(updated.learner, "B"), row(new, "N"))
    created = Registration.objects.get(learner=new)

    undo(run, boss)

    entries = {entry.object_id: entry for entry in RegistrationLogEntry.objects.filter(action=UNDO)}
    assert entries.keys() == {updated.pk, created.pk}
    for entry in entries.values():
        assert (entry.user, entry.user_name, entry.run, entry.timestamp) == (
            boss,
            "boss",
            run,
            run.undone_at,
        )
    assert entries[updated.pk].data == {
        "file": "file.csv",
        "row": 2,
        "changes": {
            "status": ["registered", "not_registered"],
            "registration_number": ["B", "R1"],
            "registration_date": ["", "2025-01-02"],
        },
    }
    gone = entries[created.pk]
    assert gone.data == {
        "file": "file.csv",
        "row": 3,
        "changes": {
            "learner": [str(new.pk), ""],
            "qualification": [str(maths.pk), ""],
            "status": ["registered", ""],
            "registration_number": ["N", ""],
        },
    }
    assert (entries[updated.pk].deleted, gone.deleted) == (False, True)
    assert gone.label == f"Bo Ek · {new.uln} – {maths}"
    assert len({entry.uuid for entry in entries.values()}) == 2


def test_history_says_it_in_words(user, maths):
    registration = make_registration(qualification=maths, registration_number="R1")
    run = imported(user, row(registration.learner))

    undo(run, user)

    entry = registry.get_logs_for_instance(registration).first()
    assert entry.action == UNDO
    assert entry.formatter.format_message(entry) == (
        "Undone: Status: Registered → Not registered; Registration number: R1 (row 2 of file.csv)"
    )


def test_a_learner_whose_uln_changed_is_still_the_same_learner(user, maths):
    registration = make_registration(qualification=maths, registration_number="OLD")
    run = imported(user, row(registration.learner, "A"))
    Learner.objects.filter(pk=registration.learner_id).update(uln=None)

    undo(run, user)

    registration.refresh_from_db()
    assert (outcome(run), registration.registration_number) == (("done", 1, 0, 0), "OLD")


def test_planning_writes_nothing(user, maths):
    registration = make_registration(qualification=maths, **FULL)
    run = imported(user, row(registration.learner, "A"), row(make_learner(), "B"))
    before = stored()

    plan = plan_undo(run)

    assert (plan.restored, plan.deleted, list(plan.left)) == (1, 1, [])
    assert stored() == before
    assert not RegistrationLogEntry.objects.filter(action=UNDO).exists()


def test_statements_grow_with_chunks_and_not_with_rows(user, maths):
    counted = []
    # They are read once for a user, and not for each undo.
    user.get_all_permissions()
    for number in (2, 200):
        old = [make_registration(qualification=maths) for _one in range(number)]
        rows = [row(one.learner, "A") for one in old] + [row(make_learner(), "B") for _one in range(number)]
        run = imported(user, *rows)
        Registration.objects.filter(pk=old[0].pk).update(registration_number="HAND")
        with CaptureQueriesContext(connection) as queries:
            undo(run, user)
        assert outcome(run) == ("done", number - 1, number, 1)
        counted.append([query["sql"][:60] for query in queries])

    assert len(counted[0]) == len(counted[1])
