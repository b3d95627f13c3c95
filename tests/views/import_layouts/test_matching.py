"""Files that others write, over HTTP, by columns that somebody matches."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.makers import (
    make_csv,
    make_import_layout,
    make_learner,
    make_qualification,
    make_run,
    make_user,
)
from wagtail_regcert import conf
from wagtail_regcert.erasure import erase_learner
from wagtail_regcert.importing import runs
from wagtail_regcert.models import ImportLayout, ImportRun, Learner, Registration

from .steps import (
    COLUMNS,
    FOREIGN,
    IMPORT,
    MANAGE,
    NUMBER,
    ULN,
    matched,
    remedies,
    sent,
    text_of,
    upload,
    url,
    workbook,
)

pytestmark = pytest.mark.django_db


def test_the_page_shows_headings_values_and_what_is_probably_meant(client, importer, registration):
    run = matched(client)

    response = client.get(url("import_match", run))
    found = sent(response)

    assert run.state == "matching"
    assert found == {
        "row": "2",
        "separator": "comma",
        "column-0-field": "uln",
        "column-1-field": "qualification",
        "column-2-field": "status",
        "column-2-value-0": "achieved",
        "column-2-value-1": "",
        "column-3-field": "achieved_date",
        "column-3-dates": "yyyy-mm-dd",
        "column-4-field": "",
        "blanks": "overwrite",
    }
    assert "9276308686" in text_of(response)


def test_confirming_validates_the_file_by_what_was_chosen(client, importer, registration):
    make_learner(uln="1000000027")
    run = matched(client)

    response = client.post(
        url("import_match", run),
        sent(client.get(url("import_match", run)), **{"column-2-value-1": "not_registered"}),
    )
    run.refresh_from_db()
    page = text_of(client.get(response["Location"]))
    client.post(url("import_commit", run))
    registration.refresh_from_db()

    assert (run.state, run.layout, run.accepted, run.created, run.updated) == ("validated", "", 2, 1, 1)
    assert "By columns that were matched for this file alone." in page
    assert "This file changes only: Status, Achieved date." in page
    assert (registration.status, str(registration.achieved_date)) == ("achieved", "2026-07-01")
    assert registration.postal_tracking_reference == "RM1"
    assert not ImportLayout.objects.exists()


def test_nothing_is_guessed_without_being_shown(client, importer, registration):
    run = matched(client)
    chosen = {"row": "2", "separator": "comma", "column-0-field": "uln", "column-1-field": "qualification"}

    response = client.post(url("import_match", run), {**chosen, "column-2-field": "status"})
    client.post(url("import_match", run), {**chosen, "column-2-field": ""})
    run.refresh_from_db()

    assert "Say what the values of “Outcome” stand for" in text_of(response)
    assert run.definition["columns"][2] == {"heading": "Outcome", "field": None, "optional": True}


def test_how_days_are_written_is_asked_where_it_was_not_shown(client, importer, registration):
    run = matched(client, b"Candidate ULN,Aim,Awarded\r\n9276308686,603/2942/X,01/02/2026\r\n,,soon\r\n")
    page = client.get(url("import_match", run))
    chosen = {**sent(page), "column-2-field": "achieved_date"}
    chosen.pop("column-2-dates", None)

    response = client.post(url("import_match", run), chosen)
    client.post(url("import_match", run), {**chosen, "column-2-dates": "mm/dd/yyyy"})
    run.refresh_from_db()

    assert "Say how the days of “Awarded” are written" in text_of(response)
    assert run.definition["columns"][2]["dates"] == "mm/dd/yyyy"


def test_a_column_without_days_takes_the_form_of_the_others(client, importer, registration):
    head = b"Candidate ULN,Aim,Registration date,Certificate Sent Date\r\n"
    run = matched(client, head + b"9276308686,603/2942/X,12/31/2025,\r\n")

    client.post(url("import_match", run), sent(client.get(url("import_match", run))))
    run.refresh_from_db()

    assert [one.get("dates") for one in run.definition["columns"][2:]] == ["mm/dd/yyyy"] * 2


def test_a_heading_that_no_layout_can_have_is_left_unread(client, importer, registration):
    long = "x" * 256
    run = matched(client, f"Candidate ULN,Aim,No\x01te,{long},*\r\n9276308686,603/2942/X,a,b,c\r\n".encode())

    client.post(url("import_match", run), sent(client.get(url("import_match", run))))
    run.refresh_from_db()

    assert [one["heading"] for one in run.definition["columns"]] == ["Candidate ULN", "Aim"]
    assert run.accepted == 1


def test_what_is_kept_of_matched_columns_has_no_name_of_a_person(client, importer, registration):
    run = matched(client, name="Ann Lee.csv")

    client.post(url("import_match", run), sent(client.get(url("import_match", run))))
    run.refresh_from_db()

    assert "Ann" not in json.dumps(run.definition)


def test_a_layout_is_not_saved_where_another_tab_was_faster(client, registration, monkeypatch):
    client.force_login(make_user(MANAGE, IMPORT, "add_importlayout"))
    run = matched(client)
    chosen = {**sent(client.get(url("import_match", run))), "name": "Mine"}
    monkeypatch.setattr(runs, "take_layout", lambda *args: False)

    client.post(url("import_match", run), chosen)

    assert not ImportLayout.objects.exists()


def test_problems_stand_at_their_fields(client, importer, registration):
    run = matched(client)
    chosen = sent(client.get(url("import_match", run)))

    twice = client.post(url("import_match", run), {**chosen, "column-1-field": "uln"})
    unknown = client.post(
        url("import_match", run), {**chosen, "column-1-field": "", "qualification": "000/0000/0"}
    )
    run.refresh_from_db()

    assert "column-1-field" in twice.context["matching"].problems
    assert list(unknown.context["matching"].problems) == ["qualification"]
    assert run.state == "matching"


def test_those_who_may_save_what_was_matched_as_a_layout(client, registration):
    client.force_login(make_user(MANAGE, IMPORT, "add_importlayout"))
    run = matched(client)
    make_import_layout(*COLUMNS, name="Taken")

    taken = client.post(url("import_match", run), sent(client.get(url("import_match", run)), name="taken"))
    client.post(url("import_match", run), sent(client.get(url("import_match", run)), name="Board A"))
    run.refresh_from_db()
    offered = upload(client, FOREIGN)

    assert list(taken.context["matching"].problems) == ["name"]
    assert (run.layout, run.state) == ("Board A", "validated")
    assert ("use", "Board A") in remedies(offered)


def test_nobody_else_saves_a_layout(client, importer, registration):
    run = matched(client)

    page = client.get(url("import_match", run))
    client.post(url("import_match", run), sent(page, name="Board A"))
    run.refresh_from_db()

    assert 'name="name"' not in page.content.decode()
    assert (run.state, run.layout) == ("validated", "")
    assert not ImportLayout.objects.exists()


def test_another_row_and_separator_can_be_looked_at(client, importer, registration):
    run = matched(client, FOREIGN.replace(b",", b"|"))

    guessed = client.get(url("import_match", run)).context["matching"]
    chosen = client.get(url("import_match", run), {"row": "3", "separator": "pipe"}).context["matching"]

    assert (guessed.separator, guessed.row) == ("pipe", 2)
    assert list(chosen.places.values())[:2] == ["9276308686", "603/2942/X"]


def test_what_is_created_beside_is_for_those_who_may(client, importer):
    make_qualification(number=NUMBER)
    data = b"ULN,Qualification number,Learner name,Status\r\n9276308686,603/2942/X,Ann Lee,Registered\r\n"
    run = matched(client, data)
    without = client.get(url("import_match", run), {"creates": "learners"})
    client.force_login(make_user(MANAGE, IMPORT, "add_learner", name="adds"))
    run = matched(client, data)

    page = client.get(url("import_match", run), {"creates": "learners"})
    client.post(url("import_match", run), sent(page))
    client.post(url("import_commit", run))

    assert without.context["matching"].creates == ()
    assert sent(page)["column-2-field"] == "full_name"
    assert Learner.objects.get().given_names == "Ann"
    assert Registration.objects.count() == 1


def test_a_workbook_can_be_matched(client, importer, registration):
    run = matched(client, workbook(["ULN", "QAN", "Sent"], [ULN, NUMBER, None]), "theirs.xlsx")

    client.post(url("import_match", run), sent(client.get(url("import_match", run))))
    run.refresh_from_db()

    assert (run.encoding, run.state, run.rows) == ("xlsx", "validated", 1)


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (b"", "a.csv", "is empty"),
        (b"%PDF-1.7", "a.csv", "PDF"),
        (b"PK\x03\x04x", "a.xlsx", "damaged"),
        (b"a,b", "a.txt", "must be a CSV"),
    ],
)
def test_what_cannot_be_read_cannot_be_matched(client, importer, data, name, told):
    response = upload(client, data, name, match="1")

    assert told in text_of(response)
    assert not ImportRun.objects.exists()


def test_a_file_with_headings_alone_is_told(client, importer, registration):
    run = matched(client, b"ULN,QAN\r\n")

    response = client.post(url("import_match", run), sent(client.get(url("import_match", run))))

    assert "no records" in text_of(response)


def test_the_form_offers_to_match_what_was_refused_for_its_headings(client, importer):
    refused = upload(client, FOREIGN)
    broken = upload(client, b"\xff\xfe\x00")

    assert remedies(refused) == [("match", "1")]
    assert remedies(broken) == []


def test_a_run_that_waits_is_cancelled_expires_and_leads_to_its_page(client, importer):
    run = matched(client)
    report = client.get(url("import_report", run))
    status = client.get(url("import_status", run)).json()["state"]
    client.post(url("import_cancel", run))
    cancelled = client.get(url("import_match", run))
    late = matched(client)
    days = timezone.timedelta(days=conf.settings.STAGING_DAYS)
    ImportRun.objects.filter(pk=late.pk).update(created_at=timezone.now() - days)
    expired = client.get(url("import_match", late))
    purged = runs.purge()
    late.refresh_from_db()

    assert report["Location"] == url("import_match", run)
    assert status == "matching"
    assert cancelled["Location"] == url("import_report", run)
    assert expired["Location"] == url("import_report", late)
    assert (purged, late.state, late.pieces.exists()) == (1, "expired", False)


def test_the_report_says_what_is_created_with_the_registrations(client, importer):
    run = make_run(make_csv(["603/2942/X", "9276308686", "Registered"]), user=importer)
    ImportRun.objects.filter(pk=run.pk).update(
        created=1, created_learners=1, created_qualifications=2, created_organisations=1
    )

    answer = client.get(reverse("wagtail_regcert:import_report", args=[run.pk])).content.decode()

    assert "Will be created as well: 1 learner, 2 qualifications, 1 awarding organisation." in answer


@pytest.mark.parametrize("name", ["theirs.csv", "theirs.xlsx"])
def test_erasing_a_learner_reaches_a_file_that_waits_and_a_workbook(client, importer, registration, name):
    rows = (["ULN", "QAN"], [ULN, NUMBER])
    data = workbook(*rows) if name.endswith("xlsx") else "\r\n".join(map(",".join, rows)).encode()
    run = matched(client, data, name)

    erase_learner(registration.learner_id)
    run.refresh_from_db()

    assert (run.state, run.pieces.exists()) == ("expired", False)
