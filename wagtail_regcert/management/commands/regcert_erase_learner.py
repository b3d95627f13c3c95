"""Make a learner a pseudonym: in the tables, in history, in reports. Registrations and counts stay."""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError

from ...characters import clean
from ...databases import reading_source
from ...erasure import erase_learner
from ...models import Learner
from ..base import RegcertCommand


class Command(RegcertCommand):
    help = "Erase a learner's name, numbers and dates everywhere. Registrations and counts stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument("--uln", metavar="ULN")
        who.add_argument("--reference", metavar="REF", help="your own reference for the learner")
        who.add_argument("--pk", metavar="PK", type=int, help="primary key, as in the address of the learner")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    @reading_source()
    def handle(self, *args: Any, **options: Any) -> None:
        learner = _learner(options)
        # Keys and counts only: what a command prints often ends in a log.
        count = learner.registrations.count()
        question = f"Erase learner #{learner.pk}, who has {count} registrations? There is no way back."
        if not (options["yes"] or _confirmed(question)):
            raise CommandError("Nothing was erased.")
        erased = asdict(erase_learner(learner.pk))
        self.stdout.write(f"Learner #{learner.pk} erased.")
        for name, number in erased.items():
            self.stdout.write(f"{name.replace('_', ' ')}: {number}")


def _learner(options: dict[str, Any]) -> Learner:
    for name in ("uln", "reference", "pk"):
        value = options[name]
        if value is not None:
            value = clean(value) if isinstance(value, str) else value
            found = Learner.objects.filter(**{name: value}).first()
            if found is not None:
                return found
    raise CommandError("There is no such learner. Nothing was erased.")


def _confirmed(question: str) -> bool:
    try:
        return input(f"{question} Type yes: ").strip().casefold() == "yes"
    except EOFError:
        return False
