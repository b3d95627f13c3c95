"""What is stored can always be exported and read again, and then changes nothing."""

import datetime as dt

import pytest
from django.db import transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.makers import make_qualification, make_run
from wagtail_regcert import sync
from wagtail_regcert.cells import Status, match_key
from wagtail_regcert.characters import clean, without_invisible
from wagtail_regcert.exporting.columns import FixedLayout
from wagtail_regcert.exporting.stream import export_bytes
from wagtail_regcert.importing import runs
from wagtail_regcert.models import Registration

texts = st.one_of(
    # What spreadsheets, CSV and our own guard treat in their own way.
    st.text("'=\"+-@,;| \u00a0\u200b\ufeff\u2028/aA0éÉß😀", max_size=12),
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20),
    st.text("x'=", min_size=120, max_size=128),
)
# Numbers with invisible characters in them are refused.
numbers = texts.map(without_invisible).map(lambda text: text if match_key(clean(text)) else f"{text}1")
days = st.none() | st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))
records = st.fixed_dictionaries(
    {
        "uln": numbers,
        "qualification": numbers,
        "status": st.sampled_from(Status),
        "registration_number": texts,
        "registration_date": days,
        "certificate_claimed_date": days,
        "achieved_date": days,
        "certificate_received_date": days,
        "certificate_sent_date": days,
        "postal_tracking_reference": texts,
    }
)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(records, min_size=1, max_size=8))
def test_what_is_synced_is_exported_and_comes_back_unchanged(rows):
    with transaction.atomic():
        sync.learners([{"uln": row["uln"]} for row in rows])
        sync.qualifications(
            [{"number": row["qualification"], "title": "x", "awarding_organisation": "y"} for row in rows]
        )
        sync.registrations(rows)
        stored = list(Registration.objects.order_by("pk").values())
        # Rows with a line break in them are refused.
        assume(stored)

        run = make_run(b"".join(export_bytes(Registration.objects.all(), FixedLayout.IMPORT.file)))
        runs.begin_commit(run.pk)
        runs.commit(run.pk, by_owner=False)

        run.refresh_from_db()
        assert [(one.row, one.column, one.code) for one in runs.errors_with_conflicts(run)] == []
        assert (run.rows, run.unchanged, run.state) == (len(stored), len(stored), "committed")
        assert list(Registration.objects.order_by("pk").values()) == stored
        transaction.set_rollback(True)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(records, min_size=1, max_size=8))
def test_what_is_synced_twice_is_unchanged(rows):
    with transaction.atomic():
        make_qualification(number="1")
        learners = [{"uln": row["uln"], "family_name": row["registration_number"]} for row in rows]
        registrations = [{**row, "qualification": "1"} for row in rows]
        first = [sync.learners(learners), sync.registrations(registrations)]

        second = [sync.learners(learners), sync.registrations(registrations)]

        for once, again in zip(first, second, strict=True):
            assert (again.created, again.updated) == (0, 0)
            assert again.unchanged == once.created + once.updated
            assert again.problems == once.problems
        transaction.set_rollback(True)
