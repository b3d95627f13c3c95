"""Telling of an unexpected failure what and where, without values: messages of databases quote rows."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

P = ParamSpec("P")


class RunFailed(Exception):
    """Takes the place of whatever went wrong inside a task, which queues keep and log."""


def described(error: BaseException) -> str:
    """The way to an error and its kind, as a traceback has them, but not what it says."""
    way = "".join(traceback.format_tb(error.__traceback__))
    return f"Traceback (most recent call last):\n{way}{type(error).__qualname__}"


def without_values(work: Callable[P, None]) -> Callable[P, None]:
    """Have :class:`RunFailed` raised in place of any error."""

    @wraps(work)
    def done(*args: P.args, **kwargs: P.kwargs) -> None:
        failure = None
        try:
            work(*args, **kwargs)
        except Exception as error:
            failure = RunFailed(described(error))
        if failure is not None:
            # Out here, so that the error itself is not kept as what this one came from.
            raise failure

    return done
