"""Erasing a learner: imports that mention them give way, those of others stay."""

import pytest

from tests.erasure.steps import State, commit, row
from tests.erasure.traces import ULN, places_of
from tests.makers import make_csv, make_learner, make_run, make_user
from wagtail_regcert.erasure import erase_learner
from wagtail_regcert.importing import runs
from wagtail_regcert.layouts import LEARNERS, Separator
from wagtail_regcert.models import ExportRun, ImportRun, Learner, Registration, RunPiece

pytestmark = pytest.mark.django_db


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


def start_run_of(data, encoding):
    run = runs.start_run(data=data, file_name="file.csv", separator=Separator.COMMA, encoding=encoding)
    runs.validate(run.pk)
    return run


@pytest.mark.parametrize("name", ["Zoë Quagmiré", "Müller"])
def test_values_that_a_note_shows_go_with_the_report(qualification, name):
    learner = make_learner(given_names="", family_name=name, uln=ULN)
    run = start_run_of(make_csv(row("4242424242", name), encoding="cp1252"), "cp1252")
    assert places_of([name])

    assert erase_learner(learner.pk).reports == 1

    assert places_of([name]) == set()
    run.refresh_from_db()
    assert run.has_expired


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
