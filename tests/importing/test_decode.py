"""Bytes to text: encodings, and what is no text. In the order in which SPEC checks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wagtail_regcert.importing.decode import Decoded, decode
from wagtail_regcert.problems import Fault

BOM_8, BOM_LE, BOM_BE = b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"


def fault(data):
    """The fault's code, and the encoding where it is known."""
    found = decode(data)
    assert not isinstance(found, Decoded), found
    return found.code, found.facts.get("encoding")


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        ("Siân".encode(), "Siân", "utf-8"),
        (b"plain", "plain", "utf-8"),
        (BOM_8 + "Siân 😀".encode(), "Siân 😀", "utf-8-sig"),
        (BOM_LE + "Siân 😀".encode("utf-16-le"), "Siân 😀", "utf-16"),
        (BOM_BE + "Siân 😀".encode("utf-16-be"), "Siân 😀", "utf-16"),
        (b"Si\xe2n \x80 \x93", "Siân € “", "cp1252"),
        # A byte order mark decides: these bytes would be Windows-1252 too.
        (BOM_8 + "é".encode(), "é", "utf-8-sig"),
        # Only one mark is taken off here; cells are stripped of others.
        (BOM_8 + BOM_8 + b"x", "\ufeffx", "utf-8-sig"),
        # A mark holds, whatever else is broken.
        (BOM_8 + b"caf\xe9", "caf\ufffd", "utf-8-sig"),
        (BOM_8 + b"\xe9\xe9\xe9", "\ufffd\ufffd\ufffd", "utf-8-sig"),
        # Without one as many good characters as broken sequences are needed, and one at least.
        ("Zoë".encode() + b"\xeb", "Zoë\ufffd", "utf-8"),
        ("Zoë".encode() + b"\xeb\xeb", "ZoÃ«ëë", "cp1252"),
        (b"Zo\xeb", "Zoë", "cp1252"),
        ("ëë".encode() + b"\xeb.\xff", "ëë\ufffd.\ufffd", "utf-8"),
        # A character that is cut off counts once, by however many bytes.
        ("€".encode() + b"\xe2\x82.", "€\ufffd.", "utf-8"),
        (b"\xe2\x82.", "â‚.", "cp1252"),
        # One that was lost before is a good character of the file.
        ("\ufffd".encode() + b"\xeb", "\ufffd\ufffd", "utf-8"),
        ("\ufffd".encode(), "\ufffd", "utf-8"),
        # One Ctrl-Z of DOS at the very end, in any encoding.
        (b"x\x1a", "x", "utf-8"),
        (b"x\x1a\x1a", "x\x1a", "utf-8"),
        (b"x\x1a\r\n", "x\x1a\r\n", "utf-8"),
        (b"\x1ax", "\x1ax", "utf-8"),
        (b"Zo\xeb\x1a", "Zoë", "cp1252"),
        (BOM_LE + "x\x1a".encode("utf-16-le"), "x", "utf-16"),
    ],
)
def test_the_encoding_is_found_by_its_mark_or_by_trial(data, text, encoding):
    assert decode(data) == Decoded(text, encoding)


