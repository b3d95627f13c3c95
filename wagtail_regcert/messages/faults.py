"""Why a whole file is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..layouts import Separator
from ..problems import Facts, Fault
from .words import Told, character_name, join, separator_name, separator_option, size_name


def _not_csv(told: Told) -> str:
    if told.facts.get("workbooks"):
        return _("The selected file must be a CSV or an Excel workbook (.xlsx).")
    return _("The selected file must be a CSV. In Excel, choose “Save as”, then “CSV UTF-8”.")


def _too_large(told: Told) -> str:
    if told.facts.get("reason") == "unpacked":
        return _(
            "The selected workbook is far too large once unpacked: over %(size)s. "
            "Copy the headings and records into a new workbook, save it, and select that one."
        ) % {"size": size_name(int(told.facts["unpacked"]))}
    return _(
        "The selected file must be smaller than %(size)s. "
        "Split it into several files, each with the headings in its first row."
    ) % {"size": size_name(int(told.facts["limit"]))}


def _empty(told: Told) -> str:
    return _("The selected file is empty. Choose a file with headings and records.")


def _not_text(told: Told) -> str:
    match told.facts["kind"]:
        case "excel":
            return _(
                "The selected file is an Excel workbook, whatever its name says. "
                "Open it in Excel, choose “Save as”, then “CSV UTF-8”, and select the new file."
            )
        case "workbook":
            return _no_workbook(str(told.facts["reason"]))
        case "pdf":
            return _("The selected file is a PDF. Choose a CSV file.")
        case "compressed":
            return _compressed()
        case "utf-16" | "utf-32" as kind:
            return _(
                "The selected file is text in %(encoding)s that cannot be read here. "
                "Save it as “CSV UTF-8”, and select the new file."
            ) % {"encoding": kind.upper()}
    return _("The selected file is not a text file. Choose a CSV file.")


def _no_workbook(reason: str) -> str:
    match reason:
        case "password":
            return _(
                "The selected workbook is protected by a password. Open it in Excel, remove the password "
                "(“File”, “Info”, “Protect Workbook”, “Encrypt with Password”), save it, and select it again."
            )
        case "xls":
            text = _("The selected file is a workbook in Excel’s old format (.xls).")
        case "ole":
            text = _("The selected file is no Excel workbook (.xlsx), whatever its name says.")
        case "xlsb":
            text = _("The selected file is a binary Excel workbook (.xlsb).")
        case "macros":
            text = _("The selected workbook has macros, and such workbooks are not read.")
        case "ods":
            text = _("The selected file is an OpenDocument spreadsheet (.ods).")
        case "no_workbook":
            return _(
                "The selected file is a ZIP file, but no Excel workbook. If it was packed, unpack it, and "
                "select the workbook or CSV file that is in it."
            )
        case "no_sheet":
            return _(
                "The selected workbook has no visible sheet of cells. Unhide the sheet with the records, "
                "save the workbook, and select it again."
            )
        case "dtd":
            text = _(
                "The selected workbook has a document type definition, which no spreadsheet writes and which "
                "is not read."
            )
        case _:
            text = _("The selected workbook is damaged or incomplete.")
    return join(
        text,
        _(
            "Open it in Excel, choose “Save as”, then “Excel Workbook (.xlsx)” or “CSV UTF-8”, "
            "and select the new file."
        ),
    )


def _compressed() -> str:
    return _("The selected file is a compressed file. Unpack it, and select the CSV file that is in it.")


def _bad_encoding(told: Told) -> str:
    if told.facts["kind"] == "compressed":
        return _compressed()
    return _(
        "The text in the selected file cannot be read. "
        "Open it in Excel, choose “Save as”, then “CSV UTF-8”, and select the new file."
    )


def _malformed_csv(told: Told) -> str:
    facts = told.facts
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
    return join(text % facts, _web_page(facts) or _better(facts))


def _bad_header(told: Told) -> str:
    facts = told.facts
    match facts.get("reason"):
        case "none":
            return _(
                "The selected file has no headings. "
                "Its first row must be the ten headings of the sample file."
            )
        case "separator_row":
            return _separator_row(str(facts["named"]))
        case "better":
            return _better(facts)
        case "html":
            return _web_page(facts)
        case "export":
            return _(
                "The selected file is an export of this site with 17 columns, which cannot be imported. "
                "Export the records in the import layout instead, and change that file."
            )
        case "layout":
            return join(_missing({**facts, "lookalikes": []}), _all_together(facts), _better(facts))
        case "repeated":
            return (
                _(
                    "The heading “%(heading)s” stands more than once in row %(row)d. "
                    "Remove or rename one of them."
                )
                % facts
            )
        case "quoted":
            return _(
                'Each row of the selected file is in one pair of quotation marks ("), which makes it a '
                "single cell. Remove the quotation mark at the beginning and at the end of each row."
            )
    return join(
        _("Row %(row)d must be the ten headings of the sample file, in the same order.") % facts,
        *_lookalikes(facts),
        _missing(facts),
        _foreign(facts),
        _misplaced(facts),
    )


def _all_together(facts: Facts) -> str:
    return (
        _(
            "All the headings of the layout must be in one of the first %(rows)d rows. Choose "
            "another layout, or add them."
        )
        % facts
    )


def _unknown_constant(told: Told) -> str:
    return (
        _(
            "The layout gives every record the qualification “%(value)s”, which does not exist. "
            "Correct the layout, or add the qualification."
        )
        % told.facts
    )


def _lookalikes(facts: Facts) -> list[str]:
    return [
        _(
            "Heading %(position)d looks like “%(expected)s”, but its character %(place)d is %(codepoint)s "
            "(%(name)s): type the heading again."
        )
        % {**one, "name": character_name(one["codepoint"])}
        for one in facts["lookalikes"]
    ]


def _missing(facts: Facts) -> str:
    if missing := facts["missing"]:
        text = ngettext("This heading is missing: %s.", "These headings are missing: %s.", len(missing))
        return text % ", ".join(f"“{heading}”" for heading in missing)
    return "" if facts["lookalikes"] else _("All ten headings are there.")


def _foreign(facts: Facts) -> str:
    foreign = facts["foreign"]
    if not foreign:
        return ""
    named = ", ".join(
        _("“%(found)s” (heading %(position)d)") % one
        if one["found"]
        else _("the blank heading %(position)d") % one
        for one in foreign
    )
    rest = int(facts["more_foreign"])
    if rest:
        named = ngettext("%(named)s and %(count)d more", "%(named)s and %(count)d more", rest) % {
            "named": named,
            "count": rest,
        }
    return _("Not one of the ten headings: %s. Remove each such column, or correct its heading.") % named


def _misplaced(facts: Facts) -> str:
    if not facts["misplaced"]:
        return ""
    named = ", ".join(_("“%(found)s” (heading %(position)d)") % one for one in facts["misplaced"])
    return (
        _("Out of place or there twice: %s. Move each column to its place in the sample file, or remove it.")
        % named
    )


def _separator_row(named: str) -> str:
    known = next((separator_name(one) for one in Separator if one.character == named), None)
    if known is None:
        return _(
            "The first row says that the separator is “%(name)s”, which cannot be chosen here. Save the file "
            "with another separator, or remove the row."
        ) % {"name": named}
    return _(
        "The first row says that the separator is %(name)s. Choose that separator, or remove the row."
    ) % {"name": known}


def _web_page(facts: Facts) -> str:
    if not facts.get("html"):
        return ""
    return _("The selected file is a web page, whatever its name says. Choose a CSV file.")


def _no_records(told: Told) -> str:
    return _("The selected file has headings but no records. Add at least one row below them.")


def _better(facts: Facts) -> str:
    if "better" not in facts:
        return ""
    return _(
        "The cells of this file seem to be separated by another character. Choose the separator “%(name)s”."
    ) % {"name": separator_option(str(facts["better"]))}


SENTENCES: Mapping[StrEnum, Callable[[Told], str]] = {
    Fault.NOT_CSV: _not_csv,
    Fault.TOO_LARGE: _too_large,
    Fault.EMPTY: _empty,
    Fault.NOT_TEXT: _not_text,
    Fault.BAD_ENCODING: _bad_encoding,
    Fault.MALFORMED_CSV: _malformed_csv,
    Fault.BAD_HEADER: _bad_header,
    Fault.NO_RECORDS: _no_records,
    Fault.UNKNOWN_CONSTANT: _unknown_constant,
}
