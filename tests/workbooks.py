"""Workbooks made by hand, member by member: what no program writes, and what one must be sure of."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"

Members = dict[str, str | bytes]


def pack(members: Members, compression: int = ZIP_DEFLATED) -> bytes:
    """A zip of these members in this order."""
    packed = BytesIO()
    with ZipFile(packed, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def relationships(*targets: str) -> str:
    """A part of relationships ``rId1``, ``rId2``, … from ``kind target``."""
    lines = [
        f'<Relationship Id="rId{number}" Type="{RELATIONSHIPS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(map(str.split, targets), start=1)
    ]
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(lines)}</Relationships>'


def sheet(rows: str, after: str = "", *, namespace: str = MAIN) -> str:
    """A sheet from the XML of its rows."""
    return f'<worksheet xmlns="{namespace}"><sheetData>{rows}</sheetData>{after}</worksheet>'


def members_of(
    rows: str = "",
    *,
    after: str = "",
    strings: str | None = None,
    formats: dict[str, str] | None = None,
    properties: str = "",
    content_type: str = CONTENT_TYPE,
) -> Members:
    """The members of a workbook with one sheet.

    ``strings`` is the XML of what cells share. Style 0 has no number format; 1, 2, … have those of
    ``formats``: the code by its number, blank where the number means one by itself.
    """
    formats = formats or {}
    codes = "".join(
        f'<numFmt numFmtId="{number}" formatCode="{code}"/>' for number, code in formats.items() if code
    )
    styles = "".join(f'<xf numFmtId="{number}"/>' for number in ["0", *formats])
    members: Members = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        f'<Override PartName="/xl/workbook.xml" ContentType="{content_type}"/></Types>',
        "_rels/.rels": relationships("officeDocument xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONSHIPS}">{properties}'
        '<sheets><sheet name="Records" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relationships(
            "worksheet worksheets/sheet1.xml", "sharedStrings sharedStrings.xml", "styles styles.xml"
        ),
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>{codes}</numFmts>'
        f'<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>{styles}</cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": sheet(rows, after),
    }
    if strings is not None:
        members["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{strings}</sst>'
    return members


def with_member(members: Members, name: str, content: str | bytes) -> bytes:
    """A workbook with one more member, or another one."""
    return pack({**members, name: content})


def with_declared_size(data: bytes, name: str, size: int) -> bytes:
    """A zip whose directory and header say another size of a member."""
    changed = bytearray(data)
    for signature, length, place in ((b"PK\x03\x04", 30, 22), (b"PK\x01\x02", 46, 24)):
        start = data.find(signature)
        while data[start + length : start + length + len(name)] != name.encode():
            start = data.find(signature, start + 1)
        struct.pack_into("<L", changed, start + place, size)
    return bytes(changed)


def overlapping(count: int, content: bytes) -> bytes:
    """A zip whose members all have the same bytes."""
    deflate = zlib.compressobj(9, wbits=-15)
    packed = deflate.compress(content) + deflate.flush()
    checksum = zlib.crc32(content)
    sizes = struct.pack("<LLL", checksum, len(packed), len(content))
    first = b"a0.xml"
    body = b"PK\x03\x04" + struct.pack("<HHHHH", 20, 0, 8, 0, 0) + sizes + struct.pack("<HH", len(first), 0)
    body += first + packed
    directory = b""
    for number in range(count):
        name = f"a{number}.xml".encode()
        directory += b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 0) + sizes
        directory += struct.pack("<HHHHHLL", len(name), 0, 0, 0, 0, 0, 0) + name
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, count, count, len(directory), len(body), 0)
    return body + directory + end


def ole(*names: str) -> bytes:
    """The beginning of an OLE file, with a directory of these names."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
    return header + b"".join(
        f"{name}\0".encode("utf-16-le").ljust(128, b"\0") for name in ("Root Entry", *names)
    )
