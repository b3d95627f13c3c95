"""Days typed by hand: read as dd/mm/yyyy, and never replaced by the picker."""

import datetime as dt

import pytest

from tests.makers import make_registration, make_user
from wagtail_regcert.models import Qualification

pytestmark = pytest.mark.over_wagtail

LISTING = "/admin/registration-and-certification/"


@pytest.fixture
def registration(transactional_db):
    return make_registration(status="registered", registration_date=dt.date(2025, 3, 1))


@pytest.fixture
def user(registration):
    return make_user("manage_registration")


def edit(page, registration, typed):
    page.goto(f"{LISTING}edit/{registration.pk}/")
    field = page.get_by_label("Achieved date")
    field.fill(typed)
    page.keyboard.press("Tab")
    shown = field.input_value()
    page.keyboard.press("Escape")
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    return shown


@pytest.mark.parametrize("typed", ["13/09/2025", "2025-09-13"])
def test_a_day_typed_in_a_form_is_stored(page, registration, typed):
    assert edit(page, registration, typed) == typed

    registration.refresh_from_db()
    assert registration.achieved_date == dt.date(2025, 9, 13)


@pytest.mark.parametrize("typed", ["1/9/2025", "31/02/2025", "soon"])
def test_what_is_no_day_stays_to_be_corrected_and_is_not_stored(page, registration, typed):
    assert edit(page, registration, typed) == typed

    assert page.get_by_label("Achieved date").input_value() == typed
    registration.refresh_from_db()
    assert registration.achieved_date is None


def test_the_form_and_the_filters_show_days_as_files_do(page, registration):
    page.goto(f"{LISTING}edit/{registration.pk}/")
    in_form = page.get_by_label("Registration date").input_value()
    page.goto(f"{LISTING}?registration_date_from=2025-03-01")
    in_filter = page.locator("input[name=registration_date_from]").input_value()

    assert (in_form, in_filter) == ("01/03/2025", "01/03/2025")


def test_a_day_typed_in_a_filter_filters(page, registration):
    make_registration(status="registered", registration_date=dt.date(2025, 2, 28))
    page.goto(LISTING)
    page.get_by_role("button", name="Show filters").click()
    page.get_by_role("button", name="Registration date").click()
    page.locator("input[name=registration_date_from]").fill("01/03/2025")
    page.keyboard.press("Tab")
    page.locator(".regcert-results__count", has_text="1 registration").wait_for()

    assert page.locator("input[name=registration_date_from]").input_value() == "01/03/2025"


LINES = """title => {
    const range = document.createRange();
    range.selectNodeContents(title);
    return [...range.getClientRects()].map(({ right, top }) => ({ right, top }));
}"""


@pytest.mark.parametrize("width", [1440, 1280])
def test_a_long_title_does_not_run_under_the_button_that_collapses_the_form(page, registration, width):
    Qualification.objects.update(title="Joinery in it " * 18)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{LISTING}edit/{registration.pk}/")
    button = page.get_by_role("button", name="Collapse all")
    button.wait_for()

    box = button.bounding_box()
    lines = page.locator("#header-title span").evaluate(LINES)

    beside = [line for line in lines if line["top"] < box["y"] + box["height"]]
    assert len(lines) > len(beside) > 0
    assert max(line["right"] for line in beside) <= box["x"]
