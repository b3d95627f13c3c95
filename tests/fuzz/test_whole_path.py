"""Any bytes, under any name, on the whole way: form, report, downloads, commit, result.

They end in a report or in a refusal with a message; never in an exception.
"""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz import strategies as fuzz
from tests.fuzz.steps import csv_rows, outcome, page, post, post_file, undone_afterwards
from wagtail_regcert.layouts import REGISTRATIONS, ROW_IN_FILE, WHAT_IS_WRONG, Separator
from wagtail_regcert.models import ImportRun, Registration, RegistrationLogEntry, RunPiece
from wagtail_regcert.problems import Fault

pytestmark = pytest.mark.django_db

RUNS_A_FORMULA = re.compile(r"[=+\-@\t\r]")


def check_downloads(client, run):
    """Both files can be read, hold what the counts say, and start no formula."""
    headings, *errors = csv_rows(page(client, "import_errors", run).getvalue())
    assert headings == ["Row", "Column", "Value", "Error", "Qualification Number", "ULN"]
    assert len(errors) == run.error_count + run.conflicts
    assert all(row[3] and row[0].isdigit() for row in errors)
    rejected = page(client, "import_rejected", run)
    file = rejected.getvalue()
    headings, *records = csv_rows(file)
    assert headings == [*REGISTRATIONS.headings, ROW_IN_FILE, WHAT_IS_WRONG]
    assert len(records) == run.rejected == len({row[0] for row in errors}) - run.conflicts
    assert not [cell for row in [*errors, *records] for cell in row if RUNS_A_FORMULA.match(cell)]
    assert "\n" not in rejected["Content-Disposition"]
    return file


def check_rejected_again(client, run, file, counts):
    """The rejected records, uploaded again, are rejected for the same reasons."""
    response = post_file(client, file, "rejected.csv", Separator.COMMA)
    again = outcome(client, response)
    if again is None:
        # A NUL early in it, or else a cell that the guard made too long.
        (fault,) = response.context["form"].errors.as_data()["file"]
        assert fault.code == (Fault.NOT_TEXT if b"\0" in file[:1024] else Fault.MALFORMED_CSV)
        counts["rejected files refused"] += 1
        return
    assert (again.rows, again.rejected) == (run.rejected, run.rejected)
    assert sorted(again.error_kinds) == sorted(run.error_kinds)
    counts["rejected files rejected again"] += 1


def walk(client, data, separator, name, queries, end, counts):
    """Take a file all the way; what a person could click on is clicked on."""
    response = post_file(client, data, name, separator)
    run = outcome(client, response)
    if run is None:
        (error, *_others) = response.context["form"].errors.as_data()["file"]
        counts[f"files refused: {error.code}"] += 1
        assert not ImportRun.objects.exists()
        return
    counts["files reported"] += 1
    counts["records"] += run.rows
    counts["errors"] += run.error_count
    assert (run.state, run.failure) == ("validated", "")
    assert run.rows == run.accepted + run.rejected > 0
    assert page(client, "import_status", run).json()["rows"] == run.rows
    assert "Nothing has been written yet." in page(client, "import_report", run).content.decode()
    for query in queries:
        page(client, "import_report", run, query)
    file = check_downloads(client, run)
    if run.rejected:
        check_rejected_again(client, run, file, counts)
    stored = Registration.objects.count()
    if end == "cancel":
        post(client, "import_cancel", run)
        run.refresh_from_db()
        assert run.state == "cancelled"
        assert not RunPiece.objects.filter(run=run).exists()
        page(client, "import_report", run)
        return
    post(client, "import_commit", run)
    run.refresh_from_db()
    assert (run.state, run.conflicts) == ("committed", 0)
    assert Registration.objects.count() == stored + run.created
    assert RegistrationLogEntry.objects.filter(run=run).count() == run.created + run.updated
    assert "Import Result" in page(client, "import_report", run).content.decode()
    for query in queries:
        page(client, "import_report", run, query)
    check_downloads(client, run)
    counts["records committed"] += run.accepted
    again = outcome(client, post_file(client, data, name, separator))
    assert (again.unchanged, again.rejected) == (run.accepted, run.rejected)
    for registration in Registration.objects.all()[:1]:
        assert (
            client.get(f"/admin/registration-and-certification/history/{registration.pk}/").status_code == 200
        )
        assert client.get("/admin/registration-and-certification/").status_code == 200
        exported = csv_rows(client.get(reverse("wagtail_regcert:export")).getvalue())
        assert len(exported) == 1 + Registration.objects.count()
        assert not [cell for row in exported for cell in row if RUNS_A_FORMULA.match(cell)]


TABS = [[("tab", "errors")], [("tab", "changes")], [("tab", "warnings")]]
_ends = st.sampled_from(["commit", "commit", "cancel"])


@pytest.mark.parametrize("kind", fuzz.KINDS)
def test_any_file_ends_in_a_report_or_a_refusal(everyone_may, counts, kind):
    @fuzz.examples()
    @given(file=fuzz.KINDS[kind], queries=st.lists(fuzz.queries, max_size=2), end=_ends)
    def takes_the_whole_way(file, queries, end):
        with undone_afterwards():
            walk(everyone_may, *file, "file.csv", [*TABS, *queries], end, counts)

    takes_the_whole_way()
