"""Whatever is seen can be reached: every screen and state, at six widths, scrolled and not.

Screens come from the addresses themselves, so a new one joins. A new address that is no screen, or needs a
key that is not known here, fails until somebody says so below.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.urls import reverse

from tests.makers import (
    make_csv,
    make_export,
    make_export_layout,
    make_import_layout,
    make_learner,
    make_organisation,
    make_programme,
    make_qualification,
    make_registration,
    make_run,
    make_user,
)
from tests.security.routes import our_routes
from wagtail_regcert.importing import runs
from wagtail_regcert.layouts import Separator
from wagtail_regcert.models import ImportRun, Registration

pytestmark = pytest.mark.over_wagtail

FAULTS = (Path(__file__).parent / "reach.js").read_text(encoding="utf-8")
LISTING = "/admin/registration-and-certification/"

SIZES = ((1440, 900), (1366, 768), (1280, 800), (1024, 768), (768, 1024), (375, 667))

NO_SCREENS = {
    ":export": "a file",
    ":import_sample": "a file",
    ":import_errors": "a file",
    ":import_warnings": "a file",
    ":import_rejected": "a file",
    ":import_status": "data for the page of a report",
    ":import_commit": "leads to the report",
    ":import_retry": "leads to the report",
    ":import_cancel": "leads to the report",
    "_results": "a part of a list, which comes anew by itself",
    ":choose": "a part of the form, open in a state below",
    ":chosen": "data for the form",
    ":chosen_multiple": "data for the form",
    "wagtail_bulk_action export registration": "a file",
    "wagtail_bulk_action export_import_layout registration": "a file",
    "wagtail_bulk_action delete registration": "refused to all: registrations are deleted one by one",
}
"""Ends of the names of addresses that are no screens, and what they are."""

LEFT_OUT = {
    "[data-sidebar], .sidebar, #wagtail-sidebar": "its menu cuts our label, the tooltip has it in full",
    ".w-skip-link, .skiplink": "shown only while it has the focus",
    "body:not(.regcert-registrations) .w-slim-header": "its header as on all its screens: long titles scroll",
    ".listing:not([class*=regcert])": "its plain tables, which it cuts at 375 px",
    ".w-minimap, .w-minimap-toggle": "it marks the parts of a long form",
    "[id$=-DELETE-button]": "its buttons of repeated parts stand at the edge, where its minimap lies",
}
"""Wagtail's own parts, and why nothing is asked of them."""


@dataclass(frozen=True)
class State:
    """Something to be opened on a screen: its address, and what a person does there."""

    address: str
    act: Callable


def click(name, role="button", nth=0):
    return lambda page: page.get_by_role(role, name=name).nth(nth).click()


def popup(page):
    page.locator("#regcert-import-link").click()
    page.get_by_role("dialog", name="Import and Update Qualifications").wait_for()


def refused(page):
    page.locator("input[type=file]").first.set_input_files(
        {"name": "november.txt", "mimeType": "text/plain", "buffer": b"a;b"}
    )
    page.get_by_role("button", name="Validate").first.click()
    page.locator(".regcert-summary").first.wait_for()


def then(*steps):
    return lambda page: [step(page) for step in steps]


def offered(page):
    page.locator("input[type=file]").first.set_input_files(
        {"name": "november.csv", "mimeType": "text/csv", "buffer": make_csv(separator=";")}
    )
    page.locator(".regcert-field__offer").first.wait_for()


def row_menu(nth):
    return lambda page: page.locator(".regcert-listing .actions .w-dropdown__toggle").nth(nth).click()


def to_be_matched(page):
    page.locator("input[type=file]").first.set_input_files(
        {"name": "theirs.csv", "mimeType": "text/csv", "buffer": FOREIGN}
    )
    page.get_by_role("button", name="Validate").first.click()
    page.get_by_role("button", name="Use the layout").first.wait_for()


