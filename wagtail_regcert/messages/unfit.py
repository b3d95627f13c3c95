"""Why a record cannot be in the file of an export layout."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..problems import Unfit
from .words import Told, character_name


def _required(told: Told) -> str:
    return _("This is blank, and the layout wants it. Fill it in.")


def _too_long(told: Told) -> str:
    limit = int(told.facts["limit"])
    return ngettext(
        "This has %(length)d characters, and the layout takes at most %(limit)d. Shorten it.",
        "This has %(length)d characters, and the layout takes at most %(limit)d. Shorten it.",
        limit,
    ) % {"length": told.facts["length"], "limit": limit}


def _bad_encoding(told: Told) -> str:
    return _(
        "The encoding of the file has no %(name)s (%(codepoint)s). Write it differently, "
        "or choose UTF-8 in the layout."
    ) % {**told.facts, "name": character_name(told.facts["codepoint"])}


SENTENCES: Mapping[StrEnum, Callable[[Told], str]] = {
    Unfit.REQUIRED: _required,
    Unfit.TOO_LONG: _too_long,
    Unfit.BAD_ENCODING: _bad_encoding,
}
