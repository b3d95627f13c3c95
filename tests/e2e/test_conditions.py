"""The same screens when things are not as usual: no script, a strict policy, no session, very many errors."""

import pytest
from django.urls import reverse

from tests.e2e.test_imports import GOOD, LISTING, file, form, popup, report
from tests.makers import make_csv, make_run
from wagtail_regcert.models import ImportRun, Registration

TOKENS = {
    "in a cookie": {},
    "in a cookie that no script reads": {"CSRF_COOKIE_HTTPONLY": True},
    "in the session": {"CSRF_USE_SESSIONS": True},
}
"""Where Django keeps the token of forms, by settings."""


@pytest.fixture
def without_script(browser, live_server, page):
    """A page of the same user in a browser without JavaScript."""
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    context.add_cookies(page.context.cookies())
    yield context.new_page()
    context.close()


@pytest.mark.over_wagtail
def test_without_javascript_the_whole_import_works(without_script, transactional_db):
    page = without_script
    page.goto(LISTING)
    page.get_by_role("link", name="Import and Update").click()
    page.locator("input[type=file]").set_input_files(file(make_csv(*GOOD)))
    page.get_by_role("button", name="Validate").click()
    page.get_by_role("button", name="Upload 3 accepted records").click()

    assert page.get_by_role("heading", name="Import Result").is_visible()
    assert Registration.objects.count() == 3


def test_without_javascript_the_tips_are_a_part_of_the_page(without_script, transactional_db):
    page = without_script
    page.goto(reverse("wagtail_regcert:import"))

    assert page.get_by_text("A blank cell removes the stored value.").is_visible()
    assert page.locator(".regcert-tips").evaluate("tips => getComputedStyle(tips).position") == "static"


def test_without_javascript_the_page_of_a_running_import_comes_again_by_itself(without_script, user):
    run = make_run(make_csv(*GOOD), user=user)
    ImportRun.objects.filter(pk=run.pk).update(state=ImportRun.State.VALIDATING)
    page = without_script
    page.goto(reverse("wagtail_regcert:import_report", args=[run.pk]))

    assert 'http-equiv="refresh"' in page.content()


