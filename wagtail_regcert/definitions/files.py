"""Files of layouts: bytes of JSON in, definitions or problems out; and back. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from ..problems import LayoutFault
from .names import fold_name
from .places import LayoutProblem, Place

Reader = Callable[[Any, Place], Any]
"""An object of JSON and its place in; a definition out, or ``None`` when it noted problems."""


class Loaded(NamedTuple):
    """What a file holds. There are no definitions to speak of where there are problems."""

    definitions: list[tuple[str, Any]]
    """Each with its kind, in the order of the file."""
    problems: list[LayoutProblem]


def load(data: bytes, readers: Mapping[str, Reader]) -> Loaded:
    """Read an object or an array of them; ``readers`` by kind."""
    at = Place()
    try:
        found = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_Object, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        at.wrong(LayoutFault.NOT_JSON, reason=str(error))
        return Loaded([], at.problems)
    single = isinstance(found, dict)
    if not single and not isinstance(found, list):
        at.wrong(LayoutFault.WRONG_TYPE, wanted="object or array")
        return Loaded([], at.problems)
    places = [at] if single else [at.item(number) for number in range(len(found))]
    definitions = []
    seen: set[tuple[str, str]] = set()
    for one, place in zip([found] if single else found, places, strict=True):
        read = _read(one, place, readers)
        if read is None:
            continue
        key = (read[0], fold_name(read[1].name))
        if key in seen:
            place.key("name").wrong(LayoutFault.REPEATED_NAME)
        seen.add(key)
        definitions.append(read)
    return Loaded(definitions, at.problems)


def dump(objects: Iterable[Mapping[str, Any]]) -> str:
    """An array of layouts as a file has it."""
    return json.dumps(list(objects), ensure_ascii=False, indent=2)


def _read(value: Any, at: Place, readers: Mapping[str, Reader]) -> tuple[str, Any] | None:
    if not isinstance(value, dict):
        at.wrong(LayoutFault.WRONG_TYPE, wanted="object")
        return None
    _note_repeated_keys(value, at)
    if "kind" not in value:
        at.key("kind").wrong(LayoutFault.MISSING_KEY)
        return None
    kind = value["kind"]
    if not isinstance(kind, str) or kind not in readers:
        at.key("kind").wrong(LayoutFault.NOT_OFFERED, offered=list(readers))
        return None
    definition = readers[kind](value, at)
    return None if definition is None else (kind, definition)


class _Object(dict[str, Any]):
    """An object that knows which of its keys stood there twice: of those JSON keeps the last."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.repeated = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]


def _note_repeated_keys(value: Any, at: Place) -> None:
    if isinstance(value, _Object):
        for name in value.repeated:
            at.key(name).wrong(LayoutFault.REPEATED_KEY)
        for name, inner in value.items():
            _note_repeated_keys(inner, at.key(name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            _note_repeated_keys(inner, at.item(number))


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")
