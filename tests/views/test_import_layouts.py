"""Files that others write, over HTTP: by a layout of the site's own, or by columns that somebody matches."""

import html
import json
import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

from tests.makers import (
    make_csv,
    make_import_layout,
    make_learner,
    make_qualification,
    make_registration,
    make_run,
    make_user,
)
from wagtail_regcert import conf
from wagtail_regcert.erasure import erase_learner
from wagtail_regcert.exporting.report import sample_file
from wagtail_regcert.importing import runs
from wagtail_regcert.models import ImportLayout, ImportRun, Learner, Registration
from wagtail_regcert.run_filters import MATCHED, OWN

pytestmark = pytest.mark.django_db

MANAGE, IMPORT = "manage_registration", "import_registration"
ULN, NUMBER = "9276308686", "603/2942/X"
THEIRS = b"Candidate ULN;Aim;Cert no\r\n9276308686;603/2942/X;C-1\r\n"
COLUMNS = (
    {"heading": "Candidate ULN", "field": "uln"},
    {"heading": "Aim", "field": "qualification"},
    {"heading": "Cert no", "field": "registration_number"},
)
FOREIGN = (
    b"Centre 12345,,,,\r\n"
    b"Candidate number,Qualification,Outcome,Awarded,Assessor\r\n"
    b"9276308686,603/2942/X,Pass,2026-07-01,Kim\r\n"
    b"1000000027,603/2942/X,Withdrawn,,Kim\r\n"
)


def url(name, run=None):
    return reverse(f"wagtail_regcert:{name}", args=[run.pk] if run else [])


def text_of(response):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


@pytest.fixture
def importer(client):
    user = make_user(MANAGE, IMPORT)
    client.force_login(user)
    return user


@pytest.fixture
def registration():
    return make_registration(
        learner=make_learner(uln=ULN),
        qualification=make_qualification(number=NUMBER),
        status="registered",
        postal_tracking_reference="RM1",
    )


@pytest.fixture(autouse=True)
def work_done_at_once(client, monkeypatch, django_capture_on_commit_callbacks):
    """What a request leaves to be done after its transaction is done after the request."""
    request = client.request

    def request_and_work(**options):
        with django_capture_on_commit_callbacks(execute=True):
            return request(**options)

    monkeypatch.setattr(client, "request", request_and_work)


def remedies(response):
    """What the form offers beside a refusal: names and values of its buttons."""
    block = re.search(r'<div class="regcert-remedies".*?</div>', response.content.decode(), re.DOTALL)[0]
    return [
        (name, html.unescape(value)) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', block)
    ]


def upload(client, data, name="theirs.csv", to="import", **more):
    return client.post(
        url(to), {"file": SimpleUploadedFile(name, data), "separator": "comma", **more}, follow=False
    )


