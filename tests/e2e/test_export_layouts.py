"""Export layouts in a browser: from a blank file of theirs to one that they take, and what came back."""

import csv
import datetime as dt
from io import StringIO
from pathlib import Path

import pytest
from django.urls import reverse

from tests.makers import (
    make_csv,
    make_export,
    make_learner,
    make_qualification,
    make_registration,
    make_run,
    make_user,
)
from wagtail_regcert.models import ExportLayout, Registration

LISTING = "/admin/registration-and-certification/"
BLANK = b"Centre 12345\r\nULN,Surname,Date of birth\r\n"


@pytest.fixture
def user(transactional_db):
    maths = make_qualification(number="603/2942/X", title="Maths")
    for number, born in enumerate((dt.date(2006, 12, 31), None, dt.date(2007, 1, 2))):
        learner = make_learner(uln=f"100000000{number}", family_name=f"Lee{number}", date_of_birth=born)
        make_registration(learner=learner, qualification=maths, status="achieved")
    permissions = (f"{action}_exportlayout" for action in ("add", "change", "view"))
    roles = ("manage_registration", "import_registration", "export_registration")
    return make_user(*roles, *permissions, superuser=False)


def rows_of(download):
    return list(csv.reader(StringIO(Path(download.path()).read_text("utf-8-sig"), newline="")))


@pytest.mark.over_wagtail
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_a_blank_file_of_theirs_becomes_a_layout_that_says_what_it_cannot_carry(page, axe, width, scheme):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto(reverse("wagtailsnippets_wagtail_regcert_exportlayout:template"))
    of_template = axe(page)
    blank = {"name": "board.csv", "mimeType": "text/csv", "buffer": BLANK}
    page.locator("input[type=file]").set_input_files(blank)
    page.get_by_role("button", name="Continue").click()
    page.get_by_text("Nothing is saved yet").wait_for()
    page.locator("[name=columns-2-required]").check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("heading", name="Export layouts").wait_for()

    page.goto(LISTING)
    page.get_by_role("link", name="Export all results by a layout").click()
    page.get_by_role("link", name="Preview of board").wait_for()
    of_layouts = axe(page)
    page.get_by_role("link", name="Preview of board").click()
    page.get_by_role("heading", name="Preview").wait_for()
    of_preview = axe(page)
    page.go_back()
    page.get_by_role("link", name="Export by board").click()
    page.get_by_role("heading", name="Check before export").wait_for()
    of_check = axe(page)
    words = page.locator("main").inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export the 2 that are right").click()

    assert (of_template, of_layouts, of_preview, of_check) == ([], [], [], [])
    assert "Lee1" in words
    assert "Date of birth" in words
    assert rows_of(download.value) == [
        ["Centre 12345"],
        ["ULN", "Surname", "Date of birth"],
        ["1000000000", "Lee0", "31/12/2006"],
        ["1000000002", "Lee2", "02/01/2007"],
    ]
    assert ExportLayout.objects.get().columns.count() == 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_what_came_back_is_held_against_what_was_sent(page, axe, user, width, scheme):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    sent = list(Registration.objects.order_by("pk"))
    export = make_export(*sent, user=user)
    data = make_csv(["603/2942/X", "1000000000", "Achieved"], ["603/2942/X", "4444444444", "Achieved"])
    run = make_run(data, user=user, answers=export)

    page.goto(reverse("wagtail_regcert:import_report", args=[run.pk]))
    page.get_by_role("link", name="2", exact=True).click()
    page.get_by_role("heading", name="Sent, not in this file").wait_for()
    of_missing = axe(page)
    missing = page.locator(".regcert-table tbody").inner_text()
    page.get_by_role("link", name="In this file, not sent").click()
    page.get_by_role("heading", name="In this file, not sent").wait_for()
    of_extra = axe(page)
    extra = page.locator(".regcert-table tbody").inner_text()
    page.get_by_role("button", name="Upload 1 accepted record").click()
    page.get_by_role("heading", name="Import Result").wait_for()
    page.goto(reverse("wagtail_regcert:export_detail", args=[export.pk]))
    of_export = axe(page)
    page.get_by_role("link", name="2", exact=True).click()
    page.locator(".regcert-results__count", has_text="2 registrations").wait_for()

    assert (of_missing, of_extra, of_export) == ([], [], [])
    assert ["Lee0" in missing, "Lee1" in missing, "Lee2" in missing] == [False, True, True]
    assert "4444444444" in extra
