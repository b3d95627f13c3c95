"""Import and Update as people do it, in a browser."""

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.makers import make_csv
from wagtail_regcert.models import ImportRun, Learner, Qualification, Registration

LISTING = "/admin/registration-and-certification/"
GOOD = [["603/2942/X", f"{4000000000 + number}", "Registered"] for number in range(3)]
BAD = ["603/2942/X", "123", "Registered"]

DROP = """(zone, files) => {
    const transfer = new DataTransfer();
    for (const [name, text] of files) transfer.items.add(new File([text], name, { type: 'text/csv' }));
    zone.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: transfer }));
}"""


def file(data, name="demo.csv"):
    return {"name": name, "mimeType": "text/csv", "buffer": data}


def form(page):
    page.goto(reverse("wagtail_regcert:import"))
    page.get_by_role("button", name="Tips", exact=True).wait_for()
    return page


def report(page, data):
    form(page).locator("input[type=file]").set_input_files(file(data))
    page.get_by_role("button", name="Validate").click()
    page.get_by_role("heading", name="Validation Report").wait_for()
    return page


@pytest.mark.over_wagtail
def test_a_file_is_dragged_in_validated_and_uploaded(page):
    text = make_csv(*GOOD, BAD).decode()

    form(page).locator(".regcert-drop").evaluate(DROP, [["dragged.csv", text]])
    name = page.locator(".regcert-drop__name").inner_text()
    page.get_by_role("button", name="Validate").click()
    page.get_by_role("button", name="Upload 3 accepted records").click()
    page.get_by_role("heading", name="Import Result").wait_for()

    assert name.startswith("dragged.csv (")
    assert Registration.objects.count() == 3


def test_notes_on_the_file_stand_first_in_the_report_and_in_the_result(page, axe):
    rows = [[*row, f"Zoë {number}", "02/03/2025"] for number, row in enumerate(GOOD)]
    data = make_csv(*rows, [*BAD, "", "09/15/2025"], encoding="cp1252")

    first = report(page, data).locator(".regcert-page > *").first.inner_text()
    page.get_by_role("button", name="Upload 3 accepted records").click()
    page.get_by_role("heading", name="Import Result").wait_for()
    in_result = page.get_by_role("region", name="Notes on the file").inner_text()
    report(page, data).get_by_role("link", name="See that import").click()
    page.get_by_role("heading", name="Import Result").wait_for()

    assert "Some dates in “Registration date” have the month first." in first
    assert "“Zoë 0”, “Zoë 1”, “Zoë 2”" in in_result
    assert axe(page) == []


def test_two_files_and_a_file_of_another_kind_are_told_at_once(page):
    form(page)
    error, zone = page.locator(".regcert-drop__error").first, page.locator(".regcert-drop")

    zone.evaluate(DROP, [["good.csv", "a"]])
    zone.evaluate(DROP, [["a.csv", "a"], ["b.csv", "b"]])
    two = error.inner_text()
    chosen = page.locator("input[type=file]").evaluate("input => input.files.length")
    name = page.locator(".regcert-drop__name").inner_text()
    zone.evaluate(DROP, [["a.xlsx", "a"]])
    kind = error.inner_text()

    assert two == "Drop one file only."
    assert (chosen, name) == (0, "")
    assert kind.startswith("The selected file must be a CSV.")
    assert not ImportRun.objects.exists()


def test_the_keyboard_alone_is_enough(page):
    form(page).locator("input[type=file]").set_input_files(file(make_csv(*GOOD)))
    page.locator("input[type=file]").focus()

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "separator"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Validation Report").wait_for()
    upload = page.get_by_role("button", name="Upload 3 accepted records")
    for _press in range(60):
        if upload.evaluate("button => button === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Import Result").wait_for()

    assert Registration.objects.count() == 3


def test_another_separator_is_offered_and_its_fault_told(page):
    form(page).locator("input[type=file]").set_input_files(file(make_csv(*GOOD, separator=";")))
    offer = page.locator(".regcert-field__offer button")
    offer.wait_for()

    page.get_by_role("button", name="Validate").click()
    page.locator(".regcert-drop__error:not(:empty)").first.wait_for()
    refused = (ImportRun.objects.count(), page.title().startswith("Error: "))
    offer.click()
    error = page.locator(".regcert-drop__error").first.inner_text()
    summary = page.locator(".regcert-summary").is_visible()
    title = page.title()
    page.get_by_role("button", name="Validate").click()
    page.get_by_role("button", name="Upload 3 accepted records").wait_for()

    assert refused == (0, True)
    assert (error, summary) == ("", False)
    assert not title.startswith("Error: ")


