"""Measure ours beside floors and peers, print a table, write ``docs/benchmarks.md``.

On SQLite and, with ``DATABASE_URL`` (one address or several, parted by spaces), on that.
"""

from __future__ import annotations

import argparse
import os


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("mode", nargs="?", choices=["full", "quick", "growth"], default="full")
    parser.add_argument("--rounds", type=int, help="default 3, or 1 with quick")
    parser.add_argument("--cases", nargs="+", help="only these; nothing is written then")
    parser.add_argument("--no-sqlite", action="store_true", help="only what DATABASE_URL names")
    options = parser.parse_args()
    urls = [*([] if options.no_sqlite else [None]), *os.environ.get("DATABASE_URL", "").split()]

    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    # This process measures nothing itself, and one address only could be its database.
    os.environ.pop("DATABASE_URL", None)
    import django

    django.setup()

    from .cases import CASES
    from .compare import compare
    from .growth import grow

    quick = options.mode == "quick"
    for url in urls:
        if options.mode == "growth":
            grow(url)
        else:
            rounds = options.rounds or (1 if quick else 3)
            compare(url, rounds=rounds, quick=quick, names=options.cases or list(CASES))


if __name__ == "__main__":
    main()
