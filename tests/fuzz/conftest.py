"""How many examples, from what seed, and what they came to."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.makers import make_learner, make_organisation, make_programme, make_qualification, make_user

from .strategies import QUALIFICATIONS, ULNS

REFERENCE = ("learner", "qualification", "awardingorganisation", "programme")

_COUNTS: pytest.StashKey[Counter[str]] = pytest.StashKey()


def pytest_configure(config):
    config.stash[_COUNTS] = Counter()


def pytest_terminal_summary(terminalreporter, config):
    counts = config.stash[_COUNTS]
    if counts:
        terminalreporter.section("fuzzing")
        for what, how_many in sorted(counts.items()):
            terminalreporter.line(f"{how_many:8} {what}")


@pytest.fixture(scope="session")
def counts(request):
    """What the examples came to; printed at the end."""
    return request.config.stash[_COUNTS]


@pytest.fixture
def world(db):
    """What the files that :mod:`.strategies` makes refer to."""
    for number in QUALIFICATIONS:
        make_qualification(number=number, awarding_organisation=make_organisation("NCFE"))
    make_programme()
    return [make_learner(uln=uln) for uln in ULNS]


@pytest.fixture
def everyone_may(client, world):
    """A client that may do all that is not for superusers only."""
    user = make_user(
        "manage_registration",
        "import_registration",
        "export_registration",
        "delete_registration",
        *(f"{action}_{model}" for action in ("add", "change", "delete", "view") for model in REFERENCE),
    )
    client.force_login(user)
    return client
