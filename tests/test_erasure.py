"""Erasing a learner: every column of every table is searched for what named them."""

import datetime as dt
import json
import zlib
from contextlib import suppress
from functools import partial
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.db import connection
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from wagtail_regcert import history
from wagtail_regcert.erasure import Erased, erase_learner
from wagtail_regcert.importing import runs
from wagtail_regcert.layouts import LEARNERS, Separator
from wagtail_regcert.models import (
    ChangeLogEntry,
    ExportRun,
    ImportRun,
    Learner,
    Registration,
    RegistrationLogEntry,
    RunPiece,
)

from .makers import make_csv, make_learner, make_qualification, make_registration, make_run, make_user
from .threads import at_once

pytestmark = pytest.mark.django_db

State = ImportRun.State
ULN, REFERENCE, NUMBER, TRACKING = "9276308686", 'REF/77 "x"', "RN-4711-Z", "TR-0815-Q"
TRACES = (ULN, REFERENCE, NUMBER, TRACKING, "Zebedee", "Quagmire", "1999-02-03")


@pytest.fixture
def qualification():
    return make_qualification(number="603/2942/X")


@pytest.fixture
def learner():
    return make_learner(
        given_names="Zebedee",
        family_name="Quagmire",
        uln=ULN,
        reference=REFERENCE,
        gender="M",
        date_of_birth=dt.date(1999, 2, 3),
    )


@pytest.fixture
def other():
    return make_learner(given_names="Ann", family_name="Other", uln="4242424242")


@pytest.fixture
def registration(learner, qualification):
    return make_registration(
        learner=learner,
        qualification=qualification,
        status="registered",
        registration_number=NUMBER,
        postal_tracking_reference=TRACKING,
    )


def row(uln, number="", tracking=""):
    return ["603/2942/X", uln, "Achieved", number, "", "", "", "", "", tracking]


def commit(run):
    runs.begin_commit(run.pk)
    runs.commit(run.pk, by_owner=False)
    run.refresh_from_db()
    return run


def as_text(value):
    """A stored value as text: unpacked where it is packed."""
    if isinstance(value, memoryview | bytes):
        value = bytes(value)
        with suppress(zlib.error):
            value = zlib.decompress(value)
        return value.decode("utf-8", "replace").replace("\0", "")
    if isinstance(value, str):
        return value.replace('\\"', '"').replace('""', '"')
    return json.dumps(value, default=str, ensure_ascii=False)


def places_of(texts):
    """Table and column of every stored value that holds one of the texts, ignoring case."""
    models = [
        *apps.get_app_config("wagtail_regcert").get_models(),
        *apps.get_app_config("wagtailcore").get_models(),
    ]
    found = set()
    with connection.cursor() as cursor:
        for model in models:
            table = model._meta.db_table
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            names = [column[0] for column in cursor.description]
            for values in cursor.fetchall():
                for name, value in zip(names, values, strict=True):
                    text = as_text(value).replace('\\"', '"').replace('""', '"').casefold()
                    found |= {(table, name, one) for one in texts if one.casefold() in text}
    return found


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


@pytest.mark.parametrize(
    "name",
    [
        "Zebedee_Quagmire.csv",
        "zebedee-quagmire.csv",
        "Quagmire_Zebedee.csv",
        "QUAGMIRE certificates.csv",
        "Oldname.csv",
        f"{ULN}.csv",
    ],
)
def test_a_file_called_after_the_learner_is_renamed_however_it_is_written(learner, registration, name):
    formerly_called(learner, registration, "Zebedee Oldname · 1111111111")
    run = make_run(make_csv(row("4242424242")))
    ImportRun.objects.filter(pk=run.pk).update(file_name=name)

    assert erase_learner(learner.pk).file_names == 1

    run.refresh_from_db()
    assert run.file_name == "erased.csv"


@pytest.mark.parametrize("name", ["quagmires.csv", "november.csv", "927630868.csv"])
def test_a_file_called_after_something_else_keeps_its_name(learner, registration, name):
    run = make_run(make_csv(row("4242424242")))
    ImportRun.objects.filter(pk=run.pk).update(file_name=name)

    assert erase_learner(learner.pk).file_names == 0


