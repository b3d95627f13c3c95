"""A PostgreSQL server of our own, in a folder of its own, that may be stopped without warning."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

PROGRAMS = ("initdb", "pg_ctl", "pg_dump", "psql", "createdb")
ACCOUNTS = ("postgres", "nobody")
"""Who may run it where we are root, which PostgreSQL refuses."""


def program(name: str) -> str | None:
    """The path of one of PostgreSQL's programs, on the path or where Debian keeps them."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(map(str, folders)))


def missing_program() -> str | None:
    """The first program that is not there."""
    return next((name for name in PROGRAMS if program(name) is None), None)


class PrivateCluster:
    """Runs from entering the context to leaving it; ``settings`` are Django's, for :class:`Worker`."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="regcert-cluster-")
        self._data = Path(self._folder.name, "data")
        self._log = Path(self._folder.name, "log")
        self._account = _account()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.settings = {"HOST": "127.0.0.1", "PORT": str(port), "NAME": "fire", "USER": "fire"}

    def __enter__(self) -> PrivateCluster:
        if self._account:
            shutil.chown(self._folder.name, self._account)
        self._run("initdb", "--auth=trust", "--username=fire", "--no-sync", "--pgdata", str(self._data))
        self.start()
        self._run("createdb", *self._address, "fire")
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()
        self._folder.cleanup()

    def start(self) -> None:
        options = f"-p {self.settings['PORT']} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        self._control("start", "-l", str(self._log), "-o", options)

    def stop(self) -> None:
        """As a machine that loses its power stops it."""
        self._control("stop", "-m", "immediate")

    def load(self, source: Mapping[str, Any]) -> None:
        """Copy a database into ours."""
        address = ["-h", source["HOST"], "-p", str(source["PORT"] or 5432), "-U", source["USER"]]
        dump = subprocess.run(
            [program("pg_dump"), *address, "--no-owner", source["NAME"]],
            env={**os.environ, "PGPASSWORD": source["PASSWORD"]},
            capture_output=True,
            check=True,
        )
        self._run("psql", *self._address, "-q", "-v", "ON_ERROR_STOP=1", "fire", given=dump.stdout)

    @property
    def _address(self) -> list[str]:
        return ["-h", self.settings["HOST"], "-p", self.settings["PORT"], "-U", "fire"]

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "--wait", "--pgdata", str(self._data), *arguments)

    def _run(self, name: str, *arguments: str, given: bytes = b"") -> None:
        # Not to a pipe: the server would keep it open, and we would wait for its end.
        with open(os.devnull, "wb") as nowhere:
            subprocess.run(
                [str(program(name)), *arguments],
                input=given,
                stdout=nowhere,
                cwd="/",
                user=self._account,
                check=True,
            )


def _account() -> str | None:
    if os.geteuid() != 0:
        return None
    known = {account.pw_name for account in pwd.getpwall()}
    return next(name for name in ACCOUNTS if name in known)
