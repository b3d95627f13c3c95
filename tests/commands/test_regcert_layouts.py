"""The command that writes layouts as JSON and takes them over from it."""

import io
import json

import pytest
from django.core.management import call_command

from wagtail_regcert.models import AwardingOrganisation, ExportLayout

from ..definitions.test_exports import EXAMPLE
from ..makers import make_export_layout, make_organisation

pytestmark = pytest.mark.django_db


def run(*arguments):
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command("regcert_layouts", *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        code = end.code
    return code, out.getvalue(), err.getvalue()


@pytest.fixture
def load(tmp_path):
    def load(value):
        path = tmp_path / "layouts.json"
        path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
        return run("load", str(path))

    return load


def dumped(*names):
    code, out, err = run("dump", *names)
    assert (code, err) == (0, "")
    return json.loads(out)


def test_dump_then_load_is_the_identity_for_every_option(load):
    column = {
        "heading": "Day ",
        "value": "registration.start_date",
        "values": {"": " 9", "2026-01-01": "New Year"},
        "if_blank": "none",
        "dates": "dd-mmm-yyyy",
        "case": "upper",
        "required": True,
        "longest": 11,
    }
    other = {
        **EXAMPLE,
        "name": "Élan: all options",
        "format": "xlsx",
        "separator": "tab",
        "encoding": "cp1252",
        "guard": False,
        "headings": False,
        "before": [["a", ""], [], [" b "]],
        "rows_per_file": 30,
        "file_name": "{date:%y%H%M}{number}",
        "columns": [column, {"heading": "Nothing", "constant": ""}],
    }

    assert load([EXAMPLE, other])[0] == 0
    first = dumped()

    assert first == [EXAMPLE, other]
    assert load(first)[0] == 0
    assert dumped() == first


def test_load_creates_and_replaces_by_name_whatever_its_case(load):
    make_export_layout({"heading": "A", "constant": "1"}, {"heading": "B", "constant": "2"}, name="Mine")
    make_export_layout(name="Other")
    kept = ExportLayout.objects.get(name="Other").pk

    code, out, err = load({"kind": "export", "name": "MINE", "columns": [{"heading": "C", "value": "row"}]})

    assert (code, out, err) == (0, "export layout “MINE” replaced\n", "")
    assert [layout["name"] for layout in dumped()] == ["MINE", "Other"]
    assert dumped("mine")[0]["columns"] == [{"heading": "C", "value": "row"}]
    assert ExportLayout.objects.get(name="Other").pk == kept
    assert load({**EXAMPLE, "name": "New"})[1] == "export layout “New” created\n"


def test_an_awarding_organisation_that_does_not_exist_is_created(load):
    pearson = make_organisation("Pearson")

    load([EXAMPLE, {**EXAMPLE, "name": "x", "awarding_organisation": "NCFE"}])

    assert list(AwardingOrganisation.objects.values_list("name", flat=True)) == ["NCFE", "Pearson"]
    assert ExportLayout.objects.get(name=EXAMPLE["name"]).awarding_organisation == pearson


def test_nothing_changes_when_anything_is_wrong(load):
    make_export_layout(name="Mine")
    before = dumped()

    code, out, err = load(
        [
            {**EXAMPLE, "name": "Right"},
            {
                **EXAMPLE,
                "name": "mine",
                "colour": "red",
                "columns": [*EXAMPLE["columns"][:3], {"heading": "x"}],
            },
        ]
    )

    assert (code, out) == (1, "")
    assert [line.partition(": ")[0] for line in err.splitlines()] == ["[1].colour", "[1].columns[3]"]
    assert dumped() == before
    assert not AwardingOrganisation.objects.exists()


def test_a_file_that_is_no_json_is_told(load):
    code, out, err = load("{")

    assert (code, out) == (1, "")
    assert "not JSON" in err


def test_dump_takes_names_and_ends_with_3_for_one_that_is_not_there():
    for name in ("A", "B", "C"):
        make_export_layout(name=name)

    assert [layout["name"] for layout in dumped("c", "A", "c")] == ["C", "A"]
    code, out, err = run("dump", "A", "D")
    assert (code, out) == (3, "")
    assert "“D”" in err


@pytest.mark.parametrize("arguments", [["load", "/no/such/file"], ["load"], ["dmp"], []])
def test_wrong_arguments_end_with_3(arguments):
    from wagtail_regcert.management.commands.regcert_layouts import Command

    with pytest.raises(SystemExit) as end:
        Command().run_from_argv(["manage.py", "regcert_layouts", *arguments])

    assert end.value.code == 3
