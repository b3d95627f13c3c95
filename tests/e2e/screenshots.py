"""Screenshots of every screen and state, for the docs: ``make screenshots``.

No tests: pytest only lends its browser, live server and database. Writes ``docs/screenshots/*.png`` and
``docs/screens.md``.
"""

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.urls import reverse

from tests.makers import make_csv, make_export, make_run
from wagtail_regcert import layout_store
from wagtail_regcert.importing import runs
from wagtail_regcert.models import ImportLayout, ImportRun, Learner, Qualification, Registration

DOCS = Path(__file__).resolve().parents[2] / "docs"
LISTING = "/admin/registration-and-certification/"
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 320, "height": 640}


class Album:
    """Pictures and what they show, in order."""

    def __init__(self):
        self.folder = DOCS / "screenshots"
        self.folder.mkdir(exist_ok=True)
        for old in self.folder.glob("*.png"):
            old.unlink()
        self.lines = ["# Screens", "", "Made by `make screenshots`.", ""]

    def part(self, title):
        self.lines += [f"## {title}", ""]

    def take(self, page, name, caption, **options):
        page.wait_for_timeout(400)
        page.screenshot(path=self.folder / f"{name}.png", animations="disabled", caret="hide", **options)
        self.lines += [f"{caption}:", "", f"![{caption}](screenshots/{name}.png)", ""]

    def close(self):
        (DOCS / "screens.md").write_text("\n".join(self.lines).rstrip() + "\n", encoding="utf-8")


@pytest.fixture
def album():
    album = Album()
    yield album
    album.close()


@pytest.fixture
def demo(transactional_db, tmp_path):
    """The demo data, and a file to import."""
    settings.DEBUG = True
    path = tmp_path / "registrations-november.csv"
    call_command("load_demo", "--learners", "150", "--registrations", "260", "--csv", str(path))
    settings.DEBUG = False
    return path


@pytest.fixture
def user(demo):
    return get_user_model().objects.get(username="admin")


def upload(page, path, address=None):
    page.goto(address or reverse("wagtail_regcert:import"))
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Validate").click()
    page.get_by_role("heading", name="Validation Report").wait_for()


def open_popup(page):
    page.goto(LISTING)
    page.get_by_role("link", name="Import and Update").click()
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    return dialog


@pytest.fixture
def log_in(page, client, live_server):
    """A function that makes the page that of another user of the demo."""

    def become(name):
        client.force_login(get_user_model().objects.get(username=name))
        page.context.add_cookies(
            [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
        )

    return become


def test_screens(page, album, demo, user, log_in):
    page.set_viewport_size(WIDE)
    listing(page, album)
    importing(page, album, demo)
    reports(page, album, demo, user)
    import_layouts(page, album)
    export_layouts(page, album)
    answers(page, album, user)
    records(page, album)
    log_in("exporter")
    exports(page, album)
    log_in("admin")
    conditions(page, album)


def listing(page, album):
    album.part("Listing")
    page.goto(LISTING)
    album.take(page, "listing", "The listing")
    page.get_by_role("button", name="Choose what to select").click()
    album.take(page, "listing-choice", "What to select: the page, or the whole list")
    page.get_by_role("button", name="in the list").first.click()
    album.take(page, "listing-selected", "The banner says how many are selected, and exports them")
    page.goto(LISTING)
    page.locator("table.listing tbody tr").nth(2).locator("[data-w-dropdown-target=toggle]").click()
    album.take(page, "listing-menu", "What can be done with one registration")
    page.goto(LISTING)
    page.get_by_role("button", name="Show filters").click()
    album.take(page, "listing-filters", "Filters")
    page.goto(f"{LISTING}?status=achieved&achieved_date_from=2024-09-01")
    album.take(page, "listing-filtered", "Achieved and not claimed yet, since a day")
    page.goto(f"{LISTING}?achieved_date_from=yesterday")
    album.take(page, "listing-wrong-filter", "A filter that is not right shows nothing, and says why")
    page.goto(f"{LISTING}?q=nobody")
    album.take(page, "listing-no-match", "Nothing matches")


def importing(page, album, demo):
    album.part("Import and Update")
    dialog = open_popup(page)
    album.take(page, "popup", "The popup over the listing")
    dialog.get_by_role("button", name="Tips", exact=True).click()
    album.take(page, "popup-tips", "Tips")
    page.keyboard.press("Escape")
    page.locator("[role=dialog] input[type=file]").set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": make_csv(["a", "b", "c"], separator=";")}
    )
    page.locator("[role=dialog] .regcert-field__offer button").wait_for()
    album.take(page, "popup-separator", "A file that plainly uses another separator")
    dialog.get_by_role("button", name="Validate").click()
    page.locator(".regcert-drop__error:not(:empty)").first.wait_for()
    album.take(page, "popup-refused", "A file that is refused as a whole, and the button that puts it right")
    page.goto(reverse("wagtail_regcert:import"))
    page.locator("input[type=file]").set_input_files(demo)
    album.take(page, "import", "The same form on a page of its own")
    corrected = demo.with_name("corrected.csv")
    corrected.write_bytes(make_csv(["a", "b", "c"]))
    page.locator("input[type=file]").set_input_files(corrected)
    corrected.write_bytes(make_csv(["a", "b", "c"], ["d", "e", "f"]))
    page.get_by_role("button", name="Validate").click()
    page.get_by_role("button", name="Choose the file again").wait_for()
    album.take(page, "import-changed", "A file that was corrected on disk after it was chosen")


