"""Texts that are stored already, brought to what they would be read as today.

They are composed (NFC), and white space and invisible characters are taken off their ends. Match keys and
search texts are made anew with them. What would then be blank though it may not be, too long, or equal to
another row is left as it is, and told.
"""

from collections import Counter, defaultdict

from django.db import migrations
from django.db.models import Q

from wagtail_regcert.characters import clean, normalized, strip

CHUNK = 500
"""Rows read, compared and written at once."""

TABLES = {
    "AwardingOrganisation": ("name",),
    "Programme": ("name",),
    "Qualification": ("number", "title"),
    "Learner": ("uln", "reference", "given_names", "family_name"),
    "Registration": ("registration_number", "postal_tracking_reference"),
}

TEMPORARY_ULN = "9999999999"

MAY_CHANGE = "[^ -~]|^ | $"
"""Finds all texts but those of plain characters that neither begin nor end with a space."""

BLANK, LONG, EQUAL = "would be blank", "would be too long", "would be equal to another row's"


def read_anew(text):
    """A stored text as it would be read today.

    It was a cell once: Excel's protection and a guarding apostrophe were taken off then, and what still
    looks like one is its own, except where something stood around it that was not taken off.
    """
    composed = normalized("NFC", text)
    return composed if strip(composed) == composed else clean(text)


def match_key(number):
    return "".join(number.upper().split()).replace("/", "")


def new_values(row, names):
    """The values of a row that change, by field."""
    found = {}
    for name in names:
        text = getattr(row, name)
        if text is None:
            continue
        value = read_anew(text)
        if row._meta.get_field(name).null and value in ("", TEMPORARY_ULN if name == "uln" else ""):
            value = None
        if value != text:
            found[name] = value
    if "number" in names:
        key = match_key(found.get("number", row.number))
        if key != row.match_key:
            found["match_key"] = key
    return found


def pages(rows, names):
    """The rows of which something may change, by primary key."""
    if "number" not in names:
        # Few are; of qualifications all are read, for their match keys.
        chosen = Q()
        for name in names:
            chosen |= Q((f"{name}__regex", MAY_CHANGE))
        rows = rows.filter(chosen)
    rows = rows.order_by("pk")
    page = list(rows[:CHUNK])
    while page:
        yield page
        page = list(rows.filter(pk__gt=page[-1].pk)[:CHUNK])


def why_not(field, value, wanted, taken):
    """Why a value may not be stored; ``None`` where it may."""
    if not value:
        return None if field.blank else BLANK
    if len(value) > field.max_length:
        return LONG
    return EQUAL if field.unique and (wanted[value] > 1 or value in taken) else None


def clean_table(rows, names):
    """Clean one table; field and reason to the keys of the rows that were left as they are."""
    model = rows.model
    unique = [field.name for field in model._meta.fields if field.unique and field.name in {*names, "match_key"}]
    wanted = {name: Counter() for name in unique}
    for page in pages(rows, names):
        for row in page:
            found = new_values(row, names)
            for name in wanted.keys() & found.keys():
                wanted[name][found[name]] += 1
    left = defaultdict(list)
    for page in pages(rows, names):
        found = {row: new_values(row, names) for row in page}
        taken = {
            name: set(
                rows.filter(
                    **{f"{name}__in": {new[name] for new in found.values() if new.get(name)}}
                ).values_list(name, flat=True)
            )
            for name in unique
        }
        for row, values in found.items():
            for name, value in list(values.items()):
                reason = why_not(model._meta.get_field(name), value, wanted.get(name), taken.get(name))
                if reason and name in values:
                    # A number and its match key stay or change together.
                    for one in ("number", "match_key") if name in ("number", "match_key") else (name,):
                        values.pop(one, None)
                    left["number" if name == "match_key" else name, reason].append(row.pk)
        write(rows, {row: values for row, values in found.items() if values})
    return left


def write(rows, found):
    """Store new values, and what the rows are searched by."""
    names = set()
    for row, values in found.items():
        for name, value in values.items():
            setattr(row, name, value)
        names |= values.keys()
        for field in row._meta.fields:
            if hasattr(field, "made_of"):
                row.search_text = field.made_of([getattr(row, source) for source in field.sources])
                names.add(field.name)
    if found:
        rows.bulk_update(list(found), names, batch_size=CHUNK)


def clean_texts(apps, schema_editor):
    for name, texts in TABLES.items():
        model = apps.get_model("wagtail_regcert", name)
        left = clean_table(model._base_manager.using(schema_editor.connection.alias), texts)
        for (field, reason), keys in left.items():
            print(
                f"\n  {len(keys)} of {model._meta.verbose_name_plural} kept {field} as it is: without invisible"
                f" characters and composed (NFC) it {reason}. To see them:"
                f"\n    from wagtail_regcert.models import {name}"
                f"\n    {name}.objects.filter(pk__in={keys})"
            )


class Migration(migrations.Migration):

    dependencies = [
        ('wagtail_regcert', '0011_days'),
    ]

    operations = [
        migrations.RunPython(clean_texts, migrations.RunPython.noop),
    ]
