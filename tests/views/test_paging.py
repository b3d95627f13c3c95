"""Pages of a long list: the same rows as Django's own pages, and statements that do not grow."""

import pytest
from django.core.paginator import Paginator
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.makers import (
    make_csv,
    make_learner,
    make_programme,
    make_qualification,
    make_registration,
    make_run,
    make_user,
)
from wagtail_regcert.importing import runs
from wagtail_regcert.models import AwardingOrganisation, Registration
from wagtail_regcert.views.paging import KeyPaginator

pytestmark = pytest.mark.django_db

LISTING = "/admin/registration-and-certification/"


@pytest.fixture
def registrations():
    qualification = make_qualification()
    for number in range(23):
        make_registration(
            learner=make_learner(family_name=f"Lee{number % 5}"),
            qualification=qualification,
            registration_number=f"N{number % 3}",
        )


@pytest.mark.parametrize("order", ["pk", "-pk", "registration_number", "-learner__family_name"])
@pytest.mark.parametrize(("per_page", "orphans"), [(1, 0), (5, 0), (5, 4), (20, 4), (23, 0), (50, 4)])
def test_pages_are_those_of_django(registrations, order, per_page, orphans):
    ordered = Registration.objects.order_by(order, "pk")
    expected = Paginator(ordered, per_page, orphans=orphans)
    ours = KeyPaginator(ordered, per_page, orphans=orphans, rows=Registration.objects.all())

    pages = [[list(one.page(number)) for number in one.page_range] for one in (expected, ours)]

    assert pages[0] == pages[1]


def test_the_last_page_is_read_from_the_end(registrations):
    pages = KeyPaginator(Registration.objects.order_by("pk"), 5, rows=Registration.objects.all())
    assert pages.count == 23

    with CaptureQueriesContext(
        connection,
    ) as queries:
        list(pages.page(5))

    assert "OFFSET" not in queries[0]["sql"]


def test_a_row_deleted_between_its_key_and_itself_is_left_out(registrations):
    first = Registration.objects.order_by("pk").first()
    pages = KeyPaginator(
        Registration.objects.order_by("pk"), 5, rows=Registration.objects.exclude(pk=first.pk)
    )

    assert len(list(pages.page(1))) == 4


QUESTIONS = [
    "",
    "?p=3",
    "?q=lee",
    "?q=4000000001",
    "?status=registered",
    "?awarding_organisation={organisation}",
    "?qualification={qualification}",
    "?programme={programme}",
    "?registration_date_from=2026-01-01",
    "?ordering=-certificate_sent_date",
    "?ordering=learner",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_statements_do_not_grow_with_what_is_listed(client, question):
    client.force_login(make_user(superuser=True))
    qualification, programme = make_qualification(), make_programme()
    question = question.format(
        organisation=AwardingOrganisation.objects.get().pk,
        qualification=qualification.pk,
        programme=programme.pk,
    )
    counts = []
    for more in (2, 60):
        for _number in range(more):
            make_registration(qualification=qualification, programme=programme, status="registered")
        client.get(LISTING + question)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(LISTING + question).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="query plans are read on PostgreSQL")
@pytest.mark.parametrize(
    "question",
    [
        "",
        "?p=2",
        "?ordering=learner",
        "?ordering=uln",
        "?status=exempt",
        "?q=4000000001",
        "?qualification={qualification}",
        "?awarding_organisation={organisation}",
        "?programme={programme}",
        "?run={run}",
    ],
)
def test_a_page_is_found_by_indexes(client, question):
    """With scans of whole tables made dear, none is left: there is an index for each question."""
    user = make_user(superuser=True)
    client.force_login(user)
    qualification, programme = make_qualification(number="603/2942/X"), make_programme()
    make_learner(uln="4000000001")
    run = make_run(make_csv(["603/2942/X", "4000000001", "Exempt"]), user=user)
    runs.begin_commit(run.pk)
    runs.commit(run.pk)
    for _number in range(60):
        make_registration(qualification=qualification, programme=programme)
    question = question.format(
        organisation=AwardingOrganisation.objects.get().pk,
        qualification=qualification.pk,
        programme=programme.pk,
        run=run.pk,
    )
    table = Registration._meta.db_table
    with CaptureQueriesContext(connection) as queries:
        client.get(LISTING + question)
    pages = [
        query["sql"]
        for query in queries
        if query["sql"].startswith(f'SELECT "{table}"."id"') and "ORDER BY" in query["sql"]
    ]

    assert pages
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for sql in pages:
            cursor.execute(f"EXPLAIN {sql}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert f"Seq Scan on {table}" not in plan