FOREIGN = b"uln,qualification,Outcome\r\n4000000000,603/2942/0,Withdrawn without a certificate\r\n"
IMPORT = f"{LISTING}import/"
STATES = {
    "the menu of the first row": State(LISTING, row_menu(0)),
    "the menu of the last row": State(LISTING, row_menu(-1)),
    "the menu of the only row": State(f"{LISTING}?q=Featherstonehaugh", row_menu(0)),
    "the menu of the header": State(LISTING, click("Actions")),
    "the choice of what to select": State(LISTING, click("Choose what to select")),
    "a selection": State(LISTING, lambda page: page.locator("[data-bulk-action-checkbox]").first.check()),
    "all selected": State(LISTING, then(click("Choose what to select"), click("registrations in the list"))),
    "the filters": State(LISTING, click("Show filters")),
    "the filter of statuses": State(LISTING, then(click("Show filters"), click("Status"))),
    "the filter of a day": State(LISTING, then(click("Show filters"), click("Achieved date"))),
    "filters in force": State(f"{LISTING}?achieved_date_from=2020-01-01", lambda page: None),
    "no match": State(f"{LISTING}?q=nobody", lambda page: None),
    "a wrong filter": State(f"{LISTING}?achieved_date_from=yesterday", lambda page: None),
    "the popup": State(LISTING, popup),
    "the popup after a refusal": State(LISTING, then(popup, refused)),
    "the popup with another separator": State(LISTING, then(popup, offered)),
    "the tips in the popup": State(LISTING, then(popup, click("Tips"))),
    "the form after a refusal": State(IMPORT, refused),
    "the form with a layout to use": State(IMPORT, to_be_matched),
    "the popup with a layout to use": State(LISTING, then(popup, to_be_matched)),
    "the tips": State(IMPORT, click("Tips")),
    "the choice of a learner": State(
        f"{LISTING}add/",
        then(click("Choose learner"), lambda page: page.get_by_role("dialog").wait_for()),
    ),
}


@pytest.fixture
def world(transactional_db):
    """One of everything, with long names; the keys by table, and runs in several states."""
    organisation = make_organisation("Chartered Institute of Environmental Health and Safety")
    programme = make_programme("Level 5 Operations and Departmental Manager, September 2026")
    qualifications = [
        make_qualification(
            number=f"603/2942/{number}",
            title="Level 5 Diploma in Leadership for Children and Young People's Workforce",
            awarding_organisation=organisation,
        )
        for number in range(2)
    ]
    learners = [
        make_learner(
            uln=f"{4000000000 + number}",
            given_names="Maximilian Bartholomew",
            family_name="Featherstonehaugh" if number == 3 else f"Wolfeschlegel{number}",
        )
        for number in range(14)
    ]
    for learner in learners[:12]:
        registration = make_registration(
            learner=learner,
            qualification=qualifications[0],
            programme=programme,
            status="registration_not_required",
            registration_number="B76256310",
            achieved_date="2026-08-31",
        )
    user = make_user(superuser=True)
    export = make_export(registration, user=user)
    rows = [
        ["603/2942/0", learners[0].uln, "Registered"],
        ["603/2942/1", learners[1].uln, "Registered", "", "01/01/2030"],
        ["603/2942/1", "1", "Registered"],
        ["603/2942/1", learners[2].uln, "Enrolled", "", "1/1/26"],
    ]
    reports = {"validated": make_run(make_csv(*rows), user=user)}
    reports["committed"] = make_run(make_csv(["603/2942/1", learners[5].uln, "Achieved"]), user=user)
    runs.begin_commit(reports["committed"].pk)
    runs.commit(reports["committed"].pk)
    for state in ("validating", "failed", "expired", "cancelled"):
        reports[state] = make_run(make_csv(*rows), user=user)
        ImportRun.objects.filter(pk=reports[state].pk).update(state=state, done=4000, total=9000)
    keys = {
        "registration": registration.pk,
        "learner": learners[13].pk,
        "qualification": qualifications[1].pk,
        "awardingorganisation": organisation.pk,
        "programme": programme.pk,
        "run": reports["committed"].pk,
        "export": export.pk,
        "exportlayout": make_export_layout(
            name="A layout whose name is long, for a board with a long name"
        ).pk,
        "importlayout": make_import_layout(
            *({"heading": field, "field": field} for field in ("uln", "qualification")),
            name="Results of the Chartered Institute of Environmental Health and Safety",
        ).pk,
    }
    reports["matching"] = runs.start_run(
        data=FOREIGN,
        file_name="theirs.csv",
        separator=Separator.COMMA,
        encoding="utf-8",
        user=user,
        is_matched=True,
    )
    return user, keys, reports


@pytest.fixture
def user(world):
    return world[0]


