"""Other files than workbooks, told as what they are."""

from zipfile import ZIP_STORED

import pytest

from tests.importing.workbook.reading import reason_of
from tests.workbooks import PACKAGE, members_of, ole, pack, relationships, with_member
from wagtail_regcert.importing.workbook import is_workbook
from wagtail_regcert.messages import sentence
from wagtail_regcert.problems import Fault

BINARY = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
MACROS = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
FOREIGN = [
    ("password", ole("EncryptedPackage", "EncryptionInfo")),
    ("xls", ole("Workbook")),
    ("xls", ole("Book")),
    ("ole", ole("WordDocument")),
    ("ole", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ("ole", ole() + b" " + "Workbook\0".encode("utf-16-le")),
    ("macros", pack(members_of(content_type=MACROS))),
    ("macros", with_member(members_of(), "xl/vbaProject.bin", b"\0")),
    (
        "macros",
        with_member(
            members_of(),
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="bin" '
            'ContentType="application/vnd.ms-office.vbaProject"/></Types>',
        ),
    ),
    ("xlsb", pack(members_of(content_type=BINARY))),
    ("ods", pack({"mimetype": ODS, "content.xml": "<a/>"}, ZIP_STORED)),
    ("ods", pack({"mimetype": ODS, "content.xml": "<a/>"})),
    ("no_workbook", pack({"records.csv": "a,b\n"})),
    (
        "no_workbook",
        pack({**members_of(), "_rels/.rels": relationships("officeDocument word/document.xml")}),
    ),
]


@pytest.mark.parametrize(("reason", "data"), FOREIGN)
def test_what_is_no_workbook_that_can_be_read_is_told_as_what_it_is(reason, data):
    assert is_workbook(data)
    assert reason_of(data) == (Fault.NOT_TEXT, reason)


@pytest.mark.parametrize(
    ("data", "expected"),
    [(b"PK\x03\x04", True), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", True), (b"PK", False), (b"a,b", False)],
)
def test_a_workbook_is_known_by_its_first_bytes(data, expected):
    assert is_workbook(data) is expected


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("password", ["password", "Excel", "select it again"]),
        ("xls", ["(.xls)", "“Excel Workbook (.xlsx)” or “CSV UTF-8”"]),
        ("ole", ["no Excel workbook", "“Excel Workbook (.xlsx)” or “CSV UTF-8”"]),
        ("xlsb", ["(.xlsb)", "“Excel Workbook (.xlsx)” or “CSV UTF-8”"]),
        ("macros", ["macros", "“Excel Workbook (.xlsx)” or “CSV UTF-8”"]),
        ("ods", ["(.ods)", "“Excel Workbook (.xlsx)” or “CSV UTF-8”"]),
        ("no_workbook", ["ZIP", "unpack it"]),
        ("no_sheet", ["no visible sheet", "Unhide"]),
        ("dtd", ["document type definition", "“Excel Workbook (.xlsx)” or “CSV UTF-8”"]),
        ("damaged", ["damaged", "“Excel Workbook (.xlsx)” or “CSV UTF-8”"]),
    ],
)
def test_a_refused_workbook_is_told_what_to_do(reason, says):
    told = sentence(Fault.NOT_TEXT, {"kind": "workbook", "reason": reason})

    assert [part for part in says if part not in told] == [], told
