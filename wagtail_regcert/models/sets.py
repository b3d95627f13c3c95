"""Working on sets of rows: statements grow with chunks, never with rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

CHUNK = 5000
"""Values in one ``IN`` list. SQLite takes 250,000 parameters in a statement; Django's own caps apply to
inserts only."""


def in_chunks(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Cut a sequence into pieces of at most ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
