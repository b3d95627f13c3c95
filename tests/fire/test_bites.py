"""The other tests bite: with a part of the engine taken out, each finds a fault."""

from __future__ import annotations

import pytest
from django.db import connection

from .processes import WorkFailed
from .sabotage import pausing, without_compare_and_swap, without_locks, without_transaction
from .scenarios import commit_one_run_by_many, kill_commits, two_files_at_once

pytestmark = pytest.mark.django_db(transaction=True)

without_row_locks = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite has no row locks to take out: the first write locks all"
)


def test_without_the_transaction_a_kill_leaves_a_part(fire):
    fire.kills = max(fire.kills, 60)

    counts, faults = kill_commits(fire, without_transaction, until_a_fault=True)

    fire.tell(**counts, faults_found=len(faults))
    assert faults != []


@without_row_locks
def test_without_the_locks_an_update_is_lost(fire):
    faults = two_files_at_once(without_locks)

    fire.tell(faults_found=len(faults))
    assert faults != []


def test_with_the_locks_no_update_is_lost(fire):
    assert two_files_at_once(pausing) == []


def test_without_compare_and_swap_a_run_is_applied_twice(fire):
    try:
        faults = commit_one_run_by_many(3, without_compare_and_swap)
    except WorkFailed as failure:
        faults = [str(failure)]

    fire.tell(faults_found=len(faults))
    assert faults != []


def test_with_compare_and_swap_a_run_is_applied_once(fire):
    assert commit_one_run_by_many(3) == []
