"""A database server of our own, in a folder of its own, that may be stopped without warning."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

FOLDERS = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), Path("/usr/sbin")]
"""Where Debian keeps programs of servers, besides the path."""


def program(name: str) -> str | None:
    """The path of a program."""
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(map(str, FOLDERS)))


class PrivateCluster(ABC):
    """Runs from entering the context to leaving it; ``settings`` are Django's, for :class:`Worker`."""

    programs: ClassVar[Sequence[str]]
    account: ClassVar[str]
    """Who runs the server on Debian."""
    password: ClassVar[str]
    """The variable that the programs take a password from."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="regcert-cluster-")
        self._data = Path(self._folder.name, "data")
        self._log = Path(self._folder.name, "log")
        self._user = _another_account(self.account) if os.geteuid() == 0 else None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.settings = {
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "NAME": "fire",
            "USER": "fire",
            "PASSWORD": "",
        }

    @classmethod
    def missing_program(cls) -> str | None:
        """The first program that is not there."""
        return next((name for name in cls.programs if program(name) is None), None)

    def __enter__(self) -> PrivateCluster:
        if self._user:
            shutil.chown(self._folder.name, self._user)
        self._create()
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        try:
            self.stop()
        finally:
            self._folder.cleanup()

    @abstractmethod
    def start(self) -> None:
        """Return as soon as it answers."""

    @abstractmethod
    def stop(self) -> None:
        """As a machine that loses its power stops it."""

    def load(self, source: Mapping[str, Any]) -> None:
        """Copy a database into ours."""
        name, *arguments = self._dump(source)
        dump = subprocess.run(
            [str(program(name)), *arguments],
            env={**os.environ, self.password: source["PASSWORD"]},
            stdout=subprocess.PIPE,
            check=True,
        )
        self._create_database()
        self._run(*self._restore(), given=dump.stdout)

    @abstractmethod
    def _create(self) -> None:
        """Make the folder of data, in which everyone is let in."""

    @abstractmethod
    def _create_database(self) -> None:
        """Make the empty one that ``settings`` name."""

    @staticmethod
    @abstractmethod
    def _login(settings: Mapping[str, Any]) -> Sequence[str]:
        """The arguments that lead a program to a server."""

    @abstractmethod
    def _dump(self, source: Mapping[str, Any]) -> Sequence[str]:
        """The command that prints a database."""

    @abstractmethod
    def _restore(self) -> Sequence[str]:
        """The command that reads it into ours."""

    def _run(self, name: str, *arguments: str, given: bytes = b"") -> None:
        # Not to a pipe: the server would keep it open, and we would wait for its end.
        with open(os.devnull, "wb") as nowhere:
            subprocess.run(
                [str(program(name)), *arguments],
                input=given,
                stdout=nowhere,
                cwd="/",
                user=self._user,
                check=True,
            )


def _another_account(preferred: str) -> str:
    """Who may run a server where we are root, which servers refuse."""
    known = {account.pw_name for account in pwd.getpwall()}
    return next(name for name in (preferred, "nobody") if name in known)
