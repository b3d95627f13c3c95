"""A real browser on a live server. Skipped where there is none, failed where CI expects one."""

import os
import shutil

import pytest

from tests.makers import make_learner, make_qualification, make_user

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

# Playwright's synchronous interface runs an event loop in this thread, which Django takes for async code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def _missing(reason):
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser():
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("playwright is not installed")
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not path:
        _missing("no chromium: install it or name it in CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def learners(transactional_db):
    make_qualification(number="603/2942/X", title="Maths")
    return [make_learner(uln=f"{4000000000 + number}") for number in range(3)]


@pytest.fixture
def page(browser, live_server, client, learners):
    """A page of an importer who has logged in."""
    client.force_login(make_user("manage_registration", "import_registration"))
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900})
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    broken = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    yield page
    context.close()
    assert broken == []
