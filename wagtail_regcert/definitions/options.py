"""Options of a definition: an object of JSON in, a frozen dataclass or problems out, and back.

A dataclass says with each field how its option is read (:func:`option`). That is all there is to know about
it: which keys an object may have, which it must have, and which are left out when it is written.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from ..characters import bad_character
from ..problems import LayoutFault
from .places import Place

T = TypeVar("T")

Parser = Callable[[Any, Place], Any]
"""A value of JSON and its place in; what it means out, or ``UNREAD`` when it noted a problem there."""

UNREAD = object()


def option(parse: Parser, **settings: Any) -> Any:
    """A field of a definition. Without a ``default`` (or ``default_factory``) it must be given."""
    return dataclasses.field(metadata={"parse": parse}, **settings)


def read_object(kind: type[T], value: Any, at: Place, *, known: Sequence[str] = ()) -> T | object:
    """The definition that an object describes. ``known`` are keys that somebody else reads."""
    if not isinstance(value, dict):
        at.wrong(LayoutFault.WRONG_TYPE, wanted="object")
        return UNREAD
    options = dataclasses.fields(kind)  # type: ignore[arg-type]
    names = [field.name for field in options]
    for key in value:
        if key not in names and key not in known:
            at.key(key).wrong(LayoutFault.UNKNOWN_KEY)
    read = {}
    for field in options:
        if field.name in value:
            read[field.name] = field.metadata["parse"](value[field.name], at.key(field.name))
        elif _must_be_given(field):
            at.key(field.name).wrong(LayoutFault.MISSING_KEY)
            read[field.name] = UNREAD
    return UNREAD if any(one is UNREAD for one in read.values()) else kind(**read)


def written(definition: Any, *, whole: bool = True) -> dict[str, Any]:
    """A definition as JSON. Parts of it name only what differs from the default; the ``whole`` names all."""
    return {
        field.name: _plain(getattr(definition, field.name))
        for field in dataclasses.fields(definition)
        if whole or _must_be_given(field) or getattr(definition, field.name) != _default(field)
    }


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return written(value, whole=False)
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Mapping):
        return dict(value)
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _must_be_given(field: dataclasses.Field[Any]) -> bool:
    return _default(field) is dataclasses.MISSING


def _default(field: dataclasses.Field[Any]) -> Any:
    made = field.default_factory
    return field.default if made is dataclasses.MISSING else made()


def text(limit: int, *, may_be_blank: bool = True) -> Parser:
    """Any text of one line."""

    def parse(value: Any, at: Place) -> Any:
        if not isinstance(value, str):
            at.wrong(LayoutFault.WRONG_TYPE, wanted="text")
        elif not (may_be_blank or value.strip()):
            at.wrong(LayoutFault.BLANK)
        elif len(value) > limit:
            at.wrong(LayoutFault.TOO_LONG, limit=limit, length=len(value))
        elif error := bad_character(value):
            at.wrong(LayoutFault.BAD_CHARACTER, **error.facts)
        else:
            return value
        return UNREAD

    return parse


def choice(kind: type[StrEnum]) -> Parser:
    """One of the values of an enum."""

    def parse(value: Any, at: Place) -> Any:
        if isinstance(value, str) and value in set(kind):
            return kind(value)
        at.wrong(LayoutFault.NOT_OFFERED, offered=[one.value for one in kind])
        return UNREAD

    return parse


def flag(value: Any, at: Place) -> Any:
    """True or false."""
    if isinstance(value, bool):
        return value
    at.wrong(LayoutFault.WRONG_TYPE, wanted="flag")
    return UNREAD


def whole_number(least: int, most: int) -> Parser:
    """A whole number within bounds."""

    def parse(value: Any, at: Place) -> Any:
        # True is a number to Python.
        if isinstance(value, bool) or not isinstance(value, int):
            at.wrong(LayoutFault.WRONG_TYPE, wanted="number")
        elif not least <= value <= most:
            at.wrong(LayoutFault.OUT_OF_RANGE, least=least, most=most)
        else:
            return value
        return UNREAD

    return parse


def or_none(parse: Parser) -> Parser:
    """The same, or null."""
    return lambda value, at: None if value is None else parse(value, at)


def several(parse: Parser, *, least: int = 0, most: int) -> Parser:
    """An array of them, as a tuple."""

    def parse_all(value: Any, at: Place) -> Any:
        if not isinstance(value, list):
            at.wrong(LayoutFault.WRONG_TYPE, wanted="array")
        elif not least <= len(value) <= most:
            at.wrong(LayoutFault.WRONG_LENGTH, least=least, most=most)
        else:
            read = tuple(parse(one, at.item(number)) for number, one in enumerate(value))
            return UNREAD if UNREAD in read else read
        return UNREAD

    return parse_all


def part(kind: type[Any]) -> Parser:
    """A definition within the definition."""
    return lambda value, at: read_object(kind, value, at)


def translations(key: Parser, text: Parser, *, most: int) -> Parser:
    """An object whose keys are one kind of text and whose values another."""

    def parse(value: Any, at: Place) -> Any:
        if not isinstance(value, dict):
            at.wrong(LayoutFault.WRONG_TYPE, wanted="object")
            return UNREAD
        if len(value) > most:
            at.wrong(LayoutFault.WRONG_LENGTH, least=0, most=most)
            return UNREAD
        read = {
            name: text(one, at.key(name)) for name, one in value.items() if key(name, at.key(name)) is name
        }
        return UNREAD if len(read) < len(value) or UNREAD in read.values() else read

    return parse
