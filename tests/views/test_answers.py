"""A file that answers an export: the form, the report, its two files, and the export's page."""

import datetime as dt

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from tests.makers import (
    make_csv,
    make_export,
    make_learner,
    make_qualification,
    make_registration,
    make_run,
    make_user,
)
from wagtail_regcert.exporting import held
from wagtail_regcert.importing import runs
from wagtail_regcert.importing.original import FileGone
from wagtail_regcert.models import ExportRun, ImportRun
from wagtail_regcert.views import report

pytestmark = pytest.mark.django_db

MANAGE, IMPORT, EXPORT = "manage_registration", "import_registration", "export_registration"


@pytest.fixture
def user(client):
    user = make_user(MANAGE, IMPORT, EXPORT)
    client.force_login(user)
    return user


@pytest.fixture
def sent():
    maths = make_qualification(number="603/2942/X", title="Maths")
    ulns = ("1111111111", "2222222222", "3333333333")
    return [make_registration(qualification=maths, learner=make_learner(uln=uln)) for uln in ulns]


@pytest.fixture
def export(sent, user):
    return make_export(*sent, user=user)


def row(registration, status="Achieved"):
    return [registration.qualification.number, registration.learner.uln, status]


def page(client, name, *args):
    return BeautifulSoup(client.get(url(name, *args)).content, "html.parser")


def url(name, *args):
    return reverse(f"wagtail_regcert:{name}", args=args)


def text(client, name, *args):
    return b"".join(client.get(url(name, *args)).streaming_content).decode("utf-8-sig")


def options(client, name):
    return [one["value"] for one in page(client, name).select("select[name=answers] option")]


def upload(client, data, **values):
    file = SimpleUploadedFile("file.csv", data, content_type="text/csv")
    return client.post(url("import"), {"file": file, "separator": "comma", **values})


def age(model, days):
    model.objects.update(created_at=timezone.now() - dt.timedelta(days=days))


def test_the_form_offers_the_exports_that_one_sees_the_newest_first(client, export, sent, user):
    newer = make_export(sent[0], user=user)
    make_export(sent[0])
    ExportRun.objects.create(user=user, layout="learners", records=1)
    forgotten = make_export(sent[0], user=user)
    ExportRun.objects.filter(pk=forgotten.pk).update(created_at=timezone.now() - dt.timedelta(days=401))

    assert options(client, "import") == ["", str(newer.pk), str(export.pk)]


def test_there_is_nothing_to_choose_for_who_may_not_export_or_never_did(client, sent):
    client.force_login(make_user(MANAGE, IMPORT))
    make_export(*sent)

    assert options(client, "import") == []


def test_a_file_of_learners_answers_nothing(client, export):
    client.force_login(make_user(superuser=True))

    assert options(client, "import_learners") == []


