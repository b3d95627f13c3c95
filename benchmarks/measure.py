"""One measurement, in a process of its own: time, first byte, peak memory, statements.

``python -m benchmarks.measure CASE CONTENDER FILE`` prints them as JSON. Everything is warm: what is
measured was done once before with a small file.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ZIP = b"PK"
"""How a workbook begins."""


@dataclass(kw_only=True)
class Measured:
    """What one contender needed."""

    seconds: float
    cpu: float
    """Seconds that our process worked; a database server works beside it."""
    first_byte: float | None = None
    """Seconds."""
    peak: float
    """MB of memory at the worst moment, beyond what the process had before."""
    statements: int
    counts: dict[str, int] = field(default_factory=dict)


def measure(
    case: str,
    contender: str,
    file: Path,
    *,
    environment: Mapping[str, str],
    records: int | None = None,
    last: int = 0,
) -> Measured:
    """Measure in a new process. ``records`` takes the head of the file; ``last`` is for exports."""
    arguments = [case, contender, str(file), "--last", str(last)]
    if records is not None:
        arguments += ["--records", str(records)]
    return Measured(**run_module("benchmarks.measure", arguments, environment))


def run_module(module: str, arguments: Sequence[str], environment: Mapping[str, str]) -> Any:
    """Run a module of ours in a new process; what its last line says in JSON."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "benchmarks.settings", "DEBUG": "0", **environment},
        cwd=Path(__file__).resolve().parent.parent,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    return json.loads(lines[-1]) if lines else None


class Statements:
    """Counts statements, as Django sends them: an ``executemany`` is one."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        self.count += 1
        return execute(sql, params, many, context)


def reset_peak() -> None:
    """Forget earlier peaks, where the system can."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def peak_memory() -> float:
    """The most memory the process had, in MB."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not getrusage: on Linux a new process starts with the peak of the one that made it.
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def consume(answer: Any, started: float) -> tuple[dict[str, int], float | None]:
    """The counts of an import; or of an export that is read to its end, and when its first byte came."""
    if isinstance(answer, dict):
        return answer, None
    first, lines, size, is_text = None, 0, 0, True
    for chunk in answer:
        if first is None:
            first, is_text = time.perf_counter() - started, not chunk.startswith(ZIP)
        size += len(chunk)
        lines += chunk.count(b"\n")
    return {"bytes": size, **({"records": lines - 1} if is_text else {})}, first


def run(case_name: str, contender_name: str, file: Path, records: int | None, last: int) -> Measured:
    """Warm up, measure, and put the database back."""
    from django.contrib.auth import get_user_model
    from django.db import connection

    from . import workload
    from .cases import CASES, Job

    start = CASES[case_name].contender(contender_name).start
    user = get_user_model().objects.get(username="admin")
    warm = Job(data=(file.parent / "warm.csv").read_bytes(), last=workload.WARM, user=user)
    consume(start(warm)(), time.perf_counter())

    job = Job(data=workload.first_records(file.read_bytes(), records), last=last, user=user)
    timed = start(job)
    statements = Statements()
    gc.collect()
    reset_peak()
    before = peak_memory()
    with connection.execute_wrapper(statements):
        started, worked = time.perf_counter(), time.process_time()
        counts, first_byte = consume(timed(), started)
        seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    peak = peak_memory() - before
    workload.restore(records=CASES[case_name].changes)
    return Measured(
        seconds=seconds, cpu=cpu, first_byte=first_byte, peak=peak, statements=statements.count, counts=counts
    )


def main() -> Iterator[str]:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure")
    parser.add_argument("case")
    parser.add_argument("contender")
    parser.add_argument("file", type=Path)
    parser.add_argument("--records", type=int)
    parser.add_argument("--last", type=int, default=0)
    options = parser.parse_args()

    import django

    django.setup()
    measured = run(options.case, options.contender, options.file, options.records, options.last)
    yield json.dumps(asdict(measured))


if __name__ == "__main__":
    print(*main())
