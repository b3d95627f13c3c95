"""Write layouts that the site has added as JSON, or take them over from such a file."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from ... import layout_store
from ...databases import reading_source
from ...messages import sentence
from ..base import RegcertCommand, RegcertParser

PROBLEMS = 1
"""Exit code: something is wrong in the file, and nothing was changed."""


class Command(RegcertCommand):
    help = "Write layouts as JSON (dump, examples), or create and replace those of the site from it (load)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, parser_class=RegcertParser)
        dump = actions.add_parser("dump", help="write layouts to standard output: these, or all")
        dump.add_argument("names", nargs="*", metavar="NAME")
        actions.add_parser("examples", help="write the example layouts of the package, to change and load")
        load = actions.add_parser("load", help="create or replace, by kind and name, the layouts of a file")
        load.add_argument("file", metavar="FILE", help="a JSON object, or an array of them")

    @reading_source()
    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "dump":
            self._dump(options["names"])
        elif options["action"] == "examples":
            self.stdout.write(layout_store.examples())
        else:
            self._load(Path(options["file"]).read_bytes())

    def _dump(self, names: list[str]) -> None:
        found, missing = layout_store.stored(names)
        if missing:
            raise CommandError(f"There is no layout “{missing[0]}”.")
        self.stdout.write(layout_store.dump(found))

    def _load(self, data: bytes) -> None:
        done = layout_store.load(data)
        for problem in done.problems:
            text = sentence(problem.code, problem.facts)
            self.stderr.write(self.style.ERROR(f"{problem.path}: {text}" if problem.path else text))
        if done.problems:
            sys.exit(PROBLEMS)
        for word, layouts in (("created", done.created), ("replaced", done.replaced)):
            for layout in layouts:
                self.stdout.write(f"{layout._meta.verbose_name} “{layout.name}” {word}")
