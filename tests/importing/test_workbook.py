"""Workbooks to rows: by openpyxl, by LibreOffice, by hand, and hostile ones."""

import datetime as dt

import pytest

from tests.workbooks import members_of, pack
from wagtail_regcert.importing.workbook import Odd, OddKind, Workbook, read_workbook

LIMIT = 2_097_152


def rows_of(data):
    found = read_workbook(data, LIMIT)
    assert isinstance(found, Workbook), found
    return found.rows


@pytest.mark.parametrize(
    ("xml", "cell"),
    [
        ("<v>46023</v>", "46023"),
        ('<c r="A1" s="1"><v>46023</v></c>', Odd(OddKind.DAY, "2026-01-01", dt.date(2026, 1, 1))),
    ],
)
def test_a_cell_is_what_it_means(xml, cell):
    xml = xml if xml.startswith("<c") else f'<c r="A1">{xml}</c>'

    data = pack(members_of(f'<row r="1">{xml}</row>', formats={"14": ""}))

    assert rows_of(data) == [[cell]]