def workbook(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def matched(client, data=FOREIGN, name="theirs.csv", **more):
    response = upload(client, data, name, match="1", **more)
    run = ImportRun.objects.latest("created_at")
    assert response["Location"] == url("import_match", run)
    return run


def sent(response, **more):
    """What the page of matching would send as it stands."""
    page = response.content.decode().partition('id="regcert-match"')[2]
    found = {}
    for name, options in re.findall(r'<select name="([^"]+)"(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = html.unescape(chosen[1]) if chosen else ""
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page):
        found[name] = html.unescape(value)
    found.pop("csrfmiddlewaretoken", None)
    return {**found, **more}


# By a layout


def test_a_file_is_read_by_the_chosen_layout_and_its_separator(client, importer, registration):
    make_import_layout(*COLUMNS, name="Theirs", separator="semicolon")

    response = upload(client, THEIRS, layout="theirs")
    run = ImportRun.objects.get()
    page = text_of(client.get(response["Location"]))

    assert (run.layout, run.separator, run.accepted, run.updated) == ("Theirs", "semicolon", 1, 1)
    assert "By the layout “Theirs”." in page
    assert "This file changes only: Registration number." in page
    assert client.get(url("import_status", run)).json()["layout"] == "Theirs"


def test_the_separator_that_was_sent_counts_where_that_of_the_layout_does_not_fit(
    client, importer, registration
):
    make_import_layout(*COLUMNS, name="Theirs", separator="tab")

    refused = upload(client, THEIRS, layout="Theirs")
    upload(client, THEIRS, layout="Theirs", separator="semicolon")

    assert "Choose the separator “Semicolon”" in text_of(refused)
    assert [run.separator for run in ImportRun.objects.all()] == ["semicolon"]


def test_a_workbook_is_read_by_a_layout_and_by_it_alone(client, importer, registration):
    make_import_layout(*COLUMNS, name="Theirs")
    data = workbook(["Candidate ULN", "Aim", "Cert no"], [ULN, NUMBER, "C-1"])

    refused = upload(client, data, "theirs.xlsx")
    upload(client, data, "theirs.xlsx", layout="Theirs")

    assert "The selected file must be a CSV." in text_of(refused)
    assert ImportRun.objects.get().encoding == "xlsx"


def test_layouts_that_fit_are_offered_and_never_forced(client, importer, registration):
    make_import_layout(*COLUMNS, name="Theirs", separator="semicolon")
    make_import_layout(*COLUMNS[:2], name="Keys", separator="semicolon")
    make_import_layout({"heading": "Else", "field": "uln"}, COLUMNS[1], name="Else")

    refused = upload(client, THEIRS)
    untouched = ImportRun.objects.exists()
    upload(client, THEIRS, use="Theirs")

    assert remedies(refused) == [("use", "Keys"), ("use", "Theirs"), ("match", "1")]
    assert not untouched
    assert ImportRun.objects.get().layout == "Theirs"


def test_a_layout_is_offered_only_on_the_form_of_what_it_is_about(client, registration):
    client.force_login(make_user(MANAGE, IMPORT, "add_learner", "change_learner"))
    make_import_layout({"heading": "Ref", "field": "reference"}, name="People", about="learners")
    make_import_layout(*COLUMNS, name="Theirs")

    of_learners = client.get(url("import_learners")).content.decode()
    of_registrations = client.get(url("import")).content.decode()
    refused = upload(client, b"Ref\r\nL1\r\n", layout="People")

    assert re.findall(r'<option value="(People|Theirs)"', of_learners) == ["People"]
    assert re.findall(r'<option value="(People|Theirs)"', of_registrations) == ["Theirs"]
    assert "There is no such layout." in text_of(refused)
    assert not ImportRun.objects.exists()


def test_a_layout_that_creates_is_for_those_who_may_add(client, importer, registration):
    make_import_layout(
        *COLUMNS, {"heading": "Name", "field": "full_name"}, name="New people", creates=["learners"]
    )

    without = client.get(url("import")).content.decode()
    refused = upload(client, THEIRS, layout="New people")
    client.force_login(make_user(MANAGE, IMPORT, "add_learner"))
    allowed = client.get(url("import")).content.decode()

    assert "New people" not in without
    assert "There is no such layout." in text_of(refused)
    assert 'value="New people"' in allowed


def test_a_constant_qualification_that_is_gone_refuses_the_file(client, importer, registration):
    make_import_layout(COLUMNS[0], name="Theirs", constants={"qualification": NUMBER})
    registration.delete()
    registration.qualification.delete()

    response = upload(client, b"Candidate ULN\r\n9276308686\r\n", layout="Theirs")

    assert "which does not exist" in text_of(response)
    assert not ImportRun.objects.exists()


def test_without_layouts_the_form_is_as_it_was(client, importer):
    page = client.get(url("import")).content.decode()

    assert 'name="layout"' not in page


def test_the_list_of_imports_has_a_column_and_a_filter_for_layouts(client, importer, registration):
    make_import_layout(*COLUMNS, name="Theirs", separator="semicolon")
    upload(client, THEIRS, layout="Theirs")
    matched(client, name="foreign.csv")
    upload(client, b"".join(sample_file()), name="ours.csv")

    shown = client.get(url("imports")).content.decode()

    def listed(layout):
        return {
            run.file_name for run in client.get(url("imports"), {"layout": layout}).context["object_list"]
        }

    assert "Columns to be matched" in shown
    assert "Columns matched by hand" in shown
    assert listed("Theirs") == {"theirs.csv"}
    assert listed(OWN) == {"ours.csv"}
    assert listed(MATCHED) == {"foreign.csv"}


def test_a_layout_that_is_gone_meanwhile_is_told_where_it_was_offered(client, importer, registration):
    response = upload(client, THEIRS, use="Theirs")

    assert "There is no such layout." in text_of(response)
    assert not ImportRun.objects.exists()


def test_a_file_that_cannot_be_matched_is_not_offered_to_be(client, importer, registration):
    broken = b'Candidate ULN,Aim\r\n9276308686,603/2942/X\r\n"1000000027,603/2942/X\r\n'

    refused = upload(client, broken)
    matching = upload(client, broken, match="1")

    assert "quotation mark" in text_of(refused)
    assert ("match", "1") not in remedies(refused)
    assert matching.status_code == 200
    assert not ImportRun.objects.exists()


# By columns that are matched


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
