"""Export registrations as a CSV file, to standard output or to a file."""

from __future__ import annotations

import io
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.core.management.base import CommandError

from ...exporting.columns import ExportLayout
from ...exporting.csvfile import write_file
from ...exporting.stream import COMMAND, start_export
from ...layouts import Status
from ...models import AwardingOrganisation, Programme, Registration
from ..base import RegcertCommand


class Command(RegcertCommand):
    help = "Export registrations as a CSV file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--output", metavar="PATH", help="write to this file, whole or not at all")
        parser.add_argument("--layout", choices=[layout.value for layout in ExportLayout], default="export")
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
        if options["layout"] not in set(ExportLayout):
            raise CommandError(f"There is no layout “{options['layout']}”.")
        run, chunks = start_export(
            found, ExportLayout(options["layout"]), user=None, filters=f"{COMMAND} {urlencode(chosen)}"
        )
        if options["output"]:
            write_file(options["output"], chunks)
        else:
            self._print(chunks)
        if run.left_out:
            self.stderr.write(f"{run.left_out} left out: their learners have no ULN yet.")

    def _print(self, chunks: Iterable[bytes]) -> None:
        # Bytes where the stream takes them: text output would change line ends and encoding.
        out = getattr(self.stdout, "_out", self.stdout)
        binary = getattr(out, "buffer", out if isinstance(out, io.BytesIO) else None)
        if binary is None:
            for chunk in chunks:
                out.write(chunk.decode())
            return
        try:
            for chunk in chunks:
                binary.write(chunk)
            binary.flush()
        except BrokenPipeError:
            # Whoever read had enough (| head); Python would complain again when it flushes at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _by_name(model: Any, name: str) -> Any:
    try:
        return model.objects.get(name=name)
    except (model.DoesNotExist, UnicodeEncodeError):
        # No name is stored that is no text.
        raise CommandError(f"There is no {model._meta.verbose_name} “{name}”.") from None
