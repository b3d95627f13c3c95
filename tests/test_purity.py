"""The pure part knows neither database, request nor settings."""

import ast
import tomllib
from pathlib import Path

import pytest

import wagtail_regcert

PACKAGE = Path(wagtail_regcert.__file__).parent
PURE = [
    *("cells", "characters", "damage", "date_forms", "days", "folding", "problems", "layouts"),
    *(f"messages/{name}" for name in ("__init__", "words", "faults", "errors", "warnings", "notes")),
    *(f"messages/{name}" for name in ("layouts", "unfit", "values")),
    *(
        f"definitions/{name}"
        for name in ("__init__", "exports", "imports", "files", "names", "options", "places", "templates")
    ),
    *(f"importing/{name}" for name in ("types", "collector", "decode", "header", "read", "parse")),
    *(f"importing/{name}" for name in ("notes", "exchange", "plan", "pipeline", "groups")),
    *(
        f"importing/{name}"
        for name in ("workbook", "package", "numbers", "by_heading", "rows", "fitting", "guesses")
    ),
    *(
        f"subjects/{name}"
        for name in ("types", "rules", "hints", "suspicions", "registrations", "learners", "qualifications")
    ),
    "subjects/newcomers",
    *(
        f"exporting/{name}"
        for name in ("columns", "csvfile", "layout_cells", "layout_values", "xlsxfile", "zipstream")
    ),
]


def imported(path):
    package = ("wagtail_regcert", *path.relative_to(PACKAGE).parent.parts)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *filter(None, [node.module])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("name", PURE)
def test_a_pure_module_imports_nothing_that_can_write(name):
    names = list(imported(PACKAGE / f"{name}.py"))

    ours = {f"wagtail_regcert.{pure.replace('/', '.').removesuffix('.__init__')}" for pure in PURE}
    allowed = "django.utils.translation." if name.startswith("messages/") else "\0"
    assert [
        found
        for found in names
        if (found.split(".")[0] in {"django", "wagtail"} and not found.startswith(allowed))
        or (
            found.startswith("wagtail_regcert.")
            and found.rpartition(".")[0] not in ours
            and found not in ours
        )
    ] == []


def test_types_are_strict_in_just_the_pure_modules():
    settings = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text())
    (strict,) = settings["tool"]["mypy"]["overrides"]

    pure = {
        name.replace("/", ".").removesuffix(".__init__") for name in PURE if not name.startswith("messages/")
    }
    assert set(strict["module"]) == {f"wagtail_regcert.{name}" for name in pure | {"messages.*"}}
