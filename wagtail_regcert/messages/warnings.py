"""What looks wrong in an accepted record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from django.utils.translation import gettext as _

from ..cells import TEMPORARY_ULN, Status
from ..characters import doubly_encoded
from ..damage import Damage, damage_of
from ..layouts import REGISTRATIONS
from ..problems import Warn
from .words import Told, join


def _short_row(told: Told) -> str:
    return _(
        "This row has fewer than %d cells. The missing ones at its end count as blank, and blank cells "
        "remove stored values. Check that nothing has been left out."
    ) % int(told.facts.get("width", REGISTRATIONS.width))


def _date_order(told: Told) -> str:
    return _("This date is earlier than the one in “%(column)s”, %(earlier)s. Check both.") % told.facts


def _future_date(told: Told) -> str:
    return _("This date is in the future. Check it.")


def _missing_date(told: Told) -> str:
    return _("The status is %(label)s, but this date is blank. Enter the date, or check the status.") % {
        "label": Status(str(told.facts["status"])).label
    }


def _temporary_uln(told: Told) -> str:
    return (
        _(
            "%s is the temporary ULN, which many learners share. The stored ULN, if there is one, stays. "
            "Enter the learner's own ULN once it is known."
        )
        % TEMPORARY_ULN
    )


def _check_digit(told: Told) -> str:
    return _("The check digit of this ULN is wrong, though a learner has it. Check the learner's record.")


def _damaged(told: Told) -> str:
    if "stored" in told.facts:
        return join(
            _("“%(stored)s” is stored. A spreadsheet may have changed it to “%(value)s”.")
            % {**told.facts, "value": told.value},
            _("Check it, and format the column as text before you enter or paste it."),
        )
    match told.facts.get("damage") or damage_of(told.value):
        case Damage.NUMBER:
            text = _("This is a long number that a spreadsheet has shortened.")
        case Damage.ERROR:
            text = _("This is an error message of a spreadsheet, not a value.")
        case Damage.DATE:
            text = _("This is a date: a spreadsheet may have made it from another value.")
        case _:
            text = _("This text was saved in one encoding and read in another: it may be “%s”.") % (
                doubly_encoded(told.value)
            )
    return join(text, _("Check it, and enter the right value."))


def _placeholder(told: Told) -> str:
    return _(
        "This seems to mean “no value”, but would be stored as it is. To store nothing, leave the cell blank."
    )


def _kept(told: Told) -> str:
    return (
        _(
            "“%(stored)s” is stored, and stays: this is taken only where nothing is stored. "
            "Check which is right."
        )
        % told.facts
    )


def _name_parted(told: Told) -> str:
    return (
        _("Family name: “%(family_name)s”; given names: “%(given_names)s”. Check that the name is parted so.")
        % told.facts
    )


SENTENCES: Mapping[StrEnum, Callable[[Told], str]] = {
    Warn.SHORT_ROW: _short_row,
    Warn.DATE_ORDER: _date_order,
    Warn.FUTURE_DATE: _future_date,
    Warn.MISSING_DATE: _missing_date,
    Warn.TEMPORARY_ULN: _temporary_uln,
    Warn.CHECK_DIGIT: _check_digit,
    Warn.DAMAGED: _damaged,
    Warn.PLACEHOLDER: _placeholder,
    Warn.KEPT: _kept,
    Warn.NAME_PARTED: _name_parted,
}