def test_an_upload_that_answers_an_export_is_held_against_it(
    client, export, sent, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        upload(client, make_csv(row(sent[0]), ["603/2942/X", "4444444444", "Achieved"]), answers=export.pk)

    run = ImportRun.objects.get()
    assert client.get(url("import_status", run.pk)).json()["answers"] == {
        "export": export.pk,
        "missing": 2,
        "extra": 1,
    }
    counts = {
        one.dt.get_text(): one.dd.get_text()
        for one in page(client, "import_report", run.pk).select(".regcert-answers dl > div")
    }
    assert counts == {"Sent, not in this file": "2", "In this file, not sent": "1"}


def test_an_upload_that_answers_nothing_says_nothing_of_it(client, export, sent):
    upload(client, make_csv(row(sent[0])))

    run = ImportRun.objects.get()
    assert client.get(url("import_status", run.pk)).json()["answers"] is None
    assert not page(client, "import_report", run.pk).select(".regcert-answers")
    for name in ("import_missing", "import_extra"):
        assert client.get(url(name, run.pk)).url == url("import_report", run.pk)


@pytest.mark.parametrize("value", ["471100", "x", "9" * 30])
def test_an_export_that_one_does_not_see_cannot_be_answered(client, export, sent, value):
    other = make_export(*sent)
    for answers in (value, other.pk):
        response = upload(client, make_csv(row(sent[0])), answers=answers)

        assert response.context["form"].errors["answers"] == ["There is no such export."]
    assert not ImportRun.objects.exists()


def test_what_is_missing_is_an_export(client, export, sent, user):
    run = make_run(make_csv(row(sent[0])), user=user, answers=export)

    lines = text(client, "import_missing", run.pk).splitlines()

    assert lines[0].startswith("Full name,ULN,Qualification,")
    assert [line.split(",")[1] for line in lines[1:]] == ["2222222222", "3333333333"]
    noted = ExportRun.objects.latest("pk")
    assert (noted.layout, noted.records, noted.filters) == ("export", 2, f"missing={run.pk}")
    assert list(held.load(noted)) == [sent[1].pk, sent[2].pk]
    assert "Sent, not in this file: file.csv" in page(client, "exports").get_text(" ")


def tab(client, run, name):
    response = client.get(url("import_report", run.pk), {"tab": name})
    shown = BeautifulSoup(response.content, "html.parser")
    rows = [[cell.get_text(" ", strip=True) for cell in one("td")] for one in shown.select("tbody tr")]
    return shown, rows


def test_both_differences_are_lists_of_the_report(client, export, sent, user):
    data = make_csv(row(sent[0]), ["603/2942/X", "4444444444", "Achieved"])
    run = make_run(data, user=user, answers=export)

    missing, sent_rows = tab(client, run, "missing")
    extra, extra_rows = tab(client, run, "extra")

    assert sent_rows == [[str(one.learner), str(one.qualification), "Not registered"] for one in sent[1:]]
    edit = reverse("wagtailsnippets_wagtail_regcert_registration:edit", args=[sent[1].pk])
    assert missing.select_one("tbody a")["href"] == edit
    assert extra_rows == [["3", "603/2942/X", "4444444444"]]
    for shown, name in ((missing, "import_missing"), (extra, "import_extra")):
        assert shown.select_one(".regcert-downloads a")["href"] == url(name, run.pk)
    runs.begin_commit(run.pk)
    runs.commit(run.pk)
    assert tab(client, run, "missing")[1] == sent_rows


def test_what_was_deleted_meanwhile_is_said_to_be(client, export, sent, user):
    run = make_run(make_csv(row(sent[0])), user=user, answers=export)
    for one in sent[1:]:
        one.delete()

    assert "have been deleted meanwhile" in tab(client, run, "missing")[0].get_text()


def test_long_cells_of_what_was_not_sent_are_cut(client, export, user):
    run = make_run(make_csv(["603/2942/X", "9" * 100_000, "Achieved"]), user=user, answers=export)

    assert all(len(cell) < 300 for cell in tab(client, run, "extra")[1][0])


def test_a_run_that_is_cancelled_while_its_page_is_made_leads_to_what_became_of_it(
    client, export, sent, user, monkeypatch
):
    run = make_run(make_csv(row(sent[0])), user=user, answers=export)

    def gone(run):
        raise FileGone

    monkeypatch.setattr(report, "sheet_of", gone)

    response = client.get(url("import_report", run.pk), {"tab": "extra"})

    assert response.url == url("import_report", run.pk)


def test_lists_of_a_file_that_answers_nothing_are_none(client, sent, user):
    run = make_run(make_csv(row(sent[0])), user=user)

    shown, _rows = tab(client, run, "missing")

    assert shown.select_one("#regcert-tab").get_text() == "What will change"


def test_the_lists_say_so_where_there_is_no_difference(client, sent, user):
    run = make_run(make_csv(*map(row, sent)), user=user, answers=make_export(*sent, user=user))

    assert "All that was sent is in this file." in tab(client, run, "missing")[0].get_text()
    assert "All records of this file were sent." in tab(client, run, "extra")[0].get_text()


def test_a_page_of_what_is_missing_takes_no_statement_for_each(client, user, django_assert_max_num_queries):
    maths = make_qualification(number="603/2942/X", title="Maths")
    many = [make_registration(qualification=maths, learner=make_learner()) for _number in range(60)]
    run = make_run(make_csv(row(many[0])), user=user, answers=make_export(*many, user=user))

    with django_assert_max_num_queries(40):
        _shown, rows = tab(client, run, "missing")

    assert len(rows) == 50


def test_what_is_missing_needs_the_role_to_export(client, export, sent):
    clerk = make_user(MANAGE, IMPORT)
    client.force_login(clerk)
    run = make_run(make_csv(row(sent[0])), user=clerk, answers=export)

    response = client.get(url("import_missing", run.pk))

    assert response.status_code == 302
    assert ExportRun.objects.count() == 1
    report = page(client, "import_report", run.pk)
    assert url("import_missing", run.pk) not in [link.get("href") for link in report.select("a")]
    assert url("export_detail", export.pk) not in [link.get("href") for link in report.select("a")]


def test_what_was_not_sent_is_listed_by_row_and_guarded(client, export, sent, user):
    rows = [row(sent[0], "Nonsense"), ["603/2942/X", "4444444444", "Achieved"], ["=1", "+2", "Achieved"]]
    run = make_run(make_csv(*rows), user=user, answers=export)

    assert text(client, "import_extra", run.pk).splitlines() == [
        "Row,Qualification Number,ULN",
        "3,603/2942/X,4444444444",
        "4,'=1,'+2",
    ]


def test_what_is_not_kept_any_more_cannot_be_fetched(client, export, sent, user):
    run = make_run(make_csv(row(sent[0])), user=user, answers=export)
    age(ExportRun, 401)

    response = client.get(url("import_missing", run.pk), follow=True)

    assert "It is not kept any more which registrations this export held." in response.content.decode()
    assert ExportRun.objects.count() == 1
    assert "not kept any more" in tab(client, run, "missing")[0].get_text()
    age(ImportRun, 8)
    assert client.get(url("import_extra", run.pk)).url == url("import_report", run.pk)


def test_the_page_of_an_export_tells_what_is_awaited_from_the_first_answer_on(client, export, sent, user):
    run = make_run(make_csv(row(sent[0])), user=user, answers=export)
    listing = f"{reverse('wagtailsnippets_wagtail_regcert_registration:list')}?awaited={export.pk}"
    before = page(client, "export_detail", export.pk)
    runs.begin_commit(run.pk)
    runs.commit(run.pk)

    after = page(client, "export_detail", export.pk)

    assert before.select("dl dd")[-1].get_text() == "3"
    assert not before.select(f"a[href='{listing}']")
    assert [one.get_text() for one in after.select(f"a[href='{listing}']")] == ["2"]
    assert after.select_one(f"a[href='{url('import_report', run.pk)}']").get_text() == "file.csv"
    assert "2 registrations" in client.get(listing).content.decode()


def test_the_page_of_an_export_tells_nothing_of_what_others_imported(client, export, sent):
    run = make_run(make_csv(row(sent[0])), user=make_user(superuser=True), answers=export)

    shown = page(client, "export_detail", export.pk)

    assert "file.csv" not in shown.get_text()
    assert not shown.select(f"a[href='{url('import_report', run.pk)}']")


def test_the_page_of_an_export_says_when_it_is_forgotten_what_it_held(client, export):
    age(ExportRun, 401)

    shown = page(client, "export_detail", export.pk).get_text()

    assert "It is not kept any more which registrations this export held." in shown


def test_the_list_of_exports_leads_to_the_pages_of_those_of_registrations(client, export, user):
    ExportRun.objects.create(user=user, layout="learners", records=1)

    links = [link["href"] for link in page(client, "exports").select("table.listing tbody a")]

    assert links == [url("export_detail", export.pk)]


def test_there_is_no_page_of_what_is_no_export_of_registrations(client, user):
    learners = ExportRun.objects.create(user=user, layout="learners", records=1)

    for key in (learners.pk, 471100, 10**30):
        assert client.get(url("export_detail", key)).status_code == 404


def test_the_filter_is_told_in_words(client, export, sent, user):
    client.get(url("export") + f"?awaited={export.pk}")

    listed = page(client, "exports").get_text(" ")

    assert "Awaited of export: export layout, " in listed
    assert "3 records" in listed
