"""The three groups of the first migrate. They belong to the site from then on."""

from django.db import migrations

ROLES = (
    ("Manage Registration & Certification", "manage_registration", "Can manage registration and certification"),
    ("Bulk Upload", "import_registration", "Can bulk upload registrations"),
    ("Data Export", "export_registration", "Can export registration data"),
)


def create_groups(apps, schema_editor):
    alias = schema_editor.connection.alias
    Group = apps.get_model("auth", "Group").objects.using(alias)
    Permission = apps.get_model("auth", "Permission").objects.using(alias)
    ContentType = apps.get_model("contenttypes", "ContentType").objects.using(alias)

    # Django creates permissions only after all migrations have run.
    registration, _ = ContentType.get_or_create(app_label="wagtail_regcert", model="registration")
    admin, _ = ContentType.get_or_create(app_label="wagtailadmin", model="admin")
    access, _ = Permission.get_or_create(
        content_type=admin, codename="access_admin", defaults={"name": "Can access Wagtail admin"}
    )
    for name, codename, label in ROLES:
        permission, _ = Permission.get_or_create(
            content_type=registration, codename=codename, defaults={"name": label}
        )
        group, created = Group.get_or_create(name=name)
        if created:
            group.permissions.set([permission, access])
        else:
            print(f'\n  The group "{name}" exists already and was left as it is.')


class Migration(migrations.Migration):
    dependencies = [
        ("wagtail_regcert", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
    ]

    operations = [migrations.RunPython(create_groups, migrations.RunPython.noop)]