@pytest.mark.over_wagtail
def test_nothing_of_ours_breaks_when_only_scripts_from_the_site_are_allowed(page, settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.e2e.policy.only_own_scripts"]
    refused = []
    page.on(
        "console", lambda line: refused.append(line.text) if "Content Security Policy" in line.text else None
    )

    page.goto(LISTING)
    page.get_by_role("link", name="Import and Update").click()
    page.get_by_role("dialog").get_by_role("button", name="Tips", exact=True).click()
    page.keyboard.press("Escape")
    report(page, make_csv(*GOOD)).get_by_role("button", name="Upload 3 accepted records").click()
    page.get_by_role("heading", name="Import Result").wait_for()

    assert Registration.objects.count() == 3
    assert [line for line in refused if "Content Security Policy" in line] == []


@pytest.fixture(params=TOKENS.values(), ids=TOKENS)
def every_place(request, settings):
    """The test runs once for each place where Django may keep the token of forms."""
    for name, value in request.param.items():
        setattr(settings, name, value)


def log_in_elsewhere(page, user):
    """The session ends, and the same user logs in anew in another tab."""
    page.context.clear_cookies(name="sessionid")
    tab = page.context.new_page()
    tab.goto(reverse("wagtailadmin_login"))
    log_in(tab, user)
    tab.wait_for_url(f"**{reverse('wagtailadmin_home')}")
    tab.close()


@pytest.mark.over_wagtail
def test_whoever_logged_in_again_elsewhere_uploads_all_the_same(every_place, page, user):
    report(page, make_csv(*GOOD))
    log_in_elsewhere(page, user)

    page.get_by_role("button", name="Upload 3 accepted records").dblclick()
    page.get_by_role("heading", name="Import Result").wait_for()
    log_in_elsewhere(page, user)
    page.get_by_role("link", name="Undo this import").click()
    log_in_elsewhere(page, user)
    page.get_by_role("button", name="Undo this import").click()
    page.get_by_role("heading", name="Import Result").wait_for()

    assert ImportRun.objects.get().created == 3
    assert not Registration.objects.exists()


@pytest.mark.parametrize("opened", [form, popup])
def test_whoever_logged_in_again_elsewhere_validates_the_chosen_file(every_place, page, user, opened):
    opened(page).locator("input[type=file]").set_input_files(file(make_csv(*GOOD)))
    log_in_elsewhere(page, user)

    page.get_by_role("button", name="Validate").dblclick()
    page.get_by_role("heading", name="Validation Report").wait_for()

    assert ImportRun.objects.get().accepted == 3


def test_a_popup_closed_before_the_upload_began_uploads_nothing(page):
    dialog = popup(page)
    dialog.locator("input[type=file]").set_input_files(file(make_csv(*GOOD)))
    page.evaluate("() => { window.fetch = () => new Promise((resolve) => { window.answer = resolve; }); }")
    dialog.get_by_role("button", name="Validate").click()
    dialog.get_by_role("button", name="Close dialog").click()
    dialog.wait_for(state="hidden")
    sent = []
    page.on("request", lambda request: sent.append(request.url))

    page.get_by_role("link", name="Import and Update").click()
    dialog.locator("input[type=file]").set_input_files(file(make_csv(*GOOD), "other.csv"))
    page.evaluate("window.answer(new Response(''))")
    page.wait_for_timeout(500)

    assert sent == []
    assert dialog.get_by_role("button", name="Validate").is_enabled()
    assert not dialog.locator("progress").is_visible()
    assert not ImportRun.objects.exists()


@pytest.mark.over_wagtail
def test_the_escape_key_closes_the_popup_while_a_file_is_on_its_way(page):
    dialog = popup(page)
    dialog.locator("input[type=file]").set_input_files(file(make_csv(*GOOD)))
    page.evaluate("() => { window.fetch = () => new Promise(() => {}); }")
    button = dialog.get_by_role("button", name="Validate")
    button.focus()

    page.keyboard.press("Enter")
    assert button.is_disabled()
    page.keyboard.press("Escape")

    dialog.wait_for(state="hidden")
    assert not ImportRun.objects.exists()


def test_a_form_is_sent_as_it_is_when_no_new_token_can_be_had(page):
    without_fetch = "() => { window.fetch = () => Promise.reject(new Error()); }"
    form(page).evaluate(without_fetch)
    page.locator("input[type=file]").set_input_files(file(make_csv(*GOOD)))

    page.get_by_role("button", name="Validate").dblclick()
    page.get_by_role("heading", name="Validation Report").wait_for()
    page.evaluate(without_fetch)
    page.get_by_role("button", name="Upload 3 accepted records").dblclick()
    page.get_by_role("heading", name="Import Result").wait_for()

    assert Registration.objects.count() == 3


def test_a_refused_file_stays_chosen_for_another_try(page, user):
    form(page).locator("input[type=file]").set_input_files(file(make_csv(*GOOD)))
    log_in_elsewhere(page, user)
    page.evaluate("() => { window.kept = window.fetch; window.fetch = () => Promise.reject(new Error()); }")
    page.get_by_role("button", name="Validate").click()
    page.get_by_role("link", name="Log in in another tab, then validate the file again.").wait_for()
    before = ImportRun.objects.count()

    page.evaluate("() => { window.fetch = window.kept; }")
    page.get_by_role("button", name="Validate").click()
    page.get_by_role("heading", name="Validation Report").wait_for()

    assert before == 0
    assert ImportRun.objects.get().accepted == 3


def test_what_was_cancelled_elsewhere_is_not_uploaded_but_told(page):
    report(page, make_csv(*GOOD))
    ImportRun.objects.update(state=ImportRun.State.CANCELLED)

    page.get_by_role("button", name="Upload 3 accepted records").click()
    page.get_by_role("heading", name="Import cancelled").wait_for()

    assert not Registration.objects.exists()


def test_a_session_that_ended_before_the_upload_leads_through_the_login_to_the_report(
    every_place, page, user
):
    report(page, make_csv(*GOOD))
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Upload 3 accepted records").click()
    log_in(page, user)
    page.get_by_role("heading", name="Validation Report").wait_for()
    before = Registration.objects.count()
    page.get_by_role("button", name="Upload 3 accepted records").click()
    page.get_by_role("heading", name="Import Result").wait_for()

    assert before == 0
    assert Registration.objects.count() == 3


def test_a_session_that_ended_before_the_validation_leads_to_the_login(every_place, page, user):
    form(page).locator("input[type=file]").set_input_files(file(make_csv(*GOOD)))
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Validate").click()
    log_in(page, user)
    page.get_by_role("heading", name="Import and Update Qualifications").wait_for()

    assert not ImportRun.objects.exists()


def log_in(page, user):
    page.locator("#id_username").fill(user.get_username())
    page.locator("#id_password").fill("demo")
    page.locator("button[type=submit]").click()


def test_twenty_thousand_errors_are_one_kind_and_four_hundred_pages(page):
    report(page, make_csv(*([["603/2942/X", f"7{number}", "Registered"] for number in range(20_000)])))

    assert page.get_by_role("link", name="20000 Unknown learner ULN").is_visible()
    assert page.get_by_text("No record can be imported").is_visible()
    assert page.locator(".regcert-table tbody tr").count() == 50
    assert page.get_by_text("Page 1 of 400").is_visible()


def test_the_longest_value_leaves_room_for_what_is_wrong(page):
    report(page, make_csv(["W" * 128, "W" * 128, "W" * 128]))

    region, wrong = page.locator(".regcert-scroll"), page.locator(".regcert-table th").last

    assert region.evaluate("region => region.scrollWidth - region.clientWidth") == 0
    assert wrong.bounding_box()["width"] > 300


def test_errors_are_filtered_by_column_and_sorted(page):
    rows = [["603/2942/X", "1", "Registered"], ["603/2942/X", "2", "Nonsense"], *GOOD]
    report(page, make_csv(*rows))
    page.get_by_label("Column").select_option("Status")
    page.get_by_role("button", name="Filter").click()
    page.get_by_text("1 error of 3").wait_for()
    one, filtered = page.locator(".regcert-table tbody tr").all_inner_texts(), page.url
    page.get_by_role("link", name="Show all errors").click()
    page.get_by_text("3 errors of 3").wait_for()
    page.locator(".regcert-table").get_by_role("link", name="Row").click()
    page.locator("th[aria-sort=descending]").wait_for()

    assert filtered.endswith("?tab=errors&kind=&column=Status#regcert-tab")
    assert len(one) == 1
    assert "Nonsense" in one[0]
    assert page.locator(".regcert-table tbody tr td:first-child").all_inner_texts() == ["3", "3", "2"]
