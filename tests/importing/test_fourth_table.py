"""A table of a site's own has all that ours have, by a subject in one file."""

import datetime as dt
import json
from io import StringIO

import pytest
from django.core.management import call_command

from tests.employers.models import Employer
from tests.employers.subject import EmployerSubject
from tests.makers import make_csv, make_run, make_user
from wagtail_regcert.importing import runs, staging
from wagtail_regcert.importing.results import result
from wagtail_regcert.models import ChangeLogEntry, RunPiece
from wagtail_regcert.subjects.registry import SUBJECTS

pytestmark = pytest.mark.django_db

LAYOUT = EmployerSubject.layout


@pytest.fixture(autouse=True)
def _employers(monkeypatch):
    monkeypatch.setitem(SUBJECTS, "employers", EmployerSubject())


def validated(*rows):
    return make_run(make_csv(*rows, layout=LAYOUT), about="employers")


def committed(run):
    runs.begin_commit(run.pk)
    runs.commit(run.pk, by_owner=False)
    run.refresh_from_db()
    return run


def undone(run):
    user = make_user(superuser=True)
    runs.begin_undo(run.pk, user)
    runs.undo(run.pk, user.pk)
    run.refresh_from_db()
    return run


def employers():
    return set(Employer.objects.values_list("reference", "name", "since"))


def told(run, what):
    return [(one["row"], one["column"], one["code"]) for one in result(run)[what]]


def test_a_file_is_reported_on_and_committed_with_history():
    Employer.objects.create(reference="E1", name="Old", since=dt.date(2020, 1, 2))

    run = validated(
        ["E1", "New", ""],
        ["E2", "Bolts", "01/02/2099"],
        ["E3", "", "1/2/2020"],
        ["E4", "Twice", ""],
        ["E4", "Twice", ""],
    )
    assert employers() == {("E1", "Old", dt.date(2020, 1, 2))}
    committed(run)

    assert told(run, "errors") == [
        (4, "Name", "required"),
        (4, "Since", "bad_date"),
        (5, "", "duplicate"),
        (6, "", "duplicate"),
    ]
    assert told(run, "warnings") == [(3, "Since", "future_date")]
    assert (run.created, run.updated, run.rejected, run.cleared) == (1, 1, 3, 1)
    assert employers() == {("E1", "New", None), ("E2", "Bolts", dt.date(2099, 2, 1))}
    entries = ChangeLogEntry.objects.of(Employer).filter(run=run).order_by("label")
    assert [(entry.label, entry.data["row"], entry.data["changes"]) for entry in entries] == [
        ("Bolts", 3, {"reference": ["", "E2"], "name": ["", "Bolts"], "since": ["", "2099-02-01"]}),
        ("New", 2, {"name": ["Old", "New"], "since": ["2020-01-02", ""]}),
    ]


def test_an_undo_brings_back_what_nobody_touched():
    Employer.objects.create(reference="E1", name="Old")
    run = committed(validated(["E1", "New", ""], ["E2", "Bolts", ""], ["E3", "Nuts", ""]))
    Employer.objects.filter(reference="E3").update(name="Changed")

    undone(run)

    assert (run.undo_restored, run.undo_deleted, run.undo_left) == (1, 1, 1)
    assert employers() == {("E1", "Old", None), ("E3", "Changed", None)}


def test_what_changed_meanwhile_is_a_conflict():
    Employer.objects.create(reference="E1", name="Old")
    run = validated(["E1", "New", ""])
    Employer.objects.update(name="Meanwhile")

    committed(run)

    (conflict,) = staging.load_problems(run, RunPiece.Kind.CONFLICTS)
    assert (conflict.row, conflict.facts["reason"], employers()) == (
        2,
        "changed",
        {("E1", "Meanwhile", None)},
    )


def test_the_commands_know_it_and_what_comes_out_goes_in_again(tmp_path):
    Employer.objects.create(reference="E1", name="=Acme", since=dt.date(2020, 1, 2))
    Employer.objects.create(reference="E2", name="Bolts")
    path = tmp_path / "employers.csv"

    call_command("regcert_export", layout="employers", output=str(path))
    out = StringIO()
    call_command("regcert_import", str(path), layout="employers", json=True, stdout=out)

    answer = json.loads(out.getvalue())
    assert (answer["unchanged"], answer["rows"], answer["errors"]) == (2, 2, [])
