"""Which versions are installed together: every supported pair of Wagtail and Django."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import pythons

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A Wagtail and a Django, with a Python that both run on."""

    name: str
    constraints: Sequence[str]
    """Lines for pip. A pre-release is taken only where its lower bound is one."""
    python: str


def _pair(wagtail: str, django: str) -> Pair:
    ranges = {
        "7.4": "wagtail>=7.4,<7.5",
        "8.0": "wagtail>=8.0,<8.1",
        # The registries that we test with may hold the release candidate alone.
        "8.1": "wagtail>=8.1rc1,<8.2",
    }
    major, minor = map(int, django.split("."))
    return Pair(
        name=f"wagtail-{wagtail}-django-{django}",
        constraints=[ranges[wagtail], f"Django>={django},<{major}.{minor + 1}"],
        python=pythons.newest(),
    )


def oldest() -> Pair:
    """The lowest version of everything that is said to work, on the oldest Python."""
    lines = (REPOSITORY / "constraints-oldest.txt").read_text().splitlines()
    return Pair(name="oldest", constraints=lines, python=pythons.oldest())


def newest() -> Pair:
    """The newest version of everything."""
    pair = _pair("8.1", "6.1")
    return Pair(name="newest", constraints=pair.constraints, python=pair.python)


def every() -> list[Pair]:
    """All supported pairs, the oldest and the newest first."""
    between = [("7.4", "5.2"), ("7.4", "6.0"), ("8.0", "5.2"), ("8.0", "6.0"), ("8.0", "6.1")]
    return [oldest(), newest(), *(_pair(*one) for one in [*between, ("8.1", "5.2"), ("8.1", "6.0")])]
