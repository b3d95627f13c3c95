"""History of records: what changed, who changed it, where from."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.encoding import force_str
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from wagtail.log_actions import LogFormatter

from .cells import Date, plain
from .moments import moment_as_text, site_time

CREATE = "wagtail_regcert.create"
EDIT = "wagtail_regcert.edit"
DELETE = "wagtail_regcert.delete"
IMPORT = "wagtail_regcert.import"
SYNC = "wagtail_regcert.sync"
UNDO = "wagtail_regcert.undo"
ERASE = "wagtail_regcert.erase"

LABELS = {
    CREATE: pgettext_lazy("wagtail_regcert", "Created"),
    EDIT: pgettext_lazy("wagtail_regcert", "Edited"),
    DELETE: pgettext_lazy("wagtail_regcert", "Deleted"),
    IMPORT: gettext_lazy("Imported"),
    SYNC: gettext_lazy("Synchronised"),
    UNDO: gettext_lazy("Undone"),
    ERASE: gettext_lazy("Personal data erased"),
}


def tracked(model: Any) -> tuple[str, ...]:
    """The fields of a table whose changes are kept: all that can be edited, in their order."""
    fields = model._meta.concrete_fields
    return tuple(field.name for field in fields if field.editable and not field.primary_key)


def snapshot(record: Any) -> dict[str, Any]:
    """The tracked values of a record, plain; related rows by primary key."""
    field = record._meta.get_field
    return {name: plain(getattr(record, field(name).attname)) for name in tracked(type(record))}


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> dict[str, list[Any]]:
    """Field to [old, new] where they differ; ``None`` stands for "there was no record"."""
    names = (after if before is None else before) or {}
    found = {}
    for name in names:
        old = before[name] if before is not None else ""
        new = after[name] if after is not None else ""
        if old != new:
            found[name] = [old, new]
    return found


class Entry:
    """One entry to write: which record (primary key), its name, and what happened."""

    __slots__ = ("data", "deleted", "key", "label")

    def __init__(self, key: int, label: str, data: Mapping[str, Any], *, deleted: bool = False) -> None:
        self.key = key
        self.label = label
        self.data = data
        self.deleted = deleted


def write_entries(
    action: str,
    entries: Iterable[Entry],
    *,
    user: Any,
    timestamp: dt.datetime,
    model: Any = None,
    run: Any = None,
    user_name: str | None = None,
) -> None:
    """Write entries in bulk: about registrations, unless a model is named.

    Each has its own uuid: Wagtail shows only the newest entry of a uuid and action.
    """
    from .models import Registration
    from .models.writing import insert_rows

    model = model or Registration
    if user_name is None:
        user_name = user.get_username() if user else ""
    content_type = ContentType.objects.get_for_model(model, for_concrete_model=False)
    user_id = user.pk if user else None
    run_id = run.pk if run else None
    rows = [
        (
            content_type.pk,
            entry.label,
            action,
            entry.data,
            timestamp,
            uuid,
            user_id,
            user_name,
            None,
            True,
            entry.deleted or action == DELETE,
            entry.key,
            run_id,
        )
        for entry, uuid in zip(entries, _new_uuids(), strict=False)
    ]
    insert_rows(
        log_of(model),
        (
            "content_type",
            "label",
            "action",
            "data",
            "timestamp",
            "uuid",
            "user",
            "user_name",
            "revision",
            "content_changed",
            "deleted",
            "object_id",
            "run",
        ),
        rows,
    )


_VARIANT = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}


def _new_uuids() -> Iterator[str]:
    """Random UUIDs (version 4) as hexadecimal digits; Python's module takes six times as long for each."""
    while True:
        digits = os.urandom(16 * 1000).hex()
        for at in range(0, len(digits), 32):
            one = digits[at : at + 32]
            yield f"{one[:12]}4{one[13:16]}{_VARIANT[one[16]]}{one[17:]}"


def log_of(model: Any) -> Any:
    """The table that holds the history of a table."""
    from .models import ChangeLogEntry, Registration, RegistrationLogEntry

    return RegistrationLogEntry if model is Registration else ChangeLogEntry


def last_authors(model: Any, pks: Collection[int]) -> Mapping[int, Mapping[str, str]]:
    """Primary key to ``who`` wrote the newest entry of a record and ``when``, by the site's clock."""
    from .models.sets import in_values

    entries = log_of(model).objects.of(model).order_by("timestamp", "pk")
    return {
        key: {"who": name, "when": moment_as_text(site_time(moment))}
        for chosen in in_values("object_id", pks, entries.db)
        for key, name, moment in entries.filter(chosen).values_list("object_id", "user_name", "timestamp")
    }


def log_change(
    action: str, record: Any, found: Mapping[str, Sequence[Any]], *, user: Any, timestamp: dt.datetime
) -> None:
    """Write the entry of one change by hand."""
    entry = Entry(record.pk, str(record), {"changes": dict(found)})
    write_entries(action, [entry], model=type(record), user=user, timestamp=timestamp)


def describe(data: Mapping[str, Any], model: Any) -> str:
    """Say in plain text what changed in a record of a table: ``Status: Registered → Achieved; …``."""
    parts = []
    found = data.get("changes", {})
    # In our order: PostgreSQL keeps the keys in one of its own.
    for name in filter(found.__contains__, tracked(model)):
        old, new = found[name]
        if name in ("learner", "qualification") and not (old and new):
            # Of a registration that was created or deleted: its name says that.
            continue
        field: Any = model._meta.get_field(name)
        old, new = _shown(field, old), _shown(field, new)
        label = force_str(field.verbose_name).capitalize()
        if not new:
            parts.append(_("%(field)s: %(old)s removed") % {"field": label, "old": old})
        elif not old:
            parts.append(f"{label}: {new}")
        else:
            parts.append(f"{label}: {old} → {new}")
    return "; ".join(parts)


def _shown(field: Any, value: str) -> str:
    if not value:
        return ""
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.DateField):
        return Date().format(dt.date.fromisoformat(value))
    if field.is_relation and value.isdigit():
        # As it is called now. It may be gone.
        return str(field.related_model._base_manager.filter(pk=value).first() or f"#{value}")
    return value


def register(registry: Any) -> None:
    """Make our actions and our log known to Wagtail."""
    from .models import AwardingOrganisation, Learner, Programme, Qualification, Registration

    for model in (Registration, Learner, Qualification, AwardingOrganisation, Programme):
        registry.register_model(model, log_of(model))
        # Not for the site history report: whoever may see that can download it, unguarded and unnoted. Each
        # record's own history has them.
        registry.log_entry_models.discard(log_of(model))
    for action, label in LABELS.items():
        formatter = type("Formatter", (ChangeFormatter,), {"label": label})
        registry.register_action(action)(formatter)


class ChangeFormatter(LogFormatter):
    """Plain-text messages of our history entries."""

    def format_message(self, log_entry: Any) -> str:
        model = log_entry.content_type and log_entry.content_type.model_class()
        text = describe(log_entry.data, model) if model else ""
        if "row" in log_entry.data:
            where = _("row %(row)d of %(file)s") % log_entry.data
            text = f"{text} ({where})" if text else where
        return f"{self.label}: {text}" if text else str(self.label)
