"""Erasing a learner: names and numbers in files and searches, however they are written."""

from urllib.parse import urlencode

import pytest

from tests.erasure.steps import formerly_called, row
from tests.erasure.traces import ULN
from tests.makers import make_csv, make_learner, make_run
from wagtail_regcert.erasure import erase_learner
from wagtail_regcert.models import ExportRun, ImportRun, RunPiece

pytestmark = pytest.mark.django_db


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
    "written",
    ["Zoë Quagmire", "Zoe\u0308 Quagmire", "Zo\u00adë\u200e Quagmire", "QUAGMIRE, ZOE\u0308"],
)
def test_a_name_is_found_in_a_file_however_its_letters_are_composed(written, other, qualification):
    learner = make_learner(given_names="Zoë", family_name="Quagmire", uln=ULN)
    run = make_run(make_csv(row(other.uln, number=f"for {written}")))

    assert erase_learner(learner.pk).reports == 1
    assert not RunPiece.objects.filter(run=run).exists()


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
