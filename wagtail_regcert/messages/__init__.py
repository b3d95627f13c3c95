"""Code and facts to a sentence that says what is wrong and how to put it right.

Rendered late, in the language of whoever reads it. Worded after GOV.UK's error messages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from ..problems import Code, Facts, Fault, LayoutFault, Note, NoteCode, Place, Problem, Unfit, Warn
from . import errors, faults, layouts, notes, unfit, warnings
from .words import (
    Told,
    encoding_name,
    kind_name,
    left_alone,
    separator_name,
    separator_option,
    size_name,
    unfit_name,
)

__all__ = [
    "encoding_name",
    "kind_name",
    "left_alone",
    "message",
    "note_message",
    "sentence",
    "separator_name",
    "separator_option",
    "size_name",
    "unfit_name",
]


def sentence(
    code: Fault | Code | Warn | NoteCode | LayoutFault | Unfit,
    facts: Facts,
    value: str = "",
    *,
    place: Place = Place.FILE,
) -> str:
    """Say what is wrong, in the active language. ``value`` is the cell as cleaned."""
    # By kind too: an error and a warning may have the same code.
    return _SENTENCES[type(code)][code](Told(facts, value, place))


def message(problem: Problem) -> str:
    """Say what is wrong with a record."""
    return sentence(problem.code, problem.facts, problem.value)


def note_message(note: Note) -> str:
    """Say what is remarkable about a file."""
    return sentence(note.code, {**note.facts, "column": note.column, "count": note.count})


_SENTENCES: Mapping[type[StrEnum], Mapping[StrEnum, Callable[[Told], str]]] = {
    Fault: faults.SENTENCES,
    Code: errors.SENTENCES,
    Warn: warnings.SENTENCES,
    NoteCode: notes.SENTENCES,
    LayoutFault: layouts.SENTENCES,
    Unfit: unfit.SENTENCES,
}
