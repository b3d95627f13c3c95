"""Exports by a layout of the site's own, on screen: choosing, previewing, checking, downloading."""

from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from wagtail_regcert.models import ExportRun, Registration

from ..makers import (
    make_export_layout,
    make_learner,
    make_organisation,
    make_qualification,
    make_registration,
    make_user,
)

pytestmark = pytest.mark.django_db

EXPORT = reverse("wagtail_regcert:export")
CHECK = reverse("wagtail_regcert:export_check")
LAYOUTS = reverse("wagtail_regcert:export_layouts")
PREVIEW = reverse("wagtail_regcert:export_preview")
BULK = "/admin/bulk/wagtail_regcert/registration/export_by_layout/"
LISTING = "/admin/registration-and-certification/"


@pytest.fixture
def exporter(client):
    user = make_user("manage_registration", "export_registration")
    client.force_login(user)
    client.user = user
    return client


@pytest.fixture
def registrations():
    """One without a ULN."""
    return [
        make_registration(learner=make_learner(uln=uln, family_name=name), status=status)
        for uln, name, status in (
            ("1111111111", "Adams", "achieved"),
            (None, "Brown", "achieved"),
            ("2222222222", "Cole", "exempt"),
        )
    ]


@pytest.fixture
def layout():
    return make_export_layout(
        {"heading": "ULN", "value": "learner.uln", "required": True},
        {"heading": "Name", "value": "learner.family_name"},
        name="Board",
        encoding="utf-8",
        file_name="BOARD.CSV",
    )


class Links(HTMLParser):
    def __init__(self, response):
        super().__init__()
        self.found = []
        self.feed(response.content.decode())

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self.found.append(dict(attrs).get("href", ""))

    def to(self, path):
        return [url for url in self.found if urlsplit(url).path == path]


def data_of(response):
    return b"".join(response.streaming_content)


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_all_that_are_right_are_downloaded_at_once(exporter, registrations, layout):
    response = exporter.get(EXPORT, {"layout": "board", "status": "exempt"})

    assert data_of(response) == b"ULN,Name\r\n2222222222,Cole\r\n"
    assert response["Content-Disposition"] == 'attachment; filename="BOARD.CSV"'
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    run = ExportRun.objects.get()
    assert (run.user, run.layout, run.filters) == (exporter.user, "Board", "status=exempt")
    assert (run.records, run.left_out, run.definition["name"]) == (1, 0, "Board")


def test_records_that_are_not_right_lead_to_the_check_with_the_same_query_string(
    exporter, registrations, layout
):
    query = {"layout": "Board", "status": ["achieved"], "ordering": "-learner"}

    response = exporter.get(EXPORT, query)

    assert response.status_code == 302
    url = urlsplit(response["Location"])
    assert url.path == CHECK
    assert parse_qs(url.query) == {"layout": ["Board"], "status": ["achieved"], "ordering": ["-learner"]}
    assert not ExportRun.objects.exists()


def test_the_check_lists_records_and_columns_and_offers_the_right_ones(exporter, registrations, layout):
    response = exporter.get(CHECK, {"layout": "Board", "status": "achieved"})

    body = response.content.decode()
    assert response.context["found"].right == 1
    assert response.context["found"].records == 1
    (row,) = response.context["rows"]
    assert (row["registration"], row["heading"], row["value"]) == (registrations[1], "ULN", "")
    assert "Export the 1 that is right" in body
    links = Links(response)
    edit = reverse(Registration.snippet_viewset.get_url_name("edit"), args=[registrations[1].pk])
    assert links.to(edit) == [edit]
    (right,) = links.to(EXPORT)
    assert data_of(exporter.get(right)) == b"ULN,Name\r\n1111111111,Adams\r\n"
    run = ExportRun.objects.get()
    assert (run.records, run.left_out, run.filters) == (1, 1, "status=achieved")


def test_the_check_of_selected_records_is_about_these(exporter, registrations, layout):
    keys = [registrations[1].pk, registrations[2].pk]

    response = exporter.get(CHECK, {"layout": "Board", "id": keys})

    assert (response.context["found"].right, response.context["found"].records) == (1, 1)
    (right,) = Links(response).to(EXPORT)
    assert data_of(exporter.get(right)) == b"ULN,Name\r\n2222222222,Cole\r\n"
    assert ExportRun.objects.get().selected_count == 2


def test_where_all_are_right_the_check_says_so_and_exports_all(exporter, registrations, layout):
    response = exporter.get(CHECK, {"layout": "Board", "status": "exempt"})

    assert response.context["found"].records == 0
    (url,) = Links(response).to(EXPORT)
    assert "right=1" not in url


