"""Export registrations, learners or qualifications, to standard output or to a file."""

from __future__ import annotations

import codecs
import io
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

from django.core.management.base import CommandError
from django.db.models import QuerySet

from ...definitions.exports import Encoding, ExportDefinition, Format
from ...exporting import layout_stream
from ...exporting.columns import FixedLayout
from ...exporting.csvfile import write_file
from ...exporting.layout_cells import UnfitCell
from ...exporting.stream import COMMAND, start_export
from ...exporting.unfit import in_lines
from ...layouts import Status
from ...models import AwardingOrganisation, ExportLayout, Programme, Registration
from ...subjects.registry import SUBJECTS, other_tables
from ..base import RegcertCommand

FILTERS = ("status", "awarding_organisation", "programme")
NO_ULN = "their learners have no ULN yet"

SOME_UNFIT = 1
"""Exit code: some records are not right for the layout. The others were written."""

RECORDS_PER_QUERY = 500
"""Records that are not right, whose names are read in one statement."""


class Command(RegcertCommand):
    help = "Export registrations, learners or qualifications as a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--output", metavar="PATH", help="write to this file, whole or not at all")
        parser.add_argument(
            "--layout",
            metavar="NAME",
            default=FixedLayout.EXPORT.value,
            help=f"{', '.join((*FixedLayout, *other_tables()))}, or the name of an export layout",
        )
        parser.add_argument(
            "--check", action="store_true", help="only say which records are not right for the layout"
        )
        parser.add_argument(
            "--status",
            metavar="SLUG",
            action="append",
            choices=[status.value for status in Status],
            help=f"only these: {', '.join(Status)}; repeatable",
        )
        parser.add_argument("--awarding-organisation", metavar="NAME")
        parser.add_argument("--programme", metavar="NAME")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["layout"]
        if name in (*FixedLayout, *other_tables()):
            if options["check"]:
                raise CommandError(f"There is nothing to check for the layout “{name}”.")
            self._by_fixed_layout(name, options)
            return
        layout = ExportLayout.objects.named(name)
        if layout is None:
            raise CommandError(f"There is no layout “{name}”.")
        definition = layout.definition()
        if definition is None:
            raise CommandError(f"The layout “{name}” is not right any more. Edit it or load it again.")
        self._by_layout(definition, options)

    def _by_layout(self, definition: ExportDefinition, options: dict[str, Any]) -> None:
        records, chosen = self._chosen(FixedLayout.EXPORT, options)
        unfit = _Lines(self, definition)
        if options["check"]:
            for page in layout_stream.check(records, definition):
                unfit.extend(page.unfit)
            unfit.finish()
            if unfit.count:
                sys.exit(SOME_UNFIT)
            return
        try:
            export = layout_stream.prepare(records, definition, tell=unfit.add)
        except layout_stream.TooManyRecords:
            raise CommandError(
                "There are more records than a sheet has rows. Give it records per file."
            ) from None
        unfit.finish()
        is_text = definition.format is Format.CSV and not export.is_archive
        if not (options["output"] or is_text or self._binary_output()):
            raise CommandError("This is no text: it needs --output.")
        export.note(user=None, filters=f"{COMMAND} {urlencode(chosen)}")
        encoding = "cp1252" if definition.encoding is Encoding.WINDOWS else "utf-8"
        self._write(export.chunks, options["output"], encoding)
        if unfit.count:
            self.stderr.write(f"{export.unfit_records} left out: they are not right for the layout.")
            sys.exit(SOME_UNFIT)

    def _by_fixed_layout(self, name: str, options: dict[str, Any]) -> None:
        records, chosen = self._chosen(name, options)
        subject = SUBJECTS[name] if name in other_tables() else None
        layout = subject.file_layout() if subject else FixedLayout(name).file
        run, chunks = start_export(records, layout, user=None, filters=f"{COMMAND} {urlencode(chosen)}")
        self._write(chunks, options["output"], "utf-8")
        if run.left_out:
            reason = "they have neither a reference nor a ULN" if subject else NO_ULN
            self.stderr.write(f"{run.left_out} left out: {reason}.")

    def _chosen(self, layout: str, options: dict[str, Any]) -> tuple[QuerySet[Any], list[tuple[str, str]]]:
        """The records that the options choose, and by which filters."""
        if layout in other_tables():
            given = [name for name in FILTERS if options[name] not in (None, [])]
            if given:
                raise CommandError(f"--{given[0].replace('_', '-')} chooses registrations, not {layout}.")
            return SUBJECTS[layout].model.objects.order_by("pk"), []
        found = Registration.objects.all()
        chosen: list[tuple[str, str]] = []
        if options["status"]:
            # In process, choices are not checked by the parser.
            unknown = sorted(set(options["status"]) - set(Status))
            if unknown:
                raise CommandError(f"There is no status “{unknown[0]}”.")
            found = found.filter(status__in=options["status"])
            chosen += [("status", slug) for slug in options["status"]]
        if (name := options["awarding_organisation"]) is not None:
            organisation = _by_name(AwardingOrganisation, name)
            found = found.filter(qualification__awarding_organisation=organisation)
            chosen.append(("awarding_organisation", name))
        if (name := options["programme"]) is not None:
            found = found.filter(programme=_by_name(Programme, name))
            chosen.append(("programme", name))
        return found, chosen

    def _write(self, chunks: Iterator[bytes], path: str | None, encoding: str) -> None:
        if path:
            write_file(path, chunks)
        else:
            self._print(chunks, encoding)

    @property
    def _output(self) -> Any:
        return getattr(self.stdout, "_out", self.stdout)

    def _binary_output(self) -> Any:
        """Where standard output takes bytes; ``None`` where it takes text alone."""
        out = self._output
        return getattr(out, "buffer", out if isinstance(out, io.BytesIO) else None)

    def _print(self, chunks: Iterable[bytes], encoding: str) -> None:
        # Bytes where the stream takes them: text output would change line ends and encoding.
        binary = self._binary_output()
        if binary is None:
            for text in codecs.iterdecode(iter(chunks), encoding):
                self._output.write(text)
            return
        try:
            for chunk in chunks:
                binary.write(chunk)
            binary.flush()
        except BrokenPipeError:
            # Whoever read had enough (| head); Python would complain again when it flushes at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Lines:
    """Tells on standard error of records that are not right, some at once."""

    def __init__(self, command: Command, definition: ExportDefinition) -> None:
        self.count = 0
        self._command = command
        self._definition = definition
        self._waiting: list[UnfitCell] = []

    def add(self, one: UnfitCell) -> None:
        self.count += 1
        self._waiting.append(one)
        if len(self._waiting) >= RECORDS_PER_QUERY:
            self.finish()

    def extend(self, cells: Iterable[UnfitCell]) -> None:
        for one in cells:
            self.add(one)

    def finish(self) -> None:
        for line in in_lines(self._waiting, self._definition):
            self._command.stderr.write(line)
        self._waiting.clear()


def _by_name(model: Any, name: str) -> Any:
    try:
        return model.objects.get(name=name)
    except (model.DoesNotExist, UnicodeEncodeError):
        # No name is stored that is no text.
        raise CommandError(f"There is no {model._meta.verbose_name} “{name}”.") from None
