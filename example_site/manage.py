#!/usr/bin/env python
"""Run a management command of the example site, from any folder."""

import os
import sys
from pathlib import Path


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    settings = "settings_workers" if os.environ.get("REGCERT_TASKS") else "settings"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"example_site.{settings}")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
