"""``regcert_import``: exit codes, JSON, files."""

import datetime as dt
import io
import json
import os
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from tests.makers import make_csv, make_export, make_learner, make_qualification, make_registration, make_user
from wagtail_regcert.management.commands.regcert_import import Command
from wagtail_regcert.models import ExportRun, ImportRun, Qualification, Registration, RegistrationLogEntry

pytestmark = pytest.mark.django_db

ROW = ["603/2942/X", "9276308686", "Registered", "R1", "01/09/2025"]


@pytest.fixture
def learner():
    make_qualification(number="603/2942/X", title="Maths")
    return make_learner(uln="9276308686")


@pytest.fixture
def file(tmp_path):
    def write(*rows, data=None):
        path = tmp_path / "file.csv"
        path.write_bytes(data if data is not None else make_csv(*rows))
        return str(path)

    return write


def run(*arguments):
    """Exit code, standard output, standard error."""
    out, err = StringIO(), StringIO()
    try:
        call_command("regcert_import", *arguments, stdout=out, stderr=err)
    except SystemExit as stop:
        return stop.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_a_file_whose_records_are_all_accepted_is_committed(learner, file):
    code, out, err = run(file(ROW), "--json")

    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "fatal": None,
        "rows": 1,
        "accepted": 1,
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "rejected": 0,
        "cleared": 0,
        "conflicts": 0,
        "notes": [],
        "warnings": [],
        "errors": [],
        "encoding": "utf-8",
        "committed": True,
        "answers": None,
        "run": str(ImportRun.objects.get().pk),
    }
    assert Registration.objects.get().registration_number == "R1"


def test_good_records_are_kept_and_bad_ones_given_back(learner, file, tmp_path):
    make_registration(learner=learner, qualification=make_qualification(number="2"), registration_number="R2")
    errors, rejected = tmp_path / "errors.csv", tmp_path / "rejected.csv"

    code, out, _err = run(
        file(["2", "9276308686", "Exempt"], ["=2", "1", "Exempt", "'+1"]),
        "--json",
        "--errors",
        str(errors),
        "--rejected",
        str(rejected),
    )

    answer = json.loads(out)
    assert code == 1
    assert (answer["accepted"], answer["updated"], answer["rejected"], answer["cleared"]) == (1, 1, 1, 1)
    assert [(one["row"], one["column"], one["value"], one["code"]) for one in answer["errors"]] == [
        (3, "Qualification Number", "=2", "unknown_qualification"),
        (3, "ULN", "1", "unknown_learner"),
    ]
    assert errors.read_bytes().startswith(
        b"\xef\xbb\xbfRow,Column,Value,Error,Qualification Number,ULN\r\n3,Qualification Number,'=2,"
    )
    headings, record, _end = rejected.read_text("utf-8-sig").split("\n")
    assert headings.endswith(",Postal Tracking Reference,Row in the file,What is wrong")
    assert record.startswith("'=2,1,Exempt,'+1,,,,,,,3,\"Qualification Number: There is no qualification")


def test_validate_only_writes_nothing_but_the_run(learner, file):
    code, out, _err = run(file(ROW), "--validate-only", "--json")

    assert (code, json.loads(out)["committed"], json.loads(out)["created"]) == (0, False, 1)
    assert not Registration.objects.exists()


def test_a_file_that_answers_an_export_is_held_against_it(learner, file):
    maths = Qualification.objects.get()
    here, missing = (make_registration(learner=one, qualification=maths) for one in (learner, make_learner()))
    beside = make_learner(uln="1234567890")
    export = make_export(here, missing)
    rejected = ["603/2942/X", learner.uln, "Nonsense"]
    extra = ["603/2942/X", beside.uln, "Registered"]

    code, out, _err = run(file(rejected, extra), "--answers", str(export.pk), "--json")
    _code, plain, _err = run(file(extra), f"--answers={export.pk}")

    assert code == 1
    assert json.loads(out)["answers"] == {"export": export.pk, "missing": 1, "extra": 1}
    assert plain.endswith(f"Export {export.pk}: 2 sent and not in this file, 1 in this file and not sent.\n")
    assert set(ImportRun.objects.values_list("answers", flat=True)) == {export.pk}


def test_an_export_that_cannot_be_answered_ends_with_three(learner, file, settings):
    forgotten, of_learners = make_export(), make_export()
    ExportRun.objects.filter(pk=forgotten.pk).update(created_at=timezone.now() - dt.timedelta(days=401))
    ExportRun.objects.filter(pk=of_learners.pk).update(layout="learners")

    for export in (forgotten, of_learners):
        code, out, err = run(file(ROW), "--answers", str(export.pk))

        assert (code, out) == (3, "")
        assert str(export.pk) in err
    assert not ImportRun.objects.exists()


def test_a_refused_file_ends_with_two(file):
    code, out, _err = run(file(data=b"PK\x03\x04"), "--json")

    answer = json.loads(out)
    assert code == 2
    assert answer["fatal"]["code"] == "not_text"
    assert (answer["rows"], answer["errors"], answer["warnings"], answer["run"]) == (0, [], [], None)
    assert (answer["committed"], answer["encoding"]) == (False, None)
    assert not ImportRun.objects.exists()


