"""The Pythons of this machine. As a program, it prints the path of the ``oldest`` or the ``newest``."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from shutil import which

MINORS = (15, 14, 13, 12, 11)
"""Minor versions of Python 3 that are tried, the newest first."""


@cache
def interpreters() -> dict[int, str]:
    """Path of one interpreter for each minor version that is found, the newest first."""
    found: dict[int, str] = {}
    for minor in MINORS:
        named = which(f"python3.{minor}")
        kept = sorted(Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python"))
        for candidate in [*([named] if named else []), *map(str, kept)]:
            # A shim may stand for a version that is not there.
            if _minor(candidate) == minor:
                found[minor] = candidate
                break
    return found


def _minor(candidate: str) -> int | None:
    asked = [candidate, "-c", "import json, sys, ssl, sqlite3, venv; print(json.dumps(sys.version_info[1]))"]
    answer = subprocess.run(asked, capture_output=True, text=True)
    return json.loads(answer.stdout) if answer.returncode == 0 else None


def newest() -> str:
    """Path of the newest interpreter."""
    return next(iter(interpreters().values()))


def oldest() -> str:
    """Path of the oldest interpreter."""
    return list(interpreters().values())[-1]


if __name__ == "__main__":
    print({"oldest": oldest, "newest": newest}[sys.argv[1]]())
