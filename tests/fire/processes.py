"""Work in processes of their own, with database connections of their own, that can be killed."""

from __future__ import annotations

import multiprocessing
import signal
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from django.db import connection, connections

FOR_GOOD = 120
"""Seconds after which whoever still waits is taken to wait for good."""

CONTEXT = multiprocessing.get_context("fork")


class WorkFailed(Exception):
    """What the work raised, as text."""


class Worker:
    """A function at work in a forked process; only signals and the database connect it with us.

    ``database`` are values of Django's database settings that it takes in place of ours.
    """

    def __init__(
        self, work: Callable[..., Any], *args: Any, database: Mapping[str, Any] | None = None
    ) -> None:
        # A connection must not be shared across a fork.
        connections.close_all()
        self._pipe, theirs = CONTEXT.Pipe()
        self._process = CONTEXT.Process(target=_run, args=(theirs, database or {}, work, args), daemon=True)
        self._process.start()
        theirs.close()

    def wait_until_begun(self) -> None:
        """Wait until the process is connected and about to begin."""
        self._receive("begun")

    def result(self) -> Any:
        """What the work returned."""
        kind, value, self.seconds = self._receive("value", "raised")
        self._process.join(FOR_GOOD)
        if kind == "raised":
            raise WorkFailed(value)
        return value

    def kill(self) -> bool:
        """SIGKILL, whatever it is at, and wait for its end; whether it was not there yet by itself."""
        self._process.kill()
        self._process.join()
        return self._process.exitcode == -signal.SIGKILL

    def _receive(self, *kinds: str) -> tuple[Any, ...]:
        until = time.monotonic() + FOR_GOOD
        while self._pipe.poll(max(0, until - time.monotonic())):
            message = self._pipe.recv()
            if message[0] in kinds:
                return message
        self.kill()
        raise AssertionError("somebody waits for good")


def _run(pipe: Any, database: Mapping[str, Any], work: Callable[..., Any], args: tuple[Any, ...]) -> None:
    connection.settings_dict.update(database)
    connection.ensure_connection()
    pipe.send(("begun",))
    start = time.monotonic()
    try:
        answer = ("value", work(*args))
    except Exception:
        answer = ("raised", traceback.format_exc())
    seconds = time.monotonic() - start
    connections.close_all()
    pipe.send((*answer, seconds))


def elsewhere(work: Callable[..., Any], *args: Any, database: Mapping[str, Any] | None = None) -> Any:
    """What a function returns in a process of its own."""
    return Worker(work, *args, database=database).result()
