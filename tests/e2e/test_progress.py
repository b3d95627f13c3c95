"""The page of a running import: it shows how far the import is, and then the report."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.makers import make_csv
from wagtail_regcert.importing import runs
from wagtail_regcert.layouts import Separator
from wagtail_regcert.models import ImportRun

State = ImportRun.State


@pytest.fixture
def run(page):
    """The importer's run, which no worker has begun."""
    user = ImportRun._meta.get_field("user").related_model.objects.get()
    data = make_csv(["603/2942/X", "4000000000", "Registered"], ["603/2942/X", "123", "Registered"])
    return runs.start_run(
        data=data, file_name="a.csv", separator=Separator.COMMA, encoding="utf-8", user=user
    )


def test_the_page_of_a_running_import_counts_records_and_leads_to_the_report(page, run):
    waiting = page.locator("progress")

    page.goto(reverse("wagtail_regcert:import_report", args=[run.pk]))
    before = waiting.get_attribute("value")
    ImportRun.objects.filter(pk=run.pk).update(state=State.VALIDATING, done=4000, total=120_000)
    page.get_by_text("4,000 of 120,000 records").wait_for()
    shown = (waiting.get_attribute("value"), waiting.get_attribute("max"))
    ImportRun.objects.filter(pk=run.pk).update(state=State.UPLOADED)
    runs.validate(run.pk)
    page.get_by_role("heading", name="Validation Report").wait_for()

    assert before is None
    assert shown == ("4000", "120000")
    assert page.get_by_role("button", name="Upload 1 accepted record").is_visible()


def test_the_upload_shows_its_progress_and_then_the_validation(page, learners):
    # Without workers the request lasts until the validation ends.
    told = []
    page.expose_function("told", lambda text: told.append(text))
    page.goto(reverse("wagtail_regcert:import"))
    page.locator("progress").first.evaluate(
        """(bar) => {
            const label = () => document.querySelector('[data-regcert-import-target="progressLabel"]');
            const tell = () => window.told(`${bar.hasAttribute('value')} ${label().textContent}`);
            new MutationObserver(tell).observe(bar, { attributes: true, attributeFilter: ['value'] });
        }"""
    )
    rows = [["603/2942/X", str(number), "Registered"] for number in range(5000)]
    file = {"name": "a.csv", "mimeType": "text/csv", "buffer": make_csv(*rows)}

    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Validate").click()
    page.get_by_role("heading", name="Validation Report").wait_for()

    assert told[0].startswith("true Uploading")
    assert told[-1].startswith("false Validating")


def test_a_page_left_open_offers_a_way_on_when_the_worker_was_silent_for_too_long(page, run):
    page.clock.install()
    page.goto(reverse("wagtail_regcert:import_report", args=[run.pk]))
    before = page.get_by_role("button", name="Try again").count()
    ImportRun.objects.filter(pk=run.pk).update(moved_at=timezone.now() - dt.timedelta(minutes=10))

    page.clock.fast_forward("10:01")
    page.get_by_role("button", name="Try again").wait_for()

    assert before == 0


def test_the_page_of_an_undo_waits_through_a_restart_of_the_server(page, run):
    runs.validate(run.pk)
    runs.begin_commit(run.pk)
    runs.commit(run.pk)
    runs.begin_undo(run.pk, run.user)
    address = reverse("wagtail_regcert:import_report", args=[run.pk])
    page.goto(address)
    page.route(f"**{address}", lambda route: route.fulfill(status=502, body="Bad gateway"), times=1)

    with page.expect_response(lambda response: response.status == 502):
        pass
    runs.undo(run.pk, run.user_id)
    page.get_by_text("This import was undone").wait_for()
