"""Exports of selected rows and of all results, true to filters and search."""

import csv
import io

import pytest
from django.utils import timezone

from wagtail_regcert.models import ExportRun, Registration

from .makers import make_learner, make_registration, make_user

pytestmark = pytest.mark.django_db

LISTING = "/admin/registration-and-certification/"
BULK = "/admin/bulk/wagtail_regcert/registration/export/"


@pytest.fixture
def exporter(client):
    user = make_user("manage_registration", "export_registration")
    client.force_login(user)
    return user


@pytest.fixture
def registered():
    return [make_registration(status="registered", registration_number=f"R{number}") for number in range(3)]


@pytest.fixture
def achieved():
    return make_registration(
        status="achieved", registration_number="A", learner=make_learner(family_name="Fox")
    )


def numbers(response):
    assert response.status_code == 200
    data = b"".join(response.streaming_content).decode("utf-8-sig")
    return [row["Registration number"] for row in csv.DictReader(io.StringIO(data, newline=""))]


@pytest.mark.parametrize("method", ["get", "post"])
def test_all_means_the_filtered_and_searched_listing(client, exporter, registered, achieved, method):
    send = getattr(client, method)

    assert numbers(send(f"{BULK}?id=all&status=registered")) == ["R0", "R1", "R2"]
    assert numbers(send(f"{BULK}?id=all&q=fox&next=/admin/")) == ["A"]
    assert numbers(send(f"{BULK}?id=all&p=7&ordering=-status")) == ["R0", "R1", "R2", "A"]


def test_filters_in_a_posted_body_count_too(client, exporter, registered, achieved):
    assert numbers(client.post(BULK, {"id": "all", "status": "achieved"})) == ["A"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_selected_rows_are_exported_at_once(client, exporter, registered, achieved, method):
    ids = f"id={registered[2].pk}&id={achieved.pk}&id={registered[2].pk}"

    response = getattr(client, method)(f"{BULK}?{ids}")

    assert numbers(response) == ["R2", "A"]
    run = ExportRun.objects.get()
    assert (run.user, run.records, run.filters) == (exporter, 2, "2 selected")


def test_selected_rows_are_exported_in_the_import_layout_too(client, exporter, registered, achieved):
    without_uln = make_registration(learner=make_learner(uln=None))
    ids = f"id={registered[1].pk}&id={without_uln.pk}"

    response = client.get(f"{BULK[:-1]}_import_layout/?{ids}")

    assert numbers(response) == ["R1"]
    run = ExportRun.objects.get()
    assert (run.layout, run.records, run.left_out, run.filters) == ("import", 1, 1, "2 selected")


def test_500_selected_rows_are_exported(client, exporter):
    learner = make_learner()
    made = [make_registration(learner=learner) for _number in range(500)]

    by_address = client.get(BULK + "?" + "&".join(f"id={registration.pk}" for registration in made))
    by_body = client.post(BULK, {"id": [registration.pk for registration in made]})

    assert len(numbers(by_address)) == 500
    assert len(numbers(by_body)) == 500


@pytest.mark.parametrize(
    "query", ["id=all&status=lost", "id=all&registration_date_from=x", "id=all&run=x", "id=all&q=%00"]
)
def test_a_wrong_filter_is_refused_and_shown(client, exporter, registered, query):
    for response in (client.get(f"{BULK}?{query}"), client.get(f"{LISTING}export/?{query[7:]}")):
        assert response.status_code == 302
        assert response["Location"] == f"{LISTING}?{query[7:]}"
        assert b"a filter is not right" in client.get(response["Location"]).content
    assert not ExportRun.objects.exists()


@pytest.mark.parametrize("query", ["", "id=", "id=abc", "id=1&id=abc", "id=99999999999999999999999", "id=-1"])
def test_no_or_impossible_keys_export_nothing(client, exporter, registered, query):
    response = client.get(f"{BULK}?{query}")

    assert response.status_code == 302
    assert not ExportRun.objects.exists()


def test_the_export_view_carries_the_listing_s_query_string(client, exporter, registered, achieved):
    response = client.get(f"{LISTING}export/?status=achieved&q=fox&p=2")

    assert numbers(response) == ["A"]
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Disposition"].startswith('attachment; filename="registrations-20')
    run = ExportRun.objects.get()
    assert (run.filters, run.records, run.layout) == ("status=achieved&q=fox", 1, "export")


def test_each_layout_has_a_file_name_of_its_own(client, exporter, registered):
    day = f"{timezone.localdate():%Y-%m-%d}"

    names = [
        client.get(f"{LISTING}export/?layout={layout}")["Content-Disposition"]
        for layout in ("export", "import")
    ]

    assert names == [
        f'attachment; filename="registrations-{day}.csv"',
        f'attachment; filename="registrations-import-{day}.csv"',
    ]


def test_the_export_view_takes_no_other_layout(client, exporter, registered):
    assert client.get(f"{LISTING}export/?layout=json").status_code == 302
    assert client.post(f"{LISTING}export/").status_code == 405
    assert not ExportRun.objects.exists()


def test_learners_without_a_uln_are_left_out_of_the_import_layout_and_counted(client, exporter, registered):
    make_registration(learner=make_learner(uln=None))

    response = client.get(f"{LISTING}export/?layout=import")
    data = b"".join(response.streaming_content).decode()
    said = client.get(LISTING).content.decode()

    assert data.count("\r\n") == 4
    assert ExportRun.objects.get().left_out == 1
    assert "1 registration was left out of the exported file" in said


def test_wagtails_bulk_deletion_deletes_nothing(client, registered):
    client.force_login(make_user(superuser=True))

    for query in ("id=all", f"id={registered[0].pk}"):
        assert client.post(f"/admin/bulk/wagtail_regcert/registration/delete/?{query}").status_code == 302

    assert Registration.objects.count() == 3
