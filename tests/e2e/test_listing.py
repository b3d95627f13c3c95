"""The listing as people use it: select, export, compare the file with the records."""

import csv
from io import StringIO

import pytest

from tests.makers import make_learner, make_qualification, make_registration, make_user
from wagtail_regcert.models import ExportRun

LISTING = "/admin/registration-and-certification/"
ON_A_PAGE = 50


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

    in_import_layout = page.get_by_role("link", name="Selected registrations in the import layout")
    wanted = ulns(registrations[-number] for number in (6, 4, 2))

    assert banner_text(page) == "3 registrations selected"
    assert export_selected(page) == wanted
    assert exported(page, in_import_layout.click) == wanted


def test_the_page_is_selected_and_exported(page, registrations):
    page.goto(LISTING)
    choose(page, f"Select all {ON_A_PAGE} registrations on this page")

    assert banner_text(page) == f"{ON_A_PAGE} registrations selected"
    assert export_selected(page) == ulns(registrations[-ON_A_PAGE:])


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
