"""The layout that a run is made with, and the copy of it that the run keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .. import layout_store
from ..cells import match_key
from ..definitions import imports
from ..definitions.names import fold_name
from ..definitions.places import Place
from ..layouts import SOURCE_FIELDS, Column, Layout, Separator
from ..models import ImportLayout, ImportRun, Qualification
from ..permissions import may_import
from ..problems import Fault, FileFault
from ..subjects.registry import SUBJECTS, subject_of
from .pipeline import Refused


@dataclass(frozen=True, kw_only=True)
class RunLayout:
    """How a file is read."""

    about: str
    """What its records are about."""
    layout: Layout
    separator: Separator = Separator.COMMA
    name: str = ""
    """Of a layout that the site has added; blank for the one of what the file is about."""
    definition: Mapping[str, Any] | None = None
    """That layout as an object of JSON."""


def own_layout(about: str) -> RunLayout:
    """The layout of what a file is about."""
    return RunLayout(about=about, layout=subject_of(about).layout)


def named_layout(name: str) -> RunLayout | None:
    """The layout of this name: of what a file is about, one that the site has added, or an example."""
    if name in SUBJECTS:
        return own_layout(name)
    stored = ImportLayout.objects.named(name)
    definition = layout_store.example(imports.KIND, name) if stored is None else stored.definition()
    return None if definition is None else from_definition(definition)


def offered_names(user: Any, about: str) -> list[str]:
    """The names of the layouts by which this user may read files about this, beside their own."""
    stored = ImportLayout.objects.filter(about=about).values_list(
        "name", "creates_learners", "creates_qualifications"
    )
    kept = {fold_name(name) for name in ImportLayout.objects.values_list("name", flat=True)}
    found = [(name, flags) for name, *flags in stored]
    for one in layout_store.example_definitions(imports.KIND):
        if one.about == about and fold_name(one.name) not in kept:
            found.append((one.name, [made in one.creates for made in imports.Creates]))
    allowed: dict[tuple[str, ...], bool] = {}
    names = []
    for name, flags in found:
        creates = tuple(one.value for one, is_made in zip(imports.Creates, flags, strict=True) if is_made)
        if creates not in allowed:
            allowed[creates] = may_import(user, about, creates)
        if allowed[creates]:
            names.append(name)
    return names


def from_definition(definition: imports.ImportDefinition) -> RunLayout:
    """A layout that the site has added, or that comes with the package as a definition."""
    return RunLayout(
        about=definition.about.value,
        layout=definition.layout(),
        separator=definition.separator,
        name=definition.name,
        definition=imports.to_json(definition),
    )


def missing_constant(layout: RunLayout) -> Refused | None:
    """Why a file cannot be read: the layout gives all its records a qualification that is not stored."""
    if "qualifications" in layout.layout.creates or not layout.layout.has("qualification"):
        return None
    number = layout.layout.column_of("qualification").constant
    if number is None or Qualification.objects.by_match_key([match_key(number)]):
        return None
    return Refused(FileFault(Fault.UNKNOWN_CONSTANT, {"value": number}), None)


def layout_of(run: ImportRun) -> Layout:
    """How the run's file is read: by the copy that it keeps, or as what it is about has it."""
    if run.definition is None:
        return subject_of(run.about).layout
    definition = imports.read(run.definition, Place())
    if definition is None:
        raise RuntimeError(f"The layout that run {run.pk} keeps is damaged")
    return definition.layout()


def fields_of(run: ImportRun) -> tuple[str, ...]:
    """The fields whose values the run's report has, in their order."""
    subject = subject_of(run.about)
    return subject.carried(subject.layout) if run.fields is None else tuple(run.fields)


def columns_of(run: ImportRun) -> list[Column]:
    """The same as our own files have them."""
    columns = {column.field: column for column in SOURCE_FIELDS[run.about]}
    return [columns[name] for name in fields_of(run)]
