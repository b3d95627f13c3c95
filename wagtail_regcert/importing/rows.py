"""What rows of cells have in common, however their columns are found. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ..characters import clean
from ..layouts import ROW_IN_FILE


def is_blank(row: Sequence[str]) -> bool:
    """Whether nothing stands in a row."""
    # Nearly every row has a cell of letters and digits alone, which is found sooner.
    return not any(map(str.isalnum, row)) and not any(map(clean, row))


def without(row: list[str], positions: Collection[int]) -> list[str]:
    """The cells of a row but for those at these positions."""
    return [cell for index, cell in enumerate(row) if index not in positions] if positions else row


def shifted(row: Sequence[str], unread: Mapping[int, str]) -> str | None:
    """What stands where only the number of a row does, if it is something else.

    ``unread`` has the headings that are not read, by position.
    """
    for index, heading in unread.items():
        text = clean(row[index]) if heading == ROW_IN_FILE and index < len(row) else ""
        if text and not (text.isascii() and text.isdigit()):
            return text
    return None
