"""A plain reading of SPEC §5.1: bytes in, the header row and the records out."""

import codecs

from .oracle_cells import COLUMNS, MORE_COLUMNS, WHITE_SPACE, clean, is_invisible, single_spaced, trimmed

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}


def decode(data):
    """The fault or None, the encoding's name, the text."""
    encoding, text = reading(data)
    if text is not None and text.endswith("\x1a"):
        text = text[:-1]
    if text is not None and trimmed(text) == "":
        return "empty", encoding, text
    for start in (
        b"PK\x03\x04",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"%PDF-",
        b"\xff\xfe\0\0",
        b"\0\0\xfe\xff",
    ):
        if data.startswith(start):
            return "not_text", None, None
    if 0 in data[:1024] and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return "not_text", None, None
    if text is None:
        return "bad_encoding", None, None
    return None, encoding, text


def reading(data):
    """The encoding's name and the text, or None and None."""
    if data.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig", data[3:].decode("utf-8", "replace")
    if data.startswith(b"\xff\xfe"):
        return named("utf-16", decoded(data[2:], "utf-16-le"))
    if data.startswith(b"\xfe\xff"):
        return named("utf-16", decoded(data[2:], "utf-16-be"))
    text = data.decode("utf-8", "replace")
    bad = bad_sequences(data)
    good = sum(character > "\x7f" for character in text) - bad
    if bad == 0 or good >= max(bad, 1):
        return "utf-8", text
    return named("cp1252", decoded(data, "cp1252"))


def named(encoding, text):
    return (None, None) if text is None else (encoding, text)


def decoded(data, codec):
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return None


def bad_sequences(data):
    """How often ``replace`` puts U+FFFD."""
    found = []

    def replace(error):
        found.append(error.start)
        return codecs.replace_errors(error)

    codecs.register_error("counted by the oracle", replace)
    data.decode("utf-8", "counted by the oracle")
    return len(found)


def read(text, separator):
    """Every row as a list of cells, blank rows too; None where the quoting is broken or a cell too long."""
    rows = []
    at = 0
    while at < len(text):
        row = []
        while True:
            cell, at = (read_quoted if text[at : at + 1] == '"' else read_plain)(text, at, separator)
            if cell is None or len(cell) > 131_072:
                return None
            row.append(cell)
            if text[at : at + 1] != separator:
                break
            at += 1
        at += 2 if text[at : at + 2] == "\r\n" else 1
        rows.append(row)
    return rows


def read_plain(text, at, separator):
    """The cell that begins here, and where it ends."""
    start = at
    while at < len(text) and text[at] not in (separator, "\r", "\n"):
        at += 1
    return text[start:at], at


def read_quoted(text, at, separator):
    """The same for a cell in quotes; None for one that is broken."""
    characters = []
    at += 1
    while at < len(text):
        if text[at] != '"':
            characters.append(text[at])
            at += 1
        elif text[at + 1 : at + 2] == '"':
            characters.append('"')
            at += 2
        else:
            at += 1
            if at < len(text) and text[at] not in (separator, "\r", "\n"):
                return None, at
            return "".join(characters), at
    return None, at


def headed(rows, separator):
    """The header row, or None where it is not one; and the records as (row number, cells)."""
    numbered = [(number, row) for number, row in enumerate(rows, start=1)]
    if names_separator(rows[0], separator):
        numbered = numbered[1:]
    filled = [(number, row) for number, row in numbered if not all(clean(cell) == "" for cell in row)]
    if not filled or not is_header(filled[0][1]):
        return None, []
    header = filled[0][1]
    records = []
    for number, row in filled[1:]:
        counted = [cell for cell, kind in zip_headings(row, header) if kind not in MORE_COLUMNS]
        if not all(clean(cell) == "" for cell in counted):
            records.append((number, row))
    return header, records


def names_separator(row, separator):
    """Whether a row is ``sep=`` and the chosen separator, and nothing else."""
    rest = separator.join(row)
    for part in ("sep", "=", separator):
        while rest[: len(part)].casefold() != part and rest[:1] and rest[0] in WHITE_SPACE:
            rest = rest[1:]
        if rest[: len(part)].casefold() != part:
            return False
        rest = rest[len(part) :]
    return all(clean(cell) == "" for cell in rest.split(separator))


def is_header(row):
    if [heading(cell) for cell in row[:10]] != [column.casefold() for column in COLUMNS]:
        return False
    return all(heading(cell) in ["", *(name.casefold() for name in MORE_COLUMNS)] for cell in row[10:])


def zip_headings(row, header):
    """Each cell with which of the two headings after the tenth it stands under, or with ""."""
    named = {name.casefold(): name for name in MORE_COLUMNS}
    kinds = [""] * 10 + [named.get(heading(cell), "") for cell in header[10:]]
    kinds += [""] * len(row)
    return list(zip(row, kinds, strict=False))


def heading(cell):
    seen = "".join(character for character in clean(cell) if not is_invisible(character))
    name = trimmed(single_spaced(seen))
    if name.endswith("*"):
        name = trimmed(name[:-1])
    return name.casefold()
