"""What is remarkable about a file as a whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..problems import NoteCode
from .words import Told, join


def _guessed_encoding(told: Told) -> str:
    count = int(told.facts["count"])
    return join(
        _("The file does not say how its characters are encoded, and was read as Windows-1252."),
        ngettext(
            "%(count)d record has letters or signs that depend on it: %(values)s.",
            "%(count)d records have letters or signs that depend on it: %(values)s.",
            count,
        )
        % {"count": count, "values": ", ".join(f"“{value}”" for value in told.facts["values"])},
        _("If they look wrong, save the file as “CSV UTF-8” and validate the new file."),
    )


def _lost_characters(told: Told) -> str:
    count = int(told.facts["count"])
    return join(
        ngettext(
            "%d record has a character that was lost before the file came here.",
            "%d records have characters that were lost before the file came here.",
            count,
        )
        % count,
        _("In the program that the file comes from, save it as “CSV UTF-8”, then validate the new file."),
    )


def _day_month_order(told: Told) -> str:
    count = int(told.facts["count"])
    if told.facts["reason"] == "month_first":
        text = _("Some dates in “%(column)s” have the month first.") % told.facts
    else:
        text = _("No date in “%(column)s” has a day above 12: the month may come first.") % told.facts
    form = told.facts.get("form", "dd/mm/yyyy")
    return join(
        text,
        ngettext(
            "%d accepted record has a date there that can be read both ways.",
            "%d accepted records have a date there that can be read both ways.",
            count,
        )
        % count,
        _("All are read as %s. Check that this is right.") % form,
    )


def _imported_before(told: Told) -> str:
    count = int(told.facts["count"])
    text = ngettext(
        "The same file was uploaded %(count)d time before, on %(when)s.",
        "The same file was uploaded %(count)d times before, the last time on %(when)s.",
        count,
    )
    return join(
        text % {"count": count, "when": told.facts["when"]},
        _("Cancel, unless you mean to upload it again."),
    )


def _new_organisations(told: Told) -> str:
    count = int(told.facts["count"])
    text = ngettext(
        "%(count)d awarding organisation does not exist yet and will be created: %(values)s.",
        "%(count)d awarding organisations do not exist yet and will be created: %(values)s.",
        count,
    )
    values = ", ".join(f"“{value}”" for value in told.facts["values"])
    return join(
        text % {"count": count, "values": values},
        _("Check their names before you upload the records."),
    )


def _ignored_column(told: Told) -> str:
    count = int(told.facts["count"])
    if told.facts["column"]:
        text = ngettext(
            "“%(column)s” is not read: the layout does not name it. %(count)d record has something there.",
            "“%(column)s” is not read: the layout does not name it. %(count)d records have something there.",
            count,
        )
    else:
        text = ngettext(
            "A column without a heading is not read. %(count)d record has something there.",
            "A column without a heading is not read. %(count)d records have something there.",
            count,
        )
    return join(text % told.facts, _("Add it to the layout if it matters."))


def _hidden_rows(told: Told) -> str:
    count = int(told.facts["count"])
    return (
        ngettext(
            "%d record stands in a hidden or filtered row of the workbook, and is read all the same. "
            "Check it.",
            "%d records stand in hidden or filtered rows of the workbook, and are read all the same. "
            "Check them.",
            count,
        )
        % count
    )


SENTENCES: Mapping[StrEnum, Callable[[Told], str]] = {
    NoteCode.GUESSED_ENCODING: _guessed_encoding,
    NoteCode.LOST_CHARACTERS: _lost_characters,
    NoteCode.DAY_MONTH_ORDER: _day_month_order,
    NoteCode.IMPORTED_BEFORE: _imported_before,
    NoteCode.NEW_ORGANISATIONS: _new_organisations,
    NoteCode.IGNORED_COLUMN: _ignored_column,
    NoteCode.HIDDEN_ROWS: _hidden_rows,
}
