"""Validate and commit a CSV file: the same engine as the screen, without its size limit."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError

from ... import conf
from ...answers import of_registrations
from ...databases import reading_source
from ...exporting.csvfile import check_writable, write_file
from ...exporting.report import errors_file, rejected_file
from ...importing.collector import collector_paused
from ...importing.pipeline import Refused, open_file
from ...importing.results import refusal, result
from ...importing.run_layout import RunLayout, missing_constant, named_layout
from ...importing.runs import begin_commit, commit, start_run, validate
from ...layouts import Separator
from ...models import ExportRun, ImportRun
from ...models.fields import may_be_key
from ..base import RegcertCommand

SOME_REJECTED, FILE_REFUSED = 1, 2


class Command(RegcertCommand):
    help = "Validate a CSV file of registrations, learners or qualifications and commit its accepted records."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE")
        parser.add_argument(
            "--layout", metavar="NAME", default="registrations", help="what it is about, or a layout's name"
        )
        parser.add_argument(
            "--separator", choices=[s.value for s in Separator], help="the layout's, or comma"
        )
        parser.add_argument("--validate-only", action="store_true", help="write nothing but the run")
        parser.add_argument(
            "--answers", metavar="ID", help="the number of the export of registrations that the file answers"
        )
        parser.add_argument("--user", metavar="USERNAME", help="whom the history names")
        parser.add_argument("--errors", metavar="PATH", help="write the errors as CSV")
        parser.add_argument("--rejected", metavar="PATH", help="write the rejected records, ready to correct")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    @collector_paused()
    @reading_source()
    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        user = _user(options["user"])
        for name in ("errors", "rejected"):
            if options[name]:
                check_writable(options[name])
        layout = named_layout(options["layout"])
        if layout is None:
            name = options["layout"]
            raise CommandError(f"There is no layout “{name}”, or it is not right any more: edit it.")
        answers = _export(options["answers"], layout)
        data = path.read_bytes()
        separator = Separator(options["separator"] or layout.separator)
        opened = missing_constant(layout) or open_file(
            data, separator, layout.layout, max(len(data), conf.settings.MAX_UPLOAD_BYTES)
        )
        if isinstance(opened, Refused):
            self._print(refusal(opened), options["json"])
            sys.exit(FILE_REFUSED)
        run = start_run(
            data=data,
            file_name=path.name,
            separator=separator,
            encoding=opened.encoding,
            user=user,
            layout=layout,
            answers=answers,
        )
        del data
        validate(run.pk, opened.sheet)
        if not options["validate_only"]:
            begin_commit(run.pk)
            commit(run.pk, by_owner=False)
        run.refresh_from_db()
        if run.state == ImportRun.State.FAILED:
            raise CommandError(run.failure)
        self._print(result(run), options["json"])
        if options["errors"]:
            write_file(options["errors"], errors_file(run))
        if options["rejected"]:
            write_file(options["rejected"], rejected_file(run))
        if run.rejected or run.conflicts:
            sys.exit(SOME_REJECTED)

    def _print(self, answer: dict[str, Any], as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(answer))
            return
        if answer["fatal"]:
            self.stderr.write(self.style.ERROR(answer["fatal"]["message"]))
            return
        for error in answer["errors"]:
            place = f"row {error['row']}" + (f", {error['column']}" if error["column"] else "")
            value = f" ({error['value']})" if error["value"] else ""
            self.stdout.write(f"{place}{value}: {error['message']}")
        done = "" if answer["committed"] else "would be "
        self.stdout.write(
            f"{answer['rows']} records: {answer['created']} {done}created, "
            f"{answer['updated']} {done}updated, {answer['unchanged']} unchanged, "
            f"{answer['rejected']} rejected, {answer['conflicts']} in conflict; "
            f"{answer['cleared']} stored values {done}cleared; "
            f"{len(answer['warnings'])} warnings."
        )
        if answers := answer["answers"]:
            self.stdout.write(
                f"Export {answers['export']}: {answers['missing']} sent and not in this file, "
                f"{answers['extra']} in this file and not sent."
            )


def _export(number: str | int | None, layout: RunLayout) -> ExportRun | None:
    """The export that a file answers."""
    if number is None:
        return None
    if layout.about != ImportRun.About.REGISTRATIONS:
        raise CommandError(f"A file of {layout.about} answers no export.")
    text = str(number)
    exports = (
        of_registrations(ExportRun.objects.filter(pk=text)) if may_be_key(text) else ExportRun.objects.none()
    )
    export = exports.first()
    if export is None:
        raise CommandError(f"There is no export of registrations with the number “{number}”.")
    if export.is_forgotten:
        raise CommandError(f"It is not known any more which registrations export {number} held.")
    return export


def _user(name: str | None) -> Any:
    if name is None:
        return None
    model = get_user_model()
    try:
        return model._default_manager.get_by_natural_key(name)
    except (model.DoesNotExist, UnicodeEncodeError):
        # No name is stored that is no text.
        raise CommandError(f"There is no user “{name}”.") from None
