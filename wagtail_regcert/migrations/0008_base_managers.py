"""Related rows are read by our own managers, which know where to. Nothing changes in the database."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('wagtail_regcert', '0007_read_anew'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='awardingorganisation',
            options={'base_manager_name': 'objects', 'ordering': ['name'], 'verbose_name': 'awarding organisation', 'verbose_name_plural': 'awarding organisations'},
        ),
        migrations.AlterModelOptions(
            name='exportrun',
            options={'base_manager_name': 'objects', 'default_permissions': (), 'ordering': ['-created_at'], 'verbose_name': 'export', 'verbose_name_plural': 'exports'},
        ),
        migrations.AlterModelOptions(
            name='importrun',
            options={'base_manager_name': 'objects', 'default_permissions': (), 'ordering': ['-created_at'], 'verbose_name': 'import', 'verbose_name_plural': 'imports'},
        ),
        migrations.AlterModelOptions(
            name='learner',
            options={'base_manager_name': 'objects', 'ordering': ['family_name', 'given_names', 'pk'], 'verbose_name': 'learner', 'verbose_name_plural': 'learners'},
        ),
        migrations.AlterModelOptions(
            name='programme',
            options={'base_manager_name': 'objects', 'ordering': ['name'], 'verbose_name': 'programme', 'verbose_name_plural': 'programmes'},
        ),
        migrations.AlterModelOptions(
            name='qualification',
            options={'base_manager_name': 'objects', 'ordering': ['title', 'number'], 'verbose_name': 'qualification', 'verbose_name_plural': 'qualifications'},
        ),
        migrations.AlterModelOptions(
            name='registration',
            options={'base_manager_name': 'objects', 'default_permissions': ('delete',), 'ordering': ['pk'], 'permissions': [('manage_registration', 'Can manage registration and certification'), ('import_registration', 'Can bulk upload registrations'), ('export_registration', 'Can export registration data')], 'verbose_name': 'registration', 'verbose_name_plural': 'registrations'},
        ),
        migrations.AlterModelOptions(
            name='registrationlogentry',
            options={'base_manager_name': 'objects', 'default_permissions': (), 'ordering': ['-timestamp', '-id'], 'verbose_name': 'registration log entry', 'verbose_name_plural': 'registration log entries'},
        ),
        migrations.AlterModelOptions(
            name='runpiece',
            options={'base_manager_name': 'objects', 'default_permissions': ()},
        ),
    ]
