"""New sites: an environment with one pair's versions, a site of ``wagtail start``, and its processes."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import requests

from .journey import Failure
from .pairs import REPOSITORY, Pair
from .readme import Steps
from .scenarios import Scenario

STARTING = 60.0
"""Seconds until a server answers."""


class Site:
    """A folder with an environment and a site, neither of which knows this repository."""

    def __init__(self, folder: Path, pair: Pair, wheel: Path) -> None:
        self._folder, self._pair = folder, pair
        self._root = folder / "mysite"
        self._environment = folder / "environment"
        folder.mkdir(parents=True, exist_ok=True)
        constraints = folder / "constraints.txt"
        # The README's own words install what was just built, in the place of what a registry holds.
        lines = [f"wagtail-regcert @ {wheel.as_uri()}", *pair.constraints]
        constraints.write_text("\n".join(lines) + "\n")
        self._variables = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DJANGO"))
        }
        self._variables |= {
            "PATH": f"{self._environment / 'bin'}:{os.environ['PATH']}",
            "VIRTUAL_ENV": str(self._environment),
            "PIP_CONSTRAINT": str(constraints),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def start(self, steps: Steps) -> None:
        """``wagtail start``, then what the README says; or the new wheel alone, into a site that is there."""
        if self._root.exists():
            self.install("--force-reinstall", "--no-deps", "wagtail-regcert")
            return
        self.run(self._pair.python, "-m", "venv", str(self._environment), where=self._folder)
        self.install("wagtail")
        self.run("wagtail", "start", "mysite", where=self._folder)
        base = self._root / "mysite" / "settings" / "base.py"
        for app in steps.apps:
            base.write_text(
                base.read_text().replace("INSTALLED_APPS = [", f"INSTALLED_APPS = [\n    {app!r},", 1)
            )
        for command in steps.commands:
            self.run(*command.split())

    def install(self, *requirements: str) -> None:
        self.run("pip", "install", "--quiet", *requirements, where=self._folder)

    def versions(self) -> str:
        """What this pair came to."""
        listed = json.loads(self.run("pip", "list", "--format", "json"))
        found = {one["name"].lower(): one["version"] for one in listed}
        python = self.run("python", "-c", "import platform; print(platform.python_version())").strip()
        return f"Python {python}, Wagtail {found['wagtail']}, Django {found['django']}"

    def prepare(self, scenario: Scenario) -> Mapping[str, str]:
        """Settings, checks, tables and people of a scenario; the addresses of our screens."""
        if scenario.requirements:
            self.install(*scenario.requirements)
        for path, text in scenario.files.items():
            target = self._root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        database = self._root / f"{scenario.name}.sqlite3"
        database.unlink(missing_ok=True)
        if not scenario.fresh:
            shutil.copy(self._root / "db.sqlite3", database)
        (self._root / "mysite" / "settings" / f"{scenario.name}.py").write_text(
            "from .dev import *\n"
            # Nothing is tested by slow passwords.
            'PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]\n'
            f'DATABASES["default"]["NAME"] = BASE_DIR / "{database.name}"\n'
            f"{scenario.settings}\n"
        )
        if scenario.told:
            said = self._checks(scenario)
            if missing := set(scenario.told) - {word for line in said.splitlines() for word in _ids(line)}:
                raise Failure(f"no system check said {', '.join(sorted(missing))}: {said}")
        if not scenario.works:
            return {}
        if scenario.gunicorn:
            self.manage(scenario, "collectstatic", "--no-input", "--verbosity", "0")
        shutil.copy(Path(__file__).with_name("people.py"), self._root / "people.py")
        options = ["--checks-may-speak"] if scenario.told else []
        told = json.loads(self.run("python", "people.py", *options, settings=scenario.name).splitlines()[-1])
        self._only_the_wheel(told)
        self.catch_up(scenario)
        return told["urls"]

    def catch_up(self, scenario: Scenario) -> None:
        """Bring the scenario's replica, if it has one, in line with what has been written."""
        if not scenario.replica:
            return
        with (
            closing(sqlite3.connect(self._root / f"{scenario.name}.sqlite3")) as source,
            closing(sqlite3.connect(self._root / scenario.replica)) as target,
        ):
            source.backup(target)

    def manage(self, scenario: Scenario, *arguments: str) -> str:
        return self.run("python", "manage.py", *arguments, settings=scenario.name)

    @contextmanager
    def served(self, scenario: Scenario) -> Iterator[str]:
        """The site at work; its address."""
        address = f"127.0.0.1:{free_port()}"
        command = (
            ["gunicorn", "mysite.wsgi", "--bind", address, "--workers", "2"]
            if scenario.gunicorn
            else ["python", "manage.py", "runserver", "--noreload", address]
        )
        log = self._root / f"{scenario.name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [self._program(command[0]), *command[1:]],
                cwd=self._root,
                env=self._with_settings(scenario.name),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait(f"http://{address}", process)
            yield f"http://{address}"
        except Exception as error:
            error.add_note(f"The server said, at the end:\n{_end(log.read_text())}")
            raise
        finally:
            process.terminate()
            process.wait()

    def run(self, *command: str, where: Path | None = None, settings: str | None = None) -> str:
        """Run a command in the site's environment; what it printed."""
        done = subprocess.run(
            [self._program(command[0]), *command[1:]],
            cwd=where or self._root,
            env=self._with_settings(settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            raise Failure(f"`{' '.join(command)}` ended with {done.returncode}:\n{_end(done.stdout)}")
        return done.stdout

    def _program(self, name: str) -> str:
        own = self._environment / "bin" / name
        return str(own) if own.exists() else name

    def _with_settings(self, settings: str | None) -> dict[str, str]:
        more = {"DJANGO_SETTINGS_MODULE": f"mysite.settings.{settings}"} if settings else {}
        return {**self._variables, **more}

    def _checks(self, scenario: Scenario) -> str:
        """What ``check`` says, which the scenario expects to be told something."""
        try:
            return self.manage(scenario, "check")
        except Failure as failure:
            return str(failure)

    def _wait(self, address: str, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + STARTING
        while True:
            try:
                requests.get(address, timeout=STARTING, allow_redirects=False)
            except requests.ConnectionError:
                if process.poll() is not None or time.monotonic() > end:
                    raise Failure("the server did not start") from None
                time.sleep(0.1)
            else:
                return

    def _only_the_wheel(self, told: Mapping[str, Any]) -> None:
        package = Path(told["package"])
        if not package.is_relative_to(self._environment) or "site-packages" not in package.parts:
            raise Failure(f"the package should come from the wheel, not from {package}")
        ours: Sequence[str] = [
            path for path in told["path"] if path and Path(path).is_relative_to(REPOSITORY)
        ]
        if ours:
            raise Failure(f"nothing of the repository should be on the path: {', '.join(ours)}")


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


def _ids(line: str) -> list[str]:
    """Ids of checks in a line that ``check`` printed: ``?: (wagtail_regcert.W001) …``."""
    return [word.strip("()") for word in line.split() if word.startswith("(") and word.rstrip(")") != word]


def _end(text: str) -> str:
    """The last lines: the rest of a traceback is Django's."""
    return "\n".join(text.rstrip().splitlines()[-25:])
