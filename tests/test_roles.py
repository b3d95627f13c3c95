"""The three groups of the first migrate."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import connection

pytestmark = pytest.mark.django_db

ROLES = {
    "Manage Registration & Certification": "manage_registration",
    "Bulk Upload": "import_registration",
    "Data Export": "export_registration",
}
migration = import_module("wagtail_regcert.migrations.0002_roles")


def run_again():
    migration.create_groups(apps, SimpleNamespace(connection=connection))


def held(name):
    # Wagtail's images and documents give theirs, when first migrated, to all that may enter the admin.
    wagtails = {"choose_image", "choose_document"}
    return set(Group.objects.get(name=name).permissions.values_list("codename", flat=True)) - wagtails


def test_three_groups_exist_after_the_first_migrate():
    assert {name: held(name) for name in ROLES} == {
        name: {codename, "access_admin"} for name, codename in ROLES.items()
    }


def test_registrations_have_only_permissions_that_do_something():
    found = Permission.objects.filter(content_type__app_label="wagtail_regcert")

    codenames = set(found.filter(content_type__model="registration").values_list("codename", flat=True))
    assert codenames == {*ROLES.values(), "delete_registration"}
    assert found.filter(codename__in=ROLES.values()).count() == 3


def test_a_group_that_a_site_has_is_left_as_it_is_and_named(capsys):
    group = Group.objects.get(name="Data Export")
    group.permissions.clear()

    run_again()

    assert held("Data Export") == set()
    assert '"Data Export" exists already' in capsys.readouterr().out


def test_a_group_that_is_missing_is_made_with_its_permissions():
    Group.objects.get(name="Bulk Upload").delete()

    run_again()

    assert held("Bulk Upload") == {"import_registration", "access_admin"}
