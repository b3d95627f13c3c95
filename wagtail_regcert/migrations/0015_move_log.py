"""What Wagtail's log has of learners, qualifications, awarding organisations and programmes, into our own.

And back, without the import that an entry was made by: Wagtail's log has no place for it.
"""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import migrations

CHUNK = 1000
"""Entries moved at once."""

TABLES = ("learner", "qualification", "awardingorganisation", "programme")

COPIED = ("content_type_id", "label", "action", "data", "timestamp", "uuid", "user_id", "revision_id")
FLAGS = ("content_changed", "deleted")


def move(source, target, types, convert):
    """Move all entries of some content types, in their order, a page at a time."""
    entries = source.filter(content_type__in=types).order_by("pk")
    page = list(entries[:CHUNK])
    while page:
        target.bulk_create([convert(entry) for entry in page])
        entries.filter(pk__lte=page[-1].pk).delete()
        page = list(entries[:CHUNK])


def copied(entry):
    return {name: getattr(entry, name) for name in (*COPIED, *FLAGS)}


def parts(apps, schema_editor):
    """Both logs, the content types that move, and the database."""
    using = schema_editor.connection.alias
    ours = apps.get_model("wagtail_regcert", "ChangeLogEntry")
    wagtails = apps.get_model("wagtailcore", "ModelLogEntry")
    types = apps.get_model("contenttypes", "ContentType").objects.using(using)
    keys = types.filter(app_label="wagtail_regcert", model__in=TABLES).values_list("pk", flat=True)
    return ours, wagtails, list(keys), using


def to_ours(apps, schema_editor):
    ours, wagtails, types, using = parts(apps, schema_editor)
    user = apps.get_model(settings.AUTH_USER_MODEL)
    username = get_user_model().USERNAME_FIELD
    names = {}

    def name_of(key):
        if key is not None and key not in names:
            found = user._base_manager.using(using).filter(pk=key).values_list(username, flat=True).first()
            names[key] = str(found or "")
        return names.get(key, "")

    move(
        wagtails._base_manager.using(using),
        ours._base_manager.using(using),
        types,
        lambda entry: ours(
            object_id=int(entry.object_id), user_name=name_of(entry.user_id)[:255], **copied(entry)
        ),
    )


def to_wagtails(apps, schema_editor):
    ours, wagtails, types, using = parts(apps, schema_editor)
    move(
        ours._base_manager.using(using),
        wagtails._base_manager.using(using),
        types,
        lambda entry: wagtails(object_id=str(entry.object_id), **copied(entry)),
    )


class Migration(migrations.Migration):

    dependencies = [
        ('wagtail_regcert', '0014_change_log'),
    ]

    operations = [
        migrations.RunPython(to_ours, to_wagtails),
    ]
