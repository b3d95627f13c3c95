"""What an export was chosen by, as people read it."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.makers import (
    make_csv,
    make_organisation,
    make_programme,
    make_qualification,
    make_registration,
    make_run,
    make_user,
)
from wagtail_regcert.filter_words import filters_in_words
from wagtail_regcert.models import ExportRun, ImportRun

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return make_user(superuser=True)


def words(filters, user):
    export = ExportRun.objects.create(layout="export", filters=filters, records=1)
    return filters_in_words([export], user)[export.pk]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ("", "All registrations"),
        ("1 selected", "1 selected record"),
        ("12 selected", "12 selected records"),
        ("q=Ann+%26+Lee", "Search: “Ann & Lee”"),
        ("q=&status=achieved&status=exempt", "Status: Achieved, Exempt"),
        ("status=nonsense", "Status: nonsense"),
        ("registration_date_from=2025-01-31", "Registration date: from 31/01/2025"),
        ("registration_date_to=31%2F01%2F2025", "Registration date: until 31/01/2025"),
        (
            "achieved_date_to=2025-02-01&achieved_date_from=2025-01-31",
            "Achieved date: 31/01/2025 to 01/02/2025",
        ),
        ("achieved_date_from=yesterday", "Achieved date: from yesterday"),
        ("programme=99", "Programme: #99"),
        ("programme=x", "Programme: #x"),
        ("run=x", "Import: an import"),
        ("certificate_claimed_date_blank=on", "certificate_claimed_date_blank: on"),
        ("regcert_export ", "By command: All registrations"),
        ("regcert_export status=exempt", "By command: Status: Exempt"),
        (
            "regcert_export status=exempt status=achieved awarding_organisation=City & Guilds",
            "By command: Status: Exempt, Achieved; Awarding organisation: City & Guilds",
        ),
    ],
)
def test_filters_are_said_in_words(admin, filters, expected):
    assert words(filters, admin) == expected


def test_keys_are_said_by_their_names(admin):
    qualification = make_qualification(number="603/2942/X", title="Maths")
    programme, organisation = make_programme("Carpentry 2026"), make_organisation("NCFE")

    said = words(
        f"awarding_organisation={organisation.pk}&qualification={qualification.pk}&programme={programme.pk}",
        admin,
    )

    assert said == (
        "Awarding organisation: NCFE; Qualification: Maths (603/2942/X); Programme: Carpentry 2026"
    )


def test_an_import_is_named_only_to_those_who_may_see_it(admin):
    run = make_run(make_csv(["1", "2", "x"]), user=make_user())
    ImportRun.objects.update(created_at=dt.datetime(2026, 8, 31, 12, 5, tzinfo=dt.UTC))

    assert words(f"run={run.pk}", admin) == "Import: file.csv, 31/08/2026 13:05"
    assert words(f"run={run.pk}", make_user()) == "Import: an import"


def test_what_the_command_writes_is_read_whatever_a_name_holds(admin, tmp_path):
    name = "A & B status=exempt"
    make_registration(programme=make_programme(name))

    call_command("regcert_export", "--programme", name, "--status", "exempt", "--output", str(tmp_path / "x"))

    assert words(ExportRun.objects.get().filters, admin) == f"By command: Status: Exempt; Programme: {name}"


def test_a_page_of_exports_takes_a_few_statements(admin):
    counts = []
    for many in (1, 50):
        exports = [
            ExportRun(
                pk=number, layout="export", filters=f"qualification={make_qualification().pk}&programme=1"
            )
            for number in range(many)
        ]
        with CaptureQueriesContext(connection) as statements:
            filters_in_words(exports, admin)
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 3
