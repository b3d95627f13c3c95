"""History of registrations: what changed, who changed it, where from."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils.encoding import force_str
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from wagtail.log_actions import LogFormatter

from .cells import Date, plain
from .layouts import STORED_FIELDS
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

TRACKED = (
    "learner",
    "qualification",
    "programme",
    "planned_achievement_date",
    "start_date",
    *STORED_FIELDS,
)
"""The fields whose changes are kept."""


def snapshot(registration: Any) -> dict[str, Any]:
    """The tracked values of a registration, plain; related rows by primary key."""
    return {
        name: plain(getattr(registration, registration._meta.get_field(name).attname)) for name in TRACKED
    }


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> dict[str, list[Any]]:
    """Field to [old, new] where they differ; ``None`` stands for "there was no registration"."""
    names = (after if before is None else before) or {}
    found = {}
    for name in names:
        old = before[name] if before is not None else ""
        new = after[name] if after is not None else ""
        if old != new:
            found[name] = [old, new]
    return found


class Entry:
    """One entry to write: which registration, its name, and what happened."""

    __slots__ = ("data", "deleted", "label", "registration")

    def __init__(
        self, registration: int, label: str, data: Mapping[str, Any], *, deleted: bool = False
    ) -> None:
        self.registration = registration
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
    """Write entries in bulk, of registrations unless a model is named.

    Each has its own uuid: Wagtail shows only the newest entry of a uuid and action.
    """
    from .models import Registration, RegistrationLogEntry
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
            uuid.uuid4(),
            user_id,
            user_name,
            None,
            True,
            entry.deleted or action == DELETE,
            entry.registration,
            run_id,
        )
        for entry in entries
    ]
    if model is not Registration:
        _write_to_wagtails_log(rows)
        return
    insert_rows(
        RegistrationLogEntry,
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


def _write_to_wagtails_log(rows: Sequence[tuple[Any, ...]]) -> None:
    """Of tables that have no log of ours. It has no place for the run and for the name of a user."""
    from wagtail.models import ModelLogEntry

    from .models.writing import insert_rows

    names = ("content_type", "label", "action", "data", "timestamp", "uuid", "user", "revision")
    kept = [
        (*first, revision, content_changed, deleted, str(key))
        for *first, _user_name, revision, content_changed, deleted, key, _run in rows
    ]
    insert_rows(ModelLogEntry, (*names, "content_changed", "deleted", "object_id"), kept)


def last_authors(model: Any, pks: Collection[int]) -> Mapping[int, Mapping[str, str]]:
    """Primary key to ``who`` wrote the newest entry of a record and ``when``, by the site's clock."""
    from .models import Registration, RegistrationLogEntry
    from .models.sets import among

    if model is not Registration:
        return {}
    entries = RegistrationLogEntry.objects.order_by("timestamp", "pk")
    return {
        key: {"who": name, "when": moment_as_text(site_time(moment))}
        for chosen in among("object_id", pks, entries.db)
        for key, name, moment in entries.filter(chosen).values_list("object_id", "user_name", "timestamp")
    }


def log_change(
    action: str, registration: Any, found: Mapping[str, Sequence[Any]], *, user: Any, timestamp: dt.datetime
) -> None:
    """Write the entry of one change by hand."""
    entry = Entry(registration.pk, str(registration), {"changes": dict(found)})
    write_entries(action, [entry], user=user, timestamp=timestamp)


def describe(data: Mapping[str, Any]) -> str:
    """Say in plain text what changed: ``Status: Registered → Achieved; …``."""
    from .models import Registration

    parts = []
    found = data.get("changes", {})
    # In our order: PostgreSQL keeps the keys in one of its own.
    for name in filter(found.__contains__, TRACKED):
        old, new = found[name]
        if name in ("learner", "qualification") and not (old and new):
            # Of a registration that was created or deleted: its name says that.
            continue
        field: Any = Registration._meta.get_field(name)
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
    if field.name.endswith("_date"):
        return Date().format(dt.date.fromisoformat(value))
    if field.is_relation:
        # As it is called now. It may be gone.
        return str(field.related_model._base_manager.filter(pk=value).first() or f"#{value}")
    return value


def register(registry: Any) -> None:
    """Make our actions and our log known to Wagtail."""
    from .models import Registration, RegistrationLogEntry

    registry.register_model(Registration, RegistrationLogEntry)
    # Not for the site history report: whoever may see that can download it, unguarded and unnoted. Each
    # registration's own history has them.
    registry.log_entry_models.discard(RegistrationLogEntry)
    for action, label in LABELS.items():
        formatter = type("Formatter", (ChangeFormatter,), {"label": label})
        registry.register_action(action)(formatter)


class ChangeFormatter(LogFormatter):
    """Plain-text messages of our history entries."""

    def format_message(self, log_entry: Any) -> str:
        text = describe(log_entry.data)
        if "row" in log_entry.data:
            where = _("row %(row)d of %(file)s") % log_entry.data
            text = f"{text} ({where})" if text else where
        return f"{self.label}: {text}" if text else str(self.label)
