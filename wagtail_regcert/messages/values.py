"""What the values of export layouts are, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def value_description(name: str) -> str:
    """Say what a value is."""
    return {
        "learner.uln": _("ULN"),
        "learner.reference": _("Learner reference"),
        "learner.given_names": _("Given names"),
        "learner.first_name": _("First of the given names"),
        "learner.family_name": _("Family name"),
        "learner.full_name": _("Given names and family name"),
        "learner.gender": _("Gender"),
        "learner.date_of_birth": _("Date of birth"),
        "qualification.number": _("Qualification number as stored"),
        "qualification.number_plain": _("Qualification number in capitals, without spaces and /"),
        "qualification.title": _("Title of the qualification"),
        "qualification.awarding_organisation": _("Awarding organisation"),
        "registration.status": pgettext("wagtail_regcert", "Status"),
        "registration.registration_number": _("Registration number"),
        "registration.registration_date": _("Registration date"),
        "registration.certificate_claimed_date": _("Certificate claimed date"),
        "registration.achieved_date": _("Achieved date"),
        "registration.certificate_received_date": _("Certificate received date"),
        "registration.certificate_sent_date": _("Certificate sent date"),
        "registration.postal_tracking_reference": _("Postal tracking reference"),
        "registration.planned_achievement_date": _("Planned achievement date"),
        "registration.start_date": _("Start date"),
        "registration.academic_year": _("Academic year of the start date, from 1 August"),
        "registration.programme": _("Programme"),
        "row": _("Number of the record: 1, 2, …"),
        "today": _("The day of the export"),
    }[name]