@pytest.mark.parametrize("searched", ["Zebedee,Quagmire", "oldname", "1111111111", "quag"])
def test_searches_for_present_and_former_names_are_erased(learner, registration, searched):
    formerly_called(learner, registration, "Zebedee Oldname · 1111111111")
    ExportRun.objects.create(layout="export", filters=f"q={searched}", records=1)

    assert erase_learner(learner.pk).exports == 1
    assert ExportRun.objects.get().filters == "q=erased"


@pytest.mark.parametrize("text", ["Quagmire; Zebedee", "Zebedee  Quagmire", "Quagmire-Zebedee", "1111111111"])
def test_a_report_that_mentions_the_learner_in_any_way_is_thrown_away(learner, registration, text):
    formerly_called(learner, registration, "Zebedee Oldname · 1111111111")
    make_run(make_csv(row("4242424242", text)))

    assert erase_learner(learner.pk).reports == 1
    assert not RunPiece.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        # Letters that are taken apart, ligatures and full-width forms; invisible characters.
        "Zoe\u0308 Quagmire\u0301-Fi\u0301sher",
        "zoë quagmiré-ﬁ\u0301sher",
        "Zo\u00adë\u200e Quag\u200bmiré Fí\ufe0fsher",
        "Ｑｕａｇｍｉｒé Físher, Zoë",
        "92763\u200b08686",
        "９２７６３０８６８６",
        "927 630 8686",
        "927\u00a06308686",
        "9,276,308,686",
        "9276-308-686",
        "9276308686.0",
    ],
)
def test_a_report_that_writes_the_learner_otherwise_is_thrown_away_too(qualification, text):
    learner = make_learner(given_names="Zoë", family_name="Quagmiré-Físher", uln=ULN)
    encodings = ["utf-8", "utf-8-sig", "utf-16"]
    for encoding in encodings:
        run = make_run(make_csv(row("4242424242", text), encoding=encoding))
        ImportRun.objects.filter(pk=run.pk).update(encoding=encoding, file_name=f"{text}.csv")
    ExportRun.objects.create(layout="export", filters=urlencode({"q": text}), records=1)

    erased = erase_learner(learner.pk)

    assert (erased.reports, erased.file_names, erased.exports) == (3, 3, 1)
    assert not RunPiece.objects.exists()


@pytest.mark.parametrize(
    "text", ["927 630 868", "19276308686", "1,927,630,868", "Zoe Quagmire", "9276/308686"]
)
def test_a_report_that_writes_something_like_it_stays(qualification, text):
    learner = make_learner(given_names="Zoë", family_name="Quagmiré", uln="9276308680")
    make_run(make_csv(row("4242424242", text)))

    assert erase_learner(learner.pk).reports == 0


def test_a_number_that_parts_cells_is_not_taken_for_a_uln(qualification):
    learner = make_learner(uln="9123456789")
    make_run(make_csv(["9", "123", "456", "789"]))

    assert erase_learner(learner.pk).reports == 0


@pytest.mark.parametrize("name", ["Zoë Quagmiré", "Müller"])
def test_values_that_a_note_shows_go_with_the_report(qualification, name):
    learner = make_learner(given_names="", family_name=name, uln=ULN)
    run = start_run_of(make_csv(row("4242424242", name), encoding="cp1252"), "cp1252")
    assert places_of([name])

    assert erase_learner(learner.pk).reports == 1

    assert places_of([name]) == set()
    run.refresh_from_db()
    assert run.has_expired


def start_run_of(data, encoding):
    run = runs.start_run(data=data, file_name="file.csv", separator=Separator.COMMA, encoding=encoding)
    runs.validate(run.pk)
    return run


def formerly_called(learner, registration, label):
    """An entry from when the learner had another name and ULN, which a sync changed since."""
    history.write_entries(
        history.EDIT,
        [history.Entry(registration.pk, f"{label} – Maths – Overall (603/2942/X)", {"changes": {}})],
        user=None,
        timestamp=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )


