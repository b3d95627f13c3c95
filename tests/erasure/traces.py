"""What named the learner, and where it is found."""

import json
import zlib
from contextlib import suppress

from django.apps import apps
from django.db import connection

ULN, REFERENCE, NUMBER, TRACKING = "9276308686", 'REF/77 "x"', "RN-4711-Z", "TR-0815-Q"
TRACES = (ULN, REFERENCE, NUMBER, TRACKING, "Zebedee", "Quagmire", "1999-02-03")


def as_text(value):
    """A stored value as text: unpacked where it is packed."""
    if isinstance(value, memoryview | bytes):
        value = bytes(value)
        with suppress(zlib.error):
            value = zlib.decompress(value)
        return value.decode("utf-8", "replace").replace("\0", "")
    if isinstance(value, str):
        return value.replace('\\"', '"').replace('""', '"')
    return json.dumps(value, default=str, ensure_ascii=False)


def places_of(texts):
    """Table and column of every stored value that holds one of the texts, ignoring case."""
    models = [
        *apps.get_app_config("wagtail_regcert").get_models(),
        *apps.get_app_config("wagtailcore").get_models(),
    ]
    found = set()
    with connection.cursor() as cursor:
        for model in models:
            table = model._meta.db_table
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            names = [column[0] for column in cursor.description]
            for values in cursor.fetchall():
                for name, value in zip(names, values, strict=True):
                    text = as_text(value).replace('\\"', '"').replace('""', '"').casefold()
                    found |= {(table, name, one) for one in texts if one.casefold() in text}
    return found
