"""Web hosts and workers as processes, each in a folder of its own, and people in front of them."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from django.db import connection
from django.test import Client
from django.urls import reverse

from wagtail_regcert.models import ImportRun

REPOSITORY = Path(__file__).resolve().parents[2]
MANAGE = str(REPOSITORY / "example_site" / "manage.py")

COMMANDS = {
    "database": ("db_worker", "--interval", "0.1", "--no-startup-delay"),
    "rq": ("rqworker", "--job-class", "django_tasks_rq.Job", "default"),
}
"""As documented in docs/workers.md; without the waiting that suits a site better than a test."""

PATIENCE = 120.0
"""Seconds until something that should happen has not."""


def until(found: Callable[[], Any], what: str, every: float = 0.02) -> Any:
    """Wait for something to be true, and answer it."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if answer := found():
            return answer
        time.sleep(every)
    raise AssertionError(f"waited {PATIENCE:.0f} s for {what}")


def database_url() -> str:
    """Address of the database of the tests."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


class Site:
    """The example site with one kind of queue: any number of hosts, one database."""

    def __init__(self, tasks: str, redis_url: str, folder: Path) -> None:
        self.tasks = tasks
        self._folder = folder
        self._environment = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": database_url(),
            "REGCERT_TASKS": tasks,
            "REDIS_URL": redis_url,
            "DEBUG": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
        }
        self._started: list[subprocess.Popen[bytes]] = []

    def manage(self, *arguments: str) -> str:
        """Run a management command to its end; what it printed."""
        with self._start("command", arguments, subprocess.PIPE) as process:
            printed, _nothing = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, printed.decode()
        return printed.decode()

    def web(self, name: str) -> str:
        """Start a web host; its address."""
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
        self._start(name, ("runserver", "--noreload", f"127.0.0.1:{port}"))
        return f"http://127.0.0.1:{port}"

    def worker(self, name: str) -> subprocess.Popen[bytes]:
        """Start a worker."""
        return self._start(name, COMMANDS[self.tasks])

    def log(self, name: str) -> str:
        return (self._folder / f"{name}.log").read_text()

    def left_on_disk(self) -> list[Path]:
        """What the hosts have written into their folders."""
        return [path for path in self._folder.glob("*/**/*") if path.name != "tmp"]

    def stop(self) -> None:
        for process in self._started:
            kill(process)

    def _start(
        self, name: str, arguments: tuple[str, ...], output: int | None = None
    ) -> subprocess.Popen[bytes]:
        home = self._folder / name
        (home / "tmp").mkdir(parents=True, exist_ok=True)
        with (self._folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, MANAGE, *arguments],
                cwd=home,
                env={**self._environment, "HOME": str(home), "TMPDIR": str(home / "tmp")},
                stdin=subprocess.DEVNULL,
                stdout=output or log,
                stderr=subprocess.STDOUT,
            )
        self._started.append(process)
        return process


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and those that it forked, as a host that loses its power does."""
    children = list(_children(process.pid))
    process.kill()
    for child in children:
        os.kill(child, signal.SIGKILL)
    process.wait()


def _children(pid: int) -> Iterator[int]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == pid:
            yield int(stat.parent.name)


class Person:
    """Somebody who is logged in, at one web host. A new one is a new browser."""

    def __init__(self, host: str, user: Any) -> None:
        client = Client()
        client.force_login(user)
        token = "x" * 32
        self._host = host
        # One connection, as a browser has: the web host keeps a thread and a database connection for each.
        self._session = requests.Session()
        self._session.cookies.update({"sessionid": client.cookies["sessionid"].value, "csrftoken": token})
        self._session.headers["X-CSRFToken"] = token

    def get(self, name: str, run: ImportRun | None = None) -> requests.Response:
        answer = self._session.get(self._url(name, run), timeout=PATIENCE)
        assert answer.status_code == 200, answer.text
        return answer

    def post(self, name: str, run: ImportRun | None = None, **what: Any) -> requests.Response:
        """Post a form that leads elsewhere; the redirect is not followed."""
        answer = self._session.post(self._url(name, run), allow_redirects=False, timeout=PATIENCE, **what)
        assert answer.status_code == 302, answer.text
        return answer

    def upload(self, data: bytes, name: str = "file.csv") -> ImportRun:
        """Upload a file for validation."""
        answer = self.post("import", files={"file": (name, data)}, data={"separator": "comma"})
        (key,) = re.findall(r"[0-9a-f-]{36}", answer.headers["Location"])
        return ImportRun.objects.get(pk=key)

    def commit(self, run: ImportRun) -> None:
        self.post("import_commit", run)

    def status(self, run: ImportRun) -> dict[str, Any]:
        return self.get("import_status", run).json()

    def follow(self, run: ImportRun, state: str) -> list[str]:
        """Ask for the status, as the page does, until it is this; every state on the way."""
        seen: list[str] = []

        def arrived() -> bool:
            now = self.status(run)["state"]
            if now not in seen:
                seen.append(now)
            return now in (state, "failed")

        until(arrived, f"a run to be {state}", every=0.1)
        return seen

    def _url(self, name: str, run: ImportRun | None) -> str:
        return self._host + reverse(f"wagtail_regcert:{name}", args=[run.pk] if run else [])
