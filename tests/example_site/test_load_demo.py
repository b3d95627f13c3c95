"""``load_demo``: the users and data of the demo, and a file that shows what an import can say."""

import csv
import io
from pathlib import Path

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command

from tests.makers import make_run
from wagtail_regcert.importing import runs, staging
from wagtail_regcert.layouts import REGISTRATIONS
from wagtail_regcert.models import (
    AwardingOrganisation,
    Learner,
    Programme,
    Qualification,
    Registration,
    RegistrationLogEntry,
    RunPiece,
)
from wagtail_regcert.permissions import DELETE, EXPORT, IMPORT, MANAGE, may
from wagtail_regcert.problems import Code, Warn

pytestmark = pytest.mark.django_db

SMALL = {"learners": 20, "qualifications": 4, "registrations": 30, "csv_records": 50}
OTHERS = {
    *(Code.NO_KEY, Code.ULN_TAKEN, Code.BAD_GENDER, Code.DIFFERENT_LEARNERS),
    *(Code.UNKNOWN_REGISTRATION, Code.AMBIGUOUS_KEY, Code.DIFFERS),
}
"""Errors that a file with the ten columns cannot have."""
OF_OTHERS = (Warn.CHECK_DIGIT, Warn.TEMPORARY_ULN, Warn.KEPT, Warn.NAME_PARTED)
"""Warnings that the demo data or the ten columns do not bring about."""
TABLES = (Learner, Qualification, AwardingOrganisation, Programme, Registration)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "demo.csv"


@pytest.fixture
def load(settings, path):
    settings.DEBUG = True

    def call(**options):
        call_command("load_demo", csv=path, stdout=io.StringIO(), **{**SMALL, **options})

    return call


def everything():
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in TABLES}


def test_the_users_may_do_what_the_readme_says(load):
    load()

    users = {user.get_username(): user for user in get_user_model().objects.all()}
    assert {
        name: {action for action in (MANAGE, IMPORT, EXPORT, DELETE) if may(user, action)}
        for name, user in users.items()
    } == {
        "admin": {MANAGE, IMPORT, EXPORT, DELETE},
        "manager": {MANAGE},
        "importer": {MANAGE, IMPORT},
        "exporter": {MANAGE, EXPORT},
        "nobody": set(),
    }
    for name, user in users.items():
        assert authenticate(username=name, password="demo") == user
        assert user.has_perm("wagtailadmin.access_admin")
        assert user.is_superuser == (name == "admin")


@pytest.mark.parametrize("name", ["admin", "manager", "importer", "exporter", "nobody"])
def test_every_user_enters_the_admin(load, client, name):
    load()
    client.login(username=name, password="demo")

    assert client.get("/admin/").status_code == 200


def test_there_is_as_much_data_as_asked_for(load):
    load()

    assert (Learner.objects.count(), Qualification.objects.count(), Registration.objects.count()) == (
        20,
        4,
        30,
    )


def test_the_file_beside_creates_updates_clears_and_has_every_error(load, path):
    load()

    run = make_run(path.read_bytes())

    codes = {error.code for error in runs.errors_with_conflicts(run)}
    assert codes == set(Code) - {Code.CHANGED_SINCE_VALIDATION} - OTHERS
    assert run.rows == 50
    assert all((run.created, run.updated, run.unchanged, run.cleared, run.rejected))
    warnings = {warning.code for warning in staging.load_problems(run, RunPiece.Kind.WARNINGS)}
    assert warnings == set(Warn) - {*OF_OTHERS}


def test_the_file_is_as_excel_writes_it_in_the_import_layout(load, path):
    load()

    data = path.read_bytes()
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert data.startswith(b"\xef\xbb\xbf")
    assert tuple(rows[0]) == REGISTRATIONS.headings


def test_the_demo_file_can_be_committed(load, path):
    load()
    run = make_run(path.read_bytes())

    runs.begin_commit(run.pk)
    runs.commit(run.pk, by_owner=False)

    planned = run.created, run.updated, run.unchanged
    run.refresh_from_db()
    assert (run.created, run.updated, run.unchanged, run.conflicts) == (*planned, 0)


def test_loading_twice_changes_nothing_and_writes_the_same_file(load, path):
    load()
    before, file = everything(), path.read_bytes()
    history = RegistrationLogEntry.objects.count()

    load()

    assert everything() == before
    assert path.read_bytes() == file
    assert RegistrationLogEntry.objects.count() == history
    assert get_user_model().objects.count() == 5


def test_another_seed_makes_another_file(load, path):
    load()
    file = path.read_bytes()

    load(seed=2)

    assert path.read_bytes() != file


def test_without_debug_nothing_is_made(load, path, settings):
    settings.DEBUG = False

    with pytest.raises(CommandError, match="DEBUG"):
        load()

    assert not get_user_model().objects.exists()
    assert not Learner.objects.exists()
    assert not path.exists()


@pytest.mark.parametrize("name", ["learners", "qualifications", "registrations"])
def test_too_little_is_refused_before_anything_is_made(load, name):
    with pytest.raises(CommandError):
        load(**{name: 2})

    assert not get_user_model().objects.exists()


@pytest.mark.parametrize("records", [0, 10, 11, 25])
def test_a_short_file_still_has_every_error(load, path, records):
    load(csv_records=records)

    run = make_run(path.read_bytes())
    codes = {error.code for error in runs.errors_with_conflicts(run)}
    assert codes == set(Code) - {Code.CHANGED_SINCE_VALIDATION} - OTHERS


def test_the_file_stands_beside_the_example_site_by_default():
    from example_site.demo.management.commands.load_demo import Command

    options = vars(Command().create_parser("manage.py", "load_demo").parse_args([]))
    root = Path(__file__).parents[2]
    assert options["csv"] == root / "example_site" / "demo.csv"
