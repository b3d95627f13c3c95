"""The servers of our own, one for each database that has a server."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .cluster import PrivateCluster, program
from .processes import FOR_GOOD


class PostgreSQL(PrivateCluster):
    programs = ("initdb", "pg_ctl", "pg_dump", "psql", "createdb")
    account = "postgres"
    password = "PGPASSWORD"

    def start(self) -> None:
        options = f"-p {self.settings['PORT']} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        self._control("start", "-l", str(self._log), "-o", options)

    def stop(self) -> None:
        self._control("stop", "-m", "immediate")

    def _create(self) -> None:
        self._run("initdb", "--auth=trust", "--username=fire", "--no-sync", "--pgdata", str(self._data))

    def _create_database(self) -> None:
        self._run("createdb", *self._login(self.settings), self.settings["NAME"])

    def _dump(self, source: Mapping[str, Any]) -> Sequence[str]:
        return ("pg_dump", *self._login(source), "--no-owner", source["NAME"])

    def _restore(self) -> Sequence[str]:
        login = self._login(self.settings)
        return ("psql", *login, "-q", "-v", "ON_ERROR_STOP=1", self.settings["NAME"])

    @staticmethod
    def _login(settings: Mapping[str, Any]) -> Sequence[str]:
        return ("-h", settings["HOST"], "-p", str(settings["PORT"] or 5432), "-U", settings["USER"])

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "--wait", "--pgdata", str(self._data), *arguments)


class MariaDB(PrivateCluster):
    programs = ("mariadb-install-db", "mariadbd", "mariadb-admin", "mariadb-dump", "mariadb")
    account = "mysql"
    password = "MYSQL_PWD"

    def start(self) -> None:
        folder = Path(self._folder.name)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    str(program("mariadbd")),
                    "--no-defaults",
                    f"--datadir={self._data}",
                    f"--tmpdir={folder}",
                    f"--socket={folder / 'socket'}",
                    "--bind-address=127.0.0.1",
                    f"--port={self.settings['PORT']}",
                    "--skip-grant-tables",
                    "--character-set-server=utf8mb4",
                    # What is committed survives.
                    "--innodb-flush-log-at-trx-commit=1",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                user=self._user,
            )
        until = time.monotonic() + FOR_GOOD
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise AssertionError(f"MariaDB did not start:\n{self._log.read_text()}")
            time.sleep(0.1)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def _create(self) -> None:
        self._run("mariadb-install-db", "--no-defaults", "--skip-test-db", f"--datadir={self._data}")

    def _create_database(self) -> None:
        self._run("mariadb-admin", *self._login(self.settings), "create", self.settings["NAME"])

    def _dump(self, source: Mapping[str, Any]) -> Sequence[str]:
        return ("mariadb-dump", *self._login(source), "--single-transaction", source["NAME"])

    def _restore(self) -> Sequence[str]:
        return ("mariadb", *self._login(self.settings), self.settings["NAME"])

    @staticmethod
    def _login(settings: Mapping[str, Any]) -> Sequence[str]:
        return (
            "--no-defaults",
            f"--host={settings['HOST']}",
            f"--port={settings['PORT'] or 3306}",
            f"--user={settings['USER']}",
        )

    def _answers(self) -> bool:
        ping = [str(program("mariadb-admin")), *self._login(self.settings), "--connect-timeout=5", "ping"]
        return subprocess.run(ping, capture_output=True).returncode == 0


SERVERS: Mapping[str, type[PrivateCluster]] = {"postgresql": PostgreSQL, "mysql": MariaDB}
"""By Django's name of the database."""
