"""This package, as its screens and its command use it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wagtail_regcert.exporting.columns import ExportLayout
from wagtail_regcert.exporting.stream import start_export
from wagtail_regcert.importing import runs
from wagtail_regcert.importing.collector import collector_paused
from wagtail_regcert.importing.pipeline import Opened, open_file
from wagtail_regcert.layouts import Separator
from wagtail_regcert.models import ImportRun, Registration

from .floors import FILE_NAME


@collector_paused()
def validate(data: bytes, user: Any) -> ImportRun:
    """From the uploaded bytes to the report, all of it kept."""
    opened = open_file(data, Separator.COMMA)
    if not isinstance(opened, Opened):
        raise RuntimeError(f"The file was refused: {opened.fault}")
    run = runs.start_run(
        data=data, file_name=FILE_NAME, separator=Separator.COMMA, encoding=opened.encoding, user=user
    )
    runs.validate(run.pk, opened.sheet)
    run.refresh_from_db()
    return run


def planned(data: bytes, user: Any) -> dict[str, int]:
    run = validate(data, user)
    return {"created": run.created, "updated": run.updated, "rejected": run.rejected}


def commit(run: ImportRun) -> dict[str, int]:
    """Plan again under lock, compare, write records and history."""
    runs.begin_commit(run.pk)
    runs.commit(run.pk)
    run.refresh_from_db()
    return {"written": run.created + run.updated}


def whole(data: bytes, user: Any) -> dict[str, int]:
    run = validate(data, user)
    return {**commit(run), "rejected": run.rejected}


def export(last: int, user: Any) -> Iterator[bytes]:
    """The file of the registrations up to the primary key ``last``; leaves an ``ExportRun``."""
    _run, chunks = start_export(
        Registration.objects.filter(pk__lte=last), ExportLayout.EXPORT, user=user, filters=""
    )
    return chunks
