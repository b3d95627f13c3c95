"""The command that exports, in process and as a process of its own would."""

import csv
import io

import pytest
from django.core.management import call_command

from wagtail_regcert.models import ExportRun

from ..makers import (
    make_learner,
    make_organisation,
    make_programme,
    make_qualification,
    make_registration,
)

pytestmark = pytest.mark.django_db


def export(*arguments):
    out, err = io.StringIO(newline=""), io.StringIO()
    code = 0
    try:
        call_command("regcert_export", *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        code = end.code
    return code, out.getvalue(), err.getvalue()


def numbers(text, heading="Registration number"):
    assert text.startswith("\ufeff")
    return [row[heading] for row in csv.DictReader(io.StringIO(text[1:], newline=""))]


@pytest.fixture
def registrations():
    pearson = make_qualification(awarding_organisation=make_organisation("Pearson"))
    return [
        make_registration(registration_number="1", status="registered", qualification=pearson),
        make_registration(registration_number="2", status="achieved", programme=make_programme("Joiner")),
        make_registration(registration_number="3", status="exempt"),
    ]


def test_all_go_to_standard_output(registrations):
    code, out, err = export()

    assert (code, numbers(out), err) == (0, ["1", "2", "3"], "")
    assert out.count("\r\n") == 4
    run = ExportRun.objects.get()
    assert (run.user, run.records, run.layout) == (None, 3, "export")


def test_bytes_go_out_where_standard_output_takes_them(registrations, capfdbinary):
    call_command("regcert_export")

    out = capfdbinary.readouterr().out
    assert out.startswith(b"\xef\xbb\xbfFull name,")
    assert out.count(b"\r\n") == out.count(b"\n") == 4


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--status", "registered"], ["1"]),
        (["--status", "registered", "--status", "exempt"], ["1", "3"]),
        (["--awarding-organisation", "Pearson"], ["1"]),
        (["--programme", "Joiner"], ["2"]),
        (["--programme", "Joiner", "--status", "exempt"], []),
    ],
)
def test_options_narrow_each_other(registrations, arguments, expected):
    code, out, _err = export(*arguments)

    assert (code, numbers(out)) == (0, expected)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--status", "lost"],
        ["--status", "Registered"],
        ["--awarding-organisation", "Nobody"],
        ["--awarding-organisation", ""],
        ["--programme", "Nothing"],
        ["--layout", "json"],
        ["--output", "/nowhere/at/all.csv"],
        ["--colour"],
        ["extra"],
    ],
)
def test_what_is_unknown_is_an_error_not_an_empty_file(registrations, arguments, capsys):
    code, out, err = export(*arguments)

    assert code == 3
    assert out == ""
    # What the command finds is written where it was told to, what its parser finds on the process's own.
    assert err + capsys.readouterr().err


def test_a_file_is_written_whole(registrations, tmp_path):
    path = tmp_path / "out.csv"

    code, out, _err = export("--output", str(path))

    assert (code, out) == (0, "")
    assert numbers(path.read_bytes().decode()) == ["1", "2", "3"]


def test_learners_without_a_uln_are_left_out_of_the_import_layout_and_counted(registrations):
    make_registration(learner=make_learner(uln=None))

    code, out, err = export("--layout", "import")

    assert code == 0
    assert numbers(out, "Registration number") == ["1", "2", "3"]
    assert err.startswith("1 left out")
    assert ExportRun.objects.get().left_out == 1
