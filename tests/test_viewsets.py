"""The listing, adding, editing and deleting by hand."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils import timezone

from wagtail_regcert import sync
from wagtail_regcert.models import Learner, Registration, RegistrationLogEntry

from .makers import (
    make_learner,
    make_organisation,
    make_programme,
    make_qualification,
    make_registration,
    make_user,
)

pytestmark = pytest.mark.django_db

LISTING = "/admin/registration-and-certification/"


@pytest.fixture
def manager(client):
    user = make_user("manage_registration")
    client.force_login(user)
    return user


def fields(html):
    """The hidden form state as a browser would send it back."""
    start = html.index('name="seen" value="') + len('name="seen" value="')
    return html[start : html.index('"', start)]


def form_of(client, registration, **values):
    html = client.get(f"{LISTING}edit/{registration.pk}/").content.decode()
    form = {
        "seen": fields(html),
        "learner": registration.learner_id,
        "qualification": registration.qualification_id,
        "programme": registration.programme_id or "",
        "status": registration.status,
        "registration_number": registration.registration_number,
    }
    return {**form, **values}


def test_the_listing_shows_every_column(client, manager):
    make_registration(
        learner=make_learner(given_names="Ann", family_name="Lee", uln="9276308686"),
        qualification=make_qualification(
            title="Brickwork", awarding_organisation=make_organisation("Pearson")
        ),
        status="certificate_sent",
        registration_number="REG-1",
        registration_date=dt.date(2026, 1, 2),
        achieved_date=dt.date(2026, 2, 3),
        certificate_claimed_date=dt.date(2026, 3, 4),
        certificate_received_date=dt.date(2026, 4, 5),
        certificate_sent_date=dt.date(2026, 5, 6),
    )

    html = client.get(LISTING).content.decode()

    for text in (
        *("Ann Lee", "9276308686", "Brickwork", "Pearson", "Certificate Sent", "REG-1"),
        *("02/01/2026", "03/02/2026", "04/03/2026", "05/04/2026", "06/05/2026"),
        "Registration and Certification",
    ):
        assert text in html


def test_names_are_escaped(client, manager):
    registration = make_registration(learner=make_learner(family_name="<b>Lee"))

    for url in (LISTING, f"{LISTING}edit/{registration.pk}/", f"{LISTING}history/{registration.pk}/"):
        assert b"<b>Lee" not in client.get(url).content


def test_the_number_of_queries_does_not_grow_with_the_rows(client, manager):
    def queries():
        client.get(LISTING)  # warms caches
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(LISTING)
        return len(captured)

    make_registration()
    one = queries()
    for _number in range(30):
        make_registration(programme=make_programme())

    assert queries() == one


@pytest.mark.parametrize(
    "key",
    [
        *("learner", "uln", "qualification", "awarding_organisation", "status", "registration_number"),
        *("registration_date", "achieved_date", "certificate_claimed_date"),
        *("certificate_received_date", "certificate_sent_date"),
    ],
)
def test_every_column_sorts_both_ways_and_keeps_a_stable_order(client, manager, key):
    first = make_registration(learner=make_learner(family_name="Ash", uln="1"), registration_number="1")
    second = make_registration(learner=make_learner(family_name="Oak", uln="2"), registration_number="2")

    rows = [
        [row.pk for row in client.get(f"{LISTING}?ordering={sign}{key}").context["object_list"]]
        for sign in ("", "-")
    ]

    assert rows == [[first.pk, second.pk], [second.pk, first.pk]]


def test_an_unknown_order_is_ignored(client, manager):
    make_registration()

    assert client.get(f"{LISTING}?ordering=learner__date_of_birth").status_code == 200


def test_export_links_carry_the_query_string_and_are_for_holders_of_export(client, manager):
    make_registration(status="registered", learner=make_learner(family_name="Lee"))
    link = "export/?status=registered&amp;q=lee&amp;layout=export"

    manage_only = client.get(f"{LISTING}?status=registered&q=lee&p=1").content.decode()
    client.force_login(make_user("manage_registration", "export_registration"))
    with_export = client.get(f"{LISTING}?status=registered&q=lee&p=1").content.decode()

    assert "/export/" not in manage_only
    assert link in with_export
    assert link.replace("layout=export", "layout=import") in with_export


def test_the_banner_says_the_exact_number_in_the_list(client, manager):
    for status in ("registered", "registered", "achieved"):
        make_registration(status=status)

    html = client.get(f"{LISTING}?status=registered").content.decode()

    assert "All 2 registrations in the list are selected" in html
    assert 'data-bulk-action-footer="REGISTRATION"' in html
    assert html.count("data-bulk-action-footer") == 1
    assert "bulk/wagtail_regcert/registration/delete" not in html


def test_adding_leaves_one_history_entry(client, manager):
    learner, qualification = make_learner(), make_qualification()

    response = client.post(
        LISTING + "add/",
        {
            "learner": learner.pk,
            "qualification": qualification.pk,
            "status": "registered",
            "registration_number": "  REG-9 ",
            "start_date": "05/01/2026",
            "registration_date": "2026-01-31",
        },
    )

    registration = Registration.objects.get()
    entry = RegistrationLogEntry.objects.get()
    assert response.status_code == 302
    assert registration.registration_number == "REG-9"
    assert (entry.action, entry.object_id, entry.user) == (
        "wagtail_regcert.create",
        registration.pk,
        manager,
    )
    assert entry.data["changes"] == {
        "learner": ["", str(learner.pk)],
        "qualification": ["", str(qualification.pk)],
        "start_date": ["", "2026-01-05"],
        "status": ["", "registered"],
        "registration_number": ["", "REG-9"],
        "registration_date": ["", "2026-01-31"],
    }


def test_a_second_registration_of_the_same_pair_is_refused(client, manager):
    there = make_registration()

    response = client.post(
        LISTING + "add/",
        {"learner": there.learner_id, "qualification": there.qualification_id, "status": "registered"},
    )

    assert response.status_code == 200
    assert "already on this qualification" in response.content.decode()
    assert Registration.objects.count() == 1


def test_a_control_character_is_refused(client, manager):
    registration = make_registration()

    response = client.post(
        f"{LISTING}edit/{registration.pk}/", form_of(client, registration, registration_number="a\tb")
    )

    assert response.status_code == 200
    assert not RegistrationLogEntry.objects.exists()


def test_editing_leaves_one_history_entry_with_both_values(client, manager):
    registration = make_registration(status="registered", registration_number="OLD")

    response = client.post(
        f"{LISTING}edit/{registration.pk}/",
        form_of(client, registration, status="achieved", achieved_date="01/02/2026"),
    )

    registration.refresh_from_db()
    entry = RegistrationLogEntry.objects.get()
    assert response.status_code == 302
    assert (registration.status, registration.achieved_date) == ("achieved", dt.date(2026, 2, 1))
    assert entry.action == "wagtail_regcert.edit"
    assert entry.data["changes"] == {
        "status": ["registered", "achieved"],
        "achieved_date": ["", "2026-02-01"],
    }


def test_saving_without_a_change_leaves_no_entry(client, manager):
    registration = make_registration()

    response = client.post(f"{LISTING}edit/{registration.pk}/", form_of(client, registration))

    assert response.status_code == 302
    assert not RegistrationLogEntry.objects.exists()


def test_a_form_opened_before_a_change_is_refused_with_both_values(client, manager):
    registration = make_registration(status="registered", registration_number="OLD")
    form = form_of(client, registration, status="achieved", registration_number="MINE")
    Registration.objects.update(registration_number="THEIRS", certificate_sent_date=dt.date(2026, 2, 1))

    response = client.post(f"{LISTING}edit/{registration.pk}/", form)
    again = client.post(f"{LISTING}edit/{registration.pk}/", form)

    html = response.content.decode()
    registration.refresh_from_db()
    assert (response.status_code, again.status_code) == (200, 200)
    assert "Stored now: THEIRS. You entered: MINE." in html
    assert "Stored now: 01/02/2026. You entered: blank." in html
    assert "changed while the form was open" in html
    assert (registration.status, registration.registration_number) == ("registered", "THEIRS")
    assert not RegistrationLogEntry.objects.exists()


@pytest.mark.parametrize("seen", ["", "forged", None])
def test_a_form_without_its_signed_values_is_refused(client, manager, seen):
    registration = make_registration(status="registered")
    other = make_registration()
    form = form_of(client, registration, status="achieved")
    form["seen"] = form_of(client, other)["seen"] if seen is None else seen

    response = client.post(f"{LISTING}edit/{registration.pk}/", form)

    registration.refresh_from_db()
    assert response.status_code == 200
    assert registration.status == "registered"


def test_a_registration_deleted_while_its_form_was_open_is_not_found(client, manager):
    registration = make_registration()
    form = form_of(client, registration)
    registration.delete()

    assert client.post(f"{LISTING}edit/{registration.pk}/", form).status_code == 404


def test_deleting_leaves_one_history_entry(client):
    user = make_user("manage_registration", "delete_registration")
    client.force_login(user)
    registration = make_registration(status="achieved")

    asked = client.get(f"{LISTING}delete/{registration.pk}/")
    deleted = client.post(f"{LISTING}delete/{registration.pk}/")

    entry = RegistrationLogEntry.objects.get()
    assert (asked.status_code, deleted.status_code) == (200, 302)
    assert not Registration.objects.exists()
    assert (entry.action, entry.object_id, entry.deleted, entry.user) == (
        "wagtail_regcert.delete",
        registration.pk,
        True,
        user,
    )
    assert entry.data["changes"]["status"] == ["achieved", ""]


def test_history_says_what_changed_and_keeps_the_name_of_a_deleted_user(client, manager):
    registration = make_registration(status="registered")
    client.post(f"{LISTING}edit/{registration.pk}/", form_of(client, registration, status="achieved"))
    name = manager.get_username()
    client.force_login(make_user(superuser=True))
    manager.delete()

    html = client.get(f"{LISTING}history/{registration.pk}/").content.decode()

    assert "Status: Registered → Achieved" in html
    assert RegistrationLogEntry.objects.get().user_name == name


def test_the_history_calls_what_it_refers_to_by_name(client, manager):
    learner, other, qualification = make_learner(), make_learner(), make_qualification()
    pair = {"uln": learner.uln, "qualification": qualification.number}
    sync.registrations([{**pair, "programme": "Carpenter"}])
    registration = Registration.objects.get()
    client.post(f"{LISTING}edit/{registration.pk}/", form_of(client, registration, learner=other.pk))

    html = client.get(f"{LISTING}history/{registration.pk}/").content.decode()

    assert "Synchronised: Programme: Carpenter; Status: Not registered" in html
    assert f"Edited: Learner: {learner} → {other}" in html


def test_what_is_referred_to_is_not_deleted_and_the_message_says_by_how_many(client):
    client.force_login(make_user(superuser=True))
    learner, qualification, programme = make_learner(), make_qualification(), make_programme()
    make_registration(learner=learner, qualification=qualification, programme=programme)
    make_registration(learner=learner, programme=programme)
    organisation = qualification.awarding_organisation

    said = {}
    for instance in (learner, qualification, programme, organisation):
        table = f"wagtail_regcert/{instance._meta.model_name}"
        for url, method in (
            (f"/admin/snippets/{table}/delete/{instance.pk}/", client.get),
            (f"/admin/snippets/{table}/delete/{instance.pk}/", client.post),
            (f"/admin/bulk/{table}/delete/?id={instance.pk}", client.get),
            (f"/admin/bulk/{table}/delete/?id={instance.pk}", client.post),
        ):
            response = method(url, follow=True)
            assert response.status_code == 200, url
            (message,) = [str(message) for message in response.context["messages"]]
            said.setdefault(instance._meta.model_name, set()).add(message.strip())
        assert type(instance).objects.filter(pk=instance.pk).exists()

    assert said == {
        "learner": {f"“{learner}” cannot be deleted: 2 registrations refer to it."},
        "qualification": {f"“{qualification}” cannot be deleted: 1 registration refers to it."},
        "programme": {f"“{programme}” cannot be deleted: 2 registrations refer to it."},
        "awardingorganisation": {f"“{organisation}” cannot be deleted: 2 qualifications refer to it."},
    }


def test_what_nothing_refers_to_is_deleted_one_by_one_and_in_bulk(client):
    client.force_login(make_user("delete_learner", "view_learner"))
    one, two, three = make_learner(), make_learner(), make_learner()

    client.post(f"/admin/snippets/wagtail_regcert/learner/delete/{one.pk}/")
    client.post(f"/admin/bulk/wagtail_regcert/learner/delete/?id={two.pk}")
    for query in ("id=all&q=nobody", "", "id=abc", "id=²", f"id={10**30}"):
        refused = client.post(f"/admin/bulk/wagtail_regcert/learner/delete/?{query}")
        assert refused.status_code == 302

    assert set(Learner.objects.all()) == {three}


@pytest.mark.parametrize("after", ["NaN", "wagtailadmin_home", "//evil.example", ""])
def test_wherever_a_refused_deletion_should_lead_it_leads_somewhere(client, after):
    client.force_login(make_user(superuser=True))
    learner = make_registration().learner

    response = client.post(f"/admin/bulk/wagtail_regcert/learner/delete/?id={learner.pk}&next={after}")

    assert response.status_code == 302
    assert "evil" not in response["Location"]


@pytest.mark.parametrize("table", ["learner", "qualification", "awardingorganisation", "programme"])
@pytest.mark.parametrize("query", ["export=csv", "export=xlsx"])
def test_the_lists_of_the_reference_tables_are_no_files(client, table, query):
    client.force_login(make_user(superuser=True))

    assert client.get(f"/admin/snippets/wagtail_regcert/{table}/?{query}").status_code == 302


@pytest.mark.parametrize("name", ["list", "add", "edit", "delete"])
@pytest.mark.parametrize("model", [Registration, Learner])
def test_what_writes_is_not_wrapped_in_the_transaction_of_the_request(name, model):
    args = [1] if name in ("edit", "delete") else []

    view = resolve(reverse(model.snippet_viewset.get_url_name(name), args=args)).func

    assert view._non_atomic_requests == {"default"}


def test_choosers_search_without_a_search_backend(client, manager):
    make_learner(given_names="Ann", family_name="Lee")
    make_learner(given_names="Bo", family_name="Fox")
    make_qualification(title="Brickwork", number="603/2942/X")
    base = "/admin/snippets/choose/wagtail_regcert/"

    learners = client.get(base + "learner/results/?q=lee+ann").content.decode()
    qualifications = client.get(base + "qualification/results/?q=6032942x").content.decode()

    assert "Ann Lee" in learners
    assert "Bo Fox" not in learners
    assert "Brickwork" in qualifications


def test_updated_at_follows_edits_by_hand(client, manager):
    registration = make_registration()
    before = timezone.now()

    client.post(f"{LISTING}edit/{registration.pk}/", form_of(client, registration, status="achieved"))

    registration.refresh_from_db()
    assert registration.updated_at > before


DATES = ["Registration date", "Achieved date", "Certificate claimed date", "Certificate received date"]


def order_of(html, words):
    """The words that the text has, in the order in which each first stands there."""
    return sorted(words, key=html.index)


def test_the_dates_stand_in_one_order_in_the_form_the_filters_and_the_inspection(client, manager):
    registration = make_registration()
    columns = ["Registered on", "Achieved on", "Claimed on", "Received on", "Sent on"]

    listing = client.get(LISTING).content.decode()
    form = client.get(f"{LISTING}edit/{registration.pk}/").content.decode()
    inspection = client.get(f"{LISTING}inspect/{registration.pk}/").content.decode()

    assert order_of(listing, columns) == columns
    assert order_of(listing, DATES) == DATES
    assert order_of(form, DATES) == DATES
    assert order_of(inspection, DATES) == DATES


def test_the_inspection_writes_days_and_times_as_the_listing_does(client, manager):
    registration = make_registration(achieved_date=dt.date(2026, 8, 31))
    moment = dt.datetime(2026, 8, 31, 21, 5, tzinfo=dt.UTC)
    Registration.objects.filter(pk=registration.pk).update(created_at=moment, updated_at=moment)

    html = client.get(f"{LISTING}inspect/{registration.pk}/").content.decode()

    assert "31/08/2026" in html
    assert html.count("31/08/2026 22:05") == 2


def test_an_awarding_organisation_has_its_days_as_whole_numbers_or_none(client):
    client.force_login(make_user(superuser=True))
    organisation = make_organisation()
    url = f"/admin/snippets/wagtail_regcert/awardingorganisation/edit/{organisation.pk}/"
    days = {"days_to_register": "42", "days_to_claim": "", "days_for_certificate": "0"}

    def post(**values):
        seen = fields(client.get(url).content.decode())
        return client.post(url, {"seen": seen, "name": "NCFE", **days, **values})

    saved = post()
    refused = post(days_to_register="-1", days_to_claim="1.5")

    organisation.refresh_from_db()
    assert saved.status_code == 302
    assert (organisation.days_to_register, organisation.days_to_claim, organisation.days_for_certificate) == (
        42,
        None,
        0,
    )
    assert set(refused.context["form"].errors) == {"days_to_register", "days_to_claim"}


def test_adding_stands_beside_the_title_where_wagtail_has_it(client, manager):
    buttons = client.get(LISTING).context["header_buttons"]

    assert [(str(button.label), button.url) for button in buttons] == [("Add registration", f"{LISTING}add/")]
