"""Learners and qualifications by file, in a browser: the popup over their listings, and a whole import."""

import pytest
from django.urls import reverse

from tests.makers import make_csv, make_user
from wagtail_regcert.models import Learner, Qualification, Registration
from wagtail_regcert.subjects.registry import SUBJECTS

MODELS = {"learners": Learner, "qualifications": Qualification}
ROWS = {
    "learners": [["R1", "9276308686", "Ann", "Lee", "F", "31/12/2006"], ["", "", "Nobody"]],
    "qualifications": [["500/1234/5", "Bench Joinery", "NCFE"], ["", "Nothing", "NCFE"]],
}


LINES = """(element) => {
    const range = new Range();
    range.selectNodeContents(element);
    return [...range.getClientRects()].map(({left, right, top, bottom}) => ({left, right, top, bottom}));
}"""


@pytest.fixture
def user(learners):
    tables = ("learner", "qualification", "awardingorganisation")
    django = (f"{action}_{table}" for table in tables for action in ("add", "change"))
    return make_user("manage_registration", "import_registration", *django)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("about", list(MODELS))
def test_a_file_goes_all_the_way_from_the_popup_over_its_listing(page, axe, about, width, scheme):
    table, layout = about[:-1], SUBJECTS[about].layout
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    before = MODELS[about].objects.count()
    data = make_csv(*ROWS[about], layout=layout)

    page.goto(reverse(MODELS[about].snippet_viewset.get_url_name("list")))
    listed = axe(page)
    page.get_by_role("link", name="Import and Update").click()
    dialog = page.get_by_role("dialog").first
    dialog.get_by_role("button", name="Tips", exact=True).click()
    tips = page.locator("#regcert-tips-popup").inner_text()
    in_tips = axe(page)
    page.get_by_role("button", name="Close tips").click()
    words = dialog.inner_text()
    in_popup = axe(page)
    file = {"name": "demo.csv", "mimeType": "text/csv", "buffer": data}
    dialog.locator("input[type=file]").set_input_files(file)
    dialog.get_by_role("button", name="Validate").click()
    page.get_by_role("heading", name="Validation Report").wait_for()
    in_report = axe(page)
    page.get_by_role("button", name="Upload 1 accepted record").click()
    page.get_by_role("heading", name="Import Result").wait_for()
    stored = MODELS[about].objects.count()
    in_result = axe(page)
    page.get_by_role("link", name="Undo this import").click()
    in_undo = axe(page)
    page.get_by_role("button", name=f"Undo this import: 1 {table}").click()
    page.get_by_role("heading", name="This import was undone").wait_for()

    assert (listed, in_popup, in_tips, in_report, in_result, in_undo) == ([], [], [], [], [], [])
    assert f"with the {layout.width} columns of the sample file" in words
    assert [heading for heading in layout.headings if heading not in tips] == []
    assert (stored, MODELS[about].objects.count()) == (before + 1, before)


@pytest.mark.parametrize("width", [1440, 768, 700, 600, 375])
@pytest.mark.parametrize("model", [Registration, Qualification])
def test_the_buttons_of_the_popup_stand_clear_of_its_title(page, model, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(reverse(model.snippet_viewset.get_url_name("list")))

    page.get_by_role("link", name="Import and Update").click()
    dialog = page.get_by_role("dialog").first
    title = dialog.get_by_role("heading", name="Import and Update")
    lines = title.evaluate(LINES)
    buttons = [
        dialog.get_by_role("button", name=name, exact=True).bounding_box()
        for name in ("Tips", "Close dialog")
    ]

    assert len(lines) > 0
    assert [
        (line, button)
        for line in lines
        for button in buttons
        if line["left"] < button["x"] + button["width"]
        and button["x"] < line["right"]
        and line["top"] < button["y"] + button["height"]
        and button["y"] < line["bottom"]
    ] == []


@pytest.mark.parametrize("about", list(MODELS))
def test_import_and_update_stands_at_the_end_of_the_header_however_narrow(page, about):
    page.set_viewport_size({"width": 768, "height": 800})

    page.goto(reverse(MODELS[about].snippet_viewset.get_url_name("list")))
    link = page.get_by_role("link", name="Import and Update").bounding_box()

    assert link["x"] + link["width"] > 768 / 2


def test_what_can_be_done_with_a_refused_file_stands_apart(page):
    data = make_csv(["603/2942/X", "9276308686", "Registered"], separator=";")
    page.goto(reverse("wagtail_regcert:import"))

    file = {"name": "demo.csv", "mimeType": "text/csv", "buffer": data}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Validate").click()
    separator = page.locator(".regcert-summary").get_by_role("button", name="Use").bounding_box()
    match = page.locator(".regcert-summary").get_by_role("button", name="Match the columns").bounding_box()

    assert match["y"] - (separator["y"] + separator["height"]) >= 4


def test_another_separator_is_offered_by_the_width_of_the_layout(page):
    data = make_csv(ROWS["qualifications"][0], layout=SUBJECTS["qualifications"].layout, separator=";")
    page.goto(reverse("wagtail_regcert:import_qualifications"))

    file = {"name": "demo.csv", "mimeType": "text/csv", "buffer": data}
    page.locator("input[type=file]").set_input_files(file)
    page.locator(".regcert-field__offer button").click()

    assert page.locator("select[name=separator]").input_value() == "semicolon"
