"""The steps of the README: its text in, what to type and what to list out."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

SECTION = "Install it into a site"


@dataclass(frozen=True)
class Steps:
    """What the README tells a site to do."""

    commands: list[str]
    """Lines to type, in order."""
    apps: list[str]
    """What to put into ``INSTALLED_APPS``."""


def steps(readme: str) -> Steps:
    """Read the steps off the blocks of code of one section."""
    section = re.search(rf"^## {SECTION}\n(.*?)(?=^## |\Z)", readme, re.M | re.S)
    if not section:
        raise LookupError(f"The README has no section “{SECTION}”.")
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", section[1], re.M | re.S)
    commands = [line for kind, text in blocks if kind == "shell" for line in text.splitlines()]
    (settings,) = [text for kind, text in blocks if kind == "python"]
    (assignment,) = ast.parse(settings).body
    if not isinstance(assignment, ast.Assign) or ast.unparse(assignment.targets[0]) != "INSTALLED_APPS":
        raise LookupError("The README's settings are not INSTALLED_APPS alone: teach tests/install the rest.")
    return Steps(commands, ast.literal_eval(assignment.value))