def test_reports_and_searches_about_others_stay(learner, other, qualification, registration):
    run = make_run(make_csv(row("4242424242", "RN-OTHER")))
    export = ExportRun.objects.create(user_name="x", layout="export", filters="q=other&run=1", records=3)

    erased = erase_learner(learner.pk)

    run.refresh_from_db()
    export.refresh_from_db()
    assert (run.state, run.has_expired, run.file_name) == (State.VALIDATED, False, "file.csv")
    assert run.pieces.exists()
    assert export.filters == "q=other&run=1"
    assert (erased.reports, erased.exports, erased.file_names) == (0, 0, 0)


@pytest.mark.parametrize(
    ("state", "after"),
    [
        (State.UPLOADED, State.EXPIRED),
        (State.VALIDATING, State.EXPIRED),
        (State.VALIDATED, State.EXPIRED),
        (State.COMMITTING, State.EXPIRED),
        (State.FAILED, State.EXPIRED),
        (State.COMMITTED, State.COMMITTED),
    ],
)
def test_an_import_that_mentions_the_learner_gives_way_whatever_its_state(
    learner, qualification, state, after
):
    run = make_run(make_csv(row(ULN)))
    ImportRun.objects.update(state=state)

    erase_learner(learner.pk)
    runs.validate(run.pk)
    runs.commit(run.pk, by_owner=False)

    run.refresh_from_db()
    assert (run.state, run.has_expired) == (after, True)
    assert not run.pieces.exists()
    assert not Registration.objects.exists()


@pytest.mark.parametrize("state", [State.COMMITTED, State.EXPIRED])
def test_the_pages_and_files_of_a_discarded_report_still_answer(client, learner, qualification, state):
    user = make_user("manage_registration", "import_registration")
    client.force_login(user)
    run = make_run(make_csv(row(ULN), ["x", ULN]), user=user)
    if state == State.COMMITTED:
        commit(run)

    erase_learner(learner.pk)

    base = f"/admin/registration-and-certification/import/{run.pk}/"
    for query in ("", "?tab=changes", "?tab=warnings"):
        page = client.get(base + query)
        assert page.status_code == 200
        assert ULN not in page.content.decode()
    for file in ("errors/", "rejected/"):
        assert client.get(base + file).status_code == 302


def test_erasing_twice_does_no_more(learner, registration):
    erase_learner(learner.pk)
    ExportRun.objects.create(user_name="x", layout="export", filters="q=erased", records=3)
    before = list(Registration.objects.values()), list(Learner.objects.values())

    erased = erase_learner(learner.pk)

    assert (erased.reports, erased.file_names, erased.exports) == (0, 0, 0)
    assert list(Learner.objects.values()) == before[1]


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


@pytest.mark.parametrize(
    "written",
    ["Zoë Quagmire", "Zoe\u0308 Quagmire", "Zo\u00adë\u200e Quagmire", "QUAGMIRE, ZOE\u0308"],
)
def test_a_name_is_found_in_a_file_however_its_letters_are_composed(written, other, qualification):
    learner = make_learner(given_names="Zoë", family_name="Quagmire", uln=ULN)
    run = make_run(make_csv(row(other.uln, number=f"for {written}")))

    assert erase_learner(learner.pk).reports == 1
    assert not RunPiece.objects.filter(run=run).exists()


def test_a_name_that_only_a_note_shows_goes_with_its_report(learner, other, qualification):
    run = make_run(make_csv(row(other.uln, number="Zebedee Quagmire é"), encoding="cp1252"))
    RunPiece.objects.filter(run=run).exclude(kind=RunPiece.Kind.NOTES).delete()

    erase_learner(learner.pk)

    assert not RunPiece.objects.filter(run=run).exists()


def test_the_report_of_the_import_that_created_the_learner_goes_however_short_their_name_is():
    rows = [["R1", "", "Bo", "Li", "", ""]]
    run = make_run(make_csv(*rows, layout=LEARNERS), about="learners")
    commit(run)
    learner = Learner.objects.get()

    erase_learner(learner.pk)

    run.refresh_from_db()
    assert run.discarded_at is not None
