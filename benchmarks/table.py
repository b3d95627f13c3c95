"""Measurements in, ``docs/benchmarks.md`` out."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from .cases import Case, Contender
from .measure import Measured

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"

HEAD = """\
# Benchmarks

Written by `make bench` and `make bench-growth`; a run replaces the sections that it measured. Do not edit.

**How to read it.** Each measurement runs in a process of its own, warmed up with a small file, on the same
database, which is put back as it was after each; all take turns, in rounds, and the medians are shown.
*Ratio* is the median of the ratios within a round to the line that says 1.0×, so what else the machine did
matters little; the seconds are only as good as the machine. *CPU* is the seconds that our own process
worked, without a database server's. *Peak* is the most memory beyond what the warm
process had. *Statements* are calls of the database driver: an `executemany` is one, however many rows it
carries, and `COPY`, which passes by Django, is none. A ~ marks what was measured with fewer records and
multiplied. A transaction ends within the time, with all that the database does to keep it; only syncs and
files of learners and qualifications are rolled back, by everyone, and end outside of it. Floors and peers
find the same good and bad records as ours (that is checked in each run), but none keeps a report, locks, or
looks at what changed in between.

*Right after a load*: on a second database, filled in bulk, whose server has not looked at the tables and is
kept from it: automatic statistics are off (`autovacuum_enabled` on PostgreSQL, `STATS_AUTO_RECALC` on
MariaDB; SQLite gathers none of itself), and nobody runs `ANALYZE`. *Ratio* is to the same floor in the same
state; *times as long* is ours without statistics to ours with them.
"""

KEYS = tuple(f"{kind}{vendor}" for kind in ("", "growth-") for vendor in ("sqlite", "postgresql", "mysql"))
"""The sections, in their order."""

Rounds = Mapping[tuple[str, str], Sequence[Measured]]
"""Case and contender to what was measured in each round, scaled to all records."""


def scaled(measured: Measured, factor: float) -> Measured:
    """What all records would have taken. Memory is not scaled."""
    if factor == 1:
        return measured
    return Measured(
        seconds=measured.seconds * factor,
        cpu=measured.cpu * factor,
        first_byte=measured.first_byte and measured.first_byte * factor,
        peak=measured.peak,
        statements=round(measured.statements * factor),
        counts=measured.counts,
    )


def table(cases: Sequence[Case], rounds: Rounds, cut: Mapping[tuple[str, str], int]) -> str:
    """One table. ``cut`` holds the contenders that got fewer records, and how many."""
    lines = [
        "| | seconds | ratio | CPU | first byte | peak | statements |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for case in cases:
        lines.append(f"| **{case.title}** | | | | | | |")
        for contender in case.contenders:
            if (case.name, contender.name) in rounds:
                lines.append(_line(case, contender, rounds, cut.get((case.name, contender.name))))
    return "\n".join(lines)


def after_load_table(cases: Sequence[Case], loaded: Rounds, settled: Rounds) -> str:
    """Ours right after a load, and once there are statistics."""
    lines = [
        "| | seconds | ratio | seconds with statistics | ratio with statistics | times as long |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for case in cases:
        without, with_them = (
            median(one.seconds for one in rounds[case.name, "ours"]) for rounds in (loaded, settled)
        )
        cells = (
            case.title,
            f"{without:.3f}",
            _ratio_to_floor(case, loaded),
            f"{with_them:.3f}",
            _ratio_to_floor(case, settled),
            f"{without / with_them:.2f}×",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _ratio_to_floor(case: Case, rounds: Rounds) -> str:
    """Ours to the case's floor; nothing where it has none."""
    return f"{_ratio(case, 'ours', rounds):.2f}×" if case.has_floor else ""


def _ratio(case: Case, contender: str, rounds: Rounds) -> float:
    """The median of the ratios within a round."""
    pairs = zip(rounds[case.name, contender], rounds[case.name, case.baseline], strict=True)
    return median(one.seconds / base.seconds for one, base in pairs)


def _line(case: Case, contender: Contender, rounds: Rounds, cut: int | None) -> str:
    measured = rounds[case.name, contender.name]
    ratio = _ratio(case, contender.name, rounds)
    about, title = "", contender.title
    # Pages and searches take some hundredths of a second.
    digits = 2 if case.has_floor else 3
    if cut is not None:
        about, title = "~", f"{title} (measured with {cut:,} records)"
    firsts = [one.first_byte for one in measured if one.first_byte is not None]
    cells = (
        title,
        f"{about}{median(one.seconds for one in measured):.{digits}f}",
        f"{about}{ratio:.2f}×" if ratio < 10 else f"{about}{ratio:.0f}×",
        f"{about}{median(one.cpu for one in measured):.{digits}f}",
        f"{about}{median(firsts) * 1000:,.0f} ms" if firsts else "",
        f"{median(one.peak for one in measured):,.0f} MB",
        f"{about}{median(one.statements for one in measured):,.0f}",
    )
    return f"| {' | '.join(cells)} |"


def about(versions: Mapping[str, str]) -> str:
    """When, on what."""
    named = ", ".join(f"{name} {version}" for name, version in versions.items())
    return f"{dt.date.today():%d %B %Y}, {os.cpu_count()} CPUs, {named}."


def put_section(key: str, title: str, text: str, *, path: Path = DOCUMENT) -> None:
    """Write a section of the document, in the place of its last version."""
    document = path.read_text() if path.exists() else ""
    sections = dict(re.findall(r"<!-- (\S+) -->\n(.*?)<!-- end -->\n", document, re.DOTALL))
    sections[key] = f"\n## {title}\n\n{text.strip()}\n\n"
    parts = [f"\n<!-- {name} -->\n{sections[name]}<!-- end -->\n" for name in KEYS if name in sections]
    path.write_text(HEAD + "".join(parts))
