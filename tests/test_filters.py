"""What the listing's query string means. A wrong value never means "everything"."""

import datetime as dt
from urllib.parse import quote

import pytest
from django.test import RequestFactory
from django.utils import timezone

from wagtail_regcert.filters import DATE_FIELDS
from wagtail_regcert.history import IMPORT, Entry, write_entries
from wagtail_regcert.models import ExportRun, ImportRun, Registration
from wagtail_regcert.views.listing import listing_for

from .makers import (
    make_export,
    make_learner,
    make_organisation,
    make_programme,
    make_qualification,
    make_registration,
    make_user,
)

pytestmark = pytest.mark.django_db

NO_RUN = "6f1c2f0e-1b7a-4a39-9c55-0d6f7a1be0aa"
"""No import has this key. It is the same in every process, as names of tests must be."""


@pytest.fixture
def superuser():
    return make_user(superuser=True)


@pytest.fixture
def listing(superuser):
    def listing(query, user=superuser):
        request = RequestFactory().get(f"/admin/registration-and-certification/?{query}")
        request.user = user
        return listing_for(request)

    return listing


@pytest.fixture
def found(listing):
    return lambda query: set(listing(query).get_queryset())


def test_no_filter_shows_all(found):
    both = {make_registration(), make_registration()}

    assert found("") == both
    assert found("status=&q=&run=&qualification=&registration_date_from=") == both


def test_status_is_repeatable(found):
    registered = make_registration(status="registered")
    achieved = make_registration(status="achieved")
    make_registration(status="exempt")

    assert found("status=registered") == {registered}
    assert found("status=registered&status=achieved") == {registered, achieved}


def test_related_rows_are_chosen_by_key(found):
    organisation = make_organisation("Pearson")
    qualification = make_qualification(awarding_organisation=organisation)
    programme = make_programme()
    registration = make_registration(qualification=qualification, programme=programme)
    make_registration()

    assert found(f"awarding_organisation={organisation.pk}") == {registration}
    assert found(f"qualification={qualification.pk}") == {registration}
    assert found(f"programme={programme.pk}") == {registration}


@pytest.mark.parametrize("field", DATE_FIELDS)
def test_days_are_a_closed_range_in_iso_or_as_in_our_files(found, field):
    early = make_registration(**{field: dt.date(2026, 1, 31)})
    late = make_registration(**{field: dt.date(2026, 2, 1)})
    make_registration()

    assert found(f"{field}_from=2026-01-31") == {early, late}
    assert found(f"{field}_from=01/02/2026") == {late}
    assert found(f"{field}_to=31/01/2026") == {early}
    assert found(f"{field}_from=2026-01-31&{field}_to=2026-01-31") == {early}


def test_days_do_not_depend_on_the_time_zone_of_the_user(found):
    late = make_registration(registration_date=dt.date(2026, 2, 1))

    for zone in ("Pacific/Auckland", "America/Los_Angeles"):
        with timezone.override(zone):
            assert found("registration_date_from=2026-02-01&registration_date_to=2026-02-01") == {late}


def make_run(user, *registrations):
    run = ImportRun.objects.create(
        user=user, file_name="september.csv", size=1, digest="", separator="comma", encoding="utf-8"
    )
    entries = [Entry(registration.pk, "", {"changes": {}}) for registration in registrations]
    write_entries(IMPORT, entries, user=user, run=run, timestamp=timezone.now())
    return run


def test_a_run_shows_the_records_that_it_touched_to_those_who_may_see_it(listing, found, superuser):
    touched = make_registration()
    make_registration()
    owner = make_user("manage_registration")
    run = make_run(owner, touched)

    assert found(f"run={run.pk}") == {touched}
    assert set(listing(f"run={run.pk}", user=owner).get_queryset()) == {touched}
    stranger = listing(f"run={run.pk}", user=make_user("manage_registration"))
    assert stranger.problems
    assert not stranger.get_queryset().exists()


@pytest.mark.parametrize(
    "query",
    [
        "status=lost",
        "status=registered&status=lost",
        "awarding_organisation=999999",
        "awarding_organisation=abc",
        "qualification=1%27--",
        "qualification=99999999999999999999999999",
        "programme=0",
        "run=1",
        f"run={NO_RUN}",
        "registration_date_from=31/02/2026",
        "achieved_date_to=yesterday",
        "certificate_sent_date_from=2026-13-01",
        "certificate_sent_date_from=1/9/2026",
        "registration_date_from=02/09/2026&registration_date_to=2026-09-01",
        "q=a%00b",
        "programme=%00",
        "run=%00",
        "status=%00",
    ],
)
def test_a_wrong_value_is_an_error_and_shows_nothing(listing, client, superuser, query):
    make_registration(learner=make_learner(family_name="Zebedee"))
    client.force_login(superuser)

    view = listing(query)

    assert view.problems
    assert not view.get_queryset().exists()
    for route in ("", "results/"):
        response = client.get(f"/admin/registration-and-certification/{route}?{query}")
        assert response.status_code == 200
        assert b"Zebedee" not in response.content
        assert b"a filter is not right" in response.content
    listing_page = client.get(f"/admin/registration-and-certification/?{query}").content.decode()
    assert "<title>Error: " in " ".join(listing_page.split()).replace("<title> ", "<title>")


