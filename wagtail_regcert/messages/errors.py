"""Why a record is rejected, or was not applied."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..cells import TEMPORARY_ULN, Gender, Status, day_as_text
from ..days import Reading, likely_day
from ..layouts import SOURCE_FIELDS
from ..problems import Code, Facts, Place
from .words import LINE_BREAKS, Told, character_name, join


def _repeated_heading(told: Told) -> str:
    return _("These are the headings again, not a record. Remove this row.")


def _too_many_cells(told: Told) -> str:
    if "unread" in told.facts:
        text = _("“%(text)s” is under “%(unread)s”, where only a row number belongs.") % told.facts
    else:
        text = _("This row has %(cells)d cells, more than the headings.") % told.facts
    return join(
        text,
        _(
            "A separator inside a value has probably shifted the rest. "
            'Put quotation marks ("…") around that value, or remove the separator.'
        ),
    )


def _bad_character(told: Told) -> str:
    facts = told.facts
    if facts.get("reason") == "no_value":
        return _(
            "This formula has no stored value. Open the workbook in Excel, save it, and select it again; or "
            "enter the value."
        )
    codepoint = str(facts["codepoint"])
    named = {**facts, "name": character_name(codepoint)}
    if codepoint == "U+FFFD":
        return (
            _(
                "Character %(position)d was lost before it came here, and is now %(codepoint)s (%(name)s). "
                "Type the value again."
            )
            % named
        )
    rows = int(facts.get("rows", 0))
    if rows:
        swallowed = ngettext(
            'A quotation mark (") at the beginning of this cell has swallowed %d more row.',
            'A quotation mark (") at the beginning of this cell has swallowed %d more rows.',
            rows,
        )
        return join(
            _("Character %(position)d is a line break (%(codepoint)s).") % named,
            swallowed % rows,
            _("Remove that quotation mark, or close it."),
        )
    if codepoint in LINE_BREAKS:
        text = _("Character %(position)d is a line break (%(codepoint)s).") % named
    else:
        text = _("Character %(position)d cannot be used here: %(codepoint)s (%(name)s).") % named
    return join(text, _("Delete it, or type the value again."))


def _too_long(told: Told) -> str:
    return _("This has %(length)d characters. Shorten it to %(limit)d or fewer.") % told.facts


def _bad_gender(told: Told) -> str:
    labels = ", ".join(gender.label for gender in Gender)
    return _("This is not one of the genders. Enter one of these: %(labels)s.") % {"labels": labels}


def _uln_taken(told: Told) -> str:
    return _("Another learner has this ULN and keeps it. Check it, or correct that learner first.")


def _different_learners(told: Told) -> str:
    return _("The reference and the ULN are those of different learners. Correct one of them.")


def _no_key(told: Told) -> str:
    return _("A learner needs a learner reference or a ULN to be known by. Enter one of them.")


def _unknown_registration(told: Told) -> str:
    return _("There is no registration with this number. Check it.")


def _ambiguous_key(told: Told) -> str:
    return _("Several registrations have this number. Correct them first, or leave this record out.")


def _differs(told: Told) -> str:
    return (
        _("Row %(row)s describes the same new record in another way. Correct one of the rows.") % told.facts
    )


def _required(told: Told) -> str:
    if "missing" in told.facts:
        return _("This would be a new record, and the file has no “%(missing)s”. Add it.") % told.facts
    if told.facts.get("reason") == "no_character":
        return _("Enter a qualification number with at least one letter or digit.")
    return _("This cell is blank, but the column is mandatory. Enter a value.")


def _bad_status(told: Told) -> str:
    labels = ", ".join(status.label for status in Status)
    text = _("This is not one of the statuses. Enter one of these: %(labels)s.") % {"labels": labels}
    near = _nearest_status(told.value[:40])
    return join(text, _("Did you mean “%s”?") % near if near else "")


@lru_cache(maxsize=1000)
def _nearest_status(text: str) -> str:
    """The label most like this text, if any is. difflib is quadratic in the text, and a file repeats it."""
    lowered = {status.label.casefold(): status.label for status in Status}
    near = difflib.get_close_matches(text.casefold(), lowered, n=1)
    return lowered[near[0]] if near else ""


def _bad_date(told: Told) -> str:
    if "form" in told.facts:
        return _("Enter a real date as %(form)s, with a year from 1900 to 2100.") % told.facts
    likely = likely_day(told.value)
    if likely is None:
        return _("Enter a real date as dd/mm/yyyy, for example 31/08/2026, with a year from 1900 to 2100.")
    would_be = {"day": day_as_text(likely.day)} if likely.day else {}
    match likely.reading:
        case Reading.ONE_DIGIT:
            text = _("Enter day and month with two digits each, as dd/mm/yyyy.")
            if told.place == Place.FORM:
                return text
            return join(
                text,
                _("A spreadsheet wrote this date, and may have swapped day and month: check it."),
            )
        case Reading.SHORT_YEAR:
            return _("Enter the year with four digits, as dd/mm/yyyy.")
        case Reading.NOT_REAL:
            return _(
                "There is no such date, or its year is not between 1900 and 2100. "
                "Enter a real date as dd/mm/yyyy."
            )
        case Reading.MONTH_FIRST:
            text = _("This has the month first: it would be %(day)s.")
        case Reading.YEAR_FIRST:
            text = _("This begins with the year: it would be %(day)s.")
        case Reading.TIME:
            text = _("This has a time after the date: it would be %(day)s.")
        case Reading.WORD:
            text = _("This has the month as a word: it would be %(day)s.")
        case Reading.SERIAL if told.place == Place.FORM:
            text = _("This is a number: if it counts days, it would be %(day)s.")
        case Reading.SERIAL:
            text = _("This is the number that a spreadsheet keeps for a date: it would be %(day)s.")
        case Reading.OTHER_SEPARATOR:
            text = _("Day, month and year must have “/” between them: it would be %(day)s.")
    return join(text % would_be, _("Enter the date as dd/mm/yyyy."))


def _unknown_qualification(told: Told) -> str:
    return join(
        _("There is no qualification with this number. Check it, or ask for the qualification to be added."),
        _hint(told.facts),
    )


def _temporary_uln(told: Told) -> str:
    return (
        _("%s is the temporary ULN, which many learners share. Enter the learner's own ULN.") % TEMPORARY_ULN
    )


def _unknown_learner(told: Told) -> str:
    return join(
        _("There is no learner with this ULN. Check it, or ask for the learner to be added."),
        _hint(told.facts),
    )


def _hint(facts: Facts) -> str:
    match facts.get("hint"):
        case "excel":
            return _("Excel has changed the number: format the column as text before you enter or paste it.")
        case "zeros":
            # Reports of the last release may still be kept, and name it after this hint.
            known = {"known": facts.get("known", facts.get("with_zeros"))}
            return _("It exists as %(known)s: a spreadsheet has taken away the leading zeros.") % known
        case "number":
            return (
                _(
                    "It exists as %(known)s, which a spreadsheet reads as this number: format the column as "
                    "text before you enter or paste it."
                )
                % facts
            )
        case "signs":
            return (
                _(
                    "It exists as %(known)s: spaces, commas, apostrophes, hyphens, dashes, a final “.0” or "
                    "wide characters differ. Enter it like that."
                )
                % facts
            )
        case "lookalike":
            return (
                _(
                    "It exists as %(known)s: this has a letter of another alphabet that looks the same. "
                    "Type it again."
                )
                % facts
            )
        case "encoding":
            return _("It exists as %(known)s: it was saved in one encoding and read in another.") % facts
        case "check_digit":
            return _("Its check digit is wrong, so it is probably mistyped.")
    return ""


def _duplicate(told: Told) -> str:
    facts = told.facts
    count = int(facts["count"])
    match facts.get("about", "registrations"):
        case "registrations":
            text = ngettext(
                "The same learner and qualification are in row %(rows)s too. Keep only one of these rows.",
                "The same learner and qualification are in rows %(rows)s too. Keep only one of these rows.",
                count,
            )
        case "learners":
            text = ngettext(
                "The same learner or ULN is in row %(rows)s too. Keep only one of these rows.",
                "The same learner or ULN is in rows %(rows)s too. Keep only one of these rows.",
                count,
            )
        case "qualifications":
            text = ngettext(
                "The same qualification is in row %(rows)s too. Keep only one of these rows.",
                "The same qualification is in rows %(rows)s too. Keep only one of these rows.",
                count,
            )
        case _:
            text = ngettext(
                "The same record is in row %(rows)s too. Keep only one of these rows.",
                "The same record is in rows %(rows)s too. Keep only one of these rows.",
                count,
            )
    more = int(facts["more"])
    rest = ngettext("And in %d more row.", "And in %d more rows.", more) % more if more else ""
    return join(text % facts, rest)


def _changed(told: Told) -> str:
    facts = told.facts
    who = {"who": facts.get("who") or _("somebody")}
    match facts.get("reason"):
        case "created":
            text = _("Not applied: %(who)s created this record after the file was validated.") % who
        case "deleted":
            text = _("Not applied: %(who)s deleted this record after the file was validated.") % who
        case "waits":
            text = _("Not applied: it waits for the ULN of a learner whose record was not applied.")
        case "invalid":
            if facts.get("about", "registrations") == "registrations":
                text = _("Not applied: the learner or qualification changed after the file was validated.")
            else:
                text = _("Not applied: what it refers to changed after the file was validated.")
        case _:
            text = _("Not applied: %(who)s changed this record after the file was validated.") % who
    when = _("Last change: %(when)s.") % facts if facts.get("when") else ""
    return join(text, when, _values_now(facts), _("Validate the file again."))


def _values_now(facts: Facts) -> str:
    """What somebody else stored: fields among the facts, values plain."""
    values = []
    for column in SOURCE_FIELDS[str(facts.get("about", "registrations"))]:
        if column.field in facts:
            now = column.kind.from_plain(str(facts[column.field]))
            values.append(f"{column.heading}: {f'“{now}”' if now else _('blank')}")
    return _("Stored now: %(values)s.") % {"values": ", ".join(values)} if values else ""


SENTENCES: Mapping[StrEnum, Callable[[Told], str]] = {
    Code.REPEATED_HEADING: _repeated_heading,
    Code.TOO_MANY_CELLS: _too_many_cells,
    Code.BAD_CHARACTER: _bad_character,
    Code.TOO_LONG: _too_long,
    Code.REQUIRED: _required,
    Code.BAD_STATUS: _bad_status,
    Code.BAD_DATE: _bad_date,
    Code.UNKNOWN_QUALIFICATION: _unknown_qualification,
    Code.BAD_GENDER: _bad_gender,
    Code.ULN_TAKEN: _uln_taken,
    Code.DIFFERENT_LEARNERS: _different_learners,
    Code.NO_KEY: _no_key,
    Code.DIFFERS: _differs,
    Code.TEMPORARY_ULN: _temporary_uln,
    Code.UNKNOWN_LEARNER: _unknown_learner,
    Code.UNKNOWN_REGISTRATION: _unknown_registration,
    Code.AMBIGUOUS_KEY: _ambiguous_key,
    Code.DUPLICATE: _duplicate,
    Code.CHANGED_SINCE_VALIDATION: _changed,
}
