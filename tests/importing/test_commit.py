"""Commit: all accepted records that still hold, or none."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.makers import make_csv, make_learner, make_qualification, make_registration, make_run, make_user
from wagtail_regcert.importing import commit as commit_module
from wagtail_regcert.importing import runs, staging
from wagtail_regcert.importing.plan import Change
from wagtail_regcert.models import ImportRun, Learner, Registration, RegistrationLogEntry, RunPiece
from wagtail_regcert.subjects.database import registrations

pytestmark = pytest.mark.django_db


@pytest.fixture
def maths():
    return make_qualification(number="603/2942/X", title="Maths")


def commit(run):
    if runs.begin_commit(run.pk):
        runs.commit(run.pk, by_owner=run.user_name != "")
    run.refresh_from_db()
    return run


def fail(*args, **values):
    raise RuntimeError("the disk is full")


def counts(run):
    return (run.state, run.created, run.updated, run.unchanged, run.cleared, run.conflicts)


def reasons(run):
    return [(one.row, one.code.value, one.facts.get("reason")) for one in runs.errors_with_conflicts(run)]


def row(learner, *cells):
    return ["603/2942/X", learner.uln, "Registered", *cells]


def test_a_commit_locks_no_learner_whom_the_file_does_not_name(maths, monkeypatch):
    named, _other = make_learner(uln="1000000027"), make_learner(uln="0012345678")
    run = make_run(make_csv(row(named), ["603/2942/X", "12345678", "Exempt"]))
    asked = set()

    class Recorded(registrations.StoredRegistrations):
        def learners(self, ulns):
            asked.update(ulns)
            return super().learners(ulns)

    monkeypatch.setattr(registrations, "StoredRegistrations", Recorded)
    commit(run)

    assert asked == {"1000000027", "12345678"}
    assert counts(run) == ("committed", 1, 0, 0, 0, 0)


def test_records_are_created_updated_and_left_with_a_history(maths):
    user = make_user("manage_registration", "import_registration", name="ira")
    new, old, same = make_learner(), make_learner(), make_learner()
    updated = make_registration(
        learner=old, qualification=maths, registration_number="R1", registration_date=dt.date(2025, 1, 2)
    )
    kept = make_registration(learner=same, qualification=maths, status="registered")
    run = make_run(make_csv(row(new, "A"), row(old, "B"), row(same)), user=user)
    before = timezone.now()

    commit(run)

    created = Registration.objects.get(learner=new)
    updated.refresh_from_db()
    assert counts(run) == ("committed", 1, 1, 1, 1, 0)
    assert (created.status, created.registration_number) == ("registered", "A")
    assert (updated.status, updated.registration_number, updated.registration_date) == (
        "registered",
        "B",
        None,
    )
    assert updated.updated_at >= before
    entries = {entry.object_id: entry for entry in RegistrationLogEntry.objects.all()}
    assert entries.keys() == {created.pk, updated.pk}
    entry = entries[updated.pk]
    assert (entry.user, entry.user_name, entry.run, entry.action) == (
        user,
        "ira",
        run,
        "wagtail_regcert.import",
    )
    assert entry.data == {
        "file": "file.csv",
        "row": 3,
        "changes": {
            "status": ["not_registered", "registered"],
            "registration_number": ["R1", "B"],
            "registration_date": ["2025-01-02", ""],
        },
    }
    assert len({one.uuid for one in entries.values()}) == 2
    assert {(one.uuid.version, one.uuid.variant) for one in entries.values()} == {(4, uuid.RFC_4122)}
    assert kept.pk not in entries


def test_validating_writes_nothing_but_the_run(maths):
    registration = make_registration(qualification=maths)

    make_run(make_csv(row(registration.learner, "A"), row(make_learner(), "B")))

    assert list(Registration.objects.values_list("pk", "registration_number")) == [(registration.pk, "")]
    assert not RegistrationLogEntry.objects.exists()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda one: Registration.objects.filter(pk=one.pk).update(registration_number="HAND"), "changed"),
        (lambda one: one.delete(), "deleted"),
        (lambda one: Learner.objects.filter(pk=one.learner_id).update(uln="5"), "invalid"),
    ],
)
def test_a_record_that_changed_since_validation_is_not_applied(maths, change, reason):
    changed, other = make_registration(qualification=maths), make_registration(qualification=maths)
    run = make_run(make_csv(row(changed.learner, "A"), row(other.learner, "B")))
    change(changed)

    commit(run)

    other.refresh_from_db()
    assert counts(run) == ("committed", 0, 1, 0, 0, 1)
    assert reasons(run) == [(2, "changed_since_validation", reason)]
    assert other.registration_number == "B"
    assert not Registration.objects.filter(registration_number="A").exists()


def test_a_registration_created_meanwhile_with_other_values_is_a_conflict(maths):
    learner = make_learner()
    run = make_run(make_csv(row(learner, "A")))
    registration = make_registration(learner=learner, qualification=maths, registration_number="A")

    commit(run)

    registration.refresh_from_db()
    assert counts(run) == ("committed", 0, 0, 0, 0, 1)
    assert reasons(run) == [(2, "changed_since_validation", "created")]
    assert registration.status == "not_registered"


def test_what_is_stored_meanwhile_as_the_file_says_is_unchanged_and_not_the_runs(maths):
    same = {"status": "registered", "registration_number": "A"}
    new, old, other = make_learner(), make_learner(), make_registration(qualification=maths)
    updated = make_registration(learner=old, qualification=maths, postal_tracking_reference="P")
    run = make_run(make_csv(*(row(one, "A") for one in (new, old, other.learner))))
    created = make_registration(learner=new, qualification=maths, **same)
    Registration.objects.filter(pk=updated.pk).update(**same, postal_tracking_reference="")
    moments = dict(Registration.objects.values_list("pk", "updated_at"))

    commit(run)

    assert counts(run) == ("committed", 0, 1, 2, 0, 0)
    assert run.accepted == run.created + run.updated + run.unchanged + run.conflicts
    assert reasons(run) == []
    assert list(staging.load_kinds(run, RunPiece.Kind.RECORD_KINDS)) == [
        Change.NOTHING,
        Change.NOTHING,
        Change.UPDATES,
    ]
    assert set(RegistrationLogEntry.objects.values_list("object_id", flat=True)) == {other.pk}
    now = dict(Registration.objects.values_list("pk", "updated_at"))
    assert {pk for pk in now if now[pk] != moments[pk]} == {other.pk}
    assert created.pk in now


def test_a_record_that_was_unchanged_and_is_stored_otherwise_by_now_is_a_conflict(maths):
    registration = make_registration(qualification=maths, status="registered")
    run = make_run(make_csv(row(registration.learner)))
    Registration.objects.update(registration_number="HAND")

    commit(run)

    registration.refresh_from_db()
    assert counts(run) == ("committed", 0, 0, 0, 0, 1)
    assert reasons(run) == [(2, "changed_since_validation", "changed")]
    assert registration.registration_number == "HAND"


def test_a_uln_that_went_to_another_learner_who_has_what_the_file_says_leaves_nothing_to_do(maths):
    first, second = make_learner(), make_registration(qualification=maths, status="registered").learner
    uln = first.uln
    run = make_run(make_csv(row(first)))
    Learner.objects.filter(pk=first.pk).update(uln=None)
    Learner.objects.filter(pk=second.pk).update(uln=uln)

    commit(run)

    assert counts(run) == ("committed", 0, 0, 1, 0, 0)
    assert not Registration.objects.filter(learner=first).exists()


def test_a_file_that_is_read_otherwise_than_it_was_shown_applies_nothing(maths):
    registration = make_registration(qualification=maths)
    run = make_run(make_csv(row(registration.learner, "A")))
    # As after an upgrade between the two.
    staged = [one._replace(after=("achieved", *one.after[1:])) for one in staging.load_records(run)]
    staging.discard(run, RunPiece.Kind.RECORDS)
    staging.save_records(run, staged)

    commit(run)

    registration.refresh_from_db()
    assert counts(run) == ("committed", 0, 0, 0, 0, 1)
    assert reasons(run) == [(2, "changed_since_validation", "invalid")]
    assert registration.registration_number == ""


def test_a_field_that_the_file_does_not_carry_may_change(maths):
    registration = make_registration(qualification=maths)
    run = make_run(make_csv(row(registration.learner, "A")))
    Registration.objects.filter(pk=registration.pk).update(planned_achievement_date=dt.date(2027, 1, 1))

    commit(run)

    registration.refresh_from_db()
    assert (registration.registration_number, registration.planned_achievement_date) == (
        "A",
        dt.date(2027, 1, 1),
    )


def test_committing_twice_applies_once(maths):
    run = make_run(make_csv(row(make_learner(), "A")))

    commit(run)
    commit(run)
    runs.commit(run.pk, by_owner=False)

    assert counts(run) == ("committed", 1, 0, 0, 0, 0)
    assert RegistrationLogEntry.objects.count() == 1


def test_a_failure_on_the_way_leaves_everything_as_it_was(maths, monkeypatch):
    registration = make_registration(qualification=maths, registration_number="R1")
    run = make_run(make_csv(row(registration.learner, "A"), row(make_learner(), "B")))

    monkeypatch.setattr(commit_module, "write_entries", fail)
    with pytest.raises(RuntimeError):
        commit(run)

    run.refresh_from_db()
    assert list(Registration.objects.values_list("registration_number", flat=True)) == ["R1"]
    assert (run.state, bool(run.failure)) == ("failed", True)
    assert not RegistrationLogEntry.objects.exists()


def test_a_commit_that_failed_can_be_tried_again(maths, monkeypatch):
    run = make_run(make_csv(row(make_learner(), "A")))
    with monkeypatch.context() as broken:
        broken.setattr(commit_module, "write_entries", fail)
        with pytest.raises(RuntimeError):
            commit(run)

    commit(run)

    assert counts(run) == ("committed", 1, 0, 0, 0, 0)
    assert run.failure == ""


@pytest.mark.parametrize("loss", ["inactive", "role", "deleted"])
def test_an_owner_who_may_no_longer_import_commits_nothing(maths, loss):
    user = make_user("manage_registration", "import_registration")
    run = make_run(make_csv(row(make_learner(), "A")), user=user)
    if loss == "inactive":
        type(user).objects.update(is_active=False)
    elif loss == "role":
        user.user_permissions.clear()
    else:
        user.delete()

    commit(run)

    assert run.state == "failed"
    assert not Registration.objects.exists()


def test_a_cancelled_run_keeps_its_counts_and_loses_its_file(maths):
    run = make_run(make_csv(row(make_learner(), "A")))

    assert runs.cancel(run.pk)

    commit(run)
    assert (run.state, run.rows, run.created) == ("cancelled", 1, 1)
    assert not RunPiece.objects.exists()
    assert not Registration.objects.exists()


def test_a_committed_run_cannot_be_cancelled(maths):
    run = commit(make_run(make_csv(row(make_learner(), "A"))))

    assert not runs.cancel(run.pk)


def test_purge_takes_what_expired_and_leaves_the_rest(maths):
    fresh, old, done = (make_run(make_csv(row(make_learner(), "A"))) for _number in range(3))
    commit(done)
    ImportRun.objects.filter(pk__in=[old.pk, done.pk]).update(
        created_at=timezone.now() - dt.timedelta(days=8)
    )

    assert runs.purge() == 2

    old.refresh_from_db()
    done.refresh_from_db()
    assert (old.state, old.rows, done.state, done.created) == ("expired", 1, "committed", 1)
    assert set(RunPiece.objects.values_list("run", flat=True)) == {fresh.pk}
    assert RegistrationLogEntry.objects.filter(run=done).count() == 1


def test_statements_grow_with_chunks_and_not_with_rows(maths):
    counted = []
    for number in (20, 200):
        old = [make_registration(qualification=maths) for _one in range(number)]
        new = [make_learner() for _one in range(number)]
        rows = [row(one.learner, "A") for one in old] + [row(one, "B") for one in new]
        rows += [["603/2942/X", str(one), "Nope"] for one in range(number)]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            commit(make_run(make_csv(*rows)))
        counted.append([query["sql"][:40] for query in queries])

    assert len(counted[0]) == len(counted[1])