@pytest.mark.over_wagtail
def test_a_file_refused_for_its_separator_is_put_right_by_one_button_in_sight(page):
    page.set_viewport_size({"width": 1366, "height": 768})
    dialog = popup(page)
    dialog.locator("input[type=file]").set_input_files(file(make_csv(*GOOD, separator=";")))
    dialog.locator(".regcert-field__offer button").wait_for()

    dialog.get_by_role("button", name="Validate").click()
    use = dialog.locator(".regcert-summary").get_by_role("button", name="Use “Semicolon”")
    use.wait_for()
    focused = use.evaluate("button => button === document.activeElement")
    page.keyboard.press("Enter")
    chosen = dialog.get_by_label("Separator").input_value()
    dialog.get_by_role("button", name="Validate").click()
    page.get_by_role("button", name="Upload 3 accepted records").wait_for()

    assert focused
    assert chosen == "semicolon"


def test_the_separator_that_was_chosen_already_is_not_offered_again(page):
    dialog = popup(page)
    wrong = make_csv(*GOOD, separator=";").replace(b"ULN", b"Learner")
    dialog.locator("input[type=file]").set_input_files(file(wrong))
    dialog.locator(".regcert-field__offer button").wait_for()
    dialog.get_by_label("Separator").select_option("semicolon")

    dialog.get_by_role("button", name="Validate").click()
    dialog.locator(".regcert-summary").wait_for()

    assert dialog.locator(".regcert-summary button:visible").all_inner_texts() == ["Match the columns"]


def test_cancel_writes_nothing(page):
    report(page, make_csv(*GOOD)).get_by_role("button", name="Cancel").click()
    page.get_by_text("The import was cancelled").first.wait_for()

    assert ImportRun.objects.get().state == ImportRun.State.CANCELLED
    assert not Registration.objects.exists()


def test_an_upload_that_waits_for_a_worker_is_cancelled_by_its_button(page):
    address = report(page, make_csv(*GOOD)).url
    page.goto("about:blank")
    ImportRun.objects.update(state=ImportRun.State.COMMITTING, moved_at=timezone.now())

    page.goto(address)
    waiting = page.get_by_role("heading", name="Import in progress").is_visible()
    page.get_by_role("button", name="Cancel this import").click()
    page.get_by_text("The import was cancelled").first.wait_for()

    assert waiting
    assert ImportRun.objects.get().state == ImportRun.State.CANCELLED
    assert not Registration.objects.exists()


def test_a_double_click_uploads_once_and_back_does_not_upload_again(page):
    report(page, make_csv(*GOOD)).get_by_role("button", name="Upload 3 accepted records").dblclick()
    page.get_by_role("heading", name="Import Result").wait_for()

    page.go_back()
    page.reload()
    page.get_by_role("heading", name="Import Result").wait_for()

    assert Registration.objects.count() == 3
    assert ImportRun.objects.get().created == 3


@pytest.mark.over_wagtail
def test_uploading_shows_and_says_at_once_that_it_is_at_work_until_one_comes_back(page):
    report(page, make_csv(*GOOD))
    button = page.get_by_role("button", name="Upload 3 accepted records")
    held = []
    # The form asks for a token before it is sent: held there, the page is not on its way yet.
    page.route("**/import/", lambda route: held.append(route))
    button.click()
    busy = page.locator("button", has_text="Uploading…")
    busy.wait_for()
    while not (held and busy.is_disabled()):
        page.wait_for_timeout(50)

    spins = busy.locator(".icon-spinner").is_visible()
    said = page.get_by_role("status").filter(has_text="Uploading…").count()
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    button.wait_for()

    assert (spins, said, len(held)) == (True, 1, 1)
    assert button.is_enabled()


def test_the_result_opens_with_a_message_of_success(page):
    report(page, make_csv(*GOOD)).get_by_role("button", name="Upload 3 accepted records").click()

    page.get_by_text("The file was uploaded: 3 created, 0 updated, 0 unchanged.").wait_for()


def popup(page):
    page.goto(LISTING)
    page.get_by_role("link", name="Import and Update").click()
    dialog = page.get_by_role("dialog", name="Import and Update Qualifications")
    dialog.wait_for()
    return dialog


@pytest.mark.over_wagtail
def test_escape_closes_tips_before_the_popup_and_focus_goes_back(page):
    dialog = popup(page)
    button = dialog.get_by_role("button", name="Tips", exact=True)
    button.click()
    tips = page.get_by_role("dialog", name="Tips")
    opened = (tips.is_visible(), button.get_attribute("aria-expanded"))

    page.keyboard.press("Escape")
    tips.wait_for(state="hidden")
    after_one = (dialog.is_visible(), button.get_attribute("aria-expanded"))
    focused = button.evaluate("button => button === document.activeElement")
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")

    assert opened == (True, "true")
    assert after_one == (True, "false")
    assert focused
    assert page.locator("#regcert-import-link").evaluate("link => link === document.activeElement")


