"""Files that others write, over HTTP, by a layout of the site's own."""

import re

import pytest

from tests.makers import (
    make_import_layout,
    make_user,
)
from wagtail_regcert.exporting.report import sample_file
from wagtail_regcert.models import ImportRun
from wagtail_regcert.run_filters import MATCHED, OWN

from .steps import (
    COLUMNS,
    IMPORT,
    MANAGE,
    NUMBER,
    THEIRS,
    ULN,
    matched,
    remedies,
    text_of,
    upload,
    url,
    workbook,
)

pytestmark = pytest.mark.django_db


def test_a_file_is_read_by_the_chosen_layout_and_its_separator(client, importer, registration):
    make_import_layout(*COLUMNS, name="Theirs", separator="semicolon")

    response = upload(client, THEIRS, layout="theirs")
    run = ImportRun.objects.get()
    page = text_of(client.get(response["Location"]))

    assert (run.layout, run.separator, run.accepted, run.updated) == ("Theirs", "semicolon", 1, 1)
    assert "By the layout “Theirs”." in page
    assert "This file changes only: Registration number." in page
    assert client.get(url("import_status", run)).json()["layout"] == "Theirs"


def test_the_separator_that_was_sent_counts_where_that_of_the_layout_does_not_fit(
    client, importer, registration
):
    make_import_layout(*COLUMNS, name="Theirs", separator="tab")

    refused = upload(client, THEIRS, layout="Theirs")
    upload(client, THEIRS, layout="Theirs", separator="semicolon")

    assert "Choose the separator “Semicolon”" in text_of(refused)
    assert [run.separator for run in ImportRun.objects.all()] == ["semicolon"]


def test_a_workbook_is_read_by_a_layout_and_by_it_alone(client, importer, registration):
    make_import_layout(*COLUMNS, name="Theirs")
    data = workbook(["Candidate ULN", "Aim", "Cert no"], [ULN, NUMBER, "C-1"])

    refused = upload(client, data, "theirs.xlsx")
    upload(client, data, "theirs.xlsx", layout="Theirs")

    assert "The selected file must be a CSV." in text_of(refused)
    assert ImportRun.objects.get().encoding == "xlsx"


def test_layouts_that_fit_are_offered_and_never_forced(client, importer, registration):
    make_import_layout(*COLUMNS, name="Theirs", separator="semicolon")
    make_import_layout(*COLUMNS[:2], name="Keys", separator="semicolon")
    make_import_layout({"heading": "Else", "field": "uln"}, COLUMNS[1], name="Else")

    refused = upload(client, THEIRS)
    untouched = ImportRun.objects.exists()
    upload(client, THEIRS, use="Theirs")

    assert remedies(refused) == [("use", "Keys"), ("use", "Theirs"), ("match", "1")]
    assert not untouched
    assert ImportRun.objects.get().layout == "Theirs"


def test_a_layout_is_offered_only_on_the_form_of_what_it_is_about(client, registration):
    client.force_login(make_user(MANAGE, IMPORT, "add_learner", "change_learner"))
    make_import_layout({"heading": "Ref", "field": "reference"}, name="People", about="learners")
    make_import_layout(*COLUMNS, name="Theirs")

    of_learners = client.get(url("import_learners")).content.decode()
    of_registrations = client.get(url("import")).content.decode()
    refused = upload(client, b"Ref\r\nL1\r\n", layout="People")

    assert re.findall(r'<option value="(People|Theirs)"', of_learners) == ["People"]
    assert re.findall(r'<option value="(People|Theirs)"', of_registrations) == ["Theirs"]
    assert "There is no such layout." in text_of(refused)
    assert not ImportRun.objects.exists()


def test_a_layout_that_creates_is_for_those_who_may_add(client, importer, registration):
    make_import_layout(
        *COLUMNS, {"heading": "Name", "field": "full_name"}, name="New people", creates=["learners"]
    )

    without = client.get(url("import")).content.decode()
    refused = upload(client, THEIRS, layout="New people")
    client.force_login(make_user(MANAGE, IMPORT, "add_learner"))
    allowed = client.get(url("import")).content.decode()

    assert "New people" not in without
    assert "There is no such layout." in text_of(refused)
    assert 'value="New people"' in allowed


def test_a_constant_qualification_that_is_gone_refuses_the_file(client, importer, registration):
    make_import_layout(COLUMNS[0], name="Theirs", constants={"qualification": NUMBER})
    registration.delete()
    registration.qualification.delete()

    response = upload(client, b"Candidate ULN\r\n9276308686\r\n", layout="Theirs")

    assert "which does not exist" in text_of(response)
    assert not ImportRun.objects.exists()


def test_without_layouts_the_form_is_as_it_was(client, importer):
    page = client.get(url("import")).content.decode()

    assert 'name="layout"' not in page


def test_the_list_of_imports_has_a_column_and_a_filter_for_layouts(client, importer, registration):
    make_import_layout(*COLUMNS, name="Theirs", separator="semicolon")
    upload(client, THEIRS, layout="Theirs")
    matched(client, name="foreign.csv")
    upload(client, b"".join(sample_file()), name="ours.csv")

    shown = client.get(url("imports")).content.decode()

    def listed(layout):
        return {
            run.file_name for run in client.get(url("imports"), {"layout": layout}).context["object_list"]
        }

    assert "Columns to be matched" in shown
    assert "Columns matched by hand" in shown
    assert listed("Theirs") == {"theirs.csv"}
    assert listed(OWN) == {"ours.csv"}
    assert listed(MATCHED) == {"foreign.csv"}


def test_a_layout_that_is_gone_meanwhile_is_told_where_it_was_offered(client, importer, registration):
    response = upload(client, THEIRS, use="Theirs")

    assert "There is no such layout." in text_of(response)
    assert not ImportRun.objects.exists()


def test_a_file_that_cannot_be_matched_is_not_offered_to_be(client, importer, registration):
    broken = b'Candidate ULN,Aim\r\n9276308686,603/2942/X\r\n"1000000027,603/2942/X\r\n'

    refused = upload(client, broken)
    matching = upload(client, broken, match="1")

    assert "quotation mark" in text_of(refused)
    assert ("match", "1") not in remedies(refused)
    assert matching.status_code == 200
    assert not ImportRun.objects.exists()
