"""What else people use: Django's own ways, django-import-export, tablib, Wagtail, django-tables2.

Each as its documentation has it, in its fastest configuration too where it has several. None does all that
ours does; where it finds fewer errors or keeps no history, that is to its advantage.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import uuid
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import django_tables2 as tables
import tablib
from django import forms
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django_tables2.export import TableExport
from import_export import fields, resources, widgets
from import_export.instance_loaders import BaseInstanceLoader
from wagtail.admin.views.mixins import SpreadsheetExportMixin
from wagtail.log_actions import log

from wagtail_regcert.history import IMPORT, changes, snapshot
from wagtail_regcert.layouts import REGISTRATIONS
from wagtail_regcert.models import Learner, Qualification, Registration, RegistrationLogEntry

from .floors import (
    FILE_NAME,
    HEADINGS,
    STATUSES,
    VALUES,
    Accepted,
    cells,
    day_text,
    entries,
    fits,
    key_of,
    read,
    stored_values,
    written,
)

BATCH = 2000
"""Instances in one statement, where Django does not take fewer."""


# Django's own ways


def bulk_create(accepted: Accepted) -> dict[str, int]:
    """Records only, by ``bulk_create(update_conflicts=True)``."""
    with transaction.atomic():
        _bulk_create(accepted)
    return {"written": len(accepted)}


def _bulk_create(accepted: Accepted) -> None:
    names = ("learner_id", "qualification_id", *VALUES)
    instances = [Registration(**dict(zip(names, record[1:], strict=True))) for record in accepted]
    # Where the database does not take it, its only unique key will do.
    named = connection.features.supports_update_conflicts_with_target
    Registration.objects.bulk_create(
        instances,
        batch_size=BATCH,
        update_conflicts=True,
        update_fields=[*VALUES, "updated_at"],
        unique_fields=["learner", "qualification"] if named else None,
    )


def django_best(data: bytes, user: Any) -> dict[str, int]:
    """Maps, ``bulk_create(update_conflicts=True)``, ``bulk_create`` of the history entries."""
    accepted, rejected = read(data)
    with transaction.atomic():
        before = stored_values()
        _bulk_create(accepted)
        RegistrationLogEntry.objects.bulk_create(
            [
                RegistrationLogEntry(
                    content_type=_content_type(),
                    label=label,
                    action=IMPORT,
                    data=what,
                    timestamp=_now(),
                    uuid=uuid.uuid4(),
                    user=user,
                    user_name=user.get_username(),
                    content_changed=True,
                    object_id=key,
                )
                for key, label, what in entries(accepted, before)
            ],
            batch_size=BATCH,
        )
    return {"written": len(accepted), "rejected": rejected}


def _content_type() -> Any:
    from django.contrib.contenttypes.models import ContentType

    return ContentType.objects.get_for_model(Registration)


def _now() -> dt.datetime:
    from django.utils import timezone

    return timezone.now()


class RecordForm(forms.ModelForm):
    """One record as Django's forms check it."""

    class Meta:
        model = Registration
        fields = ("learner", "qualification", *VALUES)

    def clean(self) -> Any:
        # A form strips what it is given, and takes days and months of one digit.
        if not all(map(fits, (self.data["registration_number"], self.data["postal_tracking_reference"]))):
            raise forms.ValidationError("Too long, or a control character.")
        if any(self.data[name] and len(self.data[name]) != 10 for name in VALUES if name.endswith("_date")):
            raise forms.ValidationError("Not dd/mm/yyyy.")
        return super().clean()


def record_forms(data: bytes) -> Iterator[RecordForm | None]:
    """A form for each record; ``None`` where there is no such learner or qualification."""
    lines = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    next(lines)
    for record in lines:
        number, uln, label, *values = record[:10]
        learner = Learner.objects.filter(uln=uln).first()
        qualification = Qualification.objects.filter(match_key=key_of(number)).first()
        if len(record) > 10 or learner is None or qualification is None:
            yield None
            continue
        stored = Registration.objects.filter(learner=learner, qualification=qualification).first()
        answers = (learner.pk, qualification.pk, STATUSES.get(label, label), *values)
        yield RecordForm(dict(zip(RecordForm.Meta.fields, answers, strict=True)), instance=stored)


