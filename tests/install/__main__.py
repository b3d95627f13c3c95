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
from functools import partial
from pathlib import Path

from . import pairs, readme
from .journey import Failure, whole_job
from .pairs import REPOSITORY, Pair
from .scenarios import SCENARIOS, Scenario
from .sdist import work_from
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


def install_and_work(pair: Pair, scenarios: Sequence[Scenario], folder: Path, wheel: Path) -> list[bool]:
    """Make a site with these versions and do the job under each scenario; whether each worked."""

    def say(text: str) -> None:
        print(f"{pair.name}: {text}", flush=True)

    site = Site(folder, pair, wheel)
    began = time.monotonic()
    try:
        site.start(readme.steps((REPOSITORY / "README.md").read_text()))
        say(f"installed, {time.monotonic() - began:.0f} s: {site.versions()}")
    except Exception as error:
        say(f"NOT installed\n{_why(error)}")
        return [False] * len(scenarios)
    results = []
    for scenario in scenarios:
        began = time.monotonic()
        try:
            urls = site.prepare(scenario)
            if scenario.works:
                with site.served(scenario) as host:
                    whole_job(host, urls, scenario.prefix, partial(site.catch_up, scenario))
        except Exception as error:
            results.append(False)
            say(f"{scenario.name} FAILED\n{_why(error)}")
        else:
            results.append(True)
            say(f"{scenario.name} works, {time.monotonic() - began:.0f} s")
    return results


def work_from_sdist(sdist: Path, folder: Path) -> list[bool]:
    """Unpack the sdist and use it; whether that worked."""
    began = time.monotonic()
    shutil.rmtree(folder, ignore_errors=True)
    try:
        work_from(sdist, folder)
    except Exception as error:
        print(f"sdist FAILED\n{_why(error)}", flush=True)
        return [False]
    print(f"sdist works, {time.monotonic() - began:.0f} s", flush=True)
    return [True]


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
    wanted = [scenarios[name] for name in arguments.scenario or scenarios]

    with tempfile.TemporaryDirectory(prefix="regcert-install-") as temporary:
        folder = arguments.keep.resolve() if arguments.keep else Path(temporary)
        wheel, sdist = build(folder / "dist")
        with ThreadPoolExecutor(arguments.jobs) as pool:
            works = [
                pool.submit(install_and_work, known[name], wanted, folder / name, wheel) for name in chosen
            ]
            if not (arguments.pair or arguments.scenario):
                works.append(pool.submit(work_from_sdist, sdist, folder / "sdist"))
            results = [result for work in works for result in work.result()]
    print(f"{results.count(True)} passed, {results.count(False)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
