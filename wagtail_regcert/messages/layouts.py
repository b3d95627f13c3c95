"""What is wrong with a layout that a site makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..problems import LayoutFault
from .words import Told, character_name


def _not_json(told: Told) -> str:
    return _("The file is not JSON in UTF-8: %(reason)s.") % told.facts


def _wrong_type(told: Told) -> str:
    return {
        "object": _("This must be an object, in braces."),
        "array": _("This must be an array, in square brackets."),
        "object or array": _(
            "The file must hold a layout in braces, or an array of them in square brackets."
        ),
        "text": _("This must be text in quotation marks."),
        "number": _("This must be a whole number."),
        "flag": _("This must be true or false."),
    }[told.facts["wanted"]]


def _unknown_key(told: Told) -> str:
    return _("There is no such option.")


def _repeated_key(told: Told) -> str:
    return _("This stands here more than once.")


def _missing_key(told: Told) -> str:
    return _("This is missing.")


def _not_offered(told: Told) -> str:
    return _("This must be one of: %s.") % ", ".join(told.facts["offered"])


def _out_of_range(told: Told) -> str:
    return _("Enter a whole number from %(least)d to %(most)d.") % told.facts


def _wrong_length(told: Told) -> str:
    if told.facts["least"]:
        return _("There must be at least one, and at most %(most)d.") % told.facts
    return _("There may be at most %(most)d.") % told.facts


def _blank(told: Told) -> str:
    return _("Enter a text. It may not be blank.")


def _too_long(told: Told) -> str:
    limit = int(told.facts["limit"])
    return ngettext(
        "This has %(length)d characters. It may have at most %(limit)d.",
        "This has %(length)d characters. It may have at most %(limit)d.",
        limit,
    ) % {"length": told.facts["length"], "limit": limit}


def _bad_character(told: Told) -> str:
    return _("Character %(position)d is one that cannot be used: %(name)s (%(codepoint)s).") % {
        **told.facts,
        "name": character_name(told.facts["codepoint"]),
    }


def _name_taken(told: Told) -> str:
    return _("The package uses this name itself. Choose another.")


def _repeated_name(told: Told) -> str:
    return _("Another layout has this name, which must be unique whatever its case. Choose another.")


def _formula(told: Told) -> str:
    return _(
        "Spreadsheets would run this as a formula. Begin with a letter or digit; "
        "only a number may have a sign."
    )


def _bad_encoding(told: Told) -> str:
    return _("Windows-1252 has no such character: %(name)s (%(codepoint)s).") % {
        **told.facts,
        "name": character_name(told.facts["codepoint"]),
    }


def _bad_file_name(told: Told) -> str:
    return _("Enter the name of a file, without a folder and without any of %s.") % r'/ \ : * ? " < > |'


def _bad_placeholder(told: Told) -> str:
    return _(
        "In braces there may only stand {number}, or {date:…} with %(directives)s and what is between them."
    ) % {"directives": "%d %m %Y %y %H %M"}


def _number_needed(told: Told) -> str:
    return _("With several files, their name needs {number}.")


def _unknown_value(told: Told) -> str:
    return _("There is no such value.")


def _value_or_constant(told: Told) -> str:
    return _("A column has either a value or a constant text, one of the two.")


def _not_for_constant(told: Told) -> str:
    return _("This means nothing in a column with a constant text.")


def _not_a_day(told: Told) -> str:
    return _("Only a value that is a day is written in a form of dates.")


def _repeated_heading(told: Told) -> str:
    return _("Another column has this heading. Headings must differ, whatever their case.")


def _heading_taken(told: Told) -> str:
    return _("Files of rejected records have this heading, and it is never read. Remove the column.")


def _repeated_field(told: Told) -> str:
    return _("Another column or constant gives this field already. Remove one of them.")


def _field_needed(told: Told) -> str:
    return _("A column or a constant must give this field: %s.") % _(" or ").join(told.facts["fields"])


def _one_name(told: Told) -> str:
    return _("Take either the full name or the given names and the family name, not both.")


def _not_read(told: Told) -> str:
    return _("A column that fills no field has no such option.")


def _bad_value(told: Told) -> str:
    return _("This is not a value of the field. Dates are yyyy-mm-dd, statuses as in status=achieved.")


def _of_registrations(told: Told) -> str:
    return _("Only a layout about registrations has this option.")


def _creates_nothing(told: Told) -> str:
    return _("A layout that knows registrations by their number creates nothing.")


def _unknown_qualification(told: Told) -> str:
    return _("There is no qualification with this number. Add it first, or correct the number.")


SENTENCES: Mapping[StrEnum, Callable[[Told], str]] = {
    LayoutFault.NOT_JSON: _not_json,
    LayoutFault.WRONG_TYPE: _wrong_type,
    LayoutFault.UNKNOWN_KEY: _unknown_key,
    LayoutFault.REPEATED_KEY: _repeated_key,
    LayoutFault.MISSING_KEY: _missing_key,
    LayoutFault.NOT_OFFERED: _not_offered,
    LayoutFault.OUT_OF_RANGE: _out_of_range,
    LayoutFault.WRONG_LENGTH: _wrong_length,
    LayoutFault.BLANK: _blank,
    LayoutFault.TOO_LONG: _too_long,
    LayoutFault.BAD_CHARACTER: _bad_character,
    LayoutFault.NAME_TAKEN: _name_taken,
    LayoutFault.REPEATED_NAME: _repeated_name,
    LayoutFault.FORMULA: _formula,
    LayoutFault.BAD_ENCODING: _bad_encoding,
    LayoutFault.BAD_FILE_NAME: _bad_file_name,
    LayoutFault.BAD_PLACEHOLDER: _bad_placeholder,
    LayoutFault.NUMBER_NEEDED: _number_needed,
    LayoutFault.UNKNOWN_VALUE: _unknown_value,
    LayoutFault.VALUE_OR_CONSTANT: _value_or_constant,
    LayoutFault.NOT_FOR_CONSTANT: _not_for_constant,
    LayoutFault.NOT_A_DAY: _not_a_day,
    LayoutFault.REPEATED_HEADING: _repeated_heading,
    LayoutFault.HEADING_TAKEN: _heading_taken,
    LayoutFault.REPEATED_FIELD: _repeated_field,
    LayoutFault.FIELD_NEEDED: _field_needed,
    LayoutFault.ONE_NAME: _one_name,
    LayoutFault.NOT_READ: _not_read,
    LayoutFault.BAD_VALUE: _bad_value,
    LayoutFault.OF_REGISTRATIONS: _of_registrations,
    LayoutFault.CREATES_NOTHING: _creates_nothing,
    LayoutFault.UNKNOWN_QUALIFICATION: _unknown_qualification,
}
