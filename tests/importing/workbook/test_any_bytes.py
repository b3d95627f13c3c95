"""Any bytes: none raises anything."""

from zipfile import ZIP_STORED

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.importing.workbook.reading import LIMIT, reason_of
from tests.importing.workbook.written import saved, written_by_openpyxl
from tests.workbooks import members_of, pack
from wagtail_regcert.importing.numbers import NumberFormat
from wagtail_regcert.importing.workbook import TypedCell, Workbook, read_workbook
from wagtail_regcert.messages import sentence
from wagtail_regcert.problems import Fault

WHOLE = pack(members_of("<row><c t='s'><v>0</v></c></row>", strings="<si><t>a</t></si>", formats={"14": ""}))
BARE = pack(
    members_of('<row r="1"><c r="A1" s="1" t="n"><f>1</f><v>46023</v></c></row>', formats={"14": ""}),
    ZIP_STORED,
)


def survives(data):
    found = read_workbook(data, LIMIT)

    assert isinstance(found, Workbook) or sentence(found.code, found.facts)


@pytest.mark.parametrize(
    "whole", [WHOLE, BARE, saved(written_by_openpyxl())], ids=["hand", "stored", "openpyxl"]
)
def test_a_workbook_that_is_cut_off_is_refused(whole):
    for length in range(len(whole) - 1, 4, -max(1, len(whole) // 400)):
        assert reason_of(whole[:length]) == (Fault.NOT_TEXT, "damaged")


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([WHOLE, BARE, saved(written_by_openpyxl())]), st.data())
def test_no_byte_that_is_changed_raises_anything(whole, data):
    changed = bytearray(whole)
    for place in data.draw(st.lists(st.integers(4, len(whole) - 1), min_size=1, max_size=4)):
        changed[place] = data.draw(st.integers(0, 255))

    survives(bytes(changed))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]), st.binary(max_size=600))
@example(b"PK\x03\x04", b"PK\x05\x06" + b"\0" * 18)
@example(b"PK\x03\x04", b"PK\x05\x06" + b"\xff" * 18)
def test_no_bytes_raise_anything(start, rest):
    survives(start + rest)


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from('<>/="\' crvtfis0123456789ABrow"&;x'), max_size=120))
def test_no_xml_of_a_sheet_raises_anything(xml):
    survives(pack(members_of(xml)))


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.sampled_from('0#?.,;dmyhs"\\_*[]$-/ @EGe%'), max_size=12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)
def test_no_number_format_raises_anything(code, number, since_1904):
    cell = NumberFormat(code, since_1904=since_1904).cell(repr(number))

    assert isinstance(cell, str | TypedCell)
