"""Erasing a learner: every column of every table is searched for what named them."""

from functools import partial

import pytest
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from tests.erasure.steps import State, commit, row
from tests.erasure.traces import NUMBER, REFERENCE, TRACES, TRACKING, ULN, places_of
from tests.makers import make_csv, make_learner, make_qualification, make_registration, make_run, make_user
from tests.threads import at_once
from wagtail_regcert import history
from wagtail_regcert.erasure import Erased, erase_learner
from wagtail_regcert.layouts import Separator
from wagtail_regcert.models import (
    ChangeLogEntry,
    ExportRun,
    ImportRun,
    Learner,
    Registration,
    RegistrationLogEntry,
    RunPiece,
)

pytestmark = pytest.mark.django_db


def test_the_search_of_all_tables_finds_what_is_there(learner, registration):
    run = make_run(make_csv(row(ULN, NUMBER)))

    places = {(table, column) for table, column, _text in places_of(TRACES)}

    assert {
        ("wagtail_regcert_learner", "uln"),
        ("wagtail_regcert_learner", "family_name"),
        ("wagtail_regcert_learner", "date_of_birth"),
        ("wagtail_regcert_registration", "registration_number"),
        ("wagtail_regcert_runpiece", "data"),
    } <= places
    assert run.pieces.exists()


def test_nothing_that_names_the_learner_is_left_anywhere(learner, other, qualification, registration):
    manager = make_user("manage_registration")
    now = registration.created_at
    log(learner, "wagtail.edit", user=manager, data={"was": "Zebedee"})
    # As code of a site may have written, or a release before ours had a log.
    ModelLogEntry.objects.log_action(learner, "wagtail.edit", user=manager, data={"was": "Quagmire"})
    history.log_change(
        history.EDIT, registration, {"registration_number": ["", NUMBER]}, user=manager, timestamp=now
    )
    deleted = make_registration(learner=learner, registration_number=NUMBER)
    history.log_change(
        history.IMPORT, deleted, {"registration_number": ["", NUMBER]}, user=None, timestamp=now
    )
    gone = history.changes(history.snapshot(deleted), None)
    history.log_change(history.DELETE, deleted, gone, user=None, timestamp=now)
    deleted.delete()
    committed = commit(make_run(make_csv(row(ULN, "RN-NEW-1", TRACKING), row("4242424242", "RN-OTHER"))))
    ImportRun.objects.filter(pk=committed.pk).update(file_name="zebedee quagmire.csv")
    for entry in RegistrationLogEntry.objects.filter(run=committed):
        RegistrationLogEntry.objects.filter(pk=entry.pk).update(
            data={**entry.data, "file": "zebedee quagmire.csv"}
        )
    rejected = make_run(make_csv(["603/2942/X", ULN, "no status"], ["unknown", ULN]))
    zeros = make_run(make_csv(row(f"0{ULN}")))
    quoted = make_run(make_csv(["603/2942/X", "1", "Registered", REFERENCE]))
    wide = make_run(make_csv(row(ULN), separator=";", encoding="utf-16"), separator=Separator.SEMICOLON)
    for query in (f"q={ULN}", "q=zebedee+QUAG&status=achieved", f"status=achieved&q={NUMBER.lower()}"):
        ExportRun.objects.create(user_name="x", layout="export", filters=query, records=3)
    ImportRun.objects.filter(pk=wide.pk).update(encoding="utf-16")
    assert places_of(TRACES)

    erased = erase_learner(learner.pk)

    assert places_of([*TRACES, "RN-NEW-1"]) == set()
    assert erased == Erased(registrations=1, entries=4, log_entries=2, reports=5, file_names=1, exports=3)
    assert not RunPiece.objects.exists()
    assert {run.pk for run in (committed, rejected, zeros, quoted, wide)} == set(
        ImportRun.objects.filter(discarded_at__isnull=False).values_list("pk", flat=True)
    )


