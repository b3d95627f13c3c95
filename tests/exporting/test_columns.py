import datetime as dt

import pytest

from wagtail_regcert.cells import full_name
from wagtail_regcert.exporting.columns import (
    EXPORT_COLUMNS,
    IMPORT_COLUMNS,
    columns_of,
    day,
    gender_label,
)
from wagtail_regcert.layouts import LEARNERS, REGISTRATIONS


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


@pytest.mark.parametrize(
    ("write", "values", "written"),
    [
        (full_name, ("Ann", "Lee"), "Ann Lee"),
        (full_name, ("", "Lee"), "Lee"),
        (full_name, ("Ann", ""), "Ann"),
        (gender_label, ("U",), "Not stated"),
        (gender_label, ("",), ""),
        (day, (dt.date(2026, 4, 5),), "05/04/2026"),
        (day, ("2026-04-05",), "05/04/2026"),
        (day, (None,), ""),
        (day, ("",), ""),
    ],
)
def test_values_are_written_as_files_have_them(write, values, written):
    assert write(*values) == written


def test_columns_are_read_from_where_the_table_has_them_and_written_by_their_kinds():
    columns = columns_of(LEARNERS, {"gender": "sex"})

    assert [column.heading for column in columns] == [*LEARNERS.headings]
    assert [column.paths for column in columns] == [
        *(("reference",), ("uln",), ("given_names",), ("family_name",), ("sex",), ("date_of_birth",))
    ]
    assert [column.repeats for column in columns] == [False, False, False, False, True, True]
    assert [column.is_day for column in columns] == [False, False, False, False, False, True]
    assert [column.write and column.write("") for column in columns] == [None, None, None, None, "", ""]
    assert (columns[4].write("F"), columns[5].write("2026-04-05")) == ("Female", "05/04/2026")
