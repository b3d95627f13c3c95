"""Code and facts to a sentence that says what is wrong and how to put it right.

Rendered late, in the language of whoever reads it. Worded after GOV.UK's error messages.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .cells import TEMPORARY_ULN, Status
from .layouts import REGISTRATIONS, Separator
from .problems import Code, Facts, Fault, Problem, SinceImport, Warn


def sentence(code: Fault | Code | Warn, facts: Facts, value: str = "") -> str:
    """Say what is wrong, in the active language. ``value`` is the cell as cleaned."""
    return _SENTENCES[code](facts, value)


def message(problem: Problem) -> str:
    """Say what is wrong with a record."""
    return sentence(problem.code, problem.facts, problem.value)


def kind_name(code: Code) -> str:
    """Name a kind of error in a few words, for lists and filters."""
    return {
        Code.TOO_MANY_CELLS: _("Too many cells in the row"),
        Code.BAD_CHARACTER: _("Character that cannot be seen"),
        Code.TOO_LONG: _("Too long"),
        Code.REQUIRED: _("Mandatory cell is blank"),
        Code.BAD_STATUS: _("Not one of the statuses"),
        Code.BAD_DATE: _("Not a date as dd/mm/yyyy"),
        Code.UNKNOWN_QUALIFICATION: _("Unknown qualification"),
        Code.TEMPORARY_ULN: _("Temporary ULN"),
        Code.UNKNOWN_LEARNER: _("Unknown learner"),
        Code.DUPLICATE: _("Same learner and qualification in several rows"),
        Code.CHANGED_SINCE_VALIDATION: _("Changed since validation"),
    }[code]


def left_alone(reason: SinceImport) -> str:
    """Say why undoing an import leaves a registration alone."""
    return {
        SinceImport.DELETED: _(
            "It is not there any more: it was deleted, or given to another learner or qualification."
        ),
        SinceImport.CHANGED: _("It was changed after the import."),
        SinceImport.COMPLETED: _("Its programme or planned achievement date was filled in after the import."),
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
        "utf-8-sig": _("UTF-8, with its mark"),
        "utf-16": _("UTF-16 (Unicode text)"),
        "cp1252": _("Windows-1252 (Western European)"),
    }.get(encoding, encoding)


def size_name(size: int) -> str:
    """Name a number of bytes, in megabytes where it has some."""
    return f"{size / 1_048_576:.3g}MB" if size >= 1_048_576 else _("%d bytes") % size


def _not_csv(facts: Facts, value: str) -> str:
    return _("The selected file must be a CSV. In Excel, choose “Save as”, then “CSV UTF-8”.")


def _too_large(facts: Facts, value: str) -> str:
    return _(
        "The selected file must be smaller than %(size)s. "
        "Split it into several files, each with the headings in its first row."
    ) % {"size": size_name(int(facts["limit"]))}


def _empty(facts: Facts, value: str) -> str:
    return _("The selected file is empty. Choose a file with headings and records.")


def _not_text(facts: Facts, value: str) -> str:
    if facts["kind"] == "excel":
        return _(
            "The selected file is an Excel workbook, whatever its name says. "
            "Open it in Excel, choose “Save as”, then “CSV UTF-8”, and select the new file."
        )
    if facts["kind"] == "pdf":
        return _("The selected file is a PDF. Choose a CSV file.")
    return _("The selected file is not a text file. Choose a CSV file.")


def _bad_encoding(facts: Facts, value: str) -> str:
    return _(
        "The text in the selected file cannot be read. "
        "Open it in Excel, choose “Save as”, then “CSV UTF-8”, and select the new file."
    )


def _malformed_csv(facts: Facts, value: str) -> str:
    if facts["reason"] == "long":
        text = _(
            "A cell in row %(row)d is too long: over 131,072 characters. Shorten it. "
            'If it holds several rows, close or remove the quotation mark (") at its beginning.'
        )
    elif facts["reason"] == "unclosed":
        text = _(
            'A quotation mark (") opened in row %(row)d is never closed. '
            "Close it, or remove it, and select the file again."
        )
    else:
        text = _(
            'There is text after a closing quotation mark (") in row %(row)d. '
            'Write a quotation mark inside a quoted cell twice ("").'
        )
    return _join(text % facts, _better(facts))


def _bad_header(facts: Facts, value: str) -> str:
    if "named" in facts:
        named = facts["named"]
        known = next((separator_name(s) for s in Separator if s.character == named), None)
        if known is None:
            return _(
                "The first row says that the separator is “%(name)s”, which cannot be chosen here. Save the file "
                "with another separator, or remove the row."
            ) % {"name": named}
        return _(
            "The first row says that the separator is %(name)s. Choose that separator, or remove the row."
        ) % {"name": known}
    if facts.get("reason") == "none":
        return _(
            "The selected file has no headings. Its first row must be the ten headings of the sample file."
        )
    if "better" in facts:
        return _better(facts)
    if not facts["expected"]:
        text = _(
            "Heading %(position)d in row %(row)d is “%(found)s”, but there are only ten columns. Remove it."
        )
    elif not facts["found"]:
        text = _("Heading %(position)d in row %(row)d is missing. It must be “%(expected)s”.")
    else:
        text = _("Heading %(position)d in row %(row)d is “%(found)s”. It must be “%(expected)s”.")
    return _join(
        text % facts, _("The first row must be the ten headings of the sample file, in the same order.")
    )


def _no_records(facts: Facts, value: str) -> str:
    return _("The selected file has headings but no records. Add at least one row below them.")


def _better(facts: Facts) -> str:
    if "better" not in facts:
        return ""
    return _(
        "The cells of this file seem to be separated by another character. Choose the separator “%(name)s”."
    ) % {"name": separator_option(str(facts["better"]))}


def _too_many_cells(facts: Facts, value: str) -> str:
    return (
        _(
            "This row has %(cells)d cells, more than the headings. A separator inside a value has probably shifted "
            'the rest. Put quotation marks ("…") around that value, or take the separator out.'
        )
        % facts
    )


def _bad_character(facts: Facts, value: str) -> str:
    return (
        _(
            "Character %(position)d (%(codepoint)s) is a line break, tab or other character that cannot be seen. "
            "Delete it, or type the value again."
        )
        % facts
    )


def _too_long(facts: Facts, value: str) -> str:
    return _("This has %(length)d characters. Shorten it to %(limit)d or fewer.") % facts


def _required(facts: Facts, value: str) -> str:
    return _("This cell is blank, but the column is mandatory. Enter a value.")


def _bad_status(facts: Facts, value: str) -> str:
    labels = ", ".join(status.label for status in Status)
    text = _("This is not one of the statuses. Enter one of these: %(labels)s.") % {"labels": labels}
    near = _nearest_status(value[:40])
    return _join(text, _("Did you mean “%s”?") % near if near else "")


@lru_cache(maxsize=1000)
def _nearest_status(text: str) -> str:
    """The label most like this text, if any is. difflib is quadratic in the text, and a file repeats it."""
    lowered = {status.label.casefold(): status.label for status in Status}
    near = difflib.get_close_matches(text.casefold(), lowered, n=1)
    return lowered[near[0]] if near else ""


def _bad_date(facts: Facts, value: str) -> str:
    parts = value.replace("-", "/").replace(".", "/").split("/")
    if len(parts) == 3 and all(part.isascii() and part.isdigit() for part in parts):
        day, month, year = parts
        if len(day) == 4:
            return _("Enter the date as dd/mm/yyyy, for example 31/08/2026. This one begins with the year.")
        if len(day) == 1 or len(month) == 1:
            return _(
                "Enter day and month with two digits each, as dd/mm/yyyy. A spreadsheet wrote this date, and may "
                "have swapped day and month: check it."
            )
        if len(year) != 4:
            return _("Enter the year with four digits, as dd/mm/yyyy.")
        if "/" in value and value.count("/") == 2:
            return _(
                "There is no such date, or its year is not between 1900 and 2100. Enter a real date as dd/mm/yyyy."
            )
    return _("Enter a real date as dd/mm/yyyy, for example 31/08/2026, with a year from 1900 to 2100.")


def _unknown_qualification(facts: Facts, value: str) -> str:
    return _join(
        _("There is no qualification with this number. Check it, or ask for the qualification to be added."),
        _hint(facts),
    )


def _temporary_uln(facts: Facts, value: str) -> str:
    return (
        _("%s is the temporary ULN, which many learners share. Enter the learner's own ULN.") % TEMPORARY_ULN
    )


def _unknown_learner(facts: Facts, value: str) -> str:
    return _join(
        _("There is no learner with this ULN. Check it, or ask for the learner to be added."), _hint(facts)
    )


def _hint(facts: Facts) -> str:
    match facts.get("hint"):
        case "excel":
            return _("Excel has changed the number: format the column as text before you enter or paste it.")
        case "zeros":
            return _("It exists as %(with_zeros)s: a spreadsheet has taken away the leading zeros.") % facts
        case "check_digit":
            return _("Its check digit is wrong, so it is probably mistyped.")
    return ""


def _duplicate(facts: Facts, value: str) -> str:
    text = ngettext(
        "The same learner and qualification are in row %(rows)s too. Keep only one of these rows.",
        "The same learner and qualification are in rows %(rows)s too. Keep only one of these rows.",
        int(facts["count"]),
    )
    more = int(facts["more"])
    rest = ngettext("And in %d more row.", "And in %d more rows.", more) % more if more else ""
    return _join(text % facts, rest)


def _changed(facts: Facts, value: str) -> str:
    who = {"who": facts.get("who") or _("somebody")}
    match facts.get("reason"):
        case "created":
            text = _("Not applied: %(who)s created this registration after the file was validated.") % who
        case "deleted":
            text = _("Not applied: %(who)s deleted this registration after the file was validated.") % who
        case "invalid":
            text = _("Not applied: the learner or qualification changed after the file was validated.")
        case _:
            text = _("Not applied: %(who)s changed this registration after the file was validated.") % who
    when = _("Last change: %(when)s.") % facts if facts.get("when") else ""
    return _join(text, when, _values_now(facts), _("Validate the file again."))


def _values_now(facts: Facts) -> str:
    """What somebody else stored: fields of the layout among the facts, values plain."""
    values = []
    for column in REGISTRATIONS.columns:
        if column.field in facts:
            now = column.kind.from_plain(str(facts[column.field]))
            values.append(f"{column.heading}: {f'“{now}”' if now else _('blank')}")
    return _("Stored now: %(values)s.") % {"values": ", ".join(values)} if values else ""


def _date_order(facts: Facts, value: str) -> str:
    return _("This date is earlier than the one in “%(column)s”, %(earlier)s. Check both.") % facts


def _future_date(facts: Facts, value: str) -> str:
    return _("This date is in the future. Check it.")


def _missing_date(facts: Facts, value: str) -> str:
    return _("The status is %(label)s, but this date is blank. Enter the date, or check the status.") % {
        "label": Status(str(facts["status"])).label
    }


def _check_digit(facts: Facts, value: str) -> str:
    return _("The check digit of this ULN is wrong, though a learner has it. Check the learner's record.")


def _short_row(facts: Facts, value: str) -> str:
    return (
        _(
            "This row has fewer than %d cells. The missing ones at its end count as blank, and blank cells remove "
            "stored values. Check that nothing has been left out."
        )
        % REGISTRATIONS.width
    )


def _join(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


_SENTENCES: Mapping[Fault | Code | Warn, Callable[[Facts, str], str]] = {
    Fault.NOT_CSV: _not_csv,
    Fault.TOO_LARGE: _too_large,
    Fault.EMPTY: _empty,
    Fault.NOT_TEXT: _not_text,
    Fault.BAD_ENCODING: _bad_encoding,
    Fault.MALFORMED_CSV: _malformed_csv,
    Fault.BAD_HEADER: _bad_header,
    Fault.NO_RECORDS: _no_records,
    Code.TOO_MANY_CELLS: _too_many_cells,
    Code.BAD_CHARACTER: _bad_character,
    Code.TOO_LONG: _too_long,
    Code.REQUIRED: _required,
    Code.BAD_STATUS: _bad_status,
    Code.BAD_DATE: _bad_date,
    Code.UNKNOWN_QUALIFICATION: _unknown_qualification,
    Code.TEMPORARY_ULN: _temporary_uln,
    Code.UNKNOWN_LEARNER: _unknown_learner,
    Code.DUPLICATE: _duplicate,
    Code.CHANGED_SINCE_VALIDATION: _changed,
    Warn.DATE_ORDER: _date_order,
    Warn.FUTURE_DATE: _future_date,
    Warn.MISSING_DATE: _missing_date,
    Warn.CHECK_DIGIT: _check_digit,
    Warn.SHORT_ROW: _short_row,
}
