"""Bytes to plan, with a real database behind: quicker than the whole way, so for many more bytes."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given

from tests.fuzz import strategies as fuzz
from wagtail_regcert.importing.pipeline import Refused, open_file, prepare
from wagtail_regcert.messages import message, sentence
from wagtail_regcert.problems import VALUE_LIMIT
from wagtail_regcert.subjects.database.registrations import StoredRegistrations
from wagtail_regcert.subjects.registrations import RegistrationRules

TODAY = dt.date(2026, 9, 1)


@pytest.mark.parametrize("kind", fuzz.KINDS)
def test_any_bytes_are_planned_or_refused(world, counts, kind):
    @fuzz.examples(5)
    @given(file=fuzz.KINDS[kind])
    def are_planned_or_refused(file):
        data, separator = file
        opened = open_file(data, separator)
        if isinstance(opened, Refused):
            assert sentence(opened.fault.code, opened.fault.facts)
            counts[f"engine: refused, {opened.fault.code}"] += 1
            return

        plan = prepare(opened.sheet, RegistrationRules(), StoredRegistrations(), TODAY)

        counts["engine: planned"] += 1
        rows = [record.row for record in plan.records]
        assert sorted([*rows, *plan.rejected]) == list(opened.sheet.numbers)
        assert plan.rejected == {error.row for error in plan.errors}
        assert {warning.row for warning in plan.warnings} <= set(rows)
        for problem in (*plan.errors, *plan.warnings):
            assert message(problem)
            assert len(problem.value) <= VALUE_LIMIT
            assert "\0" not in problem.value
            counts[f"engine: {problem.code}"] += 1

    are_planned_or_refused()
