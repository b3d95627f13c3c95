"""The command that exports, in process and as a process of its own would."""

import csv
import datetime as dt
import io
import json

import pytest
from django.core.management import call_command

from wagtail_regcert.models import ExportRun, Learner, Qualification

from ..makers import (
    make_export_layout,
    make_learner,
    make_organisation,
    make_programme,
    make_qualification,
    make_registration,
)

pytestmark = pytest.mark.django_db

DAY = dt.date(2007, 3, 4)


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


@pytest.fixture
def tables():
    make_learner(
        reference="=R1",
        uln="9276308686",
        given_names="Siân",
        family_name="'-Lee",
        gender="U",
        date_of_birth=DAY,
    )
    make_learner(reference="R2", uln=None, given_names="", family_name="Ng, Jr")
    make_learner(reference=None, uln="1000000027", given_names="+Bo", family_name="")
    make_learner(reference=None, uln=None, family_name="Nobody")
    make_qualification(
        number="603/2942/x", title="@Joinery", awarding_organisation=make_organisation("=NCFE")
    )
    make_qualification(
        number="60329431", title="Brickwork", awarding_organisation=make_organisation("Pearson")
    )


def test_learners_are_exported_as_an_import_reads_them_those_without_a_key_counted(tables):
    code, out, err = export("--layout", "learners")

    assert code == 0
    assert list(csv.reader(io.StringIO(out[1:], newline=""))) == [
        ["Learner reference", "ULN", "Given names", "Family name", "Gender", "Date of birth"],
        ["'=R1", "9276308686", "Siân", "''-Lee", "Not stated", "04/03/2007"],
        ["R2", "", "", "Ng, Jr", "", ""],
        ["", "1000000027", "'+Bo", "", "", ""],
    ]
    assert err == "1 left out: they have neither a reference nor a ULN.\n"
    run = ExportRun.objects.get()
    assert (run.layout, run.records, run.left_out, run.layout_shown) == ("learners", 3, 1, "learners")


def test_qualifications_are_exported_as_an_import_reads_them(tables):
    code, out, err = export("--layout", "qualifications")

    assert (code, err) == (0, "")
    assert list(csv.reader(io.StringIO(out[1:], newline=""))) == [
        ["Qualification Number", "Title", "Awarding organisation"],
        ["603/2942/x", "'@Joinery", "'=NCFE"],
        ["60329431", "Brickwork", "Pearson"],
    ]


@pytest.mark.parametrize(("layout", "model"), [("learners", Learner), ("qualifications", Qualification)])
def test_what_was_exported_changes_nothing_when_it_is_imported(tables, settings, tmp_path, layout, model):
    settings.WAGTAIL_REGCERT = {"ESCAPE_FORMULAS": False}
    before = list(model.objects.order_by("pk").values())
    path = tmp_path / "file.csv"
    export("--layout", layout, "--output", str(path))
    out = io.StringIO()

    call_command("regcert_import", str(path), "--layout", layout, "--json", stdout=out)

    answer = json.loads(out.getvalue())
    assert (answer["errors"], answer["rejected"], answer["created"], answer["updated"]) == ([], 0, 0, 0)
    assert answer["unchanged"] == answer["rows"] > 1
    assert list(model.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("option", ["--status", "--awarding-organisation", "--programme"])
def test_filters_of_registrations_do_not_choose_learners(tables, option):
    code, out, err = export("--layout", "learners", option, "registered")

    assert (code, out) == (3, "")
    assert err == f"{option} chooses registrations, not learners.\n"


@pytest.fixture
def layout():
    return make_export_layout(
        {"heading": "Number", "value": "registration.registration_number", "required": True, "longest": 3},
        {"heading": "Sex", "value": "learner.gender", "values": {"": "9"}},
        name="Pearson",
        encoding="utf-8",
        separator="tab",
    )


def test_a_layout_of_the_sites_own_is_named_whatever_its_case(registrations, layout):
    code, out, err = export("--layout", "PEARSON", "--status", "registered")

    assert (code, out, err) == (0, "Number\tSex\r\n1\t9\r\n", "")
    run = ExportRun.objects.get()
    assert (run.layout, run.records, run.left_out) == ("Pearson", 1, 0)
    assert run.filters == "regcert_export status=registered"
    assert run.definition["separator"] == "tab"


def test_records_that_are_not_right_are_listed_and_the_others_written(registrations, layout, tmp_path):
    registrations[0].registration_number = "12345"
    registrations[0].save()
    registrations[2].registration_number = ""
    registrations[2].save()
    path = tmp_path / "out.txt"

    code, out, err = export("--layout", "Pearson", "--output", str(path))

    assert (code, out) == (1, "")
    assert path.read_bytes() == b"Number\tSex\r\n2\t9\r\n"
    first, second, last = err.splitlines()
    assert first.startswith(f"registration {registrations[0].pk} (")
    assert first.endswith("[too_long]")
    assert ", Number: " in second
    assert second.endswith("[required]")
    assert last == "2 left out: they are not right for the layout."
    assert "Ann" not in err
    assert (ExportRun.objects.get().records, ExportRun.objects.get().left_out) == (1, 2)


def test_check_writes_nothing(registrations, layout, tmp_path):
    assert export("--layout", "Pearson", "--check") == (0, "", "")

    registrations[1].registration_number = ""
    registrations[1].save()
    path = tmp_path / "out.txt"
    code, out, err = export("--layout", "Pearson", "--check", "--output", str(path))

    assert (code, out, len(err.splitlines())) == (1, "", 1)
    assert not path.exists()
    assert not ExportRun.objects.exists()


def test_lines_about_many_records_take_few_statements(layout, django_assert_max_num_queries):
    for _number in range(30):
        make_registration()

    with django_assert_max_num_queries(15):
        code, _out, err = export("--layout", "Pearson", "--check")

    assert (code, len(err.splitlines())) == (1, 30)


@pytest.mark.parametrize("options", [{"format": "xlsx"}, {"rows_per_file": 2}])
def test_what_is_no_text_goes_to_a_file_or_where_bytes_go(registrations, options, tmp_path, capfdbinary):
    make_export_layout(name="Binary", **options)
    path = tmp_path / "out"

    assert export("--layout", "Binary")[0] == 3
    assert not ExportRun.objects.exists()
    assert export("--layout", "Binary", "--output", str(path))[0] == 0
    call_command("regcert_export", "--layout", "Binary")

    assert path.read_bytes()[:2] == b"PK"
    assert capfdbinary.readouterr().out[:2] == b"PK"


@pytest.mark.parametrize(
    "arguments", [["--layout", "None"], ["--check"], ["--layout", "learners", "--check"]]
)
def test_a_layout_that_is_not_there_or_checks_nothing_is_an_error(registrations, layout, arguments):
    code, out, err = export(*arguments)

    assert (code, out) == (3, "")
    assert err
    assert not ExportRun.objects.exists()


def test_a_layout_that_is_not_right_any_more_is_an_error(registrations, layout):
    layout.columns.update(value="learner.gone")

    assert export("--layout", "Pearson")[0] == 3


def test_windows_1252_is_text_on_a_text_stream(registrations):
    make_export_layout({"heading": "É", "constant": "ü"}, name="Old", encoding="cp1252")

    assert export("--layout", "Old", "--status", "exempt") == (0, "É\r\nü\r\n", "")
