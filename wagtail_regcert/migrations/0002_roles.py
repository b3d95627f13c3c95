"""The three groups of the first migrate. They belong to the site from then on."""

from django.db import migrations

from wagtail_regcert.roles import make_groups, unmake_groups


class Migration(migrations.Migration):
    dependencies = [
        ("wagtail_regcert", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
    ]

    operations = [migrations.RunPython(make_groups, unmake_groups)]
