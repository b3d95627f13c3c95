"""Workbooks that openpyxl writes."""

import datetime as dt
from io import BytesIO

import openpyxl

WRITTEN = [
    ["ULN", "Registration", "Day", "Moment", "Number", "True", "Error", "Formula"],
    [
        "0012345679",
        "a\r\nb",
        dt.date(2026, 1, 31),
        dt.datetime(2026, 1, 31, 9, 30),
        1.5,
        True,
        "#N/A",
        "=1+1",
    ],
    [9276308686, " é ", dt.datetime(1900, 1, 1), dt.time(9, 30), 1e-7, False, None, "=A1"],
    [12345678901234567, "x_x000D_y", dt.date(1900, 2, 28), dt.timedelta(hours=36), 12, None, "#DIV/0!", None],
]


def written_by_openpyxl():
    workbook = openpyxl.Workbook()
    cells = workbook.active
    for row in WRITTEN:
        cells.append(row)
    cells["A6"] = 12345679
    cells["A6"].number_format = "0000000000"
    cells["B6"] = "merged"
    cells["C7"] = "lost"
    cells.merge_cells("B6:C7")
    cells["E7"] = "end"
    cells.row_dimensions[3].hidden = True
    cells.auto_filter.ref = "A1:H4"
    hidden = workbook.create_sheet("hidden", 0)
    hidden["A1"] = "hidden"
    hidden.sheet_state = "hidden"
    return workbook


def saved(workbook):
    written = BytesIO()
    workbook.save(written)
    return written.getvalue()
