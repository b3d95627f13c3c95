"""What sentences have in common: what they are made from, and names for things."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from django.utils.translation import gettext as _

from ..layouts import Separator
from ..problems import Code, Facts, Place, SinceImport, Unfit, Warn


class Told(NamedTuple):
    """What a sentence is made from."""

    facts: Facts
    value: str
    """The cell as cleaned."""
    place: Place


def join(*sentences: str) -> str:
    """Put sentences behind one another; blank ones are none."""
    return " ".join(filter(None, sentences))


def kind_name(code: Code | Warn) -> str:
    """Name a kind of error or warning in a few words, for lists and filters."""
    if isinstance(code, Warn):
        return {
            Warn.SHORT_ROW: _("Fewer cells than headings"),
            Warn.DATE_ORDER: _("Dates out of order"),
            Warn.FUTURE_DATE: _("Date in the future"),
            Warn.MISSING_DATE: _("Date of the status is blank"),
            Warn.TEMPORARY_ULN: _("Temporary ULN, left out"),
            Warn.CHECK_DIGIT: _("Check digit of the ULN is wrong"),
            Warn.DAMAGED: _("Probably changed by a spreadsheet"),
            Warn.PLACEHOLDER: _("Seems to mean “no value”"),
            Warn.KEPT: _("Another value is stored, and stays"),
            Warn.NAME_PARTED: _("Name in full, parted"),
        }[code]
    return {
        Code.REPEATED_HEADING: _("Headings repeated"),
        Code.TOO_MANY_CELLS: _("Too many cells in the row"),
        Code.BAD_CHARACTER: _("Character that cannot be used"),
        Code.TOO_LONG: _("Too long"),
        Code.REQUIRED: _("Mandatory cell is blank"),
        Code.BAD_STATUS: _("Not one of the statuses"),
        Code.BAD_DATE: _("Not a date as dd/mm/yyyy"),
        Code.UNKNOWN_QUALIFICATION: _("Unknown qualification"),
        Code.TEMPORARY_ULN: _("Temporary ULN"),
        Code.UNKNOWN_LEARNER: _("Unknown learner"),
        Code.UNKNOWN_REGISTRATION: _("Unknown registration number"),
        Code.AMBIGUOUS_KEY: _("Registration number of several registrations"),
        Code.BAD_GENDER: _("Not one of the genders"),
        Code.DIFFERENT_LEARNERS: _("Reference and ULN of different learners"),
        Code.ULN_TAKEN: _("ULN of another learner"),
        Code.DIFFERS: _("New learner or qualification, described differently"),
        Code.NO_KEY: _("Neither learner reference nor ULN"),
        Code.DUPLICATE: _("The same in several rows"),
        Code.CHANGED_SINCE_VALIDATION: _("Changed since validation"),
    }[code]


def unfit_name(code: Unfit) -> str:
    """Name in a few words why a layout cannot carry a record."""
    return {
        Unfit.REQUIRED: _("Mandatory cell is blank"),
        Unfit.TOO_LONG: _("Too long"),
        Unfit.BAD_ENCODING: _("Not in the encoding"),
    }[code]


def left_alone(reason: SinceImport) -> str:
    """Say why undoing an import leaves a registration alone."""
    return {
        SinceImport.DELETED: _(
            "It is not there any more: it was deleted, or given to another learner or qualification."
        ),
        SinceImport.CHANGED: _("It was changed after the import."),
        SinceImport.REFERRED: _("Something refers to it by now."),
        SinceImport.TAKEN: _("Another has its ULN by now."),
        SinceImport.COMPLETED: _(
            "Its programme, start date or planned achievement date was filled in after the import."
        ),
    }[reason]


def separator_name(separator: str) -> str:
    """Name a separator in the active language."""
    return {
        Separator.COMMA: _("comma"),
        Separator.SEMICOLON: _("semicolon"),
        Separator.TAB: _("tab"),
        Separator.PIPE: _("vertical bar"),
    }[Separator(separator)]


def separator_option(separator: str) -> str:
    """Name a separator as the form offers it."""
    return separator_name(separator).capitalize()


def encoding_name(encoding: str) -> str:
    """Say how a file's text was read."""
    return {
        "utf-8": "UTF-8",
        "utf-8-sig": _("UTF-8 with byte order mark"),
        "utf-16": _("UTF-16 (Unicode text)"),
        "cp1252": _("Windows-1252 (Western European)"),
        "xlsx": _("Excel workbook"),
    }.get(encoding, encoding)


def size_name(size: int) -> str:
    """Name a number of bytes, in megabytes where it has some."""
    return f"{size / 1_048_576:.3g}MB" if size >= 1_048_576 else _("%d bytes") % size


def character_name(codepoint: str) -> str:
    """Name a character that is given as ``U+0041``: in words where it has some, else as Unicode does."""
    known = {
        "U+0000": _("NUL"),
        "U+0009": _("tab"),
        **dict.fromkeys(LINE_BREAKS, _("line break")),
        "U+00A0": _("no-break space"),
        "U+FFFD": _("replacement character"),
    }
    if codepoint in known:
        return known[codepoint]
    character = chr(int(codepoint.removeprefix("U+"), 16))
    if "\ud800" <= character <= "\udfff":
        return _("half a character")
    return unicodedata.name(character, "").lower() or _("control character")


LINE_BREAKS = ("U+000A", "U+000B", "U+000C", "U+000D", "U+0085", "U+2028", "U+2029")
"""What begins a new line in some program or other."""
