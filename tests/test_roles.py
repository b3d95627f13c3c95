"""The three groups of the first migrate."""

from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from tests.makers import make_user
from wagtail_regcert import roles

pytestmark = pytest.mark.django_db

ROLES = {
    "Manage Registration & Certification": "manage_registration",
    "Bulk Upload": "import_registration",
    "Data Export": "export_registration",
}
EDITOR = SimpleNamespace(connection=connection)


def migrate_again():
    """As after ``migrate wagtail_regcert 0001``, without the way there."""
    roles.make_groups(apps, EDITOR)
    end_migrate()


def end_migrate():
    emit_post_migrate_signal(0, False, connection.alias, apps=apps, plan=[])


def held(name):
    return set(Group.objects.get(name=name).permissions.values_list("codename", flat=True))


def claims():
    return set(Permission.objects.filter(codename__startswith=roles.CLAIM))


def test_three_groups_exist_after_the_first_migrate_and_hold_two_permissions_each():
    assert {name: held(name) for name in ROLES} == {
        name: {codename, "access_admin"} for name, codename in ROLES.items()
    }
    assert claims() == set()


def test_registrations_have_only_permissions_that_do_something():
    found = Permission.objects.filter(content_type__app_label="wagtail_regcert")

    codenames = set(found.filter(content_type__model="registration").values_list("codename", flat=True))
    assert codenames == {*ROLES.values(), "delete_registration"}
    assert found.filter(codename__in=ROLES.values()).count() == 3


def test_a_group_that_a_site_has_is_left_as_it_is_and_named(capsys):
    Group.objects.get(name="Data Export").permissions.clear()

    migrate_again()

    assert held("Data Export") == set()
    told = capsys.readouterr().out
    assert '"Data Export" exists already and was left as it is. It does not hold the permission "Can ' in told
    assert told.count("It does not hold") == 1


def test_a_group_that_is_missing_is_made_with_its_permissions():
    Group.objects.get(name="Bulk Upload").delete()

    migrate_again()

    assert held("Bulk Upload") == {"import_registration", "access_admin"}


def test_a_migrate_that_broke_off_is_finished_by_the_next():
    Group.objects.get(name="Bulk Upload").delete()
    roles.make_groups(apps, EDITOR)

    before = held("Bulk Upload")
    end_migrate()

    assert before == {"wagtail_regcert_import_registration", "wagtail_regcert_access_admin"}
    assert held("Bulk Upload") == {"import_registration", "access_admin"}


def test_groups_come_back_to_their_permissions_with_the_app_and_no_others_do(capsys):
    user = make_user()
    for number, name in enumerate(ROLES):
        user.groups.add(Group.objects.get(name=name))
        Group.objects.filter(name=name).update(name=f"{name}, team {number}")
    theirs = Group.objects.create(name="Bulk Upload")

    roles.unmake_groups(apps, EDITOR)
    # As ``remove_stale_contenttypes`` does.
    Permission.objects.filter(codename__in=ROLES.values()).delete()
    migrate_again()

    assert {name: held(f"{name}, team {number}") for number, name in enumerate(ROLES)} == {
        name: {codename, "access_admin"} for name, codename in ROLES.items()
    }
    assert not theirs.permissions.exists()
    assert user.groups.count() == 3
    assert claims() == set()
    assert not Group.objects.filter(name__in=ROLES).exclude(pk=theirs.pk).exists()


def test_groups_that_hold_a_role_by_a_site_s_choice_come_back_without_more():
    group = Group.objects.create(name="Registrars")
    group.permissions.add(Permission.objects.get(codename="import_registration"))

    roles.unmake_groups(apps, EDITOR)
    Permission.objects.filter(codename="import_registration").delete()
    migrate_again()

    assert held("Registrars") == {"import_registration"}


def test_while_the_app_is_out_its_groups_wait(monkeypatch):
    app, name = roles.MIGRATION
    roles.unmake_groups(apps, EDITOR)
    MigrationRecorder(connection).record_unapplied(app, name)

    end_migrate()

    assert len(claims()) == 3


def test_a_group_that_a_site_deleted_or_emptied_stays_so():
    Group.objects.get(name="Bulk Upload").delete()
    Group.objects.get(name="Data Export").permissions.clear()

    end_migrate()

    assert not Group.objects.filter(name="Bulk Upload").exists()
    assert held("Data Export") == set()


def test_a_database_without_django_s_groups_gets_none(monkeypatch):
    monkeypatch.setattr(roles.router, "allow_migrate_model", lambda using, model: False)
    Group.objects.all().delete()

    migrate_again()

    assert not Group.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_flush_makes_the_groups_again():
    Group.objects.get_or_create(name="Theirs")

    call_command("flush", interactive=False, verbosity=0)

    assert {group.name: held(group.name) for group in Group.objects.all()} == {
        name: {codename, "access_admin"} for name, codename in ROLES.items()
    }
