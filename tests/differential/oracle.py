"""A second, plain reading of SPEC §5 to §7: bytes and stored values in, the answer of §7 out.

Written from the SPEC alone and sharing nothing with the package, so that a rule which the engine misreads, or
loses in making it quick, shows up as a disagreement. It is naive on purpose: one cell at a time,
dictionaries, no cleverness.

A *world* is what is stored, as plain values::

    {"learners": {reference: uln or None},
     "qualifications": [number, …],
     "registrations": {(reference, number): values, …}}

where ``values`` holds the eight values of §5.2 that a file carries, dates as ISO text and blanks as ``""``.
"""

from collections import Counter

COLUMNS = [
    "Qualification Number",
    "ULN",
    "Status",
    "Registration number",
    "Registration date",
    "Certificate claimed date",
    "Achieved date",
    "Certificate received Date",
    "Certificate Sent Date",
    "Postal Tracking Reference",
]
QUALIFICATION, ULN, STATUS, NUMBER, REGISTERED, CLAIMED, ACHIEVED, RECEIVED, SENT, POSTAL = range(10)
VALUES = [STATUS, NUMBER, REGISTERED, CLAIMED, ACHIEVED, RECEIVED, SENT, POSTAL]
MANDATORY = [QUALIFICATION, ULN, STATUS]
TEXTS = [QUALIFICATION, ULN, STATUS, NUMBER, POSTAL]
DATES = [REGISTERED, CLAIMED, ACHIEVED, RECEIVED, SENT]
IN_TIME = [REGISTERED, ACHIEVED, CLAIMED, RECEIVED, SENT]

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}

STATUSES = {
    "not registered": "not_registered",
    "registered": "registered",
    "achieved": "achieved",
    "certificate claimed": "certificate_claimed",
    "certificate received": "certificate_received",
    "certificate sent": "certificate_sent",
    "exempt": "exempt",
    "registration not required": "registration_not_required",
}
OWN_DATE = {
    "registered": REGISTERED,
    "achieved": ACHIEVED,
    "certificate_claimed": CLAIMED,
    "certificate_received": RECEIVED,
    "certificate_sent": SENT,
}

# Unicode's White_Space; and U+001C to U+001F, which it leaves out but whose bidirectional classes say so: the
# SPEC does not settle them.
WHITE_SPACE = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
    "\u200a\u2028\u2029\u202f\u205f\u3000"
)
INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"
DIGITS = "0123456789"


def answer(data, separator, world, today, *, commit):
    """Say what ``regcert_import`` prints for a file, without messages and the run; and what it leaves behind.

    ``data`` is bytes, ``separator`` a name, ``today`` ISO text. Beside §7's own, the answer has ``exit`` (the
    code), ``history`` (rows that leave an entry) and ``stored`` (the registrations afterwards). Errors and
    warnings are (row, column, value, code).
    """
    fault, encoding, text = decode(data)
    if fault:
        return refusal(fault, encoding, world)
    rows = read(text, SEPARATORS[separator])
    if rows is None:
        return refusal("malformed_csv", encoding, world)
    header, records = headed(rows, SEPARATORS[separator])
    if header is None:
        return refusal("bad_header", encoding, world)
    if not records:
        return refusal("no_records", encoding, world)
    return judge(records, len(header), encoding, world, today, commit)


def refusal(code, encoding, world):
    return {
        "fatal": code,
        "rows": 0,
        "accepted": 0,
        "created": 0,
        "updated": 0,
        "unchanged": 0,
        "rejected": 0,
        "cleared": 0,
        "conflicts": 0,
        "errors": [],
        "warnings": [],
        "encoding": encoding,
        "committed": False,
        "exit": 2,
        "history": [],
        "stored": world["registrations"],
    }


# The file as a whole (§5.1)


