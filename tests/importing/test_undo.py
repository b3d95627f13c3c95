"""Undo: what nobody touched since goes back to what it was, all of it or nothing."""

import datetime as dt
import threading
import time

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.log_actions import registry

from tests.makers import (
    make_csv,
    make_learner,
    make_programme,
    make_qualification,
    make_registration,
    make_run,
    make_user,
)
from tests.threads import at_once
from wagtail_regcert import sync
from wagtail_regcert.history import UNDO, tracked
from wagtail_regcert.importing import runs, staging
from wagtail_regcert.importing import undo as undo_module
from wagtail_regcert.importing.undo import plan_undo
from wagtail_regcert.models import ImportRun, Learner, Registration, RegistrationLogEntry, RunPiece
from wagtail_regcert.subjects.database import base as hands

pytestmark = pytest.mark.django_db

FULL = {
    "status": "certificate_sent",
    "registration_number": "  R'1\u00e9\U0001f600",
    "registration_date": dt.date(2024, 2, 29),
    "certificate_claimed_date": dt.date(2025, 6, 30),
    "achieved_date": dt.date(1900, 1, 1),
    "certificate_received_date": dt.date(2025, 7, 21),
    "certificate_sent_date": dt.date(2100, 12, 31),
    "postal_tracking_reference": "=RM1",
}
BLANK = {"status": "not_registered", "registration_number": "", "registration_date": None}


@pytest.fixture
def user():
    return make_user("manage_registration", "import_registration", name="ira")


@pytest.fixture
def maths():
    return make_qualification(number="603/2942/X", title="Maths")


def row(learner, *cells):
    return ["603/2942/X", learner.uln, "Registered", *cells]


def commit(run):
    runs.begin_commit(run.pk)
    runs.commit(run.pk, by_owner=False)
    run.refresh_from_db()
    return run


def imported(user, *rows):
    return commit(make_run(make_csv(*rows), user=user))


def undo(run, user):
    if runs.begin_undo(run.pk, user):
        runs.undo(run.pk, user.pk)
    run.refresh_from_db()
    return run


def outcome(run):
    return (run.undo_state, run.undo_restored, run.undo_deleted, run.undo_left)


def left(run):
    return [(one.row, *one.key, one.reason.value) for one in staging.load_left(run)]


def stored():
    """Every registration with every value but the moment of its last write."""
    return {
        values.pop("id"): {name: value for name, value in values.items() if name != "updated_at"}
        for values in Registration.objects.values()
    }


def fail(*args, **values):
    raise RuntimeError("the disk is full")


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


@pytest.mark.parametrize(
    ("module", "step"), [(hands, "update_rows"), (hands, "delete_rows"), (undo_module, "write_entries")]
)
def test_a_failure_on_the_way_leaves_everything_and_can_be_tried_again(
    user, maths, monkeypatch, module, step
):
    registration = make_registration(qualification=maths, registration_number="OLD")
    before = stored()
    run = imported(user, row(registration.learner, "A"), row(make_learner(), "B"))
    written = stored()

    with monkeypatch.context() as broken:
        broken.setattr(module, step, fail)
        with pytest.raises(RuntimeError):
            undo(run, user)
    run.refresh_from_db()
    failed = (outcome(run), bool(run.failure), stored() == written, left(run))
    undo(run, user)

    assert failed == (("failed", 0, 0, 0), True, True, [])
    assert outcome(run) == ("done", 1, 1, 0)
    assert run.failure == ""
    assert stored() == before
    assert RegistrationLogEntry.objects.filter(action=UNDO).count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [IntegrityError, OperationalError])
def test_what_the_database_gives_up_is_tried_again(user, maths, monkeypatch, error):
    run = imported(user, row(make_learner(), "B"))
    write, given_up = hands.delete_rows, []

    def once(*args):
        if not given_up:
            given_up.append(args)
            raise error("a circle of waiting")
        write(*args)

    monkeypatch.setattr(hands, "delete_rows", once)
    undo(run, user)

    assert outcome(run) == ("done", 0, 1, 0)
    assert not Registration.objects.exists()


def test_undoing_twice_does_it_once(user, maths):
    run = imported(user, row(make_learner(), "B"))
    undo(run, user)
    again = make_registration(learner=Learner.objects.get(), qualification=maths, registration_number="B")

    undo(run, user)
    runs.undo(run.pk, user.pk)

    assert not runs.begin_undo(run.pk, user)
    assert list(Registration.objects.all()) == [again]
    assert RegistrationLogEntry.objects.filter(action=UNDO).count() == 1


def test_an_undo_that_nobody_claimed_does_nothing(user, maths):
    run = imported(user, row(make_learner(), "B"))

    runs.undo(run.pk, user.pk)

    run.refresh_from_db()
    assert (run.undo_state, Registration.objects.count()) == ("", 1)


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


def test_a_report_that_lost_records_undoes_nothing(user, maths):
    run = imported(user, row(make_learner(), "B"))
    RunPiece.objects.filter(kind="records").delete()

    with pytest.raises(RuntimeError, match="damaged"):
        undo(run, user)

    assert Registration.objects.count() == 1


def test_an_undo_whose_worker_is_gone_can_be_asked_for_again_and_is_purged_in_the_end(user, maths):
    run = imported(user, row(make_learner()))
    assert runs.begin_undo(run.pk, user)
    at_work = runs.begin_undo(run.pk, user)
    ImportRun.objects.update(moved_at=timezone.now() - dt.timedelta(minutes=10))
    run.refresh_from_db()

    assert not at_work
    assert runs.can_undo(run)
    assert outcome(undo(run, user)) == ("done", 0, 1, 0)
    assert not Registration.objects.exists()


def test_purge_waits_for_an_undo_that_is_running(user, maths):
    run = imported(user, row(make_learner(), "B"))
    runs.begin_undo(run.pk, user)
    ImportRun.objects.update(created_at=timezone.now() - dt.timedelta(days=8))

    purged = runs.purge()
    runs.undo(run.pk, user.pk)
    run.refresh_from_db()

    assert (purged, outcome(run)) == (0, ("done", 0, 1, 0))
    assert runs.purge() == 1


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


# At the same time, on real connections.

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
