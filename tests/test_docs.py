"""What the docs list is what the code declares."""

import json
import re
from pathlib import Path

from wagtail_regcert.definitions import exports
from wagtail_regcert.definitions.places import Place
from wagtail_regcert.exporting.layout_values import VALUES
from wagtail_regcert.messages.values import value_description

PAGE = (Path(__file__).parents[1] / "docs" / "export-layouts.md").read_text("utf-8")


def test_the_table_of_values_is_the_declaration():
    rows = [f"| `{one.name}` | {value_description(one.name)} | {one.example} |" for one in VALUES]

    assert "\n".join(rows) in PAGE


def test_every_layout_of_the_page_can_be_loaded():
    found = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)

    assert len(found) == 2
    for text in found:
        at = Place()
        exports.read(json.loads(text), at)
        assert at.problems == []


def test_every_option_is_told():
    for kind in (exports.ExportDefinition, exports.ExportColumn):
        for name in kind.__dataclass_fields__:
            assert f"`{name}`" in PAGE
