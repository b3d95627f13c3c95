"""The costliest files we know take bounded time, memory and statements, which grow no faster than they do.

With ``REGCERT_FUZZ`` set the files are as large as an upload may be; without, a small part of that.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
import tracemalloc
from contextlib import contextmanager

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.fuzz.hostile_files import FEW_ROWS, KNOWN, LARGEST, MANY_ROWS
from tests.fuzz.strategies import ASKED
from tests.makers import make_learner, make_qualification, make_run
from wagtail_regcert.importing.pipeline import Refused, open_file, prepare
from wagtail_regcert.layouts import Separator
from wagtail_regcert.messages import message, sentence
from wagtail_regcert.models import ImportRun, Registration
from wagtail_regcert.subjects.registrations import RegistrationRules
from wagtail_regcert.tables import ErrorData

FULL = bool(ASKED)
FILES = {**MANY_ROWS, **FEW_ROWS}

SECONDS = 40
"""Of processor time for one request with the largest file: not a goal, but what no file may exceed."""

BYTES_FOR_EACH = 700
"""Bytes of memory for each byte of a file: a row of one letter is two bytes and has three errors."""


class Nothing:
    """A database without learners and qualifications."""

    def qualifications(self, keys):
        return {}

    def learners(self, ulns):
        return {}

    def registrations(self, pairs, fields):
        return {}


class Everything:
    """A database with every learner and qualification, but no registration."""

    def qualifications(self, keys):
        return {key: number for number, key in enumerate(sorted(keys))}

    learners = qualifications

    def registrations(self, pairs, fields):
        return {}


def planned(data, stored):
    """Bytes to plan; ``None`` where the file is refused."""
    opened = open_file(data, Separator.COMMA)
    return (
        None
        if isinstance(opened, Refused)
        else prepare(opened.sheet, RegistrationRules(), stored, dt.date(2026, 9, 1))
    )


def calls_of(work):
    """How many calls, of Python and of C, a piece of work makes: its time on a machine that is never busy."""
    calls = 0

    def count(frame, event, argument):
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return calls


def memory_of(work):
    """The most bytes that a piece of work held at once."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("stored", [Nothing(), Everything()], ids=["unknown", "known"])
def test_twice_the_file_takes_no_more_than_twice_the_work(name, stored):
    size = 5_000 if name in MANY_ROWS else 50_000 if "many" in name or "all four" in name else 140_000
    small, large = FILES[name](size), FILES[name](2 * size)

    calls = [calls_of(lambda data=data: planned(data, stored)) for data in (small, large)]

    assert len(small) <= size
    assert len(large) <= 2 * size
    # The headings are a part of the smaller file too; quadratic work would be four times as much.
    assert calls[1] < 2.6 * calls[0] + 500


@pytest.mark.parametrize("name", FILES)
def test_memory_is_bounded_by_the_size_of_the_file(name):
    size = 8_000 if name in MANY_ROWS else 140_000
    data = FILES[name](size)
    planned(data, Nothing())

    used = memory_of(lambda: planned(data, Nothing()))

    assert used < BYTES_FOR_EACH * size + 200_000


@contextmanager
def processor_time(what, spent):
    before = time.process_time()
    yield
    spent[what] = time.process_time() - before


def consume(response):
    assert response.status_code == 200
    return sum(map(len, response.streaming_content)) if response.streaming else len(response.content)


@pytest.mark.parametrize("name", FILES)
def test_the_largest_file_ends_in_a_report_or_a_refusal(everyone_may, counts, name):
    size = LARGEST if FULL else 12_000 if name in MANY_ROWS else 150_000
    data = FILES[name](size)
    make_qualification(number=KNOWN)
    make_learner(uln=KNOWN)
    spent: dict[str, float] = {}
    client = everyone_may
    file = SimpleUploadedFile("file.csv", data, content_type="text/csv")

    with (
        processor_time("upload", spent),
        CaptureQueriesContext(connection) as statements,
        TestCase.captureOnCommitCallbacks(execute=True),
    ):
        response = client.post(reverse("wagtail_regcert:import"), {"file": file, "separator": "comma"})
    run = ImportRun.objects.first()

    assert spent["upload"] < SECONDS
    if run is None:
        assert "There is a problem" in response.content.decode()
        assert len(response.content) < 200_000
        if FULL:
            counts[f"{name}: refused, {spent['upload']:.1f} s"] += len(data)
        return
    assert run.state == "validated"
    # MariaDB looks up 5,000 texts at once.
    looked_up = 8 * run.rows // 5000 if connection.vendor == "mysql" else 0
    assert len(statements) < 60 + looked_up
    for query in ("", "?p=99999999", "?ordering=-column,code", "?kind=0", "?tab=changes", "?tab=warnings"):
        with processor_time(f"page {query}", spent), CaptureQueriesContext(connection) as statements:
            size_of_page = consume(
                client.get(reverse("wagtail_regcert:import_report", args=[run.pk]) + query)
            )
        assert size_of_page < 300_000, query
        assert len(statements) < 50, query
    for route in ("import_errors", "import_rejected"):
        with processor_time(route, spent):
            assert consume(client.get(reverse(f"wagtail_regcert:{route}", args=[run.pk])))
    with processor_time("commit", spent), TestCase.captureOnCommitCallbacks(execute=True):
        client.post(reverse("wagtail_regcert:import_commit", args=[run.pk]))
    run.refresh_from_db()
    assert (run.state, Registration.objects.count()) == ("committed", run.created)
    if FULL:
        times = ", ".join(f"{what} {seconds:.1f}" for what, seconds in spent.items())
        counts[f"bytes: {name}: {run.rows} rows, {run.error_count} errors; seconds: {times}"] += len(data)


@pytest.mark.parametrize("name", [*list(MANY_ROWS)[:3], "different cells", "cells as long as can be"])
def test_messages_are_bounded_however_long_the_cell(name):
    plan = planned(FILES[name](LARGEST if name in FEW_ROWS else 40_000), Nothing())

    assert max(len(message(problem)) for problem in plan.errors) < 500
    assert max(len(problem.value) for problem in plan.errors) <= 200


@pytest.mark.parametrize("name", FILES)
def test_why_a_file_is_refused_is_told_in_a_short_sentence(name):
    opened = open_file(FILES[name](300_000), Separator.PIPE)

    if isinstance(opened, Refused):
        assert 0 < len(sentence(opened.fault.code, opened.fault.facts)) < 600


@pytest.mark.django_db
def test_an_order_that_names_a_column_many_times_sorts_once():
    run = make_run(MANY_ROWS["rows of one letter"](1_000))
    once, often = ErrorData(run), ErrorData(run)

    once.order_by(["-column", "row"])
    calls = calls_of(lambda: often.order_by(["-column", *["row", "column", "-row"] * 1000]))

    assert len(once.data) > 1000
    assert often.data.positions == once.data.positions
    # A sort makes a call for each error.
    assert calls < 4 * len(once.data) + 2 * 3001 + 1000
