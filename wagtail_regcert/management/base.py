"""Exit codes of our commands: whatever is no result of theirs ends with 3, unlike Django's 1 and 2."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, InterfaceError, OperationalError

from ..failures import described

OTHER_FAILURE = 3


class RegcertParser(CommandParser):
    """Ends with 3 for wrong arguments. Parsers of sub-commands must be of this class, too."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(OTHER_FAILURE, f"{self.prog}: error: {message}\n")


class RegcertCommand(BaseCommand):
    """A command that ends with 3 for wrong arguments, a missing database and the like."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.__class__ = RegcertParser
        return parser

    def run_from_argv(self, argv: list[str]) -> None:
        if isinstance(sys.stdout, TextIOWrapper):
            # Where a terminal has no such character its code is shown, as on standard error. The work is
            # done by then, and must not end as a failure.
            sys.stdout.reconfigure(errors="backslashreplace")
        super().run_from_argv(argv)

    def execute(self, *args: Any, **options: Any) -> Any:
        try:
            return super().execute(*args, **options)
        except (CommandError, OSError) as error:
            message = str(error)
        except (OperationalError, InterfaceError) as error:
            message = f"The database did not do its part: {error}"
        except DatabaseError as error:
            # These may quote a row, and what a command prints often ends in a log.
            message = f"The database refused: {type(error).__name__}"
        except Exception as error:
            message = described(error)
        self.stderr.write(self.style.ERROR(message))
        sys.exit(OTHER_FAILURE)
