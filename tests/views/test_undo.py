"""Undo this import over HTTP: who may, when, and what the screens say."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone
from django_tasks.backends.immediate import ImmediateBackend

from tests.makers import (
    make_csv,
    make_learner,
    make_qualification,
    make_registration,
    make_run,
    make_user,
)
from wagtail_regcert.importing import runs
from wagtail_regcert.models import ImportRun, Registration

pytestmark = pytest.mark.django_db

MANAGE, IMPORT, EXPORT = "manage_registration", "import_registration", "export_registration"
SECRET = "4242424242"
OFFER = "Undo this import"


def url(name, run):
    return reverse(f"wagtail_regcert:{name}", args=[run.pk])


def text(response):
    return " ".join(response.content.decode().split())


def row(learner, *cells):
    return ["603/2942/X", learner.uln, "Registered", *cells]


class QueueThatIsAway(ImmediateBackend):
    def enqueue(self, *args, **kwargs):
        raise ConnectionError("the queue is away")


@pytest.fixture
def importer(client):
    user = make_user(MANAGE, IMPORT, name="ira")
    client.force_login(user)
    return user


@pytest.fixture
def maths():
    return make_qualification(number="603/2942/X", title="Maths")


@pytest.fixture
def learner(maths):
    return make_learner(uln=SECRET)


def imported(user, *rows):
    run = make_run(make_csv(*rows), user=user)
    runs.begin_commit(run.pk)
    runs.commit(run.pk, by_owner=False)
    run.refresh_from_db()
    return run


def post(client, run, capture):
    with capture(execute=True):
        response = client.post(url("import_undo", run))
    run.refresh_from_db()
    return response


@pytest.mark.parametrize("codenames", [(), (MANAGE,), (IMPORT,), (EXPORT,), (MANAGE, EXPORT)])
def test_without_both_roles_it_is_refused(client, learner, codenames):
    user = make_user(*codenames)
    run = imported(user, row(learner, "N"))
    client.force_login(user)

    for response in (client.get(url("import_undo", run)), client.post(url("import_undo", run))):
        assert response.status_code in (302, 403)
        assert SECRET not in text(response)
        assert response.get("Location", "") != url("import_report", run)
    run.refresh_from_db()
    assert (run.undo_state, Registration.objects.count()) == ("", 1)


def test_without_a_login_it_leads_to_the_login(client, learner):
    run = imported(None, row(learner, "N"))

    for response in (client.get(url("import_undo", run)), client.post(url("import_undo", run))):
        assert response["Location"].startswith(reverse("wagtailadmin_login"))
    assert Registration.objects.count() == 1


def test_another_persons_import_is_refused(client, importer, learner):
    for owner in (make_user(MANAGE, IMPORT), None):
        run = imported(owner, row(learner, "N"))

        for response in (client.get(url("import_undo", run)), client.post(url("import_undo", run))):
            assert response.status_code in (302, 403)
            assert SECRET not in text(response)
        run.refresh_from_db()
        assert run.undo_state == ""


@pytest.mark.parametrize("owned", [True, False])
def test_superusers_undo_all_imports(
    admin_client, admin_user, learner, owned, django_capture_on_commit_callbacks
):
    run = imported(make_user(MANAGE, IMPORT) if owned else None, row(learner, "N"))

    assert SECRET in text(admin_client.get(url("import_undo", run)))
    post(admin_client, run, django_capture_on_commit_callbacks)

    assert (run.undo_state, run.undone_by_name) == ("done", admin_user.get_username())
    assert not Registration.objects.exists()


def test_it_is_previewed_field_by_field(client, importer, maths, learner):
    changed = make_registration(
        learner=learner,
        qualification=maths,
        registration_number="OLD",
        registration_date=dt.date(2025, 3, 31),
    )
    gone = make_registration(qualification=maths)
    run = imported(
        importer, row(learner, "", "", "05/06/2025"), row(gone.learner), row(make_learner(uln="77"), "<b>")
    )
    Registration.objects.filter(pk=gone.pk).delete()

    page = text(client.get(url("import_undo", run))).replace(' class="regcert-value"', "")
    left = text(client.get(url("import_undo", run) + "?tab=left"))

    assert "<dt>Get their old values back</dt><dd>1</dd>" in page
    assert "<dt>Created by the import: deleted</dt><dd>1</dd>" in page
    assert "<dt>Left alone: changed since</dt><dd>1</dd>" in page
    assert "Undo this import: 2 registrations" in page
    assert "<td>Status</td> <td>Registered</td> <td>Not registered</td>" in page
    assert "<td>Registration number</td> <td></td> <td>OLD</td>" in page
    assert "<td>Registration date</td> <td></td> <td>31/03/2025</td>" in page
    assert '<td>05/06/2025</td> <td><span class="regcert-cleared">removed</span></td>' in page
    assert '<td>&lt;b&gt;</td> <td><span class="regcert-cleared">removed</span></td>' in page
    assert page.count("will be deleted") == 1
    assert str(gone.learner) not in page
    assert f"<td>3</td><td>{gone.learner}</td><td>{maths}</td><td>It is not there any more" in left
    changed.refresh_from_db()
    run.refresh_from_db()
    assert (run.undo_state, changed.registration_number) == ("", "")


def test_a_post_undoes_and_the_result_says_so(client, importer, learner, django_capture_on_commit_callbacks):
    run = imported(importer, row(learner, "N"), row(make_learner(), "M"))
    Registration.objects.filter(learner=learner).update(registration_number="HAND")
    offered = text(client.get(url("import_report", run)))

    response = post(client, run, django_capture_on_commit_callbacks)
    result = text(client.get(response["Location"]))

    assert OFFER in offered
    assert response["Location"] == url("import_report", run)
    assert list(Registration.objects.values_list("registration_number", flat=True)) == ["HAND"]
    assert "This import was undone" in result
    assert "By ira:" in result
    assert "0 registrations got their old values back." in result
    assert "1 registration that it had created was deleted." in result
    assert "1 registration was left alone" in result
    assert f"<td>{learner}</td>" in result
    assert "It was changed after the import." in result
    assert OFFER not in result
    assert "Undone" in text(client.get(reverse("wagtail_regcert:imports")))


def test_the_result_of_an_undo_counts_only_what_was_left_alone(
    client, importer, learner, django_capture_on_commit_callbacks
):
    run = imported(importer, row(learner, "N"))

    post(client, run, django_capture_on_commit_callbacks)
    result = client.get(url("import_report", run)).content.decode()

    assert "1 registration that it had created was deleted." in result
    assert "left alone" not in result
    assert re.search(r'class="button button-secondary" href="[^"]*\?run=', result)


def test_twice_does_it_once(client, importer, learner, django_capture_on_commit_callbacks):
    run = imported(importer, row(learner, "N"))

    post(client, run, django_capture_on_commit_callbacks)
    first = run.undone_at
    again = post(client, run, django_capture_on_commit_callbacks)

    assert again["Location"] == url("import_report", run)
    assert (run.undone_at, run.undo_deleted) == (first, 1)


def test_two_clicks_before_a_worker_begins_ask_once(client, importer, learner):
    run = imported(importer, row(learner, "N"))

    claims = [runs.begin_undo(run.pk, importer) for _click in range(2)]
    page = text(client.get(url("import_report", run)))
    preview = client.get(url("import_undo", run))

    assert claims == [True, False]
    assert 'data-controller="regcert-undo"' in page
    assert "This import is being undone." in page
    assert OFFER not in page
    assert preview["Location"] == url("import_report", run)


@pytest.mark.django_db(transaction=True)
def test_an_undo_that_no_queue_takes_is_told(client, importer, learner, settings, caplog):
    run = imported(importer, row(learner, "N"))
    settings.TASKS = {"default": {"BACKEND": "tests.views.test_undo.QueueThatIsAway"}}

    response = client.post(url("import_undo", run), follow=True)

    assert "This import was not undone" in text(response)
    assert "the queue is away" in caplog.text
    assert Registration.objects.count() == 1


def test_a_post_without_its_token_is_refused(importer, learner):
    run = imported(importer, row(learner, "N"))
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(importer)

    response = strict.post(url("import_undo", run))

    run.refresh_from_db()
    assert (response.status_code, run.undo_state) == (403, "")


def test_an_expired_import_says_that_it_cannot_be_undone(
    client, importer, learner, django_capture_on_commit_callbacks
):
    run = imported(importer, row(learner, "N"))
    ImportRun.objects.update(created_at=timezone.now() - dt.timedelta(days=7))

    for response in (
        client.get(url("import_undo", run), follow=True),
        post(client, run, django_capture_on_commit_callbacks),
    ):
        assert SECRET not in text(response)
    result = text(client.get(url("import_report", run)))

    assert "cannot be undone any more" in result
    assert OFFER not in result
    assert (run.undo_state, Registration.objects.count()) == ("", 1)


def test_the_list_of_those_left_alone_expires_and_the_counts_stay(
    client, importer, learner, django_capture_on_commit_callbacks
):
    run = imported(importer, row(learner, "N"))
    Registration.objects.update(registration_number="HAND")
    post(client, run, django_capture_on_commit_callbacks)
    kept = text(client.get(url("import_report", run)))
    ImportRun.objects.update(created_at=timezone.now() - dt.timedelta(days=7))

    page = text(client.get(url("import_report", run)))

    assert SECRET in kept
    assert "1 registration was left alone" in page
    assert SECRET not in page
    assert client.get(url("import_undo", run))["Location"] == url("import_report", run)


@pytest.mark.parametrize("state", [state for state in ImportRun.State if state != "committed"])
def test_what_is_not_committed_cannot_be_undone(
    client, importer, learner, state, django_capture_on_commit_callbacks
):
    run = imported(importer, row(learner, "N"))
    ImportRun.objects.update(state=state)

    assert client.get(url("import_undo", run))["Location"] == url("import_report", run)
    post(client, run, django_capture_on_commit_callbacks)

    assert OFFER not in text(client.get(url("import_report", run)))
    assert (run.undo_state, Registration.objects.count()) == ("", 1)


def test_an_import_that_changed_nothing_has_nothing_to_undo(client, importer, maths, learner):
    make_registration(learner=learner, qualification=maths, status="registered")
    run = imported(importer, row(learner))

    result = text(client.get(url("import_report", run)))
    preview = text(client.get(url("import_undo", run), follow=True))

    assert OFFER not in result
    assert "there is nothing to undo" in preview


def test_where_all_has_changed_since_there_is_nothing_to_undo(client, importer, learner):
    run = imported(importer, row(learner, "N"))
    Registration.objects.update(registration_number="HAND")

    page = text(client.get(url("import_undo", run)))

    assert "There is nothing to undo" in page
    assert "<form" not in page.split("regcert-actions")[1]


def test_an_undo_that_failed_says_why_and_can_be_tried_again(client, importer, learner):
    run = imported(importer, row(learner, "N"))
    ImportRun.objects.update(undo_state="failed", failure=runs.BROKEN)

    result = text(client.get(url("import_report", run)))

    assert "This import was not undone" in result
    assert "Something went wrong on the server" in result
    assert OFFER in result
    assert client.get(url("import_undo", run)).status_code == 200


def test_long_lists_are_paged(client, importer, maths, django_capture_on_commit_callbacks):
    run = imported(importer, *(row(make_learner()) for _one in range(120)))

    first, last = (text(client.get(url("import_undo", run) + f"?p={p}")) for p in ("1", "99"))
    Registration.objects.update(registration_number="HAND")
    left = text(client.get(url("import_undo", run) + "?tab=left&p=2"))
    post(client, run, django_capture_on_commit_callbacks)
    result = text(client.get(url("import_report", run)))
    rest = text(client.get(url("import_undo", run) + "?p=3"))

    assert (first.count("<tbody>"), last.count("<tbody>")) == (50, 20)
    assert "Page 3 of 3" in last
    assert (left.count("It was changed"), result.count("It was changed")) == (50, 50)
    assert "All 120 that were left alone" in result
    assert (rest.count("It was changed"), "Page 3 of 3" in rest) == (20, True)


def test_the_status_keeps_its_keys(client, importer, learner, django_capture_on_commit_callbacks):
    run = imported(importer, row(learner, "N"))
    before = client.get(url("import_status", run)).json()

    post(client, run, django_capture_on_commit_callbacks)

    assert client.get(url("import_status", run)).json() == before


def test_it_is_not_wrapped_in_the_transaction_of_the_request(learner):
    run = imported(None, row(learner, "N"))

    assert resolve(url("import_undo", run)).func._non_atomic_requests == {"default"}