def test_a_refused_file_says_why_without_json_too(file):
    code, out, err = run(file(data=b""))

    assert (code, out) == (2, "")
    assert "is empty" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["/no/such/file.csv"],
        ["FILE", "--user", "nobody-of-this-name"],
        ["FILE", "--answers", "471100"],
        ["FILE", "--answers", "one"],
        ["FILE", "--answers", "9" * 30],
        ["FILE", "--answers", "1", "--layout", "learners"],
        ["FILE", "--separator=colon"],
        ["FILE", "--errors", "/no/such/folder/errors.csv"],
        [],
    ],
)
def test_wrong_arguments_end_with_three(learner, file, arguments):
    path = file(ROW, ["x", "y", "z"])

    code, _out, _err = run(*[path if one == "FILE" else one for one in arguments])

    assert code == 3


def test_the_history_names_the_user(learner, file):
    user = make_user(name="ira")

    code, _out, _err = run(file(ROW), "--user", "ira")

    assert code == 0
    assert RegistrationLogEntry.objects.get().user == user


def test_another_separator_and_no_limit_of_size(learner, file):
    data = make_csv(*[["603/2942/X", "x" * 60, "Exempt"]] * 30_000, ROW, separator=";")

    code, out, _err = run(file(data=data), "--separator", "semicolon", "--json")

    answer = json.loads(out)
    assert len(data) > 2_097_152
    assert (code, answer["rows"], answer["accepted"], answer["rejected"]) == (1, 30_001, 1, 30_000)


def test_what_is_exported_in_the_import_layout_comes_back_unchanged(tmp_path):
    values = ["=1+1", "'=1", "''x", "+44", "-", "@x", 'a"b', "a,b;c|d", "Siân", "😀", "='", "O'Brien", '="x"']
    for number, value in enumerate(values):
        make_registration(
            learner=make_learner(uln=value or None),
            qualification=make_qualification(number=f"{value}{number}"),
            registration_number=value,
            postal_tracking_reference=value,
            status="registered",
        )
    path = tmp_path / "export.csv"
    call_command("regcert_export", "--layout", "import", "--output", str(path))

    code, out, _err = run(str(path), "--json")

    answer = json.loads(out)
    assert (code, answer["rows"], answer["unchanged"]) == (0, len(values), len(values))


def test_a_file_whose_name_is_no_text_is_imported(learner, tmp_path):
    path = os.path.join(os.fsencode(tmp_path), b"caf\xe9.csv")
    with open(path, "wb") as file:
        file.write(make_csv(ROW))

    code, out, err = run(os.fsdecode(path), "--json")

    assert (code, json.loads(out)["created"], err) == (0, 1, "")
    assert ImportRun.objects.get().file_name == "caf?.csv"
    assert RegistrationLogEntry.objects.get().data["file"] == "caf?.csv"


@pytest.mark.django_db(transaction=True)
def test_a_terminal_without_a_character_shows_its_code(learner, file, monkeypatch):
    shown = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", shown)

    with pytest.raises(SystemExit) as stop:
        Command().run_from_argv(["manage.py", "regcert_import", file(ROW, ["1", "日本", "Registred"])])

    shown.seek(0)
    text = shown.read()
    assert stop.value.code == 1
    assert "row 3, ULN (\\u65e5\\u672c): There is no learner" in text
    assert "2 records: 1 created" in text


@pytest.mark.parametrize("option", ["--errors", "--rejected"])
@pytest.mark.parametrize("path", ["nowhere/errors.csv", "."])
def test_where_a_file_cannot_be_written_nothing_is_imported(learner, file, tmp_path, option, path):
    code, out, err = run(file(ROW), "--json", option, str(tmp_path / path))

    assert (code, out) == (3, "")
    assert str(tmp_path) in err
    assert not ImportRun.objects.exists()


def test_a_pipe_gets_the_errors_and_stays_one(learner, file, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as beside:
        read = beside.submit(pipe.read_bytes)
        code, _out, _err = run(file(["1", "2", "x"]), "--errors", str(pipe))

    assert code == 1
    assert read.result().startswith(
        b"\xef\xbb\xbfRow,Column,Value,Error,Qualification Number,ULN\r\n2,Qualification Number,1,"
    )
    assert pipe.is_fifo()


def test_a_link_stays_one_and_the_file_it_leads_to_is_written(learner, file, tmp_path):
    link, target = tmp_path / "link.csv", tmp_path / "target.csv"
    link.symlink_to(target)

    run(file(["1", "2", "x"]), "--rejected", str(link))

    assert link.is_symlink()
    assert b"\r\n1,2,x,,,,,,,,2," in target.read_bytes()


@pytest.mark.parametrize("cell", ["nul\0here", "=" + "x" * 131_071])
def test_the_rejected_file_of_any_file_is_no_refused_file(learner, file, tmp_path, cell):
    rejected = tmp_path / "rejected.csv"
    # Behind the beginning, in which a NUL refuses the file.
    rows = [[*ROW[:1], f"{number:0150d}", *ROW[2:]] for number in range(10)]

    first = run(file(*rows, [cell, *ROW[1:]]), "--json", "--rejected", str(rejected))
    again = run(str(rejected), "--json")

    assert (first[0], again[0]) == (1, 1)
    assert codes(first) == codes(again)


def codes(answer):
    return [(one["row"], one["column"], one["code"]) for one in json.loads(answer[1])["errors"]]


@pytest.mark.parametrize("name", ["nobody", "a\udc80"])
def test_a_user_who_does_not_exist_is_told_plainly(learner, file, name):
    code, out, err = run(file(ROW), "--user", name)

    assert (code, out) == (3, "")
    assert "There is no user" in err
    assert "Traceback" not in err
