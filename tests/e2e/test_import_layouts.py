"""Files that others write, in a browser: from a foreign file to a saved layout, and by that layout."""

import pytest
from django.urls import reverse

from tests.makers import make_import_layout, make_learner, make_user
from wagtail_regcert.models import ImportLayout, ImportRun

FOREIGN = (
    b"Centre 12345;;;;\r\n"
    b"Candidate number;Qualification;Outcome;Awarded;Assessor\r\n"
    b"9276308686;603/2942/X;Pass;2026-07-01;Kim\r\n"
    b"1000000027;603/2942/X;Withdrawn;;Kim\r\n"
)
COLUMNS = (
    {"heading": "Candidate number", "field": "uln"},
    {"heading": "Qualification", "field": "qualification"},
    {"heading": "Outcome", "field": "status", "values": {"Pass": "achieved", "Withdrawn": "exempt"}},
)


@pytest.fixture
def user(learners):
    for uln in ("9276308686", "1000000027"):
        make_learner(uln=uln)
    permissions = ("add_importlayout", "change_importlayout", "view_importlayout")
    return make_user("manage_registration", "import_registration", *permissions)


def file(data, name="theirs.csv"):
    return {"name": name, "mimeType": "text/csv", "buffer": data}


def tab_to(page, wanted):
    """Press Tab until what has the focus fits the selector."""
    for _step in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"{wanted} cannot be reached by Tab")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_the_keyboard_leads_from_a_foreign_file_to_a_saved_layout(page, axe, width, scheme):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto(reverse("wagtail_regcert:import"))
    page.locator("input[type=file]").set_input_files(file(FOREIGN))

    page.locator("input[type=file]").focus()
    tab_to(page, "[type=submit]")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Match the columns").wait_for()
    refused = axe(page)
    tab_to(page, "[name=match]")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Match the columns").wait_for()
    to_match = axe(page)
    guessed = {
        label: page.get_by_label(label, exact=True).evaluate("select => select.selectedOptions[0].text")
        for label in ("Candidate number", "Qualification", "Outcome", "Pass", "Awarded", "Assessor")
    }
    wide = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    tab_to(page, "[name='column-2-value-1']")
    page.keyboard.type("Exempt")
    tab_to(page, "[name=name]")
    page.keyboard.type("registrations")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="There is a problem").wait_for()
    wrong = axe(page)
    focused = page.evaluate("document.activeElement.className")
    tab_to(page, ".regcert-summary a")
    page.keyboard.press("Enter")
    in_name = page.evaluate("document.activeElement.name")
    page.keyboard.press("Control+a")
    page.keyboard.type("Board A")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Validation Report").wait_for()
    told = page.locator(".regcert-page").inner_text()
    report = axe(page)

    assert (refused, to_match, wrong, report) == ([], [], [], [])
    assert guessed == {
        "Candidate number": "ULN",
        "Qualification": "Qualification Number",
        "Outcome": "Status",
        "Pass": "Achieved",
        "Awarded": "Achieved date",
        "Assessor": "Not read",
    }
    assert wide
    assert (focused, in_name) == ("regcert-summary", "name")
    assert "By the layout “Board A”." in told
    assert "This file changes only: Status, Achieved date." in told
    assert ImportRun.objects.get().accepted == 2
    assert ImportLayout.objects.get().definition().columns[2].values == {
        "Pass": "achieved",
        "Withdrawn": "exempt",
    }


def test_a_layout_that_fits_is_one_click_away_in_the_popup(page, axe):
    make_import_layout(*COLUMNS, name="Board A", separator="semicolon")
    page.goto("/admin/registration-and-certification/")
    page.get_by_role("link", name="Import and Update").click()
    dialog = page.get_by_role("dialog").first
    dialog.locator("input[type=file]").set_input_files(file(FOREIGN))

    dialog.get_by_role("button", name="Validate").click()
    dialog.get_by_role("button", name="Use the layout “Board A”").wait_for()
    refused = axe(page)
    dialog.get_by_role("button", name="Use the layout “Board A”").click()
    page.get_by_role("heading", name="Validation Report").wait_for()

    assert refused == []
    assert ImportRun.objects.get().layout == "Board A"


def test_a_workbook_is_told_at_once_unless_a_layout_is_chosen(page):
    make_import_layout(*COLUMNS, name="Board A")
    page.goto(reverse("wagtail_regcert:import"))
    error = page.locator(".regcert-drop__error").first

    page.locator("input[type=file]").set_input_files(file(b"PK", "theirs.xlsx"))
    by_own = error.inner_text()
    page.get_by_label("Layout").select_option("Board A")
    by_layout = error.inner_text()
    page.get_by_label("Layout").select_option("registrations")
    page.get_by_role("button", name="Validate").click()
    offered = page.get_by_role("button", name="Match the columns").is_visible()

    assert by_own.startswith("The selected file must be a CSV.")
    assert by_layout == ""
    assert offered


def test_it_works_without_scripts(browser, live_server, client, user):
    client.force_login(user)
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    context.add_cookies([cookie])
    page = context.new_page()
    page.goto(reverse("wagtail_regcert:import"))
    page.locator("input[type=file]").set_input_files(file(FOREIGN.replace(b"Withdrawn", b"Exempt")))
    page.get_by_role("button", name="Validate").click()
    page.locator("input[type=file]").set_input_files(file(FOREIGN.replace(b"Withdrawn", b"Exempt")))
    page.get_by_role("button", name="Match the columns").click()
    page.get_by_label("Row of the headings").select_option("2")
    page.get_by_role("button", name="Look again").click()
    page.get_by_role("button", name="Validate").click()
    page.get_by_role("heading", name="Validation Report").wait_for()
    context.close()

    assert ImportRun.objects.get().accepted == 2
