"""How many times, how large, from which seed; and what was counted, told at the end."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest

KILLS, RECORDS = 6, 400
LINES = pytest.StashKey[list[str]]()


def pytest_addoption(parser):
    group = parser.getgroup("fire", "commits under fire")
    group.addoption("--fire-kills", type=int, default=KILLS, help="kills, cuts and rounds of each test")
    group.addoption("--fire-records", type=int, default=RECORDS, help="records of a file")
    group.addoption("--fire-seed", type=int, default=None, help="repeat the random choices of a run")


def pytest_terminal_summary(terminalreporter, config):
    lines = config.stash.get(LINES, [])
    if lines:
        terminalreporter.section("under fire")
        for line in lines:
            terminalreporter.line(line)


@dataclass
class Fire:
    """The options of this run, and where its counts go."""

    kills: int
    records: int
    random: random.Random
    lines: list[str]
    name: str

    def moments(self, duration: float) -> list[float]:
        """Random moments, spread evenly until a little after the usual end; the first is the start."""
        width = 1.2 * duration / self.kills
        found = [0, *(width * (number + self.random.random()) for number in range(1, self.kills))]
        self.random.shuffle(found)
        return found

    def tell(self, **counts: object) -> None:
        """Have these counts printed at the end of the run."""
        told = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in counts.items())
        self.lines.append(f"{self.name}: {told}")


@pytest.fixture
def fire(request) -> Fire:
    # A conftest below the folder that pytest was started for is read too late to add options.
    option = request.config.getoption
    seed = option("fire_seed", None)
    if seed is None:
        seed = random.randrange(1_000_000)
    lines = request.config.stash.setdefault(LINES, [])
    name = f"{request.module.__name__.rpartition('.')[2]}::{request.node.name} (seed {seed})"
    return Fire(
        option("fire_kills", KILLS), option("fire_records", RECORDS), random.Random(seed), lines, name
    )