@pytest.mark.parametrize("run", ["1", "x", "\0", NO_RUN])
def test_an_import_that_is_not_there_is_told_as_such(listing, run):
    assert listing(f"run={quote(run)}").problems == ["Import: There is no such import."]


@pytest.mark.parametrize(
    "text",
    [
        "siân",
        "Davies",
        "siân davies",
        "davies si",
        "927630",
        "REG-77",
        "brickwork",
        "603/2942/X",
        "6032942x",
        " 60329 ",
    ],
)
def test_search_finds_names_numbers_and_titles(found, text):
    registration = make_registration(
        learner=make_learner(given_names="siân mary", family_name="Davies", uln="9276308686"),
        qualification=make_qualification(title="Brickwork", number="603/2942/X"),
        registration_number="REG-77",
    )
    make_registration(learner=make_learner(given_names="Other", uln="1000000027"))

    assert found(f"q={text}") == {registration}


def test_search_finds_nothing_rather_than_all(found):
    make_registration()

    assert found("q=nobody") == set()
    assert found("q=%25") == set()
    assert found("q=" + "+".join(["ann"] * 3000)) == set()


def test_search_and_filters_narrow_each_other(found):
    learner = make_learner(family_name="Lee")
    registered = make_registration(learner=learner, status="registered")
    make_registration(learner=learner, status="achieved")
    make_registration(status="registered", learner=make_learner(given_names="Bo", family_name="Fox"))

    assert found("q=lee&status=registered") == {registered}
    assert Registration.objects.count() == 3


def test_a_filter_in_force_shows_its_days_as_the_listing_does(listing):
    pills = listing("achieved_date_from=2026-08-31&registration_date_to=2026-09-01").active_filters

    assert [(str(pill.field_label), pill.value) for pill in pills] == [
        ("Registration date", "any - 01/09/2026"),
        ("Achieved date", "31/08/2026 - any"),
    ]


def test_an_import_in_the_filter_shows_its_time_in_the_form_of_the_days(listing, superuser):
    run = make_run(superuser)
    run.created_at = dt.datetime(2026, 8, 31, 21, 5, tzinfo=dt.UTC)

    label = listing("").filters.form.fields["run"].label_from_instance(run)

    assert label == "september.csv, 31/08/2026 22:05"


def test_what_is_awaited_of_an_export_is_a_filter_beside_the_others(found, listing):
    maths, english = make_qualification(), make_qualification()
    learner = make_learner(family_name="Zebra")
    sent = [make_registration(qualification=maths, learner=learner), make_registration(qualification=english)]
    make_registration(learner=learner, qualification=english)
    export = make_export(*sent)

    assert found(f"awaited={export.pk}") == set(sent)
    assert found(f"awaited={export.pk}&qualification={english.pk}") == {sent[1]}
    assert found(f"awaited={export.pk}&q=Zebra") == {sent[0]}
    assert listing(f"awaited={export.pk}&ordering=-learner").get_queryset().first() == sent[0]


def test_only_exports_that_one_may_see_can_be_asked_for(listing):
    manage, export = "manage_registration", "export_registration"
    one, other, clerk = make_user(manage, export), make_user(manage, export), make_user(manage)
    registration = make_registration()
    own = make_export(registration, user=one)

    assert set(listing(f"awaited={own.pk}", one).get_queryset()) == {registration}
    for user in (other, clerk):
        view = listing(f"awaited={own.pk}", user)
        assert view.problems == ["Awaited of export: There is no such export."]
        assert not view.get_queryset().exists()


@pytest.mark.parametrize("value", ["471100", "x", "9" * 30, "%00"])
def test_an_export_that_does_not_exist_is_a_problem_and_finds_nothing(listing, value):
    make_registration()

    view = listing(f"awaited={value}")

    assert view.problems == ["Awaited of export: There is no such export."]
    assert not view.get_queryset().exists()


def test_what_is_not_kept_any_more_cannot_be_awaited(listing):
    export = make_export(make_registration())
    ExportRun.objects.update(created_at=timezone.now() - dt.timedelta(days=401))

    view = listing(f"awaited={export.pk}")

    assert view.problems == [
        "Awaited of export: It is not kept any more which registrations this export held."
    ]
    assert not view.get_queryset().exists()
