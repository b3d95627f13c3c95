"""What can be wrong with a file or a record, as plain values.

A problem carries its code and the facts a sentence about it needs. The sentence itself is made
late, by :mod:`wagtail_regcert.messages`, in the reader's language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

ROW = ""
"""The column of a problem that concerns a whole row."""

VALUE_LIMIT = 200
"""How many characters of a cell a problem keeps."""


class Fault(StrEnum):
    """Why a whole file is refused. In the order of checking."""

    NOT_CSV = "not_csv"
    TOO_LARGE = "too_large"
    EMPTY = "empty"
    NOT_TEXT = "not_text"
    BAD_ENCODING = "bad_encoding"
    MALFORMED_CSV = "malformed_csv"
    BAD_HEADER = "bad_header"
    NO_RECORDS = "no_records"
    UNKNOWN_CONSTANT = "unknown_constant"


class Code(StrEnum):
    """Why a record is rejected (all but the last) or was not applied (the last)."""

    REPEATED_HEADING = "repeated_heading"
    TOO_MANY_CELLS = "too_many_cells"
    BAD_CHARACTER = "bad_character"
    TOO_LONG = "too_long"
    REQUIRED = "required"
    BAD_STATUS = "bad_status"
    BAD_DATE = "bad_date"
    BAD_GENDER = "bad_gender"
    UNKNOWN_QUALIFICATION = "unknown_qualification"
    TEMPORARY_ULN = "temporary_uln"
    UNKNOWN_LEARNER = "unknown_learner"
    UNKNOWN_REGISTRATION = "unknown_registration"
    AMBIGUOUS_KEY = "ambiguous_key"
    DIFFERENT_LEARNERS = "different_learners"
    """Not of files."""
    ULN_TAKEN = "uln_taken"
    NO_KEY = "no_key"
    DIFFERS = "differs"
    DUPLICATE = "duplicate"
    CHANGED_SINCE_VALIDATION = "changed_since_validation"


class Warn(StrEnum):
    """What looks wrong in an accepted record. Never rejects it. On one cell in this order."""

    SHORT_ROW = "short_row"
    DATE_ORDER = "date_order"
    FUTURE_DATE = "future_date"
    MISSING_DATE = "missing_date"
    TEMPORARY_ULN = "temporary_uln"
    CHECK_DIGIT = "check_digit"
    DAMAGED = "damaged"
    PLACEHOLDER = "placeholder"
    KEPT = "kept"
    NAME_PARTED = "name_parted"


class NoteCode(StrEnum):
    """What is remarkable about a file and no single record shows. Never rejects. In this order."""

    GUESSED_ENCODING = "guessed_encoding"
    LOST_CHARACTERS = "lost_characters"
    DAY_MONTH_ORDER = "day_month_order"
    IMPORTED_BEFORE = "imported_before"
    NEW_ORGANISATIONS = "new_organisations"
    IGNORED_COLUMN = "ignored_column"
    HIDDEN_ROWS = "hidden_rows"


class LayoutFault(StrEnum):
    """Why a layout that a site makes cannot be taken."""

    NOT_JSON = "not_json"
    WRONG_TYPE = "wrong_type"
    UNKNOWN_KEY = "unknown_key"
    REPEATED_KEY = "repeated_key"
    MISSING_KEY = "missing_key"
    NOT_OFFERED = "not_offered"
    OUT_OF_RANGE = "out_of_range"
    WRONG_LENGTH = "wrong_length"
    BLANK = "blank"
    TOO_LONG = "too_long"
    BAD_CHARACTER = "bad_character"
    NAME_TAKEN = "name_taken"
    REPEATED_NAME = "repeated_name"
    FORMULA = "formula"
    BAD_ENCODING = "bad_encoding"
    BAD_FILE_NAME = "bad_file_name"
    BAD_PLACEHOLDER = "bad_placeholder"
    NUMBER_NEEDED = "number_needed"
    UNKNOWN_VALUE = "unknown_value"
    VALUE_OR_CONSTANT = "value_or_constant"
    NOT_FOR_CONSTANT = "not_for_constant"
    NOT_A_DAY = "not_a_day"
    REPEATED_HEADING = "repeated_heading"
    HEADING_TAKEN = "heading_taken"
    REPEATED_FIELD = "repeated_field"
    FIELD_NEEDED = "field_needed"
    ONE_NAME = "one_name"
    NOT_READ = "not_read"
    BAD_VALUE = "bad_value"
    OF_REGISTRATIONS = "of_registrations"
    CREATES_NOTHING = "creates_nothing"
    UNKNOWN_QUALIFICATION = "unknown_qualification"


class Unfit(StrEnum):
    """Why a record cannot be in the file of an export layout. On one cell the first of these."""

    REQUIRED = "required"
    TOO_LONG = "too_long"
    BAD_ENCODING = "bad_encoding"


class Place(StrEnum):
    """Where a value was given: what a sentence may suppose of how it came about."""

    FILE = "file"
    """A spreadsheet or another program may have changed it."""
    FORM = "form"
    """Typed into a form, or handed over by a site's own code."""


class SinceImport(StrEnum):
    """What happened to a registration after an import, so that undoing the import leaves it alone."""

    DELETED = "deleted"
    CHANGED = "changed"
    COMPLETED = "completed"
    """It was created by the import, and has a programme, start date or planned achievement date now."""
    REFERRED = "referred"
    """It was created by the import, and something refers to it now."""
    TAKEN = "taken"
    """Another has what it would get back."""


Facts = Mapping[str, Any]
"""What a message mentions besides its code: row, heading, limit, … All of it can be written as JSON."""


class FileFault(NamedTuple):
    """One reason to refuse the whole file."""

    code: Fault
    facts: Facts = {}


class CellError(NamedTuple):
    """Why one cell cannot be taken; it has no place yet."""

    code: Code
    facts: Facts = {}


class Problem(NamedTuple):
    """An error or warning at its place in the file."""

    row: int
    """As a spreadsheet counts: the first row of the file is 1."""
    column: str
    """The heading, or ``ROW``."""
    value: str
    """The cell as cleaned, shortened by :func:`shown`; ``""`` for a whole row."""
    code: Code | Warn
    facts: Facts = {}


@dataclass(frozen=True)
class Note:
    """Something remarkable about a file."""

    code: NoteCode
    column: str
    """The heading; ``""`` for the file."""
    count: int
    """Of records, or whatever it is that the code counts; never 0."""
    facts: Facts = field(default_factory=dict)


def shown(value: str) -> str:
    """Shorten a cell for a report; NUL, which PostgreSQL cannot store, becomes U+FFFD."""
    return value[:VALUE_LIMIT].replace("\0", "\ufffd")
