"""Exports of selected rows and of all results, true to filters and search."""

import csv
import io
import threading
from contextlib import contextmanager

import pytest
from django.db import connection, connections
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from wagtail import hooks

from wagtail_regcert.models import ExportRun, Learner, Programme, Registration

from .makers import make_learner, make_programme, make_registration, make_user

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
    assert numbers(send(f"{BULK}?id=all&p=7&ordering=-status")) == ["R2", "R1", "R0", "A"]


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


@pytest.mark.parametrize(
    "query", ["id=-1", "id=abc", "id=", "id=1&id=99999999999999999999999", "id=all&status=lost"]
)
def test_the_export_view_refuses_what_the_action_refuses(client, exporter, registered, query):
    response = client.get(f"{LISTING}export/?{query}")

    assert response.status_code == 302
    assert response["Location"].startswith(LISTING)
    assert b"Nothing was exported" in client.get(response["Location"]).content
    assert not ExportRun.objects.exists()


PATIENCE = 0.3
"""Seconds for which a request waits for the other writer. One that waits for the request waits on."""


@contextmanager
def somebody_writing():
    """Once each request has read its session, somebody else writes, on another connection."""
    written, threads = [], []

    def write(name):
        try:
            written.append(make_programme(name))
        finally:
            connections.close_all()

    def read_then_write(execute, sql, *args):
        answer = execute(sql, *args)
        if "FROM" in sql and "django_session" in sql:
            thread = threading.Thread(target=write, args=[f"Meanwhile {len(threads)}"])
            threads.append(thread)
            thread.start()
            thread.join(PATIENCE)
        return answer

    with connection.execute_wrapper(read_then_write):
        yield written
    for thread in threads:
        thread.join()


def journal_modes():
    """How SQLite lets others write: once readers are done, which is its default, or beside them."""
    return ["delete", "wal"] if connection.vendor == "sqlite" else [None]


@pytest.fixture(params=journal_modes())
def _journal_mode(request, transactional_db):
    def choose(mode):
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA journal_mode={mode}")
            assert cursor.fetchone() == (mode,)

    if request.param:
        choose(request.param)
    yield
    if request.param:
        choose("delete")


@pytest.mark.django_db(transaction=True)
class TestUnderAtomicRequests:
    """A site may wrap every request in a transaction, and others write meanwhile."""

    @pytest.fixture(autouse=True)
    def _atomic_requests(self, _journal_mode, monkeypatch):
        monkeypatch.setitem(connections.settings["default"], "ATOMIC_REQUESTS", True)

    @pytest.mark.parametrize("method", ["get", "post"])
    @pytest.mark.parametrize("layout", ["export", "import"])
    def test_selected_rows_are_exported(self, client, exporter, registered, achieved, method, layout):
        url = BULK if layout == "export" else f"{BULK[:-1]}_import_layout/"

        with somebody_writing() as written:
            response = getattr(client, method)(
                f"{url}?id={registered[2].pk}&id={achieved.pk}&next=/admin/", follow=True
            )

        assert numbers(response) == ["R2", "A"]
        run = ExportRun.objects.get()
        assert (run.user, run.records, run.filters, run.layout) == (exporter, 2, "2 selected", layout)
        assert len(written) == 2

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_all_means_the_filtered_and_searched_listing(
        self, client, exporter, registered, achieved, method
    ):
        send = getattr(client, method)

        with somebody_writing():
            by_status = send(f"{BULK}?id=all&status=registered&p=3", follow=True)
            by_search = send(f"{BULK}?id=all&q=fox&next=/admin/", follow=True)

        assert numbers(by_status) == ["R0", "R1", "R2"]
        assert numbers(by_search) == ["A"]
        assert [run.filters for run in ExportRun.objects.order_by("pk")] == ["status=registered", "q=fox"]

    def test_what_a_body_says_is_in_the_address_but_no_token(self, client, exporter, registered, achieved):
        body = {"id": [registered[0].pk, achieved.pk], "csrfmiddlewaretoken": "secret", "next": "/admin/"}

        response = client.post(f"{BULK}?id={registered[1].pk}", body)

        keys = (registered[1].pk, registered[0].pk, achieved.pk)
        query = "&".join(f"id={key}" for key in keys)
        assert response["Location"] == f"{LISTING}export/?{query}&layout=export"
        assert not ExportRun.objects.exists()
        assert numbers(client.get(response["Location"])) == ["R0", "R1", "A"]

    def test_the_role_is_asked_for_at_each_step(self, client, registered):
        client.force_login(make_user("manage_registration"))
        query = f"id={registered[0].pk}"

        answers = [client.get(f"{BULK}?{query}"), client.get(f"{LISTING}export/?{query}")]

        assert [answer["Location"] for answer in answers] == ["/admin/", "/admin/"]
        assert not ExportRun.objects.exists()

    def test_a_hook_that_refuses_is_heard(self, client, exporter, registered):
        def refuse(request, action, registrations, view):
            raised.append((action, list(registrations)))
            return HttpResponse("No.")

        raised = []
        with hooks.register_temporarily("before_bulk_action", refuse):
            response = client.get(f"{BULK}?id={registered[0].pk}")

        assert response.content == b"No."
        assert raised == [("export", [registered[0]])]

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="Others let a transaction read and then write")
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_a_bulk_deletion_that_sqlite_refuses_says_so(self, client, method):
        client.force_login(make_user("delete_learner", "view_learner"))
        learner = make_learner()
        url = f"/admin/bulk/wagtail_regcert/learner/delete/?id={learner.pk}"

        with somebody_writing() as written:
            refused = getattr(client, method)(url)
        said = client.get(refused["Location"]).content.decode()
        there = Learner.objects.filter(pk=learner.pk).exists()
        client.post(url)

        assert len(written) == 1
        assert "Nothing was deleted. Try again." in said
        assert there
        assert not Learner.objects.exists()

    def test_one_is_deleted_whoever_else_writes(self, client):
        client.force_login(make_user(superuser=True))
        registration, programme = make_registration(), make_programme()

        with somebody_writing():
            for gone in (registration, programme):
                url = reverse(gone.snippet_viewset.get_url_name("delete"), args=[gone.pk])
                assert client.post(url).status_code == 302

        assert not Registration.objects.exists()
        assert not Programme.objects.filter(pk=programme.pk).exists()
