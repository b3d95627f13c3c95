"""A plain reading of SPEC §5.2 and §5.3, and of what §5.4 says of one cell by itself."""

import re
import unicodedata
from decimal import Decimal

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
MORE_COLUMNS = ["Row in the file", "What is wrong"]
QUALIFICATION, ULN, STATUS, NUMBER, REGISTERED, CLAIMED, ACHIEVED, RECEIVED, SENT, POSTAL = range(10)
VALUES = [STATUS, NUMBER, REGISTERED, CLAIMED, ACHIEVED, RECEIVED, SENT, POSTAL]
MANDATORY = [QUALIFICATION, ULN, STATUS]
TEXTS = [QUALIFICATION, ULN, STATUS, NUMBER, POSTAL]
DATES = [REGISTERED, CLAIMED, ACHIEVED, RECEIVED, SENT]
IN_TIME = [REGISTERED, ACHIEVED, CLAIMED, RECEIVED, SENT]


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
DIGITS = "0123456789"

EXCEL_ERRORS = [
    "#N/A",
    "#REF!",
    "#VALUE!",
    "#NAME?",
    "#DIV/0!",
    "#NUM!",
    "#NULL!",
    "#SPILL!",
    "#CALC!",
    "#FIELD!",
    "#BLOCKED!",
    "#UNKNOWN!",
    "#GETTING_DATA",
]
PLACEHOLDERS = [
    "null",
    "none",
    "nan",
    "n/a",
    "na",
    "nil",
    "undefined",
    "unknown",
    "tbc",
    "tba",
    "-",
    "--",
    ".",
    "?",
]
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def is_invisible(character):
    return unicodedata.category(character) == "Cf" or "\ufe00" <= character <= "\ufe0f"


def trimmed(text):
    while text and (text[0] in WHITE_SPACE or is_invisible(text[0])):
        text = text[1:]
    while text and (text[-1] in WHITE_SPACE or is_invisible(text[-1])):
        text = text[:-1]
    return text


def single_spaced(text):
    words = "".join(" " if character in WHITE_SPACE else character for character in text).split(" ")
    return " ".join(word for word in words if word)


def clean(cell):
    cell = trimmed(unicodedata.normalize("NFC", cell))
    if len(cell) >= 3 and cell.startswith('="') and cell.endswith('"'):
        cell = trimmed(cell[2:-1].replace('""', '"'))
    after = cell.lstrip("'")
    if after != cell and after[:1] in ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"):
        cell = cell[1:]
    return cell


def match_key(number):
    return "".join(character for character in number.upper() if character not in WHITE_SPACE + "/")


def status_of(cell):
    """The stored value, or None."""
    return STATUSES.get(single_spaced(cell).casefold())


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


def has_bad_character(cell, column):
    """Whether a character is of category Cc or Cs, a line break, or lost; or invisible, where none may be."""
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in cell):
        return True
    if any(character in "\u2028\u2029\ufffd" for character in cell):
        return True
    return column in [*MANDATORY, *DATES] and any(is_invisible(character) for character in cell)


def is_damaged(cell, stored):
    """Whether a spreadsheet or a wrong encoding left this behind. ``stored`` may be ""."""
    text = cell.lower()
    return (
        re.fullmatch(r"[0-9][.,][0-9]+e[+-]?[0-9]+", text) is not None
        or re.fullmatch(r"[0-9]e[+-][0-9]+", text) is not None
        or (len(text) >= 17 and re.fullmatch(r"[0-9]{15}0+", text) is not None)
        or text in [error.lower() for error in EXCEL_ERRORS]
        or re.fullmatch(r"##+", text) is not None
        or is_short_month(text)
        or is_doubly_encoded(cell)
        or is_whole_date(text)
        or is_number_made_of(cell, stored)
    )


def is_short_month(text):
    first, hyphen, second = text.partition("-")
    if not hyphen:
        return False
    if re.fullmatch(r"[0-9]{1,2}", first):
        return second in MONTHS
    return first in MONTHS and re.fullmatch(r"[0-9]{2}", second) is not None


def is_doubly_encoded(cell):
    try:
        return not cell.encode("cp1252").decode("utf-8").isascii()
    except UnicodeError:
        return False


def is_whole_date(text):
    if found := re.fullmatch(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}|[0-9]{2})", text):
        first, second, year = found.groups()
        # LibreOffice Calc writes two digits of a year.
        year = year if len(year) == 4 else f"20{year}"
        readings = [f"{first:0>2}/{second:0>2}/{year}", f"{second:0>2}/{first:0>2}/{year}"]
    elif found := re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", text):
        year, month, day = found.groups()
        readings = [f"{day}/{month}/{year}"]
    else:
        return False
    return any(date_of(one) for one in readings)


def is_number_made_of(cell, stored):
    """Whether a spreadsheet makes this number of the stored text, which is written otherwise."""
    if stored in ("", cell) or not re.fullmatch(r"(0|[1-9][0-9]*)(\.[0-9]*[1-9])?", cell):
        return False
    written = stored.removeprefix("£")
    if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", written):
        written = written.replace(",", "")
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?(e[+-]?[0-9]{1,3})?", written.lower()):
        return False
    return Decimal(written) == Decimal(cell)
