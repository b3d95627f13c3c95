"""Files that change, go or are no files while the form is open: each is told as what it is."""

import pytest

from tests.e2e.test_imports import BAD, GOOD, form, popup
from tests.makers import make_csv
from wagtail_regcert.models import ImportRun

FOCUSED = "element => element === document.activeElement"


@pytest.fixture
def path(tmp_path):
    """A file on disk that will be refused: another separator than the form has."""
    path = tmp_path / "november.csv"
    path.write_bytes(make_csv(*GOOD, separator=";"))
    return path


def validate(page):
    page.get_by_role("button", name="Validate").click()


def told(page):
    """What is said, once something is."""
    page.locator(".regcert-summary").wait_for()
    return page.locator(".regcert-summary li").inner_text()


def refuse(page, path):
    page.locator("input[type=file]").set_input_files(path)
    validate(page)
    return told(page)


def drop(page, *paths):
    """Drop what stands at these paths, as the system's file manager does."""
    box = page.locator(".regcert-drop").bounding_box()
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send(
            "Input.dispatchDragEvent",
            {
                "type": kind,
                "x": box["x"] + 10,
                "y": box["y"] + 10,
                "data": {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1},
            },
        )


def error_beside_the_file(page):
    error = page.locator(".regcert-drop__error:not(:empty)").first
    error.wait_for()
    return error.inner_text()


@pytest.mark.parametrize("opened", [form, popup])
def test_a_file_corrected_on_disk_is_told_so_and_read_anew_when_chosen_again(page, path, opened):
    opened(page)
    page.on("filechooser", lambda chooser: chooser.set_files(path))
    refuse(page, path)
    path.write_bytes(make_csv(*GOOD))

    validate(page)
    page.get_by_text("has changed since you chose it").first.wait_for()
    again = page.get_by_role("button", name="Choose the file again")
    focused = again.evaluate(FOCUSED)
    page.keyboard.press("Enter")
    page.locator(".regcert-summary").wait_for(state="hidden")
    onward = page.get_by_role("button", name="Validate").evaluate(FOCUSED)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Validation Report").wait_for()

    assert (focused, onward) == (True, True)
    assert ImportRun.objects.get().accepted == 3


def test_a_file_that_is_still_being_written_is_not_uploaded_in_part(page, path):
    form(page).locator("input[type=file]").set_input_files(path)
    with path.open("ab") as growing:
        growing.write(b"603/2942/X;40000")

    validate(page)

    assert "november.csv” cannot be read: it has changed since you chose it" in told(page)
    assert not ImportRun.objects.exists()


def test_a_file_that_is_gone_is_told_as_gone(page, path):
    form(page).locator("input[type=file]").set_input_files(path)
    path.unlink()

    validate(page)

    assert "november.csv” is not where it was" in told(page)
    assert page.get_by_role("button", name="Choose the file again").is_visible()


def test_the_same_file_chosen_again_is_read_anew(page, path):
    path.write_bytes(make_csv(BAD))
    form(page).on("filechooser", lambda chooser: chooser.set_files(path))
    select = page.get_by_text("Select file", exact=True)
    select.click()
    page.locator(".regcert-drop__name:not(:empty)").wait_for()
    path.write_bytes(make_csv(GOOD[0]))
    size = page.locator(".regcert-drop__name").inner_text()
    select.click()
    page.locator(".regcert-drop__name", has_not_text=size).wait_for()

    validate(page)
    page.get_by_role("heading", name="Validation Report").wait_for()

    assert ImportRun.objects.get().accepted == 1


def test_a_choice_that_is_broken_off_leaves_the_file_chosen(page, path):
    form(page)
    chosen = page.locator("input[type=file]")
    chosen.set_input_files(path)
    page.on("filechooser", lambda chooser: None)

    page.get_by_text("Select file", exact=True).click()
    chosen.dispatch_event("cancel")

    assert chosen.evaluate("input => [...input.files].map((file) => file.name)") == ["november.csv"]


def test_a_dropped_file_is_taken_and_a_folder_is_told_as_one(page, path):
    form(page)
    name = page.locator(".regcert-drop__name")

    drop(page, path)
    page.locator(".regcert-drop__name:not(:empty)").wait_for()
    dropped = name.inner_text()
    drop(page, path.parent)

    assert dropped.startswith("november.csv (")
    assert error_beside_the_file(page) == "That is a folder. Drop the CSV file itself."
    assert name.inner_text() == ""


def test_a_drop_without_a_file_is_told_as_that(page):
    form(page).locator(".regcert-drop").evaluate(
        """zone => {
            const transfer = new DataTransfer();
            transfer.setData('text/plain', 'Ann Lee');
            const options = { bubbles: true, cancelable: true, dataTransfer: transfer };
            zone.dispatchEvent(new DragEvent('drop', options));
        }"""
    )

    assert error_beside_the_file(page).startswith("What you dropped is not a file.")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (403, "you may have been logged out"),
        (413, "The web server does not accept a file of this size"),
        (418, "The server did not accept the file (status 418)"),
        (500, "Something went wrong on the server (status 500)"),
        (503, "The server is busy or is being restarted"),
    ],
)
def test_what_a_server_answers_is_told_as_what_it_is(page, path, status, words):
    form(page)
    page.route(
        "**/import/",
        lambda route: route.fulfill(status=status) if route.request.method == "POST" else route.continue_(),
    )

    assert words in refuse(page, path)
    assert page.get_by_role("button", name="Choose the file again").is_hidden()


def test_a_fault_of_the_network_is_told_as_one(page, path):
    form(page)
    page.route(
        "**/import/",
        lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
    )

    assert "Check your connection" in refuse(page, path)


@pytest.mark.over_wagtail
@pytest.mark.parametrize("height", [768, 480])
def test_validate_is_in_sight_after_a_refusal(page, path, height):
    page.set_viewport_size({"width": 1366, "height": height})
    popup(page)

    refuse(page, path)
    box = page.get_by_role("dialog").get_by_role("button", name="Validate").bounding_box()
    dialog = page.get_by_role("dialog").locator(".w-dialog__content").bounding_box()

    assert box["y"] + box["height"] <= dialog["y"] + dialog["height"]