def decode(data):
    """The fault or None, the encoding's name, the text."""
    if data.startswith(b"\xef\xbb\xbf"):
        readings = [("utf-8-sig", decoded(data[3:], "utf-8"))]
    elif data.startswith(b"\xff\xfe"):
        readings = [("utf-16", decoded(data[2:], "utf-16-le"))]
    elif data.startswith(b"\xfe\xff"):
        readings = [("utf-16", decoded(data[2:], "utf-16-be"))]
    else:
        readings = [("utf-8", decoded(data, "utf-8")), ("cp1252", decoded(data, "cp1252"))]
    readable = [(name, text) for name, text in readings if text is not None]
    encoding, text = readable[0] if readable else (None, None)
    if text is not None and trimmed(text) == "":
        return "empty", encoding, text
    for start in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-"):
        if data.startswith(start):
            return "not_text", None, None
    if 0 in data[:1024] and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return "not_text", None, None
    if text is None:
        return "bad_encoding", None, None
    return None, encoding, text


def decoded(data, codec):
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return None


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
    if separator.join(rows[0]) == f"sep={separator}":
        numbered = numbered[1:]
    filled = [(number, row) for number, row in numbered if not all(clean(cell) == "" for cell in row)]
    if not filled:
        return None, []
    header = filled[0][1]
    if [heading(cell) for cell in header[:10]] != [column.casefold() for column in COLUMNS]:
        return None, []
    if any(clean(cell) != "" for cell in header[10:]):
        return None, []
    return header, filled[1:]


def heading(cell):
    name = clean(cell)
    if name.endswith("*"):
        name = trimmed(name[:-1])
    return name.casefold()


# Reading a cell (§5.3)


def trimmed(text):
    return text.strip(WHITE_SPACE + INVISIBLE)


def clean(cell):
    cell = trimmed(cell)
    if len(cell) >= 3 and cell.startswith('="') and cell.endswith('"'):
        cell = trimmed(cell[2:-1].replace('""', '"'))
    after = cell.lstrip("'")
    if after != cell and after[:1] in ("=", "+", "-", "@"):
        cell = cell[1:]
    return cell


def match_key(number):
    return "".join(character for character in number.upper() if character not in WHITE_SPACE + "/")


def status_of(cell):
    """The stored value, or None."""
    words = "".join(" " if character in WHITE_SPACE else character for character in cell).split(" ")
    return STATUSES.get(" ".join(word for word in words if word).casefold())


