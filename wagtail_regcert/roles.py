"""The three groups of the first ``migrate``, which belong to the site from then on.

What a group is to hold is first a *claim*: a permission of our own that nobody asks for. The migration makes
the groups with claims, and the end of ``migrate`` (``post_migrate``) turns claims into permissions:

- Wagtail's migrations give every group that may enter the admin permissions to choose images and documents.
  Those that run after ours would give them to our groups too, on fresh sites alone.
- ``migrate wagtail_regcert zero`` turns permissions back into claims. These outlive
  ``remove_stale_contenttypes``, which takes the permissions away, and so a group that comes back to its
  permission is told from one that a site has made.

Claims are rows, so that a ``migrate`` that breaks off on its way is finished by the next one.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps as installed
from django.db import connections, router
from django.db.migrations.recorder import MigrationRecorder

MIGRATION = ("wagtail_regcert", "0002_roles")

ROLES = {
    "manage_registration": "Manage Registration & Certification",
    "import_registration": "Bulk Upload",
    "export_registration": "Data Export",
}
"""Permission to the name of the group that is made to hold it."""

ACCESS = "access_admin"

PERMISSIONS = {
    "manage_registration": ("wagtail_regcert", "registration", "Can manage registration and certification"),
    "import_registration": ("wagtail_regcert", "registration", "Can bulk upload registrations"),
    "export_registration": ("wagtail_regcert", "registration", "Can export registration data"),
    ACCESS: ("wagtailadmin", "admin", "Can access Wagtail admin"),
}
"""Permission to its app, model and name; Django and Wagtail may make them later than we need them."""

CLAIM = "wagtail_regcert_"
"""What the codename of a claim begins with; the permission follows."""


def make_groups(apps: Any, schema_editor: Any) -> None:
    """Make the groups that there are not. Of the migration."""
    using = schema_editor.connection.alias
    if not _has_groups(apps, using):
        return
    Group = apps.get_model("auth", "Group").objects.using(using)
    for codename, name in ROLES.items():
        if Group.filter(permissions__in=_claims(apps, using, codename)).exists():
            # The app was here before, and this group held its permission when it left.
            continue
        group, created = Group.get_or_create(name=name)
        if created:
            group.permissions.set([_claim(apps, using, codename), _claim(apps, using, ACCESS)])
            continue
        told = f'The group "{name}" exists already and was left as it is.'
        if not group.permissions.filter(codename=codename).exists():
            told += f' It does not hold the permission "{PERMISSIONS[codename][2]}".'
        print(f"\n  {told}")


def unmake_groups(apps: Any, schema_editor: Any) -> None:
    """Keep in mind which groups hold our permissions, for the day when the app comes back."""
    using = schema_editor.connection.alias
    if not _has_groups(apps, using):
        return
    Group = apps.get_model("auth", "Group").objects.using(using)
    for codename in ROLES:
        holders = Group.filter(permissions__in=_permissions(apps, using, codename))
        for group in holders.distinct():
            group.permissions.add(_claim(apps, using, codename))


def settle(using: str, apps: Any = installed, **kwargs: Any) -> None:
    """Turn claims into permissions. Receives ``post_migrate``.

    ``flush`` sends it too, without a plan: then no group is left, and ours are made again.
    """
    if not _is_applied(using) or not _has_groups(apps, using):
        return
    Group = apps.get_model("auth", "Group").objects.using(using)
    if "plan" not in kwargs and not Group.exists():
        for codename, name in ROLES.items():
            Group.create(name=name).permissions.set(
                [_permission(apps, using, codename), _permission(apps, using, ACCESS)]
            )
    for codename in PERMISSIONS:
        for claim in _claims(apps, using, codename):
            for group in Group.filter(permissions=claim):
                group.permissions.add(_permission(apps, using, codename))
            claim.delete()


def _has_groups(apps: Any, using: str) -> bool:
    """Whether this database has Django's groups; a site may keep them in another."""
    return bool(router.allow_migrate_model(using, apps.get_model("auth", "Group")))


def _is_applied(using: str) -> bool:
    recorder = MigrationRecorder(connections[using])
    app, name = MIGRATION
    return recorder.has_table() and recorder.migration_qs.filter(app=app, name=name).exists()


def _permission(apps: Any, using: str, codename: str) -> Any:
    return _stored(apps, using, codename, *PERMISSIONS[codename])


def _permissions(apps: Any, using: str, codename: str) -> Any:
    app, model, _name = PERMISSIONS[codename]
    return _all(apps, using, codename, app, model)


def _claim(apps: Any, using: str, codename: str) -> Any:
    # Of Django's groups: what belongs to us goes with us.
    return _stored(apps, using, f"{CLAIM}{codename}", "auth", "group", f"Held in wagtail_regcert: {codename}")


def _claims(apps: Any, using: str, codename: str) -> Any:
    return _all(apps, using, f"{CLAIM}{codename}", "auth", "group")


def _stored(apps: Any, using: str, codename: str, app: str, model: str, name: str) -> Any:
    """The permission, made where it is missing: Django makes them only after all migrations have run."""
    content_type, _created = (
        apps.get_model("contenttypes", "ContentType")
        .objects.using(using)
        .get_or_create(app_label=app, model=model)
    )
    permission, _created = (
        apps.get_model("auth", "Permission")
        .objects.using(using)
        .get_or_create(content_type=content_type, codename=codename, defaults={"name": name})
    )
    return permission


def _all(apps: Any, using: str, codename: str, app: str, model: str) -> Any:
    return (
        apps.get_model("auth", "Permission")
        .objects.using(using)
        .filter(codename=codename, content_type__app_label=app, content_type__model=model)
    )
