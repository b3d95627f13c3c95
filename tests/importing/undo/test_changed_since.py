"""Undo: what changed since, or what the import did not write, is left alone."""

import pytest
from django.db import connection

from tests.importing.undo.steps import FULL, commit, imported, left, outcome, row, stored, undo
from tests.makers import make_csv, make_learner, make_registration, make_run, make_user
from wagtail_regcert import sync
from wagtail_regcert.history import UNDO, tracked
from wagtail_regcert.importing import runs
from wagtail_regcert.importing.undo import plan_undo
from wagtail_regcert.models import Registration, RegistrationLogEntry

pytestmark = pytest.mark.django_db


def by_bulk_update(one):
    one.registration_number = "HAND"
    Registration.objects.bulk_update([one], ["registration_number"])


def by_sync(one):
    sync.registrations(
        [{"uln": one.learner.uln, "qualification": "603/2942/X", "registration_number": "SYNC"}]
    )


def by_another_import(one):
    imported(None, row(one.learner, "IMPORT"))


def and_back(one):
    for number in ("HAND", one.registration_number):
        Registration.objects.filter(pk=one.pk).update(registration_number=number)


def and_created_again(one):
    Registration.objects.filter(pk=one.pk).delete()
    make_registration(
        **{name: getattr(one, name) for name in tracked(Registration) if name not in ("programme",)},
    )


def past_the_models(one):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE wagtail_regcert_registration SET registration_number = 'RAW' WHERE id = %s", [one.pk]
        )


def of_learner(one):
    Registration.objects.filter(pk=one.pk).update(learner=make_learner())


def programme_by_sync(one):
    sync.registrations([{"uln": one.learner.uln, "qualification": "603/2942/X", "programme": "Bakers"}])


def planned_past_the_models(one):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE wagtail_regcert_registration SET planned_achievement_date = '2027-01-01' WHERE id = %s",
            [one.pk],
        )


def started_past_the_models(one):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE wagtail_regcert_registration SET start_date = '2025-09-01' WHERE id = %s", [one.pk]
        )


EITHER = [
    (lambda one: one.save(), "changed"),
    (by_bulk_update, "changed"),
    (by_sync, "changed"),
    (by_another_import, "changed"),
    (and_back, "changed"),
    (and_created_again, "changed"),
    (past_the_models, "changed"),
    (of_learner, "deleted"),
    (lambda one: one.delete(), "deleted"),
]


@pytest.mark.parametrize(
    ("was_created", "change", "reason"),
    [(was_created, *case) for was_created in (True, False) for case in EITHER]
    + [
        (True, programme_by_sync, "completed"),
        (True, planned_past_the_models, "completed"),
        (True, started_past_the_models, "completed"),
        (False, programme_by_sync, "changed"),
    ],
)
def test_what_changed_since_is_left_alone_and_listed(user, maths, was_created, change, reason):
    learner = make_learner()
    if not was_created:
        make_registration(learner=learner, qualification=maths, **FULL)
    other = make_registration(qualification=maths, registration_number="OLD")
    run = imported(user, row(other.learner, "A"), row(learner, "B"))
    changed = Registration.objects.get(learner=learner)
    pk = changed.pk
    change(changed)
    before = {key: values for key, values in stored().items() if key != other.pk}

    undo(run, user)

    other.refresh_from_db()
    assert outcome(run) == ("done", 1, 0, 1)
    assert left(run) == [(3, learner.pk, maths.pk, reason)]
    assert other.registration_number == "OLD"
    assert {key: values for key, values in stored().items() if key != other.pk} == before
    assert not RegistrationLogEntry.objects.filter(action=UNDO, object_id=pk).exists()


def test_a_later_import_of_the_same_values_changed_nothing(user, maths):
    registration = make_registration(qualification=maths, registration_number="OLD")
    run = imported(user, row(registration.learner, "A"))
    imported(user, row(registration.learner, "A"))

    undo(run, user)

    registration.refresh_from_db()
    assert (outcome(run), registration.registration_number) == (("done", 1, 0, 0), "OLD")


def test_what_turned_out_unchanged_at_the_commit_is_none_of_its_undo(user, maths):
    applied, stored_meanwhile = make_registration(qualification=maths), make_registration(qualification=maths)
    new = make_learner()
    rows = [row(one, "A") for one in (applied.learner, stored_meanwhile.learner, new)]
    run = make_run(make_csv(*rows), user=user)
    other = make_run(make_csv(row(stored_meanwhile.learner, "A"), row(new, "A")))
    commit(other)
    commit(run)

    plan = plan_undo(run)
    undo(run, user)

    numbers = dict(Registration.objects.values_list("learner", "registration_number"))
    assert [step.row for step in plan.steps] == [2]
    assert (outcome(run), left(run)) == (("done", 1, 0, 0), [])
    assert numbers == {applied.learner_id: "", stored_meanwhile.learner_id: "A", new.pk: "A"}
    assert outcome(undo(other, make_user(superuser=True))) == ("done", 1, 1, 0)


def test_an_import_of_which_all_was_stored_meanwhile_has_nothing_to_undo(user, maths):
    registration = make_registration(qualification=maths)
    run = make_run(make_csv(row(registration.learner, "A")), user=user)
    imported(user, row(registration.learner, "A"))
    commit(run)

    assert (run.unchanged, run.conflicts) == (1, 0)
    assert not runs.can_undo(run)


def test_conflicts_of_the_import_are_none_of_its_undo(user, maths):
    late, applied = make_registration(qualification=maths), make_registration(qualification=maths)
    run = make_run(make_csv(row(late.learner, "A"), row(applied.learner, "B")), user=user)
    Registration.objects.filter(pk=late.pk).update(registration_number="HAND")
    commit(run)

    undo(run, user)

    numbers = dict(Registration.objects.values_list("pk", "registration_number"))
    assert (outcome(run), left(run)) == (("done", 1, 0, 0), [])
    assert numbers == {late.pk: "HAND", applied.pk: ""}