def date_of(cell):
    """ISO text, or None."""
    if len(cell) != 10 or cell[2] != "/" or cell[5] != "/":
        return None
    if not all(character in DIGITS for character in cell[:2] + cell[3:5] + cell[6:]):
        return None
    day, month, year = int(cell[:2]), int(cell[3:5]), int(cell[6:])
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    lengths = [31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    if not 1900 <= year <= 2100 or not 1 <= month <= 12 or not 1 <= day <= lengths[month - 1]:
        return None
    return f"{cell[6:]}-{cell[3:5]}-{cell[:2]}"


def check_digit_fails(uln):
    if len(uln) != 10 or not all(character in DIGITS for character in uln):
        return False
    return sum(int(digit) * weight for digit, weight in zip(uln, range(10, 0, -1), strict=True)) % 11 != 10


def has_bad_character(cell):
    """Whether a character is of category Cc (C0, DEL, C1) or Cs."""
    return any(
        ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 or 0xD800 <= ord(character) < 0xE000
        for character in cell
    )


# Records (§5.4), and what becomes of them (§6, §7)


def judge(records, width, encoding, world, today, commit):
    learners = {uln: reference for reference, uln in world["learners"].items() if uln is not None}
    qualifications = {match_key(number): number for number in world["qualifications"]}
    read_records = [read_record(row, cells, width, learners, qualifications) for row, cells in records]
    seen = Counter(record["pair"] for record in read_records if record["pair"])
    counts = Counter()
    errors, warnings, written = [], [], []
    stored = dict(world["registrations"])
    for record in read_records:
        if seen[record["pair"]] > 1:
            record["errors"].append((record["row"], "", "", "duplicate"))
        if record["errors"]:
            counts["rejected"] += 1
            errors += record["errors"]
            continue
        warnings += warnings_of(record, today)
        old, new = stored.get(record["pair"]), record["values"]
        if old is None:
            counts["created"] += 1
        elif old == new:
            counts["unchanged"] += 1
        else:
            counts["updated"] += 1
            counts["cleared"] += sum(old[column] != "" and new[column] == "" for column in VALUES)
        if old != new:
            written.append(record["row"])
        stored[record["pair"]] = new
    return {
        "fatal": None,
        "rows": len(records),
        "accepted": len(records) - counts["rejected"],
        "created": counts["created"],
        "updated": counts["updated"],
        "unchanged": counts["unchanged"],
        "rejected": counts["rejected"],
        "cleared": counts["cleared"],
        "conflicts": 0,
        "errors": errors,
        "warnings": warnings,
        "encoding": encoding,
        "committed": commit,
        "exit": 1 if counts["rejected"] else 0,
        "history": written if commit else [],
        "stored": stored if commit else world["registrations"],
    }


def read_record(row, cells, width, learners, qualifications):
    """A record's values, its errors, and the registration it is about where both ends are found."""
    cleaned = [clean(cell) for cell in cells]
    record = {
        "row": row,
        "cells": cleaned,
        "short": len(cells) < 10,
        "pair": None,
        "errors": [],
        "values": {},
    }
    if len(cells) > width or any(cell != "" for cell in cleaned[10:]):
        record["errors"].append((row, "", "", "too_many_cells"))
        return record
    cleaned += [""] * (10 - len(cleaned))
    for column in range(10):
        code = error_of(column, cleaned[column], learners, qualifications)
        if code:
            value = cleaned[column].replace("\0", "\ufffd")[:200]
            record["errors"].append((row, COLUMNS[column], value, code))
    wrong = [column for _row, column, _value, _code in record["errors"]]
    if COLUMNS[QUALIFICATION] not in wrong and COLUMNS[ULN] not in wrong:
        record["pair"] = (learners[cleaned[ULN]], qualifications[match_key(cleaned[QUALIFICATION])])
    for column in VALUES:
        cell = cleaned[column]
        if column == STATUS:
            record["values"][column] = status_of(cell)
        elif column in DATES:
            record["values"][column] = date_of(cell) if cell else ""
        else:
            record["values"][column] = cell
    return record


def error_of(column, cell, learners, qualifications):
    """The first error that applies to a cell, or None."""
    if has_bad_character(cell):
        return "bad_character"
    if column in TEXTS and len(cell) > 128:
        return "too_long"
    if cell == "":
        return "required" if column in MANDATORY else None
    if column == STATUS and status_of(cell) is None:
        return "bad_status"
    if column in DATES and date_of(cell) is None:
        return "bad_date"
    if column == QUALIFICATION and match_key(cell) not in qualifications:
        return "unknown_qualification"
    if column == ULN and cell == "9999999999":
        return "temporary_uln"
    if column == ULN and cell not in learners:
        return "unknown_learner"
    return None


def warnings_of(record, today):
    """An accepted record's warnings as (row, column, value, code): in column order, of the row last."""
    values, found = record["values"], []
    for column in range(10):
        codes = []
        if column in DATES and values[column]:
            before = [values[one] for one in IN_TIME[: IN_TIME.index(column)] if values[one]]
            if before and values[column] < before[-1]:
                codes.append("date_order")
            if values[column] > today:
                codes.append("future_date")
        if OWN_DATE.get(values[STATUS]) == column and not values[column]:
            codes.append("missing_date")
        if column == ULN and check_digit_fails(record["cells"][ULN]):
            codes.append("check_digit")
        found += [(record["row"], COLUMNS[column], record["cells"][column], code) for code in codes]
    if record["short"]:
        found.append((record["row"], "", "", "short_row"))
    return found
