"""Learners and qualifications by file over HTTP: form, sample, report, commit, undo; and who may."""

import csv
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.makers import make_csv, make_run, make_user
from wagtail_regcert.importing import runs
from wagtail_regcert.models import ImportRun, Learner, Qualification
from wagtail_regcert.subjects.registry import SUBJECTS

pytestmark = pytest.mark.django_db

ROLES = ("manage_registration", "import_registration")
MAY = {
    "learners": (*ROLES, "add_learner", "change_learner"),
    "qualifications": (
        *(*ROLES, "add_qualification", "change_qualification"),
        *("add_awardingorganisation", "change_awardingorganisation"),
    ),
}
ROWS = {
    "learners": [["R1", "9276308686", "Ann", "Lee", "F", "31/12/2006"], ["", "", "Nobody"]],
    "qualifications": [["603/2942/X", "Bench Joinery", "NCFE"], ["", "Nothing", "NCFE"]],
}
MODELS = {"learners": Learner, "qualifications": Qualification}
ABOUT = pytest.mark.parametrize("about", list(MAY))


def url(name, run=None):
    return reverse(f"wagtail_regcert:{name}", args=[run.pk] if run else [])


def listing(about):
    return reverse(MODELS[about].snippet_viewset.get_url_name("list"))


def data_of(about):
    return make_csv(*ROWS[about], layout=SUBJECTS[about].layout)


def cells_of(response):
    return list(csv.reader(StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


@ABOUT
def test_a_file_is_uploaded_committed_and_undone(client, about, django_capture_on_commit_callbacks):
    user = make_user(*MAY[about])
    client.force_login(user)
    file = SimpleUploadedFile("file.csv", data_of(about), content_type="text/csv")

    with django_capture_on_commit_callbacks(execute=True):
        client.post(url(f"import_{about}"), {"file": file, "separator": "comma"})
    run = ImportRun.objects.get()
    report = client.get(url("import_report", run)).content.decode()
    changes = client.get(url("import_report", run) + "?tab=changes").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("import_commit", run))
    stored = MODELS[about].objects.count()
    preview = client.get(url("import_undo", run)).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("import_undo", run))
    result = client.get(url("import_report", run)).content.decode()
    status = client.get(url("import_status", run)).json()

    assert (run.about, run.accepted, run.rejected) == (about, 1, 1)
    assert "Upload 1 accepted record" in report
    assert ROWS[about][0][1] in changes
    assert (stored, MODELS[about].objects.count()) == (1, 0)
    assert f"This deletes 1 {about[:-1]}." in preview
    assert f"1 {about[:-1]} that it had created was deleted." in result
    assert (status["state"], status["created"], status["rejected"]) == ("committed", 1, 1)


@ABOUT
def test_the_files_of_a_run_have_the_columns_of_its_layout(client, about):
    client.force_login(make_user(*MAY[about]))
    run = make_run(
        data_of(about), user=ImportRun._meta.get_field("user").related_model.objects.get(), about=about
    )
    layout = SUBJECTS[about].layout

    rejected = cells_of(client.get(url("import_rejected", run)))
    errors = cells_of(client.get(url("import_errors", run)))
    warnings = cells_of(client.get(url("import_warnings", run)))
    sample = cells_of(client.get(url("import_sample") + f"?about={about}"))

    assert rejected[0] == [*layout.headings, "Row in the file", "What is wrong"]
    assert rejected[1][: len(ROWS[about][1])] == ROWS[about][1]
    assert errors[0][:4] == warnings[0][:4] == ["Row", "Column", "Value", "Error"]
    assert errors[1][0] == "3"
    assert sample[0] == list(layout.headings)
    assert len(sample) > 2


def test_there_is_a_sample_only_of_what_can_be_imported(client):
    client.force_login(make_user(*MAY["learners"]))

    found = [
        client.get(url("import_sample") + query).status_code
        for query in ("", "?about=registrations", "?about=learners", "?about=qualifications", "?about=x")
    ]

    assert found == [200, 200, 200, 302, 404]


@ABOUT
def test_the_listing_offers_the_popup_to_those_who_may_import_into_it(client, about):
    table = about[:-1]
    for codenames in (MAY[about], (f"change_{table}",), (*ROLES, f"change_{table}")):
        client.force_login(make_user(*codenames))

        html = client.get(listing(about)).content.decode()

        offered = codenames == MAY[about]
        assert (f'href="{url(f"import_{about}")}"' in html) == offered
        assert ('id="regcert-import-dialog"' in html) == offered
        assert (url("imports") in html) == offered


@ABOUT
def test_the_way_back_leads_to_the_listing_of_the_table(client, about):
    user = make_user(*MAY[about], f"view_{about[:-1]}")
    client.force_login(user)
    run = make_run(data_of(about), user=user, about=about)

    for address in (url(f"import_{about}"), url("import_report", run)):
        assert f'href="{listing(about)}"' in client.get(address).content.decode()
    assert client.post(url("import_cancel", run))["Location"] == listing(about)


@ABOUT
def test_who_lost_a_permission_meanwhile_sees_and_finishes_nothing(client, about):
    user = make_user(*MAY[about])
    client.force_login(user)
    run = make_run(data_of(about), user=user, about=about)
    runs.begin_commit(run.pk)
    user.user_permissions.remove(user.user_permissions.get(codename=f"add_{about[:-1]}"))

    runs.commit(run.pk)
    run.refresh_from_db()

    assert (run.state, MODELS[about].objects.count()) == ("failed", 0)
    assert client.get(url("import_report", run)).status_code in (302, 403)
    assert "file.csv" not in client.get(url("imports")).content.decode()


@ABOUT
def test_an_undo_needs_the_permissions_too(about):
    user = make_user(*MAY[about])
    run = make_run(data_of(about), user=user, about=about)
    runs.begin_commit(run.pk)
    runs.commit(run.pk)
    runs.begin_undo(run.pk, user)
    user.user_permissions.remove(user.user_permissions.get(codename=f"change_{about[:-1]}"))

    runs.undo(run.pk, user.pk)
    run.refresh_from_db()

    assert (run.undo_state, MODELS[about].objects.count()) == ("failed", 1)


def test_the_list_of_imports_says_what_each_was_about_and_is_narrowed_to_it(admin_client, admin_user):
    for about in MAY:
        run = make_run(data_of(about), user=admin_user, about=about)
        ImportRun.objects.filter(pk=run.pk).update(file_name=f"{about}-file.csv")

    both = admin_client.get(url("imports")).content.decode()
    learners = admin_client.get(url("imports") + "?about=learners").content.decode()
    wrong = admin_client.get(url("imports") + "?about=x").content.decode()

    assert ("learners-file.csv" in both, "qualifications-file.csv" in both) == (True, True)
    assert ("learners-file.csv" in learners, "qualifications-file.csv" in learners) == (True, False)
    assert "-file.csv" not in wrong