@pytest.mark.over_wagtail
def test_the_focus_stays_in_the_popup_and_in_open_tips_in_them(page):
    dialog = popup(page)
    names = "document.activeElement.closest('.regcert-tips') ? 'tips' : document.activeElement.innerText"

    dialog.get_by_role("button", name="Validate").focus()
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.className")
    page.keyboard.press("Shift+Tab")
    last = page.evaluate(names)
    dialog.get_by_role("button", name="Tips", exact=True).click()
    inside = set()
    for _press in range(8):
        page.keyboard.press("Tab")
        inside.add(page.evaluate(f"document.activeElement === document.body ? 'browser' : {names}"))
    page.mouse.click(5, 5)
    page.get_by_role("dialog", name="Tips").wait_for(state="hidden")

    assert first == "w-dialog__close-button"
    assert last == "Validate"
    assert inside <= {"tips", "browser"}
    assert dialog.is_visible()


@pytest.mark.over_wagtail
def test_the_button_for_tips_scrolls_with_the_title_of_the_popup(page):
    page.set_viewport_size({"width": 320, "height": 500})
    dialog = popup(page)
    button, title = dialog.get_by_role("button", name="Tips", exact=True), dialog.get_by_role("heading").first

    above = title.bounding_box()["y"] - button.bounding_box()["y"]
    dialog.locator(".w-dialog__content").evaluate("content => { content.scrollTop = 100; }")

    assert above > 0
    assert title.bounding_box()["y"] - button.bounding_box()["y"] == above


@pytest.mark.over_wagtail
@pytest.mark.parametrize("leave", ["key", "cross", "outside"])
def test_the_popup_opened_again_is_as_new(page, leave):
    dialog = popup(page)
    title = page.title()
    zone, chosen = dialog.locator(".regcert-drop"), dialog.locator("input[type=file]")
    chosen.set_input_files(file(make_csv(*GOOD, separator=";")))
    dialog.locator(".regcert-field__offer").wait_for()
    dialog.get_by_label("Separator").select_option("pipe")
    dialog.get_by_role("button", name="Validate").click()
    dialog.locator(".regcert-summary").wait_for()
    wrong = (page.title(), chosen.get_attribute("aria-invalid"), zone.get_attribute("class"))

    if leave == "key":
        page.keyboard.press("Escape")
    elif leave == "cross":
        dialog.get_by_role("button", name="Close dialog").click()
    else:
        page.mouse.click(5, 5)
    dialog.wait_for(state="hidden")
    closed = page.title()
    page.locator("#regcert-import-link").click()
    dialog.wait_for()

    assert wrong == (f"Error: {title}", "true", "regcert-drop regcert-drop--error")
    assert (closed, chosen.get_attribute("aria-invalid")) == (title, None)
    assert zone.get_attribute("class") == "regcert-drop"
    assert chosen.evaluate("input => input.files.length") == 0
    assert dialog.get_by_label("Separator").input_value() == "comma"
    assert dialog.locator(".regcert-drop__name").inner_text() == ""
    for hidden in (".regcert-summary", ".regcert-field__offer", ".regcert-tips", ".regcert-progress"):
        assert dialog.locator(hidden).is_hidden()


@pytest.mark.over_wagtail
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_our_screens(page, axe, scheme):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found = {}

    page.goto(LISTING)
    found["empty list"] = axe(page)
    page.get_by_role("link", name="Import and Update").click()
    page.get_by_role("dialog").wait_for()
    found["popup"] = axe(page)
    page.get_by_role("dialog").get_by_role("button", name="Validate").click()
    found["popup with an error"] = axe(page)
    form(page)
    found["form"] = axe(page)
    page.get_by_role("button", name="Tips", exact=True).click()
    found["tips"] = axe(page)
    report(page, make_csv(*GOOD, BAD, BAD))
    found["errors"] = axe(page)
    page.goto(f"{page.url}?tab=errors&by=value")
    found["errors by value"] = axe(page)
    for tab in ("What will change", "Warnings"):
        page.locator(".regcert-tabs").get_by_role("link", name=tab).click()
        page.get_by_role("heading", name=tab).wait_for()
        found[tab] = axe(page)
    run = ImportRun.objects.get()
    Registration.objects.create(learner=Learner.objects.first(), qualification=Qualification.objects.get())
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("heading", name="Import Result").wait_for()
    found["result with a conflict"] = axe(page)
    page.goto(reverse("wagtail_regcert:imports"))
    found["imports"] = axe(page)
    for state in ("validating", "committing", "failed", "cancelled", "expired"):
        # Away from a page that would load itself again when its run's state changes.
        page.goto("about:blank")
        ImportRun.objects.filter(pk=run.pk).update(state=state)
        page.goto(reverse("wagtail_regcert:import_report", args=[run.pk]))
        found[state] = axe(page)

    assert {name: what for name, what in found.items() if what} == {}
