"""What the docs list is what the code declares."""

import json
import re
from pathlib import Path

from wagtail_regcert.definitions import exports, imports
from wagtail_regcert.definitions.places import Place
from wagtail_regcert.exporting.layout_values import VALUES
from wagtail_regcert.layouts import SOURCE_FIELDS
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


IMPORTS = (Path(__file__).parents[1] / "docs" / "import-layouts.md").read_text("utf-8")


def test_the_table_of_fields_is_the_declaration():
    rows = [
        f"| {about} | `{one.field}` | {one.heading} |"
        for about, columns in SOURCE_FIELDS.items()
        for one in columns
    ]
    rows += [
        f"| new {made.value} in files of registrations | `{one.field}` | {one.heading} |"
        for made, columns in imports.CREATED_FIELDS.items()
        for one in columns
    ]

    assert "\n".join(rows) in IMPORTS


def test_the_import_layout_of_the_page_can_be_loaded():
    at = Place()

    imports.read(json.loads(re.search(r"```json\n(.*?)```", IMPORTS, re.DOTALL)[1]), at)

    assert at.problems == []


def test_every_option_of_imports_is_told():
    for kind in (imports.ImportDefinition, imports.ImportColumn):
        for name in kind.__dataclass_fields__:
            assert f"`{name}`" in IMPORTS
