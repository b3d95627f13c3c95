"""What an export was chosen by, in words: a note keeps it as a query string, or as the command wrote it."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from .cells import day_as_text, parse_day
from .exporting.stream import COMMAND
from .filters import DATE_FIELDS, RegistrationFilterSet, export_name
from .models import AwardingOrganisation, ExportRun, Programme, Qualification
from .models.fields import may_be_key
from .moments import local_time, moment_as_text
from .permissions import started_imports, visible_exports
from .subjects.registry import SUBJECTS

Pairs = list[tuple[str, str]]

RELATED: dict[str, Any] = {
    "awarding_organisation": AwardingOrganisation,
    "qualification": Qualification,
    "programme": Programme,
}
"""Filters whose values are primary keys."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OLD_COMMAND = re.compile(r"(?:^| )(status|awarding_organisation|programme)=")


def filters_in_words(exports: Iterable[ExportRun], user: Any) -> dict[int, str]:
    """Primary key to what the export was chosen by, as this user may read it. A few statements for all."""
    pairs = {run.pk: _pairs(run.filters) for run in exports}
    names = _names(pairs.values(), user)
    return {run.pk: _in_words(run, pairs[run.pk], names) for run in exports}


def _pairs(filters: str) -> Pairs:
    is_command = filters.startswith(COMMAND)
    text = filters.removeprefix(COMMAND).strip()
    if is_command and " " in text:
        # As it was written before names were quoted.
        _start, *parts = _OLD_COMMAND.split(text)
        return list(zip(parts[::2], parts[1::2], strict=True))
    return parse_qsl(text)


def _names(found: Iterable[Pairs], user: Any) -> Mapping[str, Mapping[str, str]]:
    """Filter to key to name, of all that any of them names."""
    keys: dict[str, set[str]] = defaultdict(set)
    for pairs in found:
        for name, value in pairs:
            keys[name].add(value)
    names: dict[str, Mapping[str, str]] = {}
    for name, model in RELATED.items():
        known = model.objects.in_bulk([int(key) for key in keys[name] if may_be_key(key)])
        names[name] = {str(key): str(one) for key, one in known.items()}
    asked = filter(_UUID.fullmatch, keys["run"] | keys["missing"])
    runs = started_imports(user).in_bulk(list(asked))
    names["run"] = names["missing"] = {
        str(key): f"{run.file_name}, {moment_as_text(local_time(run.created_at))}"
        for key, run in runs.items()
    }
    exports = visible_exports(user).in_bulk([int(key) for key in keys["awaited"] if may_be_key(key)])
    names["awaited"] = {str(key): export_name(export) for key, export in exports.items()}
    return names


def _in_words(run: ExportRun, pairs: Pairs, names: Mapping[str, Mapping[str, str]]) -> str:
    is_command = run.filters.startswith(COMMAND)
    if (count := run.selected_count) is not None:
        text = ngettext("%(count)d selected record", "%(count)d selected records", count) % {"count": count}
    else:
        text = "; ".join(_parts(pairs, {} if is_command else names)) or _all_of(run)
    return _("By command: %(filters)s") % {"filters": text} if is_command else text


def _all_of(run: ExportRun) -> str:
    subject = SUBJECTS.get(run.layout)
    if subject is None:
        return _("All registrations")
    return _("All %(records)s") % {"records": subject.model._meta.verbose_name_plural}


def _parts(pairs: Pairs, names: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Each filter with its values: ``Status: Achieved, Exempt``."""
    values: dict[str, list[str]] = defaultdict(list)
    for name, value in pairs:
        values[name].append(value)
    for name in list(values):
        base, _underscore, end = name.rpartition("_")
        if base in DATE_FIELDS and end in ("from", "to"):
            first, last = (values.pop(f"{base}_{part}", [""])[-1] for part in ("from", "to"))
            if first or last:
                yield f"{_label(base)}: {_days(first, last)}"
        elif name in values:
            yield f"{_label(name)}: {', '.join(_value(name, value, names) for value in values[name])}"


def _label(name: str) -> str:
    if name == "q":
        return pgettext("wagtail_regcert", "Search")
    if name == "missing":
        return _("Sent, not in this file")
    known = RegistrationFilterSet.base_filters.get(name)
    return str(known.label) if known else name


def _value(name: str, value: str, names: Mapping[str, Mapping[str, str]]) -> str:
    if name == "q":
        return f"“{value}”"
    if name == "status":
        return str(dict(RegistrationFilterSet.base_filters["status"].extra["choices"]).get(value, value))
    if name in names:
        # It may be gone, or somebody else's.
        return names[name].get(value) or (_("an import") if name in ("run", "missing") else f"#{value}")
    return value


def _days(first: str, last: str) -> str:
    words = {"first": _day(first), "last": _day(last)}
    if not last:
        return _("from %(first)s") % words
    if not first:
        return _("until %(last)s") % words
    return _("%(first)s to %(last)s") % words


def _day(text: str) -> str:
    day = parse_day(text)
    return day_as_text(day) if isinstance(day, dt.date) else text
