"""Files, file names and query strings as nobody would write them, and what Hypothesis does with them.

``REGCERT_FUZZ`` is the number of examples of each property. Without it there are few, and always the
same; with it, other ones in every run (``--hypothesis-seed`` repeats one).
"""

from __future__ import annotations

import csv
import os
from io import StringIO

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from wagtail_regcert.layouts import REGISTRATIONS, Separator, Status

QUALIFICATIONS = ("603/2942/X", "603/1234/5")
ULNS = ("9276308686", "1000000000", "0012345678", "Å", "=1+1", "1000000027", "1000000043", "x")

ASKED = os.environ.get("REGCERT_FUZZ")
FEW = 12


def examples(share: float = 1.0) -> settings:
    """How a property is tried: ``share`` of the number of examples asked for."""
    return settings(
        max_examples=max(1, int(int(ASKED or FEW) * share)),
        derandomize=ASKED is None,
        database=None,
        deadline=None,
        # Making an example smaller takes minutes.
        phases=[Phase.generate, *([Phase.shrink] if os.environ.get("REGCERT_SHRINK") else [])],
        # Each example leaves the database as it was.
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


NASTY = (
    "",
    "=1+1",
    "'=1+1",
    "''@x",
    '="9276308686"',
    '="a""b"',
    '="',
    "-",
    "\t",
    "a\tb",
    "a\rb",
    "a\r\nb",
    "\0",
    "a\0b",
    "'",
    '"',
    '"""',
    ",",
    "a;b|c\td,e",
    "\ufeff",
    "\u200b \u2060",
    "\u202ex",
    "e\u0301" * 70,
    "ﬃ" * 128,
    "ΐ" * 128,
    "İ",
    "ß",
    "👩‍🎓" * 40,
    "x" * 128,
    "x" * 129,
    "x" * 300,
    "9" * 128,
    "9.28E+09",
    "1E5",
    "9999999999",
    "12345678",
    "9276308687",
    "1/2/2026",
    "31/02/2026",
    "31/12/2100",
    "01/01/1899",
    "2026-08-31",
    "٣١/٠٨/٢٠٢٦",
    "//",
    "sep=,",
    "<script>alert(1)</script>",
    "{{ x }}%(x)s%s{0}",
    "\ud7ff\ue000\uffff\U0010ffff",
    "\x85\x9f\x7f",
    "\u2028\u2029\x0b\x0c",
    "null",
    "\\",
    "'; DROP TABLE x --",
)

ODD = " \t\r\n\x0b\x1c\x85\u00a0\u2003\u2028\u3000\u00ad\u200b\u200e\ufe0f\ufeff\ufffd"
"""White, invisible and bad characters."""

_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
_nasty = st.one_of(
    st.sampled_from(NASTY),
    _texts,
    st.sampled_from(ODD),
)
_date = st.sampled_from(["", "", "01/09/2025", "02/09/2025", "31/12/2100", "01/01/1900"])
_good = (
    st.sampled_from([*QUALIFICATIONS, "6032942X", " 603/2942/x "]),
    st.sampled_from(ULNS).map(lambda uln: f"'{uln}" if uln[0] == "=" else uln),
    st.sampled_from([status.label for status in Status]),
    st.sampled_from(["", "R1", "Å", "'=R"]),
    *[_date] * 5,
    st.sampled_from(["", "RM1", "👩‍🎓"]),
)


@st.composite
def _rows(draw: st.DrawFn) -> list[str]:
    row = [draw(cell) for cell in _good]
    for position in draw(st.sampled_from([[], [], *([at] for at in range(10)), [2, 3, 4], [0, 1]])):
        row[position] = draw(_nasty)
    if draw(st.integers(0, 5)) == 0:
        row = row[: draw(st.integers(0, 10))] + draw(st.lists(_nasty, max_size=4))
    return row


ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")


@st.composite
def tables(draw: st.DrawFn) -> tuple[bytes, Separator]:
    """A file in the import layout with good and bad records, and its separator."""
    separator = draw(st.sampled_from(Separator))
    rows = draw(st.lists(_rows(), min_size=1, max_size=6))
    headings = list(REGISTRATIONS.headings) + [""] * draw(st.sampled_from([0, 0, 0, 2]))
    out = StringIO(newline="")
    writer = csv.writer(
        out,
        delimiter=separator.character,
        lineterminator=draw(st.sampled_from(["\r\n", "\n", "\r"])),
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
    )
    writer.writerows([headings, *rows])
    text = (
        draw(st.sampled_from(["", "", "", f"sep={separator.character}\r\n", "\r\n , \r\n"])) + out.getvalue()
    )
    return text.encode(draw(st.sampled_from(ENCODINGS)), "replace"), separator


_HEADER = ",".join(REGISTRATIONS.headings).encode() + b"\r\n"

_payloads = st.one_of(
    st.sampled_from(
        [
            b'"',
            b'""',
            b"\0",
            b"\xef\xbb\xbf",
            b"\xff\xfe",
            b"\xfe\xff",
            b",",
            b";",
            b"\t",
            b"|",
            b"\r",
            b"\n",
            b"\r\n\r\n",
            b"\xed\xa0\x80",
            b"\xed\xb0\x80",
            b"\xc2\x85",
            b"\xe2\x80\x8b",
            b"\x81",
            b"\x1a",
            b"'",
            b"=",
            b"PK\x03\x04",
            b"%PDF-",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            b"x" * 140_000,
            b'"' * 3001,
            b",\n" * 3000,
            b"," * 30_000,
            b"1\n" * 2100,
        ]
    ),
    st.binary(max_size=4),
)


@st.composite
def broken_tables(draw: st.DrawFn) -> tuple[bytes, Separator]:
    """A file in the import layout in which something was cut, put in, flipped or doubled."""
    data, separator = draw(tables())
    for _number in range(draw(st.integers(1, 3))):
        # Mostly after the headings: what is broken there is refused, and nothing more is seen of the file.
        at = draw(st.integers(draw(st.sampled_from([0, *[len(_HEADER)] * 4])), max(len(data), len(_HEADER))))
        match draw(st.sampled_from(["insert", "insert", "flip", "cut", "truncate", "double", "encoding"])):
            case "insert":
                data = data[:at] + draw(_payloads) + data[at:]
            case "flip":
                data = (
                    data[:at]
                    + bytes(byte ^ draw(st.integers(1, 255)) for byte in data[at : at + 1])
                    + data[at + 1 :]
                )
            case "cut":
                data = data[:at] + data[at + draw(st.integers(1, 30)) :]
            case "truncate":
                data = data[:at]
            case "double":
                data = data[:at] + data[max(0, at - 50) :]
            case "encoding":
                data = data.decode("utf-8", "replace").encode(
                    draw(st.sampled_from(["utf-16-le", "utf-32", "utf-7"])), "replace"
                )
    return data, draw(st.sampled_from([separator, separator, separator, *Separator]))


anything = st.tuples(
    st.tuples(
        st.sampled_from(
            [*[_HEADER] * 6, b"\xef\xbb\xbf" + _HEADER, b"", b"\xff\xfe", b"\xfe\xff", b"sep=,\r\n" + _HEADER]
        ),
        st.one_of(
            st.binary(min_size=1, max_size=300),
            st.text(st.sampled_from(",,\n\r\"'=+1aé\u200b\0 /"), min_size=1).map(str.encode),
            st.text(min_size=1).map(lambda text: text.encode("utf-8", "surrogatepass")),
        ),
    ).map(b"".join),
    st.sampled_from([Separator.COMMA] * 5 + list(Separator)),
)
"""Any bytes, some of them after the headings."""

KINDS = {"tables": tables(), "broken tables": broken_tables(), "anything": anything}

FILE_NAMES = (
    "../../x.csv",
    "..\\..\\x.CSV",
    "/etc/passwd",
    "/.csv",
    ".csv",
    "..csv",
    "…csv",
    "",
    " ",
    "a" * 255 + ".csv",
    "a" * 5000 + ".csv",
    "a." + "b" * 300,
    "é" * 300 + ".csv",
    "👩‍🎓" * 100 + ".csv",
    'a"b.csv',
    'a\\"b.csv',
    "a'b;c=d.csv",
    "a\r\nX-Evil: 1.csv",
    "a\nb.csv",
    "a\0b.csv",
    "a.csv\0",
    "\u202evsc.exe.csv",
    "\u200f.csv",
    "a.csv\u200e",
    "%0d%0aX: 1.csv",
    "&quot;&#10;&#0;.csv",
    "<img src=x onerror=alert(1)>.csv",
    "%s%(file)s{0}.csv",
    "CON.csv",
    "a.csv.exe",
    "a.İCSV",
    "-.csv",
    "=cmd|' /C calc'!A0.csv",
)
"""File names as a client may send them: raw, whatever they do to the header that they stand in."""

_odd = st.one_of(
    st.sampled_from(
        [
            "",
            "0",
            "1",
            "2",
            "-1",
            "99999999",
            "999999999",
            "1" + "0" * 30,
            "9" * 5000,
            "1.5",
            "1e3",
            "٣",
            "²",
            "x",
            "last",
            "\0",
            "\ud7ff",
            "[]",
            "row",
            "-row",
            "--row",
            "-",
            ",",
            "row,-column,code,nope",
            "value",
            "-value",
            "errors",
            "changes",
            "warnings",
            "column",
            "-code,column",
        ]
    ),
    st.text(max_size=5),
)

queries = st.lists(
    st.tuples(st.sampled_from(["tab", "tab", "p", "kind", "ordering", "sort", "page", "per_page"]), _odd),
    max_size=4,
)
"""Query strings of a report, names given several times included."""