def test_what_can_be_counted_stays(learner, other, qualification, registration):
    run = commit(make_run(make_csv(row(ULN, "RN-NEW-1"), row("4242424242", "RN-OTHER"), ["x", ULN])))
    before = ImportRun.objects.values(
        "rows", "accepted", "created", "updated", "rejected", "error_kinds"
    ).get()
    theirs = Registration.objects.values().get(learner=other)
    export = ExportRun.objects.create(
        user_name="x", layout="export", filters="status=achieved&q=zebedee", records=3
    )

    erase_learner(learner.pk)

    learner.refresh_from_db()
    registration.refresh_from_db()
    run.refresh_from_db()
    export.refresh_from_db()
    assert (learner.full_name, learner.uln, learner.reference) == (
        f"Erased learner #{learner.pk}",
        None,
        None,
    )
    assert (learner.gender, learner.date_of_birth) == ("", None)
    assert (registration.status, registration.qualification) == ("achieved", qualification)
    assert ImportRun.objects.values(*before).get() == before
    assert (run.state, run.has_expired) == (State.COMMITTED, True)
    assert (export.filters, export.records) == ("status=achieved&q=erased", 3)
    # Of the other learner nothing changed.
    assert Registration.objects.values().get(learner=other) == theirs
    entry = RegistrationLogEntry.objects.get(object_id=theirs["id"])
    assert "Ann Other" in entry.label
    assert entry.data["changes"]["registration_number"] == ["", "RN-OTHER"]
    # Who changed what else, and when, and that it was erased.
    kept = RegistrationLogEntry.objects.filter(object_id=registration.pk).order_by("pk")
    assert [(one.action, one.label) for one in kept] == [
        (history.IMPORT, str(learner)),
        (history.ERASE, str(learner)),
    ]
    assert kept[0].data == {
        "file": "file.csv",
        "row": 2,
        "changes": {"status": ["registered", "achieved"]},
    }
    assert ChangeLogEntry.objects.for_instance(learner).get().action == history.ERASE


def test_what_a_learner_was_once_called_and_numbered_is_found_by_their_history(learner):
    run = make_run(make_csv(row("5151515151"), ["603/2942/X", "1", "Registered", "Philomena Oldname"]))
    changes = {"uln": ["5151515151", ULN], "given_names": ["Philomena", "Zebedee"]}
    data = {"file": "philomena.csv", "row": 4, "changes": {**changes, "family_name": ["Oldname", "Quagmire"]}}
    ImportRun.objects.filter(pk=run.pk).update(file_name="philomena.csv")
    entry = history.Entry(learner.pk, str(learner), data)
    history.write_entries(
        history.IMPORT, [entry], model=Learner, run=run, user=None, timestamp=run.created_at
    )

    erased = erase_learner(learner.pk)

    assert places_of([*TRACES, "Philomena", "Oldname", "5151515151"]) == set()
    assert (erased.log_entries, erased.reports, erased.file_names) == (1, 1, 1)
    kept = ChangeLogEntry.objects.for_instance(learner).order_by("pk")
    assert [(one.action, one.label, one.data) for one in kept] == [
        (history.IMPORT, f"Erased learner #{learner.pk}", {"file": "erased.csv", "row": 4}),
        (history.ERASE, f"Erased learner #{learner.pk}", {}),
    ]


def test_erasing_twice_does_no_more(learner, registration):
    erase_learner(learner.pk)
    ExportRun.objects.create(user_name="x", layout="export", filters="q=erased", records=3)
    before = list(Registration.objects.values()), list(Learner.objects.values())

    erased = erase_learner(learner.pk)

    assert (erased.reports, erased.file_names, erased.exports) == (0, 0, 0)
    assert list(Learner.objects.values()) == before[1]


def test_a_failure_half_way_erases_nothing(learner, registration, monkeypatch):
    def fail(*args):
        raise RuntimeError("half-way")

    monkeypatch.setattr("wagtail_regcert.erasure._note", fail)
    before = places_of(TRACES)

    with pytest.raises(RuntimeError, match="half-way"):
        erase_learner(learner.pk)

    assert places_of(TRACES) == before


def test_the_number_of_statements_does_not_grow_with_history(
    learner, registration, django_assert_max_num_queries
):
    for number in range(60):
        history.log_change(
            history.EDIT,
            registration,
            {"registration_number": [str(number), NUMBER]},
            user=None,
            timestamp=registration.created_at,
        )

    with django_assert_max_num_queries(40):
        erase_learner(learner.pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_a_commit_at_the_same_time_leaves_nothing_of_the_learner_either(attempt):
    make_qualification(number="603/2942/X")
    learner = make_learner(given_names="Zebedee", family_name="Quagmire", uln=ULN)
    others = [make_learner() for _number in range(20)]
    committing = [
        make_run(make_csv(*(row(one.uln, "RN") for one in [*others, learner]))) for _number in range(2)
    ]

    raised = at_once(lambda: erase_learner(learner.pk), *(partial(commit, run) for run in committing))

    assert raised == []
    assert places_of((ULN, "Zebedee", "Quagmire")) == set()
    learner.refresh_from_db()
    assert learner.family_name == f"Erased learner #{learner.pk}"
