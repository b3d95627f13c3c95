"""The sdist: nothing in it that is not ours, and the two commands of the README work there."""

from __future__ import annotations

import os
import signal
import subprocess
import tarfile
import time
from pathlib import Path

import requests

from .journey import Failure
from .pairs import REPOSITORY
from .sites import free_port

SOME_TESTS = "tests/test_cells.py tests/test_layouts.py tests/test_permissions.py"
"""Pure ones, one that reads the README, one with the database. All of them run elsewhere."""

STARTING = 600.0
"""Seconds until the demo answers: it makes its environment, its tables and its data first."""


def work_from(sdist: Path, folder: Path) -> None:
    """Unpack it; look for stray files; ``make test`` and ``make demo``."""
    with tarfile.open(sdist) as archive:
        _no_stray_files({Path(*Path(name).parts[1:]).as_posix() for name in archive.getnames()})
        archive.extractall(folder, filter="data")
    (unpacked,) = folder.iterdir()
    tested = subprocess.run(
        ["make", "test", f"ARGS={SOME_TESTS}"],
        cwd=unpacked,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if tested.returncode:
        raise Failure(f"`make test` in the sdist:\n{tested.stdout[-3000:]}")
    _demo(unpacked)


def _no_stray_files(names: set[str]) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    if stray := names - set(listed.stdout.splitlines()) - {"PKG-INFO", ".gitignore"}:
        raise Failure(f"stray files in the sdist: {', '.join(sorted(stray))}")


def _demo(unpacked: Path) -> None:
    port = free_port()
    log = unpacked / "demo.log"
    with log.open("wb") as output:
        demo = subprocess.Popen(
            ["make", "demo", f"PORT={port}"],
            cwd=unpacked,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        end = time.monotonic() + STARTING
        while True:
            try:
                page = requests.get(f"http://127.0.0.1:{port}/admin/login/", timeout=60)
            except requests.ConnectionError:
                if demo.poll() is not None or time.monotonic() > end:
                    raise Failure(f"`make demo` in the sdist:\n{log.read_text()[-3000:]}") from None
                time.sleep(0.5)
            else:
                break
        if page.status_code != 200:
            raise Failure(f"the demo of the sdist answers {page.status_code}")
    finally:
        # Make, the reloader and the server.
        os.killpg(demo.pid, signal.SIGTERM)
        demo.wait()