def saved_by_a_spreadsheet():
    """A file with the month first and letters beyond ASCII, and a word of one's own for the status."""
    number = Qualification.objects.order_by("pk").first().number
    days = ["09/15/2025", "10/03/2025", "11/04/2025", "12/01/2025", "12/02/2025", "12/03/2025"]
    statuses = ["Registered"] * 3 + ["Enrolled"] * 3
    learners = Learner.objects.exclude(uln=None).order_by("pk")[: len(days)]
    rows = [
        [number, learner.uln, status, "Zoë £5", day]
        for learner, status, day in zip(learners, statuses, days, strict=True)
    ]
    return make_csv(*rows).decode("utf-8-sig")


def reports(page, album, demo, user):
    album.part("Validation Report")
    upload(page, demo)
    report = page.url
    run = ImportRun.objects.get()
    album.take(page, "report", "What would be imported, and every error", full_page=True)
    for tab, caption in (
        ("changes", "What will change, field by field"),
        ("warnings", "Warnings, which reject nothing"),
    ):
        page.goto(f"{report}?tab={tab}")
        album.take(page, f"report-{tab}", caption)
    page.goto(f"{report}?tab=changes&change=cleared#regcert-tab")
    album.take(page, "report-cleared", "Only records that lose stored values")
    page.goto(f"{report}?tab=errors&kind=unknown_learner")
    album.take(page, "report-kind", "Errors of one kind", full_page=True)
    spoilt = demo.with_name("results-from-excel.csv")
    spoilt.write_bytes(saved_by_a_spreadsheet().encode("cp1252"))
    upload(page, spoilt)
    album.take(page, "report-notes", "Notes on a file whose dates and letters may not be what they seem")
    page.get_by_role("link", name="Group equal values").click()
    page.get_by_role("heading", name="By value").wait_for()
    album.take(page, "report-values", "Equal errors, grouped by value")

    album.part("Result")
    taken = next(record for record in runs.staging.load_records(run) if record.pk)
    Registration.objects.filter(pk=taken.pk).update(registration_number="BY-HAND-1")
    page.goto(report)
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("heading", name="Import Result").wait_for()
    album.take(page, "result", "What happened, and what somebody else had changed meanwhile", full_page=True)
    page.get_by_role("link", name="Undo this import").click()
    page.get_by_role("heading", name="Undo this import").wait_for()
    album.take(page, "undo", "What undoing it would do")
    page.goto(reverse("wagtail_regcert:imports"))
    album.take(page, "imports", "Imports")

    album.part("In between")
    other = make_run(make_csv(["x", "y", "z"]), user=user)
    address = reverse("wagtail_regcert:import_report", args=[other.pk])
    for state, caption in (
        ("validating", "While a worker validates"),
        ("failed", "When something went wrong on the server"),
        ("cancelled", "Cancelled"),
        ("expired", "Expired"),
    ):
        # A page that waits loads itself anew when the state changes, in the middle of the next one's loading.
        page.goto("about:blank")
        ImportRun.objects.filter(pk=other.pk).update(
            state=state, accepted=3, done=4000, total=9000, failure=runs.BROKEN
        )
        page.goto(address)
        album.take(page, f"state-{state}", caption)