def forms_validate(data: bytes) -> dict[str, int]:
    """A ``ModelForm`` for each record."""
    counts = {"created": 0, "updated": 0, "rejected": 0}
    for form in record_forms(data):
        if form is None or not form.is_valid():
            counts["rejected"] += 1
        else:
            counts["updated" if form.instance.pk else "created"] += 1
    return counts


def forms_whole(data: bytes, user: Any) -> dict[str, int]:
    """A ``ModelForm``, ``save()`` and Wagtail's ``log()`` for each record."""
    counts = {"written": 0, "rejected": 0}
    with transaction.atomic():
        for row, form in enumerate(record_forms(data), start=2):
            # Cleaning writes to the instance, so its values are taken before.
            before = snapshot(form.instance) if form is not None and form.instance.pk else None
            if form is None or not form.is_valid():
                counts["rejected"] += 1
                continue
            registration = form.save()
            what = {"file": FILE_NAME, "row": row, "changes": changes(before, snapshot(registration))}
            log(registration, IMPORT, user=user, uuid=uuid.uuid4(), data=what, content_changed=True)
            counts["written"] += 1
    return counts


# django-import-export


class RelatedWidget(widgets.Widget):
    """A related row, by one query for each cell."""

    def __init__(self, model: Any, field: str) -> None:
        self.model = model
        self.field = field
        super().__init__()

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        found = self.find(key_of(value) if self.field == "match_key" else value)
        if found is None:
            raise ValidationError("There is no such row.")
        return found

    def find(self, value: str) -> Any:
        return self.model.objects.filter(**{self.field: value}).first()


class CachedRelatedWidget(RelatedWidget):
    """A related row, by one query for all cells."""

    @cached_property
    def known(self) -> dict[str, Any]:
        return {getattr(one, self.field): one for one in self.model.objects.all()}

    def find(self, value: str) -> Any:
        return self.known.get(value)


class LabelWidget(widgets.Widget):
    """A status by its label."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        if value not in STATUSES:
            raise ValueError("There is no such status.")
        return STATUSES[value]


class TextWidget(widgets.CharWidget):
    """A text that the database can hold."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        if not fits(value):
            raise ValueError("Too long, or a control character.")
        return value


class StrictDateWidget(widgets.DateWidget):
    """Ten characters; its own takes one-digit days and months."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        if value and len(value) != 10:
            raise ValueError("Not dd/mm/yyyy.")
        return super().clean(value, row, **kwargs)


COLUMNS = {column.field: column.heading for column in REGISTRATIONS.columns}


def _resource_fields(related: Any) -> dict[str, fields.Field]:
    made = {
        "learner": fields.Field("learner", COLUMNS["learner"], related(Learner, "uln")),
        "qualification": fields.Field(
            "qualification", COLUMNS["qualification"], related(Qualification, "match_key")
        ),
        "status": fields.Field("status", COLUMNS["status"], LabelWidget()),
    }
    for name in VALUES[1:]:
        widget = StrictDateWidget("%d/%m/%Y") if name.endswith("_date") else TextWidget()
        made[name] = fields.Field(name, COLUMNS[name], widget)
    return made


class _Options:
    model = Registration
    fields = ("learner", "qualification", *VALUES)
    import_id_fields = ("learner", "qualification")


class Stored(BaseInstanceLoader):
    """All instances from one query; the package's own takes one key only."""

    def __init__(self, resource: Any, dataset: Any = None) -> None:
        super().__init__(resource, dataset)
        self.known = {(one.learner_id, one.qualification_id): one for one in Registration.objects.all()}

    def get_instance(self, row: Any) -> Any:
        keys = (self.resource.fields[name].clean(row).pk for name in _Options.fields[:2])
        return self.known.get(tuple(keys))


def import_export_resource(fastest: bool) -> resources.ModelResource:
    """Its defaults; or bulk writes, cached related rows and instances, no comparison for the eye."""
    options: dict[str, Any] = {}
    if fastest:
        options = {
            "use_bulk": True,
            "batch_size": BATCH,
            "skip_diff": True,
            "skip_html_diff": True,
            "instance_loader_class": Stored,
        }
    made = _resource_fields(CachedRelatedWidget if fastest else RelatedWidget)
    meta = type("Meta", (_Options,), options)
    return type("RecordResource", (resources.ModelResource,), {**made, "Meta": meta})()


