"""Python's garbage collector, out of the way of large files."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the collector from walking a million live cells again and again. Also a decorator.

    It walks them once where the pause ends, so that is best where they are gone. Nothing made under it forms
    cycles, so nothing is lost; it nearly halves the time of a large file.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
