"""Export registrations, learners or qualifications as a CSV file, to standard output or to a file."""

from __future__ import annotations

import io
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.core.management.base import CommandError
from django.db.models import QuerySet

from ...exporting.columns import FixedLayout
from ...exporting.csvfile import write_file
from ...exporting.stream import COMMAND, start_export
from ...layouts import Status
from ...models import AwardingOrganisation, Programme, Registration
from ...subjects.registry import SUBJECTS
from ..base import RegcertCommand

FILTERS = ("status", "awarding_organisation", "programme")
NO_ULN = "their learners have no ULN yet"


class Command(RegcertCommand):
    help = "Export registrations, learners or qualifications as a CSV file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--output", metavar="PATH", help="write to this file, whole or not at all")
        parser.add_argument("--layout", choices=[layout.value for layout in FixedLayout], default="export")
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
        if options["layout"] not in set(FixedLayout):
            raise CommandError(f"There is no layout “{options['layout']}”.")
        layout = FixedLayout(options["layout"])
        records, chosen = self._chosen(layout, options)
        run, chunks = start_export(records, layout, user=None, filters=f"{COMMAND} {urlencode(chosen)}")
        if options["output"]:
            write_file(options["output"], chunks)
        else:
            self._print(chunks)
        if run.left_out:
            reason = "they have neither a reference nor a ULN" if layout in SUBJECTS else NO_ULN
            self.stderr.write(f"{run.left_out} left out: {reason}.")

    def _chosen(
        self, layout: FixedLayout, options: dict[str, Any]
    ) -> tuple[QuerySet[Any], list[tuple[str, str]]]:
        """The records that the options choose, and by which filters."""
        if layout in SUBJECTS:
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
