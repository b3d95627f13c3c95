"""The app goes out of a site, and comes back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection


@pytest.mark.skipif(connection.vendor != "sqlite", reason="sites of their own have SQLite")
def test_the_app_goes_as_the_docs_say_and_comes_back_with_its_groups(tmp_path: Path) -> None:
    for step in ("out", "gone", "back"):
        command = [sys.executable, "-m", "tests.sites.leaving", str(tmp_path), step]

        done = subprocess.run(command, capture_output=True, text=True)

        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[-1] == "done"
