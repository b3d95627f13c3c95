"""A real browser on a live server. Skipped where there is none, failed where CI expects one."""

import os
import shutil
from pathlib import Path

import pytest

from tests.makers import make_learner, make_qualification, make_user
from tests.missing import missing

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

# What fades in has a weak contrast while it does: look when everything that moves has come to rest.
# What takes longer than a few seconds does not fade in: a badge of Wagtail's menu pulses for 25.
AT_REST = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  const moving = () => document.getAnimations().filter((one) =>
    one.playState === 'running' && one.effect.getComputedTiming().endTime < 5000);
  do {
    await Promise.allSettled(moving().map((one) => one.finished));
    await frame();
    await frame();
  } while (moving().length);
}"""

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
MORE_RULES = {"landmark-unique": {"enabled": True}}

# Playwright's synchronous interface runs an event loop in this thread, which Django takes for async code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser():
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright is not installed")
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not path:
        missing("no chromium: install it or name it in CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def learners(transactional_db):
    make_qualification(number="603/2942/X", title="Maths")
    return [make_learner(uln=f"{4000000000 + number}") for number in range(3)]


@pytest.fixture
def user(learners):
    """Who is logged in: an importer, unless a test file says otherwise."""
    return make_user("manage_registration", "import_registration")


@pytest.fixture
def axe():
    """A function from a page to what axe-core finds wrong in ours: rule and elements."""
    from axe_playwright_python.sync_playwright import Axe

    def look(page):
        page.evaluate(AT_REST)
        results = Axe().run(page, options={"runOnly": RULES, "rules": MORE_RULES})
        return [
            (one["id"], [node["target"] for node in one["nodes"]]) for one in results.response["violations"]
        ]

    return look


@pytest.fixture
def page(browser, live_server, client, user):
    """A page of the user, logged in."""
    client.force_login(user)
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
