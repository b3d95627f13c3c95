"""What a workbook is read as, and cells that are more than text."""

import datetime as dt

from tests.workbooks import members_of, pack
from wagtail_regcert.importing.workbook import TypedCell, TypedKind, Workbook, read_workbook
from wagtail_regcert.problems import FileFault

LIMIT = 2_097_152
NO_VALUE = TypedCell(TypedKind.NO_VALUE, "")


def read(data, limit=LIMIT):
    """The workbook, which is no fault."""
    found = read_workbook(data, limit)
    assert isinstance(found, Workbook), found
    return found


def rows_of(data):
    return read(data).rows


def reason_of(data, limit=LIMIT):
    """The fault's code, and its reason."""
    found = read_workbook(data, limit)
    assert isinstance(found, FileFault), found
    return found.code, found.facts["reason"]


def only_cell(xml, **parts):
    """What the one cell of a sheet is read as."""
    (row,) = rows_of(pack(members_of(f'<row r="1">{xml}</row>', **parts)))
    (cell,) = row
    return cell


def day(year, month, day):
    found = dt.date(year, month, day)
    return TypedCell(TypedKind.DAY, found.isoformat(), found)


def moment(text):
    return TypedCell(TypedKind.DAY, text)


def long_number(digits):
    return TypedCell(TypedKind.LONG_NUMBER, digits)