def results_of_a_board():
    """A file as an awarding organisation sends it: its own headings, order, days and words."""
    number = Qualification.objects.order_by("pk").first().number
    learners = Learner.objects.exclude(uln=None).order_by("pk")[:3]
    rows = [
        [learner.uln, number, outcome, f"2026-07-0{day}", "Kim Ng"]
        for day, (learner, outcome) in enumerate(
            zip(learners, ("Pass", "Pass", "Exempt"), strict=True), start=1
        )
    ]
    headings = ["Candidate number", "Qualification", "Outcome", "Awarded", "Assessor"]
    lines = [["Results of Centre 12345"], headings, *rows]
    return "\r\n".join(map(";".join, lines)).encode()


def import_layouts(page, album):
    album.part("Files that others write")
    theirs = {"name": "results.csv", "mimeType": "text/csv", "buffer": results_of_a_board()}
    page.goto(reverse("wagtail_regcert:import"))
    page.locator("input[type=file]").set_input_files(theirs)
    page.get_by_role("button", name="Validate").click()
    page.get_by_role("button", name="Match the columns").wait_for()
    album.take(page, "layout-refused", "A file with other headings")
    page.get_by_role("button", name="Match the columns").click()
    page.get_by_role("heading", name="Match the columns").wait_for()
    page.set_viewport_size({**WIDE, "height": 1750})
    page.get_by_label("Save as a layout").fill("Board A results")
    page.locator("main").evaluate("main => main.scrollTo(0, 0)")
    album.take(page, "layout-matching", "What each of its columns is probably meant for")
    page.set_viewport_size(WIDE)
    page.get_by_role("button", name="Validate").click()
    page.get_by_role("heading", name="Validation Report").wait_for()
    album.take(page, "layout-report", "The report says which fields the file touches")
    page.goto(reverse("wagtail_regcert:import"))
    page.locator("input[type=file]").set_input_files(theirs)
    page.get_by_role("button", name="Validate").click()
    page.get_by_role("button", name="Use the layout").wait_for()
    album.take(page, "layout-offered", "The next such file: the layout that fits is offered")
    layout = ImportLayout.objects.get()
    page.goto(reverse("wagtailsnippets_wagtail_regcert_importlayout:edit", args=[layout.pk]))
    album.take(page, "layout-form", "The layout in its form")


BLANK_FILE = "Centre 12345\r\nULN,First name,Surname,Date of birth,Sex,Postcode\r\n"


