"""What is wrong with a header row, as facts for a message. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from ..characters import LATIN_LOOKALIKES, clean, codepoint, normalized
from ..layouts import UNREAD_HEADINGS, Layout, fold_heading
from ..problems import Facts

NAMED = 10
"""How many foreign headings a message names; the rest are counted."""
HEADING_SHOWN = 60
"""Characters of a foreign heading that a message shows."""

_WEB_PAGE = re.compile(r"\s*<(?:!doctype\s+html|html|head|body|table)\b", re.IGNORECASE)


def is_web_page(text: str) -> bool:
    """Whether a text begins as an HTML page does."""
    return _WEB_PAGE.match(text) is not None


def describe_header(cells: Sequence[str], layout: Layout) -> Facts:
    """Say which headings are missing, foreign, out of place, or only look like one."""
    expected = [fold_heading(heading) for heading in layout.headings]
    unread = {fold_heading(heading) for heading in UNREAD_HEADINGS}
    found = [fold_heading(cell) for cell in cells]
    while found and (not found[-1] or found[-1] in unread):
        found.pop()
    known = [position for position, heading in enumerate(found) if heading in expected]
    foreign = [position for position in range(len(found)) if found[position] not in expected]
    missing = [position for position, heading in enumerate(expected) if heading not in found]
    lookalikes = []
    for position in foreign[: len(expected) * 2]:
        for one in missing:
            place = _differs_at(clean(cells[position]), layout.headings[one])
            if place is not None:
                missing.remove(one)
                lookalikes.append((position, one, place))
                break
    alike = {position for position, _one, _place in lookalikes}
    foreign = [position for position in foreign if position not in alike]
    in_order = _longest_in_order([expected.index(found[position]) for position in known])
    misplaced = [position for index, position in enumerate(known) if index not in in_order]
    return {
        "missing": [layout.headings[one] for one in missing],
        "foreign": [_named(position, cells) for position in foreign[:NAMED]],
        "more_foreign": max(len(foreign) - NAMED, 0),
        "misplaced": [_named(position, cells) for position in misplaced[:NAMED]],
        "lookalikes": [
            {
                **_named(position, cells),
                "expected": layout.headings[one],
                "place": place + 1,
                "codepoint": codepoint(clean(cells[position])[place]),
            }
            for position, one, place in lookalikes
        ],
    }


def _named(position: int, cells: Sequence[str]) -> dict[str, Any]:
    return {"position": position + 1, "found": clean(cells[position])[:HEADING_SHOWN]}


def _differs_at(found: str, heading: str) -> int | None:
    """Index of the first character of a text that only looks like a heading; ``None`` where it does not."""
    plain = found.translate(LATIN_LOOKALIKES)
    if fold_heading(normalized("NFKC", plain)) != fold_heading(heading):
        return None
    changed = (
        index for index, character in enumerate(found) if not character.isascii() and not character.isspace()
    )
    return next(changed, None)


def _longest_in_order(numbers: Sequence[int]) -> set[int]:
    """Indexes of the longest run of rising numbers, not necessarily neighbours."""
    ends: list[int] = []
    at: list[int] = []
    before: list[int | None] = []
    for index, number in enumerate(numbers):
        length = bisect_left(ends, number)
        before.append(at[length - 1] if length else None)
        ends[length : length + 1] = [number]
        at[length : length + 1] = [index]
    chosen = set()
    index_or_none = at[-1] if at else None
    while index_or_none is not None:
        chosen.add(index_or_none)
        index_or_none = before[index_or_none]
    return chosen
