"""Names of layouts."""

from __future__ import annotations

from typing import Any

from ..characters import as_one_line, clean
from ..problems import LayoutFault
from .options import UNREAD, text
from .places import Place

NAME_LIMIT = 128

TAKEN_NAMES = ("registrations", "learners", "qualifications", "export", "import")
"""Names of the layouts that come with the package and of what files are about."""

_parse = text(NAME_LIMIT, may_be_blank=False)


def fold_name(name: str) -> str:
    """Reduce a name to what it is found by and unique by: cleaned, in one line, case ignored."""
    return as_one_line(clean(name)).casefold()


def name(value: Any, at: Place) -> Any:
    """Read a name. It is stored cleaned."""
    read = _parse(value, at)
    if read is UNREAD:
        return UNREAD
    read = clean(read)
    if not fold_name(read):
        at.wrong(LayoutFault.BLANK)
    elif fold_name(read) in TAKEN_NAMES:
        at.wrong(LayoutFault.NAME_TAKEN)
    else:
        return read
    return UNREAD
