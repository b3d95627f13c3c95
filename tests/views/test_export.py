"""The order that one sees in the listing is the order that one gets."""

import csv
import datetime as dt
import io
from urllib.parse import urlencode

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from wagtail_regcert.models import ExportRun, Registration

from ..makers import make_learner, make_organisation, make_qualification, make_registration, make_user

pytestmark = pytest.mark.django_db

LISTING = "/admin/registration-and-certification/"
BULK = {
    "export": "/admin/bulk/wagtail_regcert/registration/export/",
    "import": "/admin/bulk/wagtail_regcert/registration/export_import_layout/",
}
SORTS = (
    "learner",
    "uln",
    "qualification",
    "awarding_organisation",
    "status",
    "registration_number",
    "registration_date",
    "achieved_date",
    "certificate_claimed_date",
    "certificate_received_date",
    "certificate_sent_date",
)
ORDERINGS = [sign + name for name in SORTS for sign in ("", "-")]


@pytest.fixture(autouse=True)
def registrations():
    """Ties, blanks, upper and lower case, accents; each has a tracking reference of its own."""
    titles = [
        make_qualification(title="Joinery", awarding_organisation=make_organisation("NCFE")),
        make_qualification(title="joinery", awarding_organisation=make_organisation("Élan")),
    ]
    names = ("lee", "Lee", "Leé", "Łęcki", "Adams", "adams", "", "Zoë")
    for number, name in enumerate(names):
        learner = make_learner(family_name=name, given_names="" if number % 2 else "Ann")
        make_registration(
            learner=learner,
            qualification=titles[number % 2],
            status=["achieved", "registered"][number % 2],
            registration_number=["", "r1", "R1", "É1"][number % 4],
            registration_date=[None, dt.date(2026, 1, 1), dt.date(2025, 1, 1)][number % 3],
            postal_tracking_reference=f"T{number}",
        )


@pytest.fixture
def exporter(client):
    client.force_login(make_user("manage_registration", "export_registration"))
    return client


def seen(client, query):
    listing = client.get(LISTING, query).context["object_list"]
    return [registration.postal_tracking_reference for registration in listing]


def tracking(response):
    data = b"".join(response.streaming_content).decode("utf-8-sig")
    return [row[-1] for row in csv.reader(io.StringIO(data, newline=""))][1:]


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_all_of_a_sorted_listing_is_exported_in_its_order(exporter, ordering):
    query = {"ordering": ordering}

    shown = seen(exporter, query)

    for layout, bulk in BULK.items():
        address = {"layout": layout, **query}
        assert tracking(exporter.get(reverse("wagtail_regcert:export"), address)) == shown
        assert tracking(exporter.get(bulk, {"id": "all", **query})) == shown


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_selected_rows_are_exported_in_the_order_of_the_listing(exporter, ordering):
    selected = list(Registration.objects.values_list("pk", flat=True))[1:6]

    shown = [
        text for text in seen(exporter, {"ordering": ordering}) if text in ("T1", "T2", "T3", "T4", "T5")
    ]

    # Wagtail's script sends the listing's query string in this one.
    back = f"{LISTING}?{urlencode({'q': 'x', 'ordering': ordering})}"
    assert tracking(exporter.get(BULK["export"], {"id": selected, "next": back})) == shown
    assert tracking(exporter.post(BULK["import"], {"id": selected, "next": back})) == shown


@pytest.mark.parametrize("query", [{}, {"ordering": ""}, {"ordering": "nonsense"}, {"ordering": "-pk"}])
def test_what_nobody_sorted_comes_in_the_order_of_its_creation(exporter, query):
    expected = [f"T{number}" for number in range(8)]

    assert tracking(exporter.get(reverse("wagtail_regcert:export"), query)) == expected
    keys = Registration.objects.order_by("-pk").values_list("pk", flat=True)
    assert tracking(exporter.get(BULK["export"], {"id": list(keys), **query})) == expected


def test_filters_hold_in_a_sorted_export(exporter):
    query = {"status": "achieved", "ordering": "-learner"}

    exported = tracking(exporter.get(reverse("wagtail_regcert:export"), query))

    assert sorted(exported) == ["T0", "T2", "T4", "T6"]
    assert exported == seen(exporter, query)
    assert ExportRun.objects.get().records == 4


def test_the_listing_links_to_exports_in_its_order(exporter):
    page = exporter.get(LISTING, {"ordering": "-uln", "q": "Ann"})

    assert page.context["export_urls"]["export"] == f"{LISTING}export/?q=Ann&layout=export&ordering=-uln"
    assert not list(get_messages(page.wsgi_request))
