"""Bytes in, text out; or the reason why there is none. Touches nothing."""

from __future__ import annotations

import codecs
from typing import NamedTuple

from ..characters import LOST, is_blank
from ..problems import Fault, FileFault

_SIGNATURES = {
    b"PK\x03\x04": "excel",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "excel",
    b"%PDF-": "pdf",
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
}
_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a", b"\x28\xb5\x2f\xfd")
"""How gzip, bzip2, xz, 7-Zip, RAR and Zstandard files begin."""

_NUL_WITHIN = 1024
_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BEYOND_ASCII = bytes(range(0x80, 0x100))
_DOS_END = "\x1a"


class Decoded(NamedTuple):
    """A file's text and the encoding it was in."""

    text: str
    encoding: str


def decode(data: bytes) -> Decoded | FileFault:
    """Find the encoding: by byte order mark; else UTF-8, even if some of it is broken; else Windows-1252."""
    decoded = _decode(data)
    if decoded is not None and is_blank(decoded.text):
        return FileFault(Fault.EMPTY, {"encoding": decoded.encoding})
    for signature, kind in _SIGNATURES.items():
        if data.startswith(signature):
            return FileFault(Fault.NOT_TEXT, {"kind": kind})
    if b"\0" in data[:_NUL_WITHIN] and not data.startswith(_UTF_16_MARKS):
        return FileFault(Fault.NOT_TEXT, {"kind": _kind(data)})
    if decoded is None:
        return FileFault(Fault.BAD_ENCODING, {"kind": _kind(data)})
    return decoded


def _decode(data: bytes) -> Decoded | None:
    try:
        if data.startswith(codecs.BOM_UTF8):
            # What a mark says is true of all but a few broken bytes: each costs a record, not the file.
            text, encoding = data.decode("utf-8-sig", "replace"), "utf-8-sig"
        elif data.startswith(_UTF_16_MARKS):
            text, encoding = data.decode("utf-16"), "utf-16"
        else:
            text, encoding = _without_mark(data)
    except UnicodeDecodeError:
        return None
    return Decoded(text.removesuffix(_DOS_END), encoding)


def _without_mark(data: bytes) -> tuple[str, str]:
    """UTF-8 where it is that, or at least as much of it as not; else Windows-1252."""
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    # By counting bytes: character by character takes ten times as long.
    ascii_characters = len(data.translate(None, _BEYOND_ASCII))
    broken = text.count(LOST) - data.count(LOST.encode())
    good = len(text) - ascii_characters - broken
    if good >= broken:
        return text, "utf-8"
    return data.decode("cp1252"), "cp1252"


def _kind(data: bytes) -> str:
    """What a file that is no text probably is."""
    if data.startswith(_COMPRESSED):
        return "compressed"
    # Latin letters have NUL bytes in two or three of four columns.
    sample = data[:_NUL_WITHIN]
    columns = [sample[start::4] for start in range(4)]
    empty = [column.count(0) > len(column) / 2 for column in columns]
    if sum(empty) == 3:
        return "utf-32"
    if empty in ([True, False, True, False], [False, True, False, True]):
        return "utf-16"
    return "binary"
