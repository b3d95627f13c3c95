"""The README is read on PyPI and in an sdist too, where a relative link leads nowhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
REPOSITORY = "https://github.com/wagtail-regcert/wagtail-regcert"
PICTURES = "https://raw.githubusercontent.com/wagtail-regcert/wagtail-regcert"
LINKS = sorted(set(re.findall(r"\]\(([^)]+)\)", (ROOT / "README.md").read_text())))


def test_every_link_of_the_readme_is_absolute():
    assert [link for link in LINKS if not link.startswith("https://")] == []


@pytest.mark.parametrize(
    "path",
    [
        path
        for link in LINKS
        for path in re.findall(rf"^(?:{REPOSITORY}/(?:blob|tree)/main|{PICTURES}/main)/([^#]+)", link)
    ],
)
def test_a_link_into_the_repository_leads_to_something(path):
    if path.startswith("docs/screenshots/") and not (ROOT / ".git").exists():
        pytest.skip("the sdist goes without pictures")

    assert (ROOT / path).exists()
