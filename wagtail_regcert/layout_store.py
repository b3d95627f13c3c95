"""Layouts that a site adds, as files: written from the tables, taken over whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django.db import IntegrityError
from wagtail.log_actions import log

from .databases import atomic
from .definitions import files
from .definitions.names import fold_name
from .definitions.places import LayoutProblem
from .models.layout_kinds import LAYOUTS
from .models.layouts import BaseLayout
from .models.writing import take_write_lock


class LoadedLayouts(NamedTuple):
    """What became of a file of layouts. Where there are problems, nothing."""

    created: list[BaseLayout]
    replaced: list[BaseLayout]
    problems: list[LayoutProblem]


def load(data: bytes, *, user: Any = None) -> LoadedLayouts:
    """Create or replace, by kind and name, the layouts of a file."""
    read = files.load(data, {kind: model.read_to_save for kind, model in LAYOUTS.items()})
    done = LoadedLayouts([], [], read.problems)
    if read.problems:
        return done
    with atomic():
        for model in LAYOUTS.values():
            take_write_lock(model)
        for kind, definition in read.definitions:
            layout = LAYOUTS[kind].objects.named(definition.name)
            is_new = layout is None
            layout = LAYOUTS[kind]() if layout is None else layout
            _save(layout, definition, "wagtail.create" if is_new else "wagtail.edit", user)
            (done.created if is_new else done.replaced).append(layout)
    return done


def create(kind: str, definition: Any, *, user: Any = None) -> BaseLayout | None:
    """Create a layout; ``None`` where there is one of its name, since this moment maybe."""
    model = LAYOUTS[kind]
    layout = model()
    try:
        with atomic():
            take_write_lock(model)
            _save(layout, definition, "wagtail.create", user)
    except IntegrityError:
        if model.objects.named(definition.name) is None:
            raise
        return None
    return layout


def _save(layout: BaseLayout, definition: Any, action: str, user: Any) -> None:
    layout.create_related(definition)
    layout.fill(definition)
    layout.save()
    log(layout, action, user=user, content_changed=True)


def dump(layouts: Iterable[BaseLayout]) -> str:
    """A file of layouts."""
    return files.dump(layout.as_object() for layout in layouts)


def examples() -> str:
    """A file of the layouts that come with the package. They are nobody's until a site loads them."""
    path = Path(__file__).parent / "example_layouts"
    objects = [one for file in sorted(path.glob("*.json")) for one in json.loads(file.read_text("utf-8"))]
    return files.dump(objects)


def example(kind: str, name: str) -> Any:
    """The definition of one of them; ``None`` where none has this name."""
    wanted = fold_name(name)
    return next((one for one in example_definitions(kind) if fold_name(one.name) == wanted), None)


@cache
def example_definitions(kind: str) -> list[Any]:
    """The definitions of those of a kind."""
    read = files.load(examples().encode(), readers()).definitions
    return [definition for found, definition in read if found == kind]


def readers() -> dict[str, files.Reader]:
    """What reads a definition, by kind of layout."""
    return {kind: model.read_object for kind, model in LAYOUTS.items()}


def stored(names: Sequence[str] = ()) -> tuple[list[BaseLayout], list[str]]:
    """The layouts of these names, of any kind; all without names. And the names that there are not."""
    found = [layout for model in LAYOUTS.values() for layout in model.objects.all()]
    if not names:
        return found, []
    wanted = list(map(fold_name, names))
    known = {layout.name_key for layout in found}
    missing = [name for name, key in zip(names, wanted, strict=True) if key not in known]
    # In the order in which they were asked for, each once.
    return [one for key in dict.fromkeys(wanted) for one in found if one.name_key == key], missing
