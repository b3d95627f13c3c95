"""Fill the example site with demo data and write a file to import."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from example_site.demo import data


class Command(BaseCommand):
    help = "Load demo users, learners, qualifications and registrations, and write a CSV file to import."

    def add_arguments(self, parser: ArgumentParser) -> None:
        size = data.Size()
        parser.add_argument("--learners", type=int, default=size.learners)
        parser.add_argument("--qualifications", type=int, default=size.qualifications)
        parser.add_argument("--registrations", type=int, default=size.registrations)
        parser.add_argument("--seed", type=int, default=size.seed)
        parser.add_argument("--csv", type=Path, default=settings.HERE / "demo.csv")
        parser.add_argument("--csv-records", type=int, default=200)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("Demo users have a password that everybody knows: only with DEBUG.")
        if min(options[name] for name in ("learners", "qualifications", "registrations")) < 3:
            raise CommandError("At least three of each are needed.")
        size = data.Size(
            learners=options["learners"],
            qualifications=options["qualifications"],
            registrations=options["registrations"],
            seed=options["seed"],
        )
        data.load(size)
        data.write_csv(options["csv"], size, options["csv_records"])
        self.stdout.write(f"Demo data loaded. A file to import: {options['csv']}")