def screens(keys, reports):
    """Every screen by its name: addresses as they are, and reports in each state and part."""
    found = {
        name: route.url(keys)
        for name, route in our_routes().items()
        if not any(f":{name}".endswith(end) or name == end for end in NO_SCREENS)
    }
    for state, run in reports.items():
        address = reverse("wagtail_regcert:import_report", args=[run.pk])
        found[f"report {state}"] = address
        if state in ("validated", "committed"):
            found |= {f"report {state}, {tab}": f"{address}?tab={tab}" for tab in ("changes", "warnings")}
    return found


def walk(page, name, sizes=SIZES):
    """What cannot be reached here, at every width, unscrolled and half way down."""
    found = {}
    for width, height in sizes:
        page.set_viewport_size({"width": width, "height": height})
        # Menus find their place anew.
        page.wait_for_timeout(120)
        for part in (0, 0.5):
            if page.evaluate(SCROLL, part) or not part:
                for fault in page.evaluate(FAULTS, [list(LEFT_OUT), part == 0]):
                    found.setdefault(fault, []).append(f"{width}@{part:.0%}")
    return [f"{name}: {fault} [{' '.join(places)}]" for fault, places in found.items()]


SCROLL = """(part) => {
    // A menu goes away to the side with what it belongs to.
    const aside = document.querySelector('[data-tippy-root]') ? 0 : part;
    const panes = 'main, .w-dialog__content, dialog:modal, #listing-results, .regcert-scroll';
    return [...document.querySelectorAll(panes)].filter((pane) => {
        let [left, top] = [pane.scrollWidth - pane.clientWidth, pane.scrollHeight - pane.clientHeight];
        if (getComputedStyle(pane).overflowX === 'hidden') left = 0;
        pane.scrollTo({ left: aside * left, top: part * top, behavior: 'instant' });
        return left > 0 || top > 0;
    }).length;
}"""
"""Scrolls all that scrolls to a part of its way, and says how much does."""


def visit(page, address, act=None):
    page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
    page.emulate_media(reduced_motion="reduce")
    response = page.goto(address)
    assert response.ok, address
    assert "text/html" in response.headers["content-type"], address
    if act:
        act(page)
        page.wait_for_timeout(350)


def test_everything_seen_on_every_screen_can_be_reached(page, world):
    faults = []
    for name, address in screens(*world[1:]).items():
        visit(page, address)
        faults += walk(page, name)

    assert not faults, "\n".join(faults)


def test_everything_seen_in_every_state_can_be_reached(page, world):
    faults = []
    for name, state in STATES.items():
        visit(page, state.address, state.act)
        faults += walk(page, name)

    assert not faults, "\n".join(faults)


def test_everything_seen_before_there_is_a_registration_can_be_reached(page, world):
    Registration.objects.all().delete()

    visit(page, LISTING)
    faults = walk(page, "the empty listing")

    assert not faults, "\n".join(faults)


OLD_FAULTS = {
    "the menu of a row behind the rows below": (
        "the menu of the first row",
        ".regcert-listing td.title .actions { inset-block: 50% auto; transform: translateY(-50%); }",
        "lies under",
    ),
    "the banner half under the header": (
        "a selection",
        ".regcert-registrations .regcert-banner { inset-block-start: 50px; }",
        "lies under",
    ),
    "a page wider than the screen, which cuts it": (
        "the form after a refusal",
        ".regcert-page { width: 130vw; max-width: none; }",
        "is cut",
    ),
    "a button that cuts its text": (
        "the form after a refusal",
        ".regcert-import .button { width: 3rem; overflow: hidden; white-space: nowrap; }",
        "has its text cut",
    ),
    "a ring cut by what is around it": (
        "a selection",
        ".regcert-banner__buttons { overflow: hidden; }",
        "has its focus ring cut",
    ),
}
"""Faults that were there, or are easily made: the state, the style that brings it back, and what is found."""


def test_the_walk_finds_the_faults_that_were_there_when_they_are_put_back(page, world):
    missed = []
    for fault, (name, style, words) in OLD_FAULTS.items():
        visit(page, STATES[name].address, STATES[name].act)
        page.add_style_tag(content=style)
        if not any(words in found for found in walk(page, name, SIZES[:1])):
            missed.append(fault)

    assert missed == []
