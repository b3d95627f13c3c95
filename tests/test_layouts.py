"""The README says what the layout says."""

from pathlib import Path

from wagtail_regcert.cells import check_digit_fails
from wagtail_regcert.layouts import REGISTRATIONS


def test_the_readme_has_the_columns_of_the_layout():
    readme = (Path(__file__).parents[1] / "README.md").read_text()

    rows = [
        f"| {c.heading} | {c.kind.name} | {'yes' if c.required else 'no'} |" for c in REGISTRATIONS.columns
    ]
    assert "\n".join(rows) in readme


def test_the_example_ulns_have_valid_check_digits():
    assert [uln for uln in REGISTRATIONS.columns[1].examples if check_digit_fails(uln)] == []
