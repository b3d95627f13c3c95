"""Files made to cost as much as they can: each maker takes a size in bytes and fills it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count, product

from wagtail_regcert.layouts import REGISTRATIONS

LARGEST = 2_097_151
"""Bytes of the largest file that an upload may have by default."""

KNOWN = "1"
"""A qualification number and a ULN that a test may store."""

HEADER = ",".join(REGISTRATIONS.headings) + "\r\n"

Maker = Callable[[int], bytes]


def filled(
    rows: str | Iterator[str], start: str = HEADER, end: str = "", encoding: str = "utf-8", mark: bytes = b""
) -> Maker:
    """As many of the rows (of one and the same, if it is a text) as fit, between start and end."""

    def make(size: int) -> bytes:
        first, last = mark + start.encode(encoding), end.encode(encoding)
        left = size - len(first) - len(last)
        if isinstance(rows, str):
            row = rows.encode(encoding)
            return first + row * (left // len(row)) + last
        parts = []
        for row in (text.encode(encoding) for text in rows):
            left -= len(row)
            if left < 0:
                break
            parts.append(row)
        return b"".join([first, *parts, last])

    return make


def made(rows: Callable[[], Iterator[str]]) -> Maker:
    """As many rows as fit, from an iterator that is made anew for each file."""
    return lambda size: filled(rows())(size)


def shortest_texts(alphabet: str) -> Iterator[str]:
    """All texts over an alphabet, the shortest first."""
    for length in count(1):
        yield from map("".join, product(alphabet, repeat=length))


_DIGITS = "123456789"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _wide_header(size: int) -> bytes:
    blanks = size // 2
    return (HEADER.rstrip() + "," * blanks + "\n" + "1," * ((size - blanks - len(HEADER)) // 2)).encode()


MANY_ROWS: dict[str, Maker] = {
    "rows of one letter": filled("a\n"),
    "rows of one letter, ended by carriage returns": filled("a\r", start=HEADER.replace("\r\n", "\r")),
    "rows of one letter in UTF-16": filled("a\n", encoding="utf-16-le", mark=b"\xff\xfe"),
    "rows of one letter in Windows-1252": filled("é\n", encoding="cp1252"),
    "rows of a letter and a separator": filled("a,\n"),
    "rows of one blank": filled("\n", end="a\n"),
    "rows of one separator": filled(",\n", end="a\n"),
    "rows of eleven cells": filled(",,,,,,,,,,x\n"),
    "rows of eight bad cells": filled("x,x,x,,x,x,x,x,x\n"),
    "rows of ten bad cells": filled("x,x,x,\x01,x,x,x,x,x,\x01\n"),
    "rows of nothing but quotes": filled('""""\n'),
    "rows of all four separators": filled("a,b;c\td|\n"),
    "rows of zero width characters": filled("\u200b,\u2060\n", end="a\n"),
    "rows of combining characters": filled("e" + "\u0301" * 60 + ",1,Exempt\n"),
    "rows of ligatures": filled("ﬃ" * 40 + ",ﬃ,ﬃﬃ\n"),
    "rows of letters that change their length": filled("İ" * 64 + "," + "ß" * 60 + "," + "İß" * 30 + "\n"),
    "rows of NULs": filled("\0,\0,\0\n", start=HEADER + "a" * 1024 + "\n"),
    "rows of formulas": filled("'=1,+1,-1,@1\n"),
    "rows of mangled numbers": filled("1" * 60 + "E,9.28E+0" + "9" * 60 + "x\n"),
    "rows that name the separator": filled("sep=,\n", start="sep=,\n" + HEADER),
    "rows of headings": filled(HEADER),
    "one pair again and again": filled(f"{KNOWN},{KNOWN},Exempt\n"),
    "different cells": made(lambda: (f"{text},{text}\n" for text in shortest_texts(_LETTERS))),
    "different numbers that may have lost zeros, statuses nearly right": made(
        lambda: (f"{text},{text},{text}Exemt\n" for text in shortest_texts(_DIGITS))
    ),
    "different letters that upper case makes longer": made(
        lambda: (f"ΐΐΐΐ{text},{text},ß{text}\n" for text in shortest_texts(_LETTERS))
    ),
    "different ULNs with warnings": made(
        lambda: (f"1,{10**9 + number},Achieved,,02/01/2099,01/01/2099,,01/01/2098\n" for number in count())
    ),
    "different dates": made(
        lambda: (f"1,{number},Exempt,,{number},{number}/1,1/{number},,{number}//\n" for number in count())
    ),
}
"""Many rows, and so many errors as there can be."""

FEW_ROWS: dict[str, Maker] = {
    "one row": filled("a,"),
    "one row of separators": filled(",", end="x"),
    "one row of spaces": filled(" ", end=",x"),
    "one quoted cell": filled("a", start=HEADER + '"', end='"'),
    "one quoted cell of line breaks": filled("\n", start=HEADER + '"', end='"'),
    "one quoted cell of quotes": filled('""', start=HEADER + '"', end='"'),
    "a header row of many cells": _wide_header,
    "a header row of many spaces and stars": filled(" *", start=HEADER.rstrip()),
    "cells as long as can be": filled('"' + "a" * 131_072 + '"\n'),
    "cells of quotes as long as can be": filled('"' + '""' * 131_072 + '"\n'),
    "protected cells as long as can be": filled('"=""' + '""""' * 65_000 + '"""\n'),
    "cells of zero width characters as long as can be": filled(
        "\u200b" * 65_000 + "a" + "\u200b" * 65_000 + "\n"
    ),
    "cells of apostrophes as long as can be": filled("'" * 131_072 + "\n"),
    "dates as long as can be": filled("1,1,Exempt,," + "0" * 131_000 + "/\n"),
    "statuses as long as can be": filled("1,1," + "Exempt " * 18_000 + "\n"),
    "letters that grow, as long as can be": filled("ΐ" * 131_000 + "," + "ΐ" * 131_000 + ",\n"),
    "numbers as long as can be": filled("1" * 131_000 + "," + "1" * 131_000 + "E,\n"),
    "nothing but quotes": filled('"', start=""),
    "a quote that is never closed": filled("a,", start='"'),
    "a quote after the headings that is never closed": filled("a\n", start=HEADER + '"'),
    "all four separators": filled(",;\t|", start=""),
    "spaces": filled(" ", start=""),
    "line breaks": filled("\n", start=""),
    "zero width characters": filled("\u200b\u2060\ufeff", start=""),
    "byte order marks": filled("\ufeff", start=""),
}
"""Few rows or none: long cells, wide rows, broken quoting."""
