"""Undo this import as people do it, in a browser."""

import pytest
from django.urls import reverse

from tests.e2e.test_imports import report
from tests.makers import make_csv, make_registration
from wagtail_regcert.models import ImportRun, Qualification, Registration

LISTING = "/admin/registration-and-certification/"
ROWS = [["603/2942/X", f"{4000000000 + number}", "Registered", f"NEW{number}"] for number in range(3)]


@pytest.fixture
def uploaded(page, learners):
    """The result of a file that updated one registration and created two."""
    maths = Qualification.objects.get()
    make_registration(learner=learners[0], qualification=maths, registration_number="OLD0", status="achieved")
    report(page, make_csv(*ROWS)).get_by_role("button", name="Upload 3 accepted records").click()
    page.get_by_role("heading", name="Import Result").wait_for()
    return page


def test_an_import_is_undone_and_the_listing_is_as_before(uploaded):
    page = uploaded
    Registration.objects.filter(registration_number="NEW2").update(postal_tracking_reference="HAND")

    page.get_by_role("link", name="Undo this import").click()
    page.get_by_role("heading", name="What will change").wait_for()
    preview = page.locator(".regcert-table").inner_text()
    page.get_by_role("link", name="Keep this import").click()
    page.get_by_role("link", name="Undo this import").click()
    page.get_by_role("button", name="Undo this import: 2 registrations").dblclick()
    page.get_by_role("heading", name="This import was undone").wait_for()
    left = page.locator("[aria-labelledby=regcert-left]").inner_text()
    page.goto(LISTING)
    listing = page.locator("main").inner_text()

    assert "OLD0" in preview
    assert "will be deleted" in preview
    assert "4000000002" in left
    assert "It was changed after the import." in left
    assert all(text in listing for text in ("OLD0", "Achieved", "NEW2"))
    assert not any(text in listing for text in ("NEW0", "NEW1"))
    assert ImportRun.objects.get().undo_restored == 1


def test_the_result_follows_an_undo_that_a_worker_does(uploaded):
    page = uploaded
    ImportRun.objects.update(undo_state="running")
    page.reload()
    page.get_by_text("This import is being undone.").wait_for()

    ImportRun.objects.update(undo_state="failed", failure="The worker stopped.")

    page.get_by_text("The worker stopped.").wait_for()
    page.get_by_role("link", name="Undo this import").wait_for()


@pytest.mark.over_wagtail
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(uploaded, axe, scheme):
    page = uploaded
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    Registration.objects.filter(registration_number="NEW2").update(postal_tracking_reference="HAND")
    found = {}

    found["result"] = axe(page)
    page.get_by_role("link", name="Undo this import").click()
    page.get_by_role("heading", name="What will change").wait_for()
    found["preview"] = axe(page)
    page.get_by_role("link", name="Left alone").click()
    page.get_by_role("heading", name="Left alone").wait_for()
    found["left"] = axe(page)
    ImportRun.objects.update(undo_state="running")
    page.goto(reverse("wagtail_regcert:import_report", args=[ImportRun.objects.get().pk]))
    found["running"] = axe(page)
    page.goto("about:blank")  # the running page comes again by itself
    ImportRun.objects.update(undo_state="")
    page.goto(reverse("wagtail_regcert:import_undo", args=[ImportRun.objects.get().pk]))
    page.get_by_role("button", name="Undo this import").click()
    page.get_by_role("heading", name="This import was undone").wait_for()
    found["undone"] = axe(page)
    page.goto(reverse("wagtail_regcert:import_undo", args=[ImportRun.objects.get().pk]))
    found["list"] = axe(page)

    assert {name: what for name, what in found.items() if what} == {}