def import_export(data: bytes, *, fastest: bool, dry_run: bool) -> dict[str, int]:
    """Its ``import_data``; a dry run writes, too, and rolls back."""
    lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    # tablib takes rectangular rows only.
    rows = [row for row in lines[1:] if len(row) == 10]
    dataset = tablib.Dataset(*rows, headers=lines[0])
    result = import_export_resource(fastest).import_data(dataset, dry_run=dry_run, use_transactions=True)
    totals = result.totals
    if totals["error"]:
        raise RuntimeError(f"django-import-export failed: {result.row_errors()[0]}")
    created, updated = totals["new"], totals["update"]
    rejected = len(lines) - 1 - created - updated
    if dry_run:
        return {"created": created, "updated": updated, "rejected": rejected}
    return {"written": created + updated}


# Export

PATHS = (
    "learner__given_names",
    "learner__family_name",
    "learner__uln",
    "qualification__title",
    "qualification__awarding_organisation__name",
    "status",
    "registration_number",
    "learner__gender",
    "learner__date_of_birth",
    "planned_achievement_date",
    "programme__name",
    "qualification__number",
    "registration_date",
    "certificate_received_date",
    "certificate_claimed_date",
    "achieved_date",
    "certificate_sent_date",
    "postal_tracking_reference",
)
ATTRIBUTES = (
    "learner.full_name",
    "learner.uln",
    "qualification.title",
    "qualification.awarding_organisation.name",
    "get_status_display",
    "registration_number",
    "learner.get_gender_display",
    "learner.date_of_birth",
    "planned_achievement_date",
    "programme.name",
    "qualification.number",
    "registration_date",
    "certificate_received_date",
    "certificate_claimed_date",
    "achieved_date",
    "certificate_sent_date",
    "postal_tracking_reference",
)
"""The seventeen columns, from an instance."""
DATES = ("learner.date_of_birth", *(name for name in ATTRIBUTES if name.endswith("_date")))


def chosen(last: int) -> Any:
    return Registration.objects.filter(pk__lte=last).order_by("pk")


def instances(last: int) -> Any:
    return chosen(last).select_related("learner", "qualification__awarding_organisation", "programme")


def export_values(registrations: Any) -> Iterator[bytes]:
    """``values_list``, ``iterator`` and the ``csv`` module, in the queryset's order."""
    return written(registrations.values_list(*PATHS).iterator(chunk_size=BATCH))


def export_tablib(last: int) -> Iterator[bytes]:
    """``values_list`` and a tablib dataset."""
    rows = [cells(*row) for row in chosen(last).values_list(*PATHS)]
    yield tablib.Dataset(*rows, headers=HEADINGS).export("csv").encode()


class WagtailExport(SpreadsheetExportMixin):
    """The listing's own export in Wagtail."""

    list_export = ATTRIBUTES
    export_headings = dict(zip(ATTRIBUTES, HEADINGS, strict=True))
    custom_value_preprocess = {dt.date: {SpreadsheetExportMixin.FORMAT_CSV: day_text}}


def export_wagtail(last: int) -> Iterator[bytes]:
    return iter(WagtailExport().stream_csv(instances(last)))


def _export_resource() -> Any:
    made = {}
    for number, (path, heading) in enumerate(zip(ATTRIBUTES, HEADINGS, strict=True)):
        widget = widgets.DateWidget("%d/%m/%Y") if path in DATES else widgets.CharWidget()
        made[f"column{number}"] = fields.Field(path.replace(".", "__"), heading, widget)
    meta = type("Meta", (), {"model": Registration, "fields": tuple(made)})
    return type("ExportResource", (resources.ModelResource,), {**made, "Meta": meta})()


def export_import_export(last: int) -> Iterator[bytes]:
    """Its ``export``, which makes a dataset of it all."""
    yield _export_resource().export(instances(last)).csv.encode()


class DayColumn(tables.Column):
    def render(self, value: dt.date) -> str:
        return day_text(value)


def export_tables2(last: int) -> Iterator[bytes]:
    """Its ``TableExport``, by ``as_values``."""
    columns = [
        (f"column{number}", (DayColumn if path in DATES else tables.Column)(heading, path.replace(".", "__")))
        for number, (path, heading) in enumerate(zip(ATTRIBUTES, HEADINGS, strict=True))
    ]
    table = tables.Table(instances(last), extra_columns=columns)
    exported = TableExport(TableExport.CSV, table).export()
    yield exported if isinstance(exported, bytes) else exported.encode()
