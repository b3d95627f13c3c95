"""Background work stands behind one name of ours, and queues know its tasks by names that stay."""

import ast
from pathlib import Path

import pytest

import wagtail_regcert
from wagtail_regcert import tasks

PACKAGE = Path(wagtail_regcert.__file__).parent


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield f"{node.module}"


def test_one_module_alone_imports_the_framework():
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if any(name.startswith(("django_tasks", "django.tasks")) for name in imports_of(path))
    }

    assert found == {"background.py"}


@pytest.mark.parametrize("name", ["validate_run", "commit_run", "undo_run"])
def test_a_queue_finds_tasks_that_an_earlier_version_put_into_it(name):
    assert getattr(tasks, name).module_path == f"wagtail_regcert.tasks.{name}"
