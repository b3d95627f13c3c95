"""Ours beside floors and peers, in turn, on one database."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Sequence

from . import workload
from .cases import CASES, Case
from .databases import database
from .measure import Measured
from .table import about, put_section, scaled, table

LEARNERS, REGISTRATIONS = 50_000, 100_000

QUICK = 5
"""A quick look takes a fifth of everything."""


class Disagreement(Exception):
    """Contenders did not do the same, so that their times cannot be compared."""


def compare(url: str | None, *, rounds: int, quick: bool, names: Sequence[str]) -> None:
    """Measure, print the table, and write its section unless it was a quick look."""
    cases = [CASES[name] for name in names]
    part = QUICK if quick else 1
    learners, registrations, records = (
        number // part for number in (LEARNERS, REGISTRATIONS, workload.RECORDS)
    )
    print("Filling a database …", file=sys.stderr, flush=True)
    with database(url, learners=learners, registrations=registrations, records=[records]) as chosen:
        file = chosen.file(records)
        size = file.stat().st_size
        measured: dict[tuple[str, str], list[Measured]] = defaultdict(list)
        cut = {}
        for turn in range(1, rounds + 1):
            for case in cases:
                total = registrations if case.exports else records
                for contender in case.contenders:
                    key = case.name, contender.name
                    print(f"{chosen.name}, round {turn}: {' '.join(key)}", file=sys.stderr, flush=True)
                    wanted = contender.quick if quick and contender.quick else contender.records
                    given = min(wanted or total, total)
                    if given < total:
                        cut[key] = given
                    limit = {"last": given} if case.exports else {"records": given}
                    one = chosen.measure(case.name, contender.name, file, **limit)
                    measured[key].append(scaled(one, total / given))
                _agree(case, measured, cut)
    mix = workload.Mix.of(records, registrations)
    intro = (
        f"{about(chosen.versions)} A file of {mix.records:,} records and {size:,} bytes ({mix.updates:,} "
        f"update, {mix.creates:,} create, {mix.wrong:,} are wrong) for {registrations:,} registrations of "
        f"{learners:,} learners; the export is of all of these. Rounds: {rounds}."
    )
    text = f"{intro}\n\n{table(cases, measured, cut)}"
    print(f"\n{chosen.name}\n\n{text}\n", flush=True)
    if not quick and len(cases) == len(CASES):
        put_section(chosen.vendor, chosen.name, text)


def _agree(
    case: Case, measured: dict[tuple[str, str], list[Measured]], cut: dict[tuple[str, str], int]
) -> None:
    """Insist that all who got all records did the same."""
    found = {
        contender.name: measured[case.name, contender.name][-1].counts
        for contender in case.contenders
        if (case.name, contender.name) not in cut
    }
    shared = set.intersection(*map(set, found.values())) - {"bytes"}
    answers = {name: {key: counts[key] for key in shared} for name, counts in found.items()}
    if len({tuple(sorted(answer.items())) for answer in answers.values()}) > 1:
        raise Disagreement(f"{case.title}: {answers}")
