"""The listing as people use it: select, export, compare the file with the records."""

import csv
import datetime as dt
from io import StringIO

import pytest
from django.db import connections
from wagtail.users.models import UserProfile

from tests.makers import make_learner, make_qualification, make_registration, make_user
from wagtail_regcert.models import ExportRun, Qualification, Registration

pytestmark = pytest.mark.over_wagtail

LISTING = "/admin/registration-and-certification/"
ON_A_PAGE = 50
DAY = dt.date(2026, 8, 31)


@pytest.fixture
def registrations(transactional_db):
    """Sixty-five registrations; every fifth is achieved."""
    qualification = make_qualification(number="603/2942/X", title="Maths")
    return [
        make_registration(
            learner=make_learner(
                uln=f"{5000000000 + number}",
                given_names="Ann" if number % 2 else "Bob",
                family_name=f"Lee{number:02d}",
            ),
            qualification=qualification,
            status="achieved" if number % 5 == 0 else "registered",
        )
        for number in range(65)
    ]


@pytest.fixture
def user(registrations):
    return make_user("manage_registration", "export_registration")


def exported(page, press):
    """The ULNs in the file that a click downloads."""
    with page.expect_download() as download:
        press()
    text = download.value.path().read_text(encoding="utf-8-sig")
    return [row["ULN"] for row in csv.DictReader(StringIO(text))]


def export_selected(page):
    banner = page.locator(".regcert-banner")
    return exported(
        page, banner.get_by_role("link", name="Export").or_(banner.get_by_role("button", name="Export")).click
    )


def choose(page, what):
    page.get_by_role("button", name="Choose what to select").click()
    page.get_by_role("button", name=what).first.click()


def banner_text(page):
    return page.locator(".regcert-banner__count").inner_text()


def ulns(registrations):
    return [registration.learner.uln for registration in registrations]


def test_three_are_selected_and_exported_the_newest_stand_first(page, registrations):
    page.goto(LISTING)
    boxes = page.locator("[data-bulk-action-checkbox]")
    for number in (1, 3, 5):
        boxes.nth(number).check()

    in_import_layout = page.get_by_role("link", name="Download selected registrations in the import layout")
    wanted = ulns(registrations[-number] for number in (6, 4, 2))

    assert banner_text(page) == "3 registrations selected"
    assert export_selected(page) == wanted
    assert exported(page, in_import_layout.click) == wanted


def test_the_rows_stay_where_they_are_when_the_first_is_selected(page):
    page.goto(f"{LISTING}?status=registered")
    box = page.locator("[data-bulk-action-checkbox]").first
    before = box.bounding_box()

    box.check()
    banner, after = page.locator(".regcert-banner").bounding_box(), box.bounding_box()
    pills = page.locator(".w-active-filters").bounding_box()
    page.locator("[data-bulk-action-checkbox]").last.scroll_into_view_if_needed()

    assert after == before
    assert banner["y"] + banner["height"] <= pills["y"]
    assert page.locator(".regcert-banner__count").is_visible()
    assert page.get_by_role("link", name="Export all results", exact=True).is_hidden()


def test_the_buttons_of_the_banner_wrap_on_a_phone_in_a_language_with_longer_words(page, user):
    UserProfile.objects.create(user=user, preferred_language="cy")
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto(LISTING)

    page.locator("[data-bulk-action-checkbox]").first.check()
    edges = page.locator(".regcert-banner__buttons .button").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().right)"
    )

    assert len(edges) == 2
    assert max(edges) <= 375


def test_the_page_is_selected_and_exported(page, registrations):
    page.goto(LISTING)
    choose(page, f"Select all {ON_A_PAGE} registrations on this page")

    assert banner_text(page) == f"{ON_A_PAGE} registrations selected"
    assert export_selected(page) == ulns(registrations[-ON_A_PAGE:])


def test_what_is_selected_is_exported_where_requests_are_transactions(page, registrations, monkeypatch):
    monkeypatch.setitem(connections.settings["default"], "ATOMIC_REQUESTS", True)
    page.goto(LISTING)
    choose(page, f"Select all {ON_A_PAGE} registrations on this page")

    assert export_selected(page) == ulns(registrations[-ON_A_PAGE:])
    assert ExportRun.objects.get().filters == f"{ON_A_PAGE} selected"


def test_all_in_the_list_are_those_of_the_filter_and_the_search(page, registrations):
    page.goto(f"{LISTING}?status=registered&q=ann")
    wanted = [one for one in registrations if one.status == "registered" and one.learner.given_names == "Ann"]
    choose(page, f"Select all {len(wanted)} registrations in the list")

    assert banner_text(page) == f"All {len(wanted)} registrations in the list are selected."
    assert export_selected(page) == ulns(wanted)
    assert ExportRun.objects.get().records == len(wanted)


def test_a_search_typed_after_a_selection_starts_a_new_one(page, registrations):
    page.goto(LISTING)
    choose(page, "Select all 65 registrations in the list")
    page.get_by_role("searchbox").or_(page.get_by_role("textbox", name="Search")).first.fill("Lee07")
    page.locator(".regcert-results__count", has_text="1 registration").wait_for()
    # The search asks once more when its input is left.
    page.keyboard.press("Tab")
    page.wait_for_load_state("networkidle")
    hidden = page.locator(".regcert-banner").is_hidden()
    choose(page, "Select the 1 registration in the list")

    assert hidden
    assert export_selected(page) == ulns([registrations[7]])


