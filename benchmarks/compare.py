"""Ours beside floors and peers, in turn, on one database; then on one that was only just loaded."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from . import workload
from .cases import AFTER_LOAD, CASES, Case, Counted
from .databases import Database, database
from .measure import Measured
from .table import about, after_load_table, put_section, scaled, table

LEARNERS, REGISTRATIONS = 50_000, 100_000

QUICK = 5
"""A quick look takes a fifth of everything."""


class Disagreement(Exception):
    """Contenders did not do the same, so that their times cannot be compared."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """How much is measured."""

    learners: int
    registrations: int
    records: int
    rounds: int
    quick: bool


Found = dict[tuple[str, str], list[Measured]]
"""Case and contender to what was measured in each round."""


def compare(url: str | None, *, rounds: int, quick: bool, names: Sequence[str]) -> None:
    """Measure, print the tables, and write their section unless it was a quick look."""
    part = QUICK if quick else 1
    load = Load(
        learners=LEARNERS // part,
        registrations=REGISTRATIONS // part,
        records=workload.RECORDS // part,
        rounds=rounds,
        quick=quick,
    )
    cases = [CASES[name] for name in names]
    loaded = [AFTER_LOAD[name] for name in names if name in AFTER_LOAD]
    with _database(url, load, statistics=True) as chosen:
        measured, cut = _measure(chosen, cases, load)
        size = chosen.file(load.records).stat().st_size
    after_load: Found = {}
    if loaded:
        with _database(url, load, statistics=False) as fresh:
            after_load, _cut = _measure(fresh, loaded, load)
    mix = workload.Mix.of(load.records, load.registrations)
    parts = [
        f"{about(chosen.versions)} A file of {mix.records:,} records and {size:,} bytes ({mix.updates:,} "
        f"update, {mix.creates:,} create, {mix.wrong:,} are wrong) for {load.registrations:,} registrations "
        f"of {load.learners:,} learners; exports, listings and searches are of all. Rounds: {rounds}.",
        table(cases, measured, cut),
    ]
    if loaded:
        parts += [
            "### Right after a load, without statistics",
            after_load_table(loaded, after_load, measured),
        ]
    text = "\n\n".join(parts)
    print(f"\n{chosen.name}\n\n{text}\n", flush=True)
    if not quick and len(cases) == len(CASES):
        put_section(chosen.vendor, chosen.name, text)


def _database(url: str | None, load: Load, *, statistics: bool) -> AbstractContextManager[Database]:
    print(f"Filling a database{'' if statistics else ' without statistics'} …", file=sys.stderr, flush=True)
    return database(
        url,
        learners=load.learners,
        registrations=load.registrations,
        records=[load.records],
        statistics=statistics,
    )


def _measure(chosen: Database, cases: Sequence[Case], load: Load) -> tuple[Found, dict[tuple[str, str], int]]:
    """All contenders in turn, in rounds; and which of them got fewer records, and how many."""
    file = chosen.file(load.records)
    measured: Found = defaultdict(list)
    cut: dict[tuple[str, str], int] = {}
    for turn in range(1, load.rounds + 1):
        for case in cases:
            total = {
                Counted.FILE: load.records,
                Counted.REGISTRATIONS: load.registrations,
                Counted.LEARNERS: load.learners,
            }[case.counted]
            for contender in case.contenders:
                key = case.name, contender.name
                print(f"{chosen.name}, round {turn}: {' '.join(key)}", file=sys.stderr, flush=True)
                wanted = contender.quick if load.quick and contender.quick else contender.records
                given = min(wanted or total, total)
                if given < total:
                    cut[key] = given
                one = chosen.measure(case.name, contender.name, file, records=given, last=given)
                measured[key].append(scaled(one, total / given))
            _agree(case, measured, cut)
    return measured, cut


def _agree(case: Case, measured: Found, cut: dict[tuple[str, str], int]) -> None:
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
