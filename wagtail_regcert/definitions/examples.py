"""Layouts that come with the package, as objects of JSON. A site may change or delete them."""

from __future__ import annotations

from typing import Any

MOVING_IN: dict[str, Any] = {
    "kind": "import",
    "name": "Moving in: 17 columns",
    "columns": [
        {"heading": "Full name", "field": "full_name"},
        {"heading": "ULN", "field": "uln"},
        {"heading": "Qualification", "field": "title"},
        {"heading": "Awarding body", "field": "awarding_organisation"},
        {"heading": "Status", "field": "status"},
        {"heading": "Registration number", "field": "registration_number"},
        {"heading": "Gender", "field": "gender"},
        {"heading": "DateOfBirth", "field": "date_of_birth"},
        {"heading": "Completion date", "field": "planned_achievement_date"},
        {"heading": "ProgramName", "field": "programme"},
        {"heading": "Aim ref number", "field": "qualification"},
        {"heading": "RegisteredDate", "field": "registration_date"},
        {"heading": "Certificate received", "field": "certificate_received_date"},
        {"heading": "Certificate claimed", "field": "certificate_claimed_date"},
        {"heading": "Achieved Date", "field": "achieved_date"},
        {"heading": "Certificate Sent Date", "field": "certificate_sent_date"},
        {"heading": "Postal Tracking Reference", "field": "postal_tracking_reference"},
    ],
    "creates": ["learners", "qualifications"],
}
"""The seventeen columns of an export of registrations, out of a system that the site moves away from."""