def test_the_page_after_all_in_the_list_is_the_page_alone_and_none_is_none(page):
    page.goto(LISTING)
    choose(page, "Select all 65 registrations in the list")
    choose(page, f"Select all {ON_A_PAGE} registrations on this page")
    after = banner_text(page)
    choose(page, "Select none")

    assert after == f"{ON_A_PAGE} registrations selected"
    assert page.locator(".regcert-banner").is_hidden()


def test_all_results_are_exported_true_to_the_filter_in_both_layouts(page, registrations):
    page.goto(f"{LISTING}?status=achieved")
    wanted = ulns(one for one in registrations if one.status == "achieved")

    assert exported(page, page.get_by_role("link", name="Export all results", exact=True).click) == wanted
    assert (
        exported(page, page.get_by_role("link", name="Export all results in the import layout").click)
        == wanted
    )


def test_the_keyboard_alone_selects_and_exports(page, registrations):
    page.goto(LISTING)
    page.locator("[data-bulk-action-checkbox]").first.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Choose what to select").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert banner_text(page) == "All 65 registrations in the list are selected."


def test_the_menu_of_a_row_lies_beside_the_name_where_text_runs_from_the_right(page, user, registrations):
    UserProfile.objects.create(user=user, preferred_language="ar")
    learner = registrations[-1].learner
    learner.given_names, learner.family_name = "Maximilian", "Featherstonehaugh"
    learner.save()

    page.goto(LISTING)
    row = page.locator(".regcert-listing tbody tr").first
    name, menu = row.locator("a").first.bounding_box(), row.locator(".actions button").bounding_box()
    number = row.locator("bdi")

    assert page.locator("html").get_attribute("dir") == "rtl"
    assert menu["x"] + menu["width"] <= name["x"]
    assert number.inner_text() == registrations[-1].qualification.number
    assert number.evaluate("number => getComputedStyle(number).unicodeBidi") == "isolate"


def test_a_long_title_fits_in_the_filter_of_qualifications(page):
    Qualification.objects.update(title="Level 5 Diploma in Leadership and Management " * 3)

    page.goto(LISTING)
    page.get_by_role("button", name="Show filters").click()
    page.get_by_role("button", name="Qualification", exact=True).click()
    choice, panel = page.get_by_label("Qualification"), page.locator(".w-drilldown__contents")

    assert panel.bounding_box()["width"] > choice.bounding_box()["width"] > 200
    assert panel.evaluate("panel => panel.scrollWidth - panel.clientWidth") == 0


WORDS = """(cells) => cells.flatMap((cell) => {
    const text = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    const broken = [];
    while (text.nextNode()) {
        for (const word of text.currentNode.data.matchAll(/[^\\s-]+/g)) {
            const range = new Range();
            range.setStart(text.currentNode, word.index);
            range.setEnd(text.currentNode, word.index + word[0].length);
            if (range.getClientRects().length > 1) broken.push(word[0]);
        }
    }
    return broken;
})"""


@pytest.mark.parametrize("exports", [True, False], ids=["with boxes", "without boxes"])
def test_all_columns_are_in_sight_and_no_word_is_broken(page, registrations, user, exports):
    if not exports:
        user.user_permissions.remove(user.user_permissions.get(codename="export_registration"))
    learner = registrations[-1].learner
    learner.given_names, learner.family_name = "Maximilian", "Featherstonehaugh"
    learner.save()
    Qualification.objects.update(title="Level 5 Diploma in Children and Young People's Workforce")
    Registration.objects.update(
        status="registration_not_required",
        registration_number="B7625631",
        **dict.fromkeys([field.name for field in Registration._meta.fields if "_date" in field.name], DAY),
    )

    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(LISTING)
    pane = page.locator("#listing-results")
    row = page.locator(".regcert-listing tbody tr").nth(1)
    name, menu = row.locator("a").first.bounding_box(), row.locator(".actions").bounding_box()

    assert page.locator("[data-bulk-action-checkbox]").count() == (ON_A_PAGE if exports else 0)
    assert pane.evaluate("pane => pane.scrollWidth - pane.clientWidth") == 0
    assert page.locator(".regcert-listing td, .regcert-listing th").evaluate_all(WORDS) == []
    assert menu["x"] >= name["x"] + name["width"]
    assert abs(menu["y"] + menu["height"] / 2 - name["y"] - name["height"] / 2) < 4


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_listing(page, axe, scheme):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found = {}

    page.goto(LISTING)
    found["list"] = axe(page)
    page.get_by_role("button", name="Choose what to select").click()
    found["choice"] = axe(page)
    page.get_by_role("button", name="in the list").first.click()
    page.locator("[data-regcert-select=page]").wait_for(state="hidden")
    found["selected"] = axe(page)
    page.goto(f"{LISTING}?q=nobody")
    found["no match"] = axe(page)
    page.goto(f"{LISTING}?achieved_date_from=yesterday")
    found["wrong filter"] = axe(page)

    assert {name: what for name, what in found.items() if what} == {}
