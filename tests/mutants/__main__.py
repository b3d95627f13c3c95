"""Make small changes to the pure part, one at a time, and see which of them no unit test notices.

mutmut makes the changes and runs the tests; ``[tool.mutmut]`` in ``pyproject.toml`` says which tests and in
which modules. All that it writes is in ``mutants/``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path

from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files
from mutmut.utils.format_utils import orig_function_and_class_names_from_key

from .verdict import Change, Outcome, read_list, verdict

REPOSITORY = Path(__file__).parents[2]
LIST = Path(__file__).with_name("equivalent.txt")
PACKAGE = "wagtail_regcert"
NOTICED = {"killed", "timeout", "segfault"}


def run(names: Sequence[str], workers: int) -> None:
    """Make the changes of these names (patterns; all changes without any) and run the tests on each."""
    command = [Path(sys.executable).with_name("mutmut"), "run", "--max-children", str(workers), *names]
    if subprocess.run(command).returncode:
        raise SystemExit("mutmut could not do its work.")


def results(modules: Sequence[str]) -> Iterator[tuple[str, str, Path, bool]]:
    """Name, module and file of each change, and whether a test has noticed it."""
    for path in walk_mutatable_files():
        module = ".".join(path.with_suffix("").parts[1:])
        if not modules or module in modules:
            data = SourceFileMutationData(path=path)
            data.load()
            for name, code in data.exit_code_by_key.items():
                yield name, module, path, status_by_exit_code[code] in NOTICED


def outcomes(modules: Sequence[str]) -> list[Outcome]:
    """What became of each change."""
    return [
        Outcome(module, None if is_noticed else change_of(name, module, path))
        for name, module, path, is_noticed in results(modules)
    ]


def change_of(name: str, module: str, path: Path) -> Change:
    """What mutmut changed, without the number that it gave to the change."""
    function, owner = orig_function_and_class_names_from_key(name)
    lines = get_diff_for_mutant(name, path=path).splitlines()[2:]
    return Change(
        ".".join(filter(None, [module, owner, function])),
        tuple(line[1:].strip() for line in lines if line.startswith("-")),
        tuple(line[1:].strip() for line in lines if line.startswith("+")),
    )


def main() -> int:
    parser = ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", help="such as cells or importing.plan; all without any")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="changes tested at a time")
    parser.add_argument(
        "--survivors", action="store_true", help="test only those again that survived the last run"
    )
    parser.add_argument("--again", action="store_true", help="judge the last run once more")
    options = parser.parse_args()

    os.chdir(REPOSITORY)
    if options.survivors:
        run([name for name, *_, is_noticed in results(options.modules) if not is_noticed], options.workers)
    elif not options.again:
        # What mutmut kept of an earlier run would hide that a test has changed.
        shutil.rmtree("mutants", ignore_errors=True)
        run([f"{PACKAGE}.{module}.x*" for module in options.modules], options.workers)
    passed, report = verdict(outcomes(options.modules), read_list(LIST.read_text()), options.modules)
    print(report)
    return 0 if passed else 1


if __name__ == "__main__":
    raise SystemExit(main())
