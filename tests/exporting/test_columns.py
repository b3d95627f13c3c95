from wagtail_regcert.exporting.columns import EXPORT_COLUMNS, IMPORT_COLUMNS
from wagtail_regcert.layouts import REGISTRATIONS


def test_the_export_has_these_headings_in_this_order():
    assert [column.heading for column in EXPORT_COLUMNS] == [
        "Full name",
        "ULN",
        "Qualification",
        "Awarding body",
        "Status",
        "Registration number",
        "Gender",
        "DateOfBirth",
        "Completion date",
        "ProgramName",
        "Aim ref number",
        "RegisteredDate",
        "Certificate received",
        "Certificate claimed",
        "Achieved Date",
        "Certificate Sent Date",
        "Postal Tracking Reference",
    ]


def test_the_import_layout_has_the_headings_of_the_import_file():
    assert tuple(column.heading for column in IMPORT_COLUMNS) == REGISTRATIONS.headings