def export_layouts(page, album):
    album.part("Files as an awarding organisation wants them")
    export = reverse("wagtail_regcert:export_layouts")
    page.goto(reverse("wagtailsnippets_wagtail_regcert_exportlayout:template"))
    blank = {"name": "board-b.csv", "mimeType": "text/csv", "buffer": BLANK_FILE.encode()}
    page.locator("input[type=file]").set_input_files(blank)
    album.take(page, "export-template", "A blank file of theirs")
    page.get_by_role("button", name="Continue").click()
    page.get_by_text("Nothing is saved yet").wait_for()
    page.set_viewport_size({**WIDE, "height": 1500})
    album.take(page, "export-form", "The layout after it, to be looked at and saved")
    page.set_viewport_size(WIDE)
    with StringIO() as out:
        call_command("regcert_layouts", "examples", stdout=out)
        layout_store.load(out.getvalue().encode())
    page.goto(f"{export}?status=achieved")
    album.take(page, "export-layouts", "Which layout to export by")
    page.get_by_role("link", name="Preview of").first.click()
    page.get_by_role("heading", name="Preview").wait_for()
    album.take(page, "export-preview", "What it gives of the first records")
    page.goto(f"{export}?status=achieved")
    page.get_by_role("link", name="Export by Example: Pearson").click()
    page.get_by_role("heading", name="Check before export").wait_for()
    album.take(page, "export-check", "What their portal would refuse, before it leaves")


def answers(page, album, user):
    album.part("Sent, and come back")
    sent = list(Registration.objects.exclude(learner__uln=None).order_by("pk")[:6])
    export = make_export(*sent, user=user)
    data = make_csv(
        *([one.qualification.number, one.learner.uln, "Achieved"] for one in sent[:4]), ["1", "2", "Achieved"]
    )
    run = make_run(data, user=user, answers=export)
    page.goto(f"{reverse('wagtail_regcert:import_report', args=[run.pk])}?tab=missing")
    page.locator(".regcert-answers").scroll_into_view_if_needed()
    album.take(page, "answer-missing", "A file that answers an export: what was sent and is not in it")
    page.get_by_role("link", name="In this file, not sent").click()
    album.take(page, "answer-extra", "What is in it and was not sent")
    runs.begin_commit(run.pk)
    runs.commit(run.pk)
    page.goto(reverse("wagtail_regcert:export_detail", args=[export.pk]))
    album.take(page, "export-awaited", "The export: its answers, and how many are awaited")


def records(page, album):
    album.part("One registration")
    pk = Registration.objects.first().pk
    page.goto(f"{LISTING}edit/{pk}/")
    album.take(page, "edit", "Editing by hand")
    page.goto(f"{LISTING}history/{Registration.objects.latest('updated_at').pk}/")
    album.take(page, "history", "History")


def exports(page, album):
    page.request.get(f"{reverse('wagtail_regcert:export')}?status=achieved&q=lee")
    page.request.get(f"{reverse('wagtail_regcert:export')}?achieved_date_from=2024-09-01")
    page.goto(reverse("wagtail_regcert:exports"))
    album.take(page, "exports", "One's own exports, with their filters in words; superusers see all")


def conditions(page, album):
    album.part("Dark, narrow, high contrast")
    report = reverse(
        "wagtail_regcert:import_report", args=[ImportRun.objects.get(state="committed", answers=None).pk]
    )
    page.emulate_media(color_scheme="dark")
    page.goto(LISTING)
    album.take(page, "dark-listing", "The listing in the dark")
    page.goto(f"{report}?tab=errors")
    album.take(page, "dark-result", "A result in the dark")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(NARROW)
    page.goto(LISTING)
    album.take(page, "narrow-listing", "The listing at 320 pixels, which is 400% zoom")
    open_popup(page)
    album.take(page, "narrow-popup", "The popup at 320 pixels")
    page.goto(f"{report}?tab=errors")
    album.take(page, "narrow-result", "A result at 320 pixels")
    page.set_viewport_size(WIDE)
    page.emulate_media(forced_colors="active")
    page.goto(f"{report}?tab=errors")
    album.take(page, "contrast-result", "A result in high contrast")
    open_popup(page)
    album.take(page, "contrast-popup", "The popup in high contrast")
    page.emulate_media(forced_colors="none")
    Registration.objects.all().delete()
    page.goto(LISTING)
    album.take(page, "empty", "Before there is any registration")
    Learner.objects.all().delete()
    Qualification.objects.all().delete()
