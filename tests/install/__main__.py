"""Install into new sites, and do the whole job there."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from argparse import ArgumentParser
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import pairs, readme
from .journey import Failure, whole_job
from .pairs import REPOSITORY, Pair
from .scenarios import SCENARIOS, Scenario
from .sites import Site


def build(folder: Path) -> tuple[Path, Path]:
    """Build the sdist, and the wheel from the sdist; their paths."""
    shutil.rmtree(folder, ignore_errors=True)
    built = subprocess.run(
        [sys.executable, "-m", "build", "--outdir", str(folder), str(REPOSITORY)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if built.returncode:
        raise SystemExit(f"The package cannot be built:\n{built.stdout}")
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return wheel, sdist


def install_and_work(pair: Pair, scenarios: Sequence[Scenario], folder: Path, wheel: Path) -> list[str]:
    """Make a site with these versions and do the job under each scenario; the names of what failed."""

    def say(text: str) -> None:
        print(f"{pair.name}: {text}", flush=True)

    site = Site(folder, pair, wheel)
    began = time.monotonic()
    try:
        site.start(readme.steps((REPOSITORY / "README.md").read_text()))
        say(f"installed, {time.monotonic() - began:.0f} s: {site.versions()}")
    except Exception as error:
        say(f"NOT installed\n{_why(error)}")
        return [f"{pair.name} {scenario.name}" for scenario in scenarios]
    failed = []
    for scenario in scenarios:
        began = time.monotonic()
        try:
            urls = site.prepare(scenario)
            if scenario.works:
                with site.served(scenario) as host:
                    whole_job(host, urls, scenario.prefix)
        except Exception as error:
            failed.append(f"{pair.name} {scenario.name}")
            say(f"{scenario.name} FAILED\n{_why(error)}")
        else:
            say(f"{scenario.name} works, {time.monotonic() - began:.0f} s")
    return failed


def _why(error: Exception) -> str:
    """What the site did wrong, or the traceback of a fault of our own."""
    if isinstance(error, Failure):
        return "\n".join([str(error), *getattr(error, "__notes__", [])])
    return "".join(traceback.format_exception(error))


def main() -> int:
    parser = ArgumentParser(prog="make install-test", description=__doc__)
    known = {pair.name: pair for pair in pairs.every()}
    scenarios = {scenario.name: scenario for scenario in SCENARIOS}
    parser.add_argument(
        "--all", action="store_true", help="every supported pair, not oldest and newest alone"
    )
    parser.add_argument("--pair", action="append", choices=known, help="this pair; may be repeated")
    parser.add_argument("--scenario", action="append", choices=scenarios, help="this one; may be repeated")
    parser.add_argument("--keep", type=Path, help="a folder for all this; what is there is used again")
    parser.add_argument("--jobs", type=int, default=2, help="pairs side by side (2)")
    arguments = parser.parse_args()
    chosen = list(known) if arguments.all else arguments.pair or ["oldest", "newest"]

    with tempfile.TemporaryDirectory(prefix="regcert-install-") as temporary:
        folder = arguments.keep.resolve() if arguments.keep else Path(temporary)
        wheel, _sdist = build(folder / "dist")
        with ThreadPoolExecutor(arguments.jobs) as pool:
            done = pool.map(
                lambda name: install_and_work(
                    known[name],
                    [scenarios[one] for one in arguments.scenario or scenarios],
                    folder / name,
                    wheel,
                ),
                chosen,
            )
            failed = [name for names in done for name in names]
    count = len(chosen) * len(arguments.scenario or scenarios)
    print(f"{count - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
