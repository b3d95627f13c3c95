"""Bytes in, text out; or the reason why there is none. Touches nothing."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from ..cells import WHITE
from ..problems import Fault, FileFault

_SIGNATURES = {
    b"PK\x03\x04": "excel",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "excel",
    b"%PDF-": "pdf",
}
_NUL_WITHIN = 1024
_NOT_WHITE = re.compile(f"[^{WHITE}]")
_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Decoded(NamedTuple):
    """A file's text and the encoding it was in."""

    text: str
    encoding: str


def decode(data: bytes) -> Decoded | FileFault:
    """Find the encoding by byte order mark, else UTF-8, else Windows-1252."""
    decoded = _decode(data)
    if decoded is not None and not _NOT_WHITE.search(decoded.text):
        return FileFault(Fault.EMPTY, {"encoding": decoded.encoding})
    for signature, kind in _SIGNATURES.items():
        if data.startswith(signature):
            return FileFault(Fault.NOT_TEXT, {"kind": kind})
    if b"\0" in data[:_NUL_WITHIN] and not data.startswith(_UTF_16_MARKS):
        return FileFault(Fault.NOT_TEXT, {"kind": "binary"})
    if decoded is None:
        return FileFault(Fault.BAD_ENCODING)
    return decoded


def _decode(data: bytes) -> Decoded | None:
    if data.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    elif data.startswith(_UTF_16_MARKS):
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8", "cp1252"]
    for encoding in candidates:
        try:
            return Decoded(data.decode(encoding), encoding)
        except UnicodeDecodeError:
            continue
    return None