def test_the_check_is_paged(exporter, layout):
    for number in range(60):
        make_registration(learner=make_learner(uln=None, reference=f"L{number:02d}"))

    first = exporter.get(CHECK, {"layout": "Board"})
    last = exporter.get(CHECK, {"layout": "Board", "p": 2})
    beyond = exporter.get(CHECK, {"layout": "Board", "p": 99})

    counts = [len(response.context["rows"]) for response in (first, last, beyond)]
    assert counts == [50, 10, 10]
    assert first.context["kinds"] == [{"heading": "ULN", "kind": "Mandatory cell is blank", "count": 60}]
    assert [row["registration"].pk for row in beyond.context["rows"]] == [
        row["registration"].pk for row in last.context["rows"]
    ]


@pytest.mark.parametrize("path", [EXPORT, CHECK, PREVIEW])
def test_no_layout_no_selection_or_a_wrong_filter_is_told_and_exports_nothing(
    exporter, registrations, layout, path
):
    for query in ({"layout": "None"}, {"layout": "Board", "id": "x"}, {"layout": "Board", "status": "gone"}):
        response = exporter.get(path, query)

        assert response.status_code == 302
        assert response["Location"].startswith(LISTING)
        assert said(response)
    assert not ExportRun.objects.exists()


def test_a_layout_that_is_not_right_any_more_is_told(exporter, registrations, layout):
    layout.columns.update(value="learner.gone")

    response = exporter.get(EXPORT, {"layout": "Board"})

    assert response.status_code == 302
    assert "Board" in said(response)[0]


def test_a_preview_shows_five_real_records_and_notes_no_export(exporter, registrations, layout):
    for _number in range(4):
        make_registration()

    response = exporter.get(PREVIEW, {"layout": "Board"})

    assert [row[1] for row in response.context["rows"]][:2] == ["Adams", "Cole"]
    assert len(response.context["rows"]) + len(response.context["unfit"]) == 5
    assert not ExportRun.objects.exists()


def test_layouts_of_the_awarding_organisation_of_all_records_come_first(exporter, layout):
    pearson, ncfe = make_organisation("Pearson"), make_organisation("NCFE")
    for organisation in (pearson, pearson, ncfe):
        make_registration(qualification=make_qualification(awarding_organisation=organisation))
    for name in ("NCFE", "Pearson"):
        make_export_layout(name=f"For {name}", awarding_organisation=name)

    def shown(**query):
        response = exporter.get(LAYOUTS, query)
        return [(one["layout"].name, one["is_proposed"], one["note"]) for one in response.context["layouts"]]

    assert shown() == [
        ("Board", False, ""),
        ("For NCFE", False, "2 of them are not of this awarding organisation."),
        ("For Pearson", False, "1 of them is not of this awarding organisation."),
    ]
    assert shown(awarding_organisation=pearson.pk)[0] == ("For Pearson", True, "")
    assert shown(q="nobody at all")[2][1:] == (False, "")


def test_links_of_layouts_keep_what_was_chosen(exporter, registrations, layout):
    response = exporter.get(LAYOUTS, {"q": "Adams", "ordering": "learner"})

    (url,) = Links(response).to(EXPORT)
    assert parse_qs(urlsplit(url).query) == {"q": ["Adams"], "ordering": ["learner"], "layout": ["Board"]}
    assert data_of(exporter.get(url)).endswith(b"\r\n1111111111,Adams\r\n")


@pytest.mark.parametrize("atomic", [True, False])
def test_the_bulk_action_leads_to_the_choice_of_a_layout(exporter, registrations, layout, settings, atomic):
    key = registrations[0].pk

    response = exporter.get(BULK, {"id": key})

    url = urlsplit(response["Location"])
    assert (url.path, parse_qs(url.query)) == (LAYOUTS, {"id": [str(key)]})
    assert exporter.get(response["Location"]).context["chosen"] == "1 registration"
    everything = exporter.post(BULK, {"id": "all", "status": "achieved"})
    assert exporter.get(everything["Location"]).context["chosen"] == "2 registrations"


def test_the_listing_offers_layouts_only_where_there_are_some(exporter, registrations):
    assert Links(exporter.get(LISTING)).to(LAYOUTS) == []

    make_export_layout(name="Board")

    response = exporter.get(LISTING, {"status": "exempt"})
    (url,) = Links(response).to(LAYOUTS)
    assert parse_qs(urlsplit(url).query) == {"status": ["exempt"]}
    assert BULK in response.content.decode()


def test_the_list_of_exports_names_the_layout(exporter, registrations, layout):
    exporter.get(EXPORT, {"layout": "Board", "status": "exempt"})

    body = exporter.get(reverse("wagtail_regcert:exports")).content.decode()

    assert "Board" in body
    assert "Exempt" in body