@pytest.mark.parametrize("bad", [b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d"])
def test_what_neither_utf_8_nor_windows_1252_knows_is_refused(bad):
    assert fault(b"caf" + bad) == (Fault.BAD_ENCODING, None)


@pytest.mark.parametrize(
    "data",
    [
        BOM_LE + b"uneven...",
        BOM_LE + b"\x00\xd8x\x00",
        BOM_BE + b"\xd8\x00\x00x",
        BOM_LE + b"x\x00\x00\xdc",
    ],
)
def test_a_mark_that_is_not_kept_to_is_refused_and_nothing_else_tried(data):
    assert fault(data) == (Fault.BAD_ENCODING, None)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"", "utf-8"),
        (b"\r\n \t\x0b", "utf-8"),
        ("\u200b\u200c\u200d\u2060\ufeff\u3000\u2028\u00a0".encode(), "utf-8"),
        ("\u00ad\u200e\u2068\ufe0f\U000e0041".encode(), "utf-8"),
        (b" \x1a", "utf-8"),
        (b"\xa0\r\n", "cp1252"),
        (BOM_8, "utf-8-sig"),
        (BOM_LE, "utf-16"),
        (BOM_BE + b"\x00 \x00\n", "utf-16"),
    ],
)
def test_a_file_of_nothing_but_white_space_is_empty(data, encoding):
    assert fault(data) == (Fault.EMPTY, encoding)


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04",
        b"PK\x03\x04\x81 not Windows-1252 either",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more",
        b"%PDF-1.7\n\x81",
        b"x" * 1023 + b"\0",
        BOM_8 + b"a\0",
        b"\0",
        b"\xff\xfe\0\0",
        "a,b".encode("utf-32"),
        b"\0\0\xfe\xff\0\0\0a",
    ],
)
def test_other_kinds_of_file_are_no_text(data):
    assert fault(data) == (Fault.NOT_TEXT, None)


@pytest.mark.parametrize(
    "data",
    [
        b"x" * 1024 + b"\0",
        BOM_LE + "a,b".encode("utf-16-le"),
        BOM_BE + "a,\0b".encode("utf-16-be"),
        b"PK\x03",
        b" PK\x03\x04",
        b"%PDF",
        b"\xd0\xcf\x11\xe0",
    ],
)
def test_what_only_resembles_another_kind_of_file_is_read(data):
    assert isinstance(decode(data), Decoded)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ("Status,é\r\n".encode("utf-16-le"), "utf-16"),
        ("Status,é\r\n".encode("utf-16-be"), "utf-16"),
        ("Status,é\r\n".encode("utf-32-le"), "utf-32"),
        ("Status,é\r\n".encode("utf-32-be"), "utf-32"),
        ("Status".encode("utf-32"), "utf-32"),
        (b"\x1f\x8b\x08\x00\x00", "compressed"),
        (b"7z\xbc\xaf\x27\x1c\0", "compressed"),
        (b"\x7fELF\x02\x01\x01\0\0\0\0", "binary"),
        (b"a\0b,c,d", "binary"),
        # Half of a column: not what letters have.
        (b"a\0b\0c\0dd", "binary"),
    ],
)
def test_it_is_told_what_kind_of_file_is_no_text(data, kind):
    found = decode(data)

    assert (found.code, found.facts["kind"]) == (Fault.NOT_TEXT, kind)


def test_a_compressed_file_without_a_nul_is_told_as_such_too():
    found = decode(b"\x1f\x8b\x08\x01\x81")

    assert (found.code, found.facts["kind"]) == (Fault.BAD_ENCODING, "compressed")


def by_the_rule(data):
    """What SPEC says, character by character."""
    replaced = data.decode("utf-8", "replace")
    # As one character for each bad byte, so that good ones can be told from bad ones.
    marked = data.decode("utf-8", "surrogateescape")
    good = sum(character > "\x7f" and not "\udc80" <= character <= "\udcff" for character in marked)
    bad = sum(character > "\x7f" for character in replaced) - good
    if good >= bad:
        return replaced, "utf-8"
    return data.decode("cp1252"), "cp1252"


@settings(max_examples=400)
@given(
    st.lists(
        st.sampled_from(
            [b"a", b"\xeb", b"\xe2\x82", b"\xf0\x98", b"\xc3", "é".encode(), "€".encode(), "😀".encode()]
        ),
        min_size=1,
    ).map(b"".join)
)
def test_utf_8_is_told_from_windows_1252_by_counting(data):
    assert decode(data) == by_the_rule(data)


texts = st.text(st.characters(exclude_characters="\0\x1a", exclude_categories=["Cs"]))


@given(texts, st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_a_text_is_read_as_it_was_written(text, encoding):
    written = f"Status{text}"

    assert decode(written.encode(encoding)) == Decoded(written, encoding)
