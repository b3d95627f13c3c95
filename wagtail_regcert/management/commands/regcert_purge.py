"""Delete staged files and reports that have expired; counts and history stay."""

from __future__ import annotations

from typing import Any

from ... import answers
from ...exporting import held
from ...importing.runs import purge
from ..base import RegcertCommand


class Command(RegcertCommand):
    help = "Delete staged files and reports that have expired. Counts and history stay."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{purge()} expired imports purged.")
        answers.purge()
        if count := held.purge():
            self.stdout.write(f"{count} exports forgot which registrations they held.")
