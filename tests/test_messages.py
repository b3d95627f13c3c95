"""Every code has a sentence, made from the facts that the engine gives, and it says what to do."""

import ast
import datetime as dt
import re
import struct
from functools import partial
from itertools import chain
from pathlib import Path

import pytest
from django.utils import translation

from tests.makers import make_csv
from wagtail_regcert import messages
from wagtail_regcert.exporting.columns import EXPORT_COLUMNS
from wagtail_regcert.importing.pipeline import Refused, check_upload, open_file, prepare
from wagtail_regcert.layouts import REGISTRATIONS, Separator
from wagtail_regcert.messages import (
    encoding_name,
    kind_name,
    message,
    note_message,
    sentence,
    separator_name,
)
from wagtail_regcert.problems import Code, Fault, Note, NoteCode, Place, Problem, Warn
from wagtail_regcert.subjects.registrations import RegistrationRules

HEADER = ",".join(REGISTRATIONS.headings)
SEMICOLONS, OTHER = HEADER.replace(",", ";"), HEADER.replace("Status", "State")
MOVED = ",".join([REGISTRATIONS.headings[1], REGISTRATIONS.headings[0], *REGISTRATIONS.headings[2:]])
EXPORTED = ",".join(column.heading for column in EXPORT_COLUMNS)
MATHS, ULN, MISTYPED = "603/2942/X", "9276308686", "1234567890"


class Stored:
    """What is stored, without a database: a few qualifications and learners, one registration."""

    def qualifications(self, keys):
        known = {"6032942X", "00300123", "0503E000", "3E5", "PROGRAMME–FINAL", "O’NEILAWARD", "ÉTUDE"}
        return {key: 1 for key in keys if key in known}

    def learners(self, ulns):
        return {uln: int(uln) for uln in ulns if uln in {ULN, MISTYPED, "0012345678"}}

    def registrations(self, pairs, fields):
        stored = (77, ("exempt", "0012", "", "", "", "", "", "1,234"))
        return {pair: stored for pair in pairs if pair[0] == int(ULN)}


def refusal(data, separator=Separator.COMMA):
    opened = open_file(data if isinstance(data, bytes) else data.encode(), separator)
    assert isinstance(opened, Refused), opened
    return opened.fault.code, sentence(opened.fault.code, opened.fault.facts)


def upload_refusal(name, size, limit):
    fault = check_upload(name, size, limit)
    return fault.code, sentence(fault.code, fault.facts)


FAULTS = [
    ("not_csv", partial(upload_refusal, "a.xlsx", 1, 9), ["CSV UTF-8"]),
    ("too_large", partial(upload_refusal, "a.csv", 2_097_152, 2_097_152), ["smaller than 2MB", "Split it"]),
    ("too_large", partial(upload_refusal, "a.csv", 3_000_000, 2_621_440), ["smaller than 2.5MB"]),
    ("too_large", partial(upload_refusal, "a.csv", 900, 900), ["smaller than 900 bytes"]),
    ("empty", partial(refusal, " \r\n"), ["is empty"]),
    ("not_text", partial(refusal, b"PK\x03\x04"), ["Excel workbook", "CSV UTF-8"]),
    ("not_text", partial(refusal, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), ["Excel workbook", "CSV UTF-8"]),
    ("not_text", partial(refusal, b"%PDF-1.7"), ["PDF"]),
    ("not_text", partial(refusal, b"\x7fELF\0"), ["not a text file"]),
    ("not_text", partial(refusal, HEADER.encode("utf-16-le")), ["UTF-16", "CSV UTF-8"]),
    ("not_text", partial(refusal, HEADER.encode("utf-32")), ["UTF-32", "CSV UTF-8"]),
    ("not_text", partial(refusal, b"\x1f\x8b\x08\0\0"), ["compressed", "Unpack"]),
    ("bad_encoding", partial(refusal, b"caf\x81"), ["CSV UTF-8"]),
    ("bad_encoding", partial(refusal, b"\x1f\x8b\x08\x01\x81"), ["compressed", "Unpack"]),
    ("malformed_csv", partial(refusal, f'{HEADER}\n\n"603"x'), ["row 3", "after a closing quotation mark"]),
    ("malformed_csv", partial(refusal, f'{HEADER}\n"603'), ["row 2", "never closed"]),
    ("malformed_csv", partial(refusal, f"{HEADER}\n{'x' * 131_073}"), ["row 2", "131,072"]),
    ("malformed_csv", partial(refusal, f'{SEMICOLONS}\n"1";2\n3,"4'), ["separator “Semicolon”"]),
    ("bad_header", partial(refusal, ",,\n"), ["no headings", "sample file"]),
    ("bad_header", partial(refusal, f"\n{OTHER}"), ["Row 2", "missing: “Status”", "“State” (heading 3)"]),
    (
        "bad_header",
        partial(refusal, "Qualification Number"),
        ["are missing: “ULN”, “Status”, ", "Sent Date”"],
    ),
    (
        "bad_header",
        partial(refusal, f"{HEADER},Notes"),
        ["All ten headings are", "“Notes” (heading 11)", "Remove"],
    ),
    ("bad_header", partial(refusal, f",{HEADER}"), ["All ten headings are", "the blank heading 1", "Remove"]),
    ("bad_header", partial(refusal, f"{HEADER},{'x,' * 30}"), ["“x” (heading 20) and 20 more"]),
    (
        "bad_header",
        partial(refusal, MOVED),
        ["All ten headings", "Out of place", "“ULN” (heading 1)", "Move"],
    ),
    ("bad_header", partial(refusal, f"{HEADER},ULN"), ["there twice: “ULN” (heading 11)"]),
    (
        "bad_header",
        partial(refusal, HEADER.replace("Status", "St\u0430tus")),
        ["Heading 3 looks like “Status”", "character 3 is U+0430 (cyrillic small letter a)"],
    ),
    ("bad_header", partial(refusal, EXPORTED), ["17 columns", "import layout"]),
    ("bad_header", partial(refusal, f'"{HEADER}"'), ["one pair of quotation marks"]),
    ("bad_header", partial(refusal, "<html><body>"), ["web page"]),
    ("malformed_csv", partial(refusal, '<html>,"a"b'), ["row 1", "web page"]),
    ("bad_header", partial(refusal, SEMICOLONS), ["separator “Semicolon”"]),
    ("bad_header", partial(refusal, HEADER, Separator.TAB), ["separator “Comma”"]),
    ("bad_header", partial(refusal, HEADER.replace(",", "|")), ["separator “Vertical bar”"]),
    ("bad_header", partial(refusal, HEADER.replace(",", "\t")), ["separator “Tab”"]),
    ("bad_header", partial(refusal, f"sep=;\n{HEADER}"), ["semicolon", "remove the row"]),
    ("bad_header", partial(refusal, f"sep=#\n{HEADER}"), ["“#”"]),
    ("no_records", partial(refusal, HEADER), ["no records"]),
]


def problems_of(*rows, today=dt.date(2026, 1, 31), data=None):
    """Code to the messages that the engine gives for a file."""
    plan = prepare(
        open_file(data or make_csv(*rows), Separator.COMMA).sheet, RegistrationRules(), Stored(), today
    )
    return [(problem.code, message(problem)) for problem in [*plan.errors, *plan.warnings]]


def row(number=MATHS, uln=ULN, status="Exempt", *cells):
    return [number, uln, status, *cells]


EXCEL, ZEROS, DIGIT = "Excel has changed the number", "taken away the leading zeros", "probably mistyped"
PROBLEMS = [
    ("repeated_heading", [list(REGISTRATIONS.headings)], ["headings again", "Remove"]),
    ("too_many_cells", [row(MATHS, ULN, "Exempt", *"12345678")], ["11 cells", "separator inside a value"]),
    ("bad_character", [row(MATHS, ULN, "Exempt", "a\nb")], ["Character 2", "U+000A", "line break"]),
    ("bad_character", [row(MATHS, ULN, "Exempt", "a\u2028b")], ["Character 2", "U+2028", "line break"]),
    ("bad_character", [row(MATHS, ULN, "Exempt", "ab\x9fc")], ["Character 3", "U+009F (control character)"]),
    ("bad_character", [row(MATHS, ULN, "Exempt", "a\tb")], ["Character 2", "U+0009 (tab)"]),
    ("bad_character", [row(MATHS, ULN, "Exempt", "a\ufffdb")], ["Character 2 was lost", "U+FFFD", "again"]),
    ("bad_character", [row(MATHS, "92\u200b76")], ["Character 3", "U+200B (zero width space)", "Delete"]),
    ("bad_character", [row(MATHS, ULN, "Ex\u00adempt")], ["Character 3", "U+00AD (soft hyphen)"]),
    ("bad_character", [row(MATHS, ULN, "Exempt", "A\n1,2,3")], ["Character 2", "swallowed 1 more row."]),
    (
        "bad_character",
        [row(MATHS, ULN, "Exempt", "A\n1,2,3\n4,5,6")],
        ["swallowed 2 more rows", "Remove"],
    ),
    ("too_long", [row(MATHS, ULN, "Exempt", "x" * 130)], ["130 characters", "128"]),
    ("too_long", [row(MATHS, ULN, "x" * 129)], ["129 characters", "128"]),
    ("required", [row("")], ["blank", "mandatory"]),
    ("bad_status", [row(MATHS, ULN, "Certficate  snt")], ["Did you mean “Certificate Sent”?"]),
    ("bad_status", [row(MATHS, ULN, "???")], ["Not registered, Registered, Achieved, Certificate Claimed"]),
    *(
        ("bad_date", [row(MATHS, ULN, "Exempt", "", cell)], says)
        for cell, says in [
            ("1/9/2025", ["two digits", "swapped day and month"]),
            ("1-9-2025", ["two digits", "swapped day and month"]),
            ("1/9/2025 00:00", ["two digits", "swapped day and month"]),
            ("01-09-2025", ["“/” between", "would be 01/09/2025"]),
            ("2025-09-01", ["begins with the year", "would be 01/09/2025"]),
            ("2025-09-01T00:00:00", ["a time after the date", "would be 01/09/2025"]),
            ("01/09/2025 10:15 PM", ["a time after the date", "would be 01/09/2025"]),
            ("01/09/25", ["year with four digits"]),
            ("09/31/2025", ["no such date", "dd/mm/yyyy"]),
            ("09/15/2025", ["month first", "would be 15/09/2025"]),
            ("9/15/2025", ["month first", "would be 15/09/2025"]),
            ("01-Sep-25", ["month as a word", "would be 01/09/2025"]),
            ("Sept 1, 2025", ["month as a word", "would be 01/09/2025"]),
            ("45901", ["a spreadsheet keeps for a date", "would be 01/09/2025"]),
            ("01/09/2101", ["1900", "2100"]),
            ("soon", ["dd/mm/yyyy, for example 31/08/2026"]),
        ]
    ),
    ("unknown_qualification", [row("999")], ["no qualification with this number"]),
    ("unknown_qualification", [row("7.03E+02")], [EXCEL]),
    ("unknown_qualification", [row("300123")], ["00300123", ZEROS]),
    ("unknown_qualification", [row("503")], ["exists as 0503E000", "reads as this number"]),
    ("unknown_qualification", [row("5.03E+02")], ["exists as 0503E000", "reads as this number"]),
    ("unknown_qualification", [row("300000")], ["exists as 3E5", "reads as this number"]),
    ("unknown_qualification", [row("603-2942-X")], ["exists as 6032942X", "hyphens"]),
    ("unknown_qualification", [row("Programme - final")], ["exists as Programme – final", "dashes"]),
    ("unknown_qualification", [row("O'Neil Award")], ["exists as O’Neil Award", "apostrophes"]),
    ("unknown_qualification", [row("Ã‰tude")], ["exists as Étude", "one encoding"]),
    ("unknown_qualification", [row("6032942\u0425")], ["exists as 6032942X", "another alphabet"]),
    ("temporary_uln", [row(MATHS, "9999999999")], ["9999999999", "temporary ULN", "own ULN"]),
    ("unknown_learner", [row(MATHS, "A1")], ["no learner with this ULN"]),
    ("unknown_learner", [row(MATHS, "9.28E+09")], [EXCEL, "as text"]),
    ("unknown_learner", [row(MATHS, "9,27631E+09")], [EXCEL]),
    ("unknown_learner", [row(MATHS, "12345678")], ["0012345678", ZEROS]),
    ("unknown_learner", [row(MATHS, "9276308687")], [DIGIT]),
    *(
        ("unknown_learner", [row(MATHS, text)], [f"exists as {ULN}", "Enter it like that"])
        for text in (
            *("9276308686.0", "'9276308686", "927 630 8686", "9,276,308,686", "9276308686.", "9276308686,00"),
            *(
                "927-630-8686",
                "927\u2013630\u20138686",
                "９２７６３０８６８６",
                "\u20199276308686",
                "927\u00a06308686.00",
            ),
        )
    ),
    ("duplicate", [row(), row("6032942x")], ["row 3 too", "Keep only one"]),
    ("duplicate", [row(), row(), row()], ["rows 3, 4 too", "Keep only one"]),
    ("duplicate", [row()] * 22, ["rows 3, 4,", "And in 1 more row."]),
    ("duplicate", [row()] * 30, ["And in 9 more rows."]),
    (
        "date_order",
        [row(MATHS, ULN, "Exempt", "", "02/09/2025", "", "01/09/2025")],
        ["earlier than the one in “Registration date”, 02/09/2025", "Check both"],
    ),
    ("future_date", [row(MATHS, ULN, "Exempt", "", "01/02/2026")], ["in the future"]),
    ("missing_date", [row(MATHS, ULN, "Certificate Sent")], ["Certificate Sent", "date is blank"]),
    ("check_digit", [row(MATHS, MISTYPED)], ["check digit", "learner's record"]),
    ("damaged", [row(MATHS, ULN, "Exempt", "1.23457E+11")], ["long number", "shortened"]),
    ("damaged", [row(MATHS, ULN, "Exempt", "#N/A")], ["error message of a spreadsheet"]),
    ("damaged", [row(MATHS, ULN, "Exempt", "Sep-25")], ["a date"]),
    ("damaged", [row(MATHS, ULN, "Exempt", "ZoÃ«")], ["may be “Zoë”"]),
    ("damaged", [row(MATHS, ULN, "Exempt", "12")], ["“0012” is stored", "changed it to “12”", "as text"]),
    ("placeholder", [row(MATHS, ULN, "Exempt", "TBC")], ["“no value”", "leave the cell blank"]),
]


@pytest.mark.parametrize(("code", "refuse", "says"), FAULTS)
def test_a_refused_file_is_told_why(code, refuse, says):
    found, text = refuse()

    assert found == code
    assert [part for part in says if part not in text] == [], text


@pytest.mark.parametrize(("code", "rows", "says"), PROBLEMS)
def test_a_problem_of_a_record_is_told(code, rows, says):
    found = dict(reversed(problems_of(*rows)))

    assert [part for part in says if part not in found[code]] == [], found


def test_a_short_row_is_told_what_its_missing_cells_do():
    found = dict(problems_of(data=make_csv() + f"{MATHS},{ULN},Exempt\r\n".encode()))

    assert "fewer than 10 cells" in found["short_row"]
    assert "remove stored values" in found["short_row"]


@pytest.mark.parametrize(
    ("reason", "says"),
    [("changed", "changed"), ("created", "created"), ("deleted", "deleted"), ("invalid", "qualification")],
)
def test_a_conflict_is_told_with_its_reason(reason, says):
    problem = Problem(2, "", "", Code.CHANGED_SINCE_VALIDATION, {"reason": reason})

    assert says in message(problem)
    assert message(problem).startswith("Not applied")


def test_a_report_that_was_kept_by_the_last_release_is_still_told():
    facts = {"hint": "zeros", "with_zeros": "00123"}

    told = message(Problem(2, "Qualification Number", "123", Code.UNKNOWN_QUALIFICATION, facts))

    assert "It exists as 00123: " in told


@pytest.mark.parametrize("uln", ["9276308687", "1000000001"])
def test_a_hint_alone_is_never_given_for_a_learner_who_is_known(uln):
    class Known(Stored):
        def learners(self, ulns):
            return dict.fromkeys(ulns, 1)

    plan = prepare(
        open_file(make_csv(row(MATHS, uln)), Separator.COMMA).sheet,
        RegistrationRules(),
        Known(),
        dt.date(2026, 1, 1),
    )

    assert (len(plan.records), plan.errors) == (1, [])
    assert [warning.code for warning in plan.warnings] == ["check_digit"]


def test_a_number_with_another_case_of_e_is_no_number_of_excel():
    assert EXCEL not in dict(problems_of(row("0503E000X")))["unknown_qualification"]


NOTES = [
    Note(NoteCode.GUESSED_ENCODING, "", 1, {"values": ["Zo‘"]}),
    Note(NoteCode.GUESSED_ENCODING, "", 2, {"values": ["Zo‘", "R Ò"]}),
    Note(NoteCode.LOST_CHARACTERS, "", 1),
    Note(NoteCode.LOST_CHARACTERS, "", 7),
    Note(NoteCode.DAY_MONTH_ORDER, "Achieved date", 1, {"reason": "month_first"}),
    Note(NoteCode.DAY_MONTH_ORDER, "Achieved date", 3, {"reason": "no_late_day"}),
    Note(NoteCode.IMPORTED_BEFORE, "", 1, {"when": "01/09/2025 10:00", "run": "x"}),
    Note(NoteCode.IMPORTED_BEFORE, "", 2, {"when": "01/09/2025 10:00", "run": "x"}),
    Note(NoteCode.NEW_ORGANISATIONS, "Awarding organisation", 1, {"values": ["NCFE"]}),
    Note(NoteCode.NEW_ORGANISATIONS, "Awarding organisation", 2, {"values": ["NCFE", "Pearson"]}),
    Note(NoteCode.IGNORED_COLUMN, "Grade", 1),
    Note(NoteCode.IGNORED_COLUMN, "", 2),
    Note(NoteCode.HIDDEN_ROWS, "", 1),
    Note(NoteCode.HIDDEN_ROWS, "", 2),
]


def test_notes_show_values_columns_and_counts():
    said = list(map(note_message, NOTES))

    assert [
        ("1 record has" in said[0], "“Zo‘”" in said[0], "CSV UTF-8" in said[0]),
        ("2 records have" in said[1], "“Zo‘”, “R Ò”" in said[1], "Windows-1252" in said[1]),
        ("1 record has" in said[2], "7 records have" in said[3], "lost" in said[3]),
        (
            "dates in “Achieved date” have the month first" in said[4],
            "1 accepted record has" in said[4],
        ),
        ("No date in “Achieved date” has a day above 12" in said[5], "3 accepted records have" in said[5]),
        ("01/09/2025 10:00" in said[6], "2 times before" in said[7]),
    ] == [(True, True, True)] * 3 + [(True, True)] * 3


def test_words_in_a_form_do_not_blame_a_spreadsheet():
    cells = ["1/9/2025", "9/15/2025", "45901", "01-Sep-25", "2025-09-01 00:00", "soon", "09/31/2025"]

    said = [sentence(Code.BAD_DATE, {}, cell, place=Place.FORM) for cell in cells]
    of_files = [sentence(Code.BAD_DATE, {}, cell) for cell in cells]

    assert [text for text in said if "spreadsheet" in text] == []
    assert len([text for text in of_files if "spreadsheet" in text]) == 2
    assert "01/09/2025" in said[2]


OF_OTHER_TABLES = (Code.NO_KEY, Code.ULN_TAKEN, Code.BAD_GENDER, Code.DIFFERENT_LEARNERS)


OF_LAYOUTS = [
    (Fault.BAD_HEADER, {"reason": "layout", "missing": ["Aim", "ULN"], "rows": 50, "row": 0}),
    (Fault.BAD_HEADER, {"reason": "repeated", "heading": "Aim", "row": 3}),
    (Fault.UNKNOWN_CONSTANT, {"value": MATHS}),
    (Code.BAD_DATE, {"form": "yyyy-mm-dd"}),
    (Code.BAD_CHARACTER, {"reason": "no_value"}),
    (Code.REQUIRED, {"missing": "Family name"}),
    (Code.UNKNOWN_REGISTRATION, {}),
    (Code.AMBIGUOUS_KEY, {}),
    (Code.DIFFERS, {"row": 3}),
    (Warn.KEPT, {"stored": "R1"}),
    (Warn.NAME_PARTED, {"given_names": "Ann May", "family_name": "Lee"}),
    (Warn.DAMAGED, {"damage": "number"}),
]
"""What only the files of a site's own layouts bring about: code and facts."""


def everything_said():
    """Code and sentence of every case above, in the active language."""
    said = [refuse() for _code, refuse, _says in FAULTS]
    for _code, rows, _says in PROBLEMS:
        said += problems_of(*rows)
    said += problems_of(data=make_csv() + f"{MATHS},{ULN},Exempt\r\n".encode())
    said += [(note.code, note_message(note)) for note in NOTES]
    said += [(code, sentence(code, {})) for code in OF_OTHER_TABLES]
    said += [(code, sentence(code, facts)) for code, facts in OF_LAYOUTS]
    said.append((Code.REQUIRED, sentence(Code.REQUIRED, {"reason": "no_character"})))
    said.append((Warn.TEMPORARY_ULN, sentence(Warn.TEMPORARY_ULN, {})))
    for reason in ("changed", "created", "deleted", "invalid", "waits"):
        facts = {"reason": reason}
        said.append((Code.CHANGED_SINCE_VALIDATION, sentence(Code.CHANGED_SINCE_VALIDATION, facts)))
    return said


ADVICE = re.compile(
    r"\b(Add|Ask|Cancel|Check|Choose|choose|Close|Correct|Delete|Enter|Export|Keep|leave|Move|Put|Remove|Save|save|Shorten"
    r"|Split|Type|type|Unpack|Validate|Write|must)\b"
)


def test_every_code_has_a_sentence_that_tells_what_to_do():
    said = everything_said()

    assert {code for code, _text in said} == {*Fault, *Code, *Warn, *NoteCode}
    assert [text for _code, text in said if not ADVICE.search(text)] == []


def test_no_sentence_shows_a_placeholder():
    assert [text for _code, text in everything_said() if re.search(r"%[(ds]|None|\{", text)] == []


def test_every_kind_of_error_and_every_separator_has_a_name():
    assert len({kind_name(code) for code in [*Code, *Warn]}) == len(Code) + len(Warn)
    assert len(set(map(encoding_name, ["utf-8-sig", "utf-16", "utf-8", "cp1252"]))) == 4
    assert len({separator_name(separator.value) for separator in Separator}) == len(Separator)


MARK = "»"
MODULES = list(Path(messages.__file__).parent.glob("*.py"))


@pytest.fixture
def marked_language(settings, tmp_path):
    """Welsh in which every sentence of ours is its English with a mark in front."""
    texts = {"": "Content-Type: text/plain; charset=utf-8\nPlural-Forms: nplurals=2; plural=n != 1;\n"}
    for node in chain.from_iterable(ast.walk(ast.parse(path.read_text())) for path in MODULES):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == "_":
                texts[node.args[0].value] = MARK + node.args[0].value
            elif node.func.id == "ngettext":
                forms = [argument.value for argument in node.args[:2]]
                texts["\0".join(forms)] = "\0".join(MARK + form for form in forms)
    folder = tmp_path / "cy" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.mo").write_bytes(compiled(texts))
    settings.LOCALE_PATHS = [str(tmp_path)]
    with translation.override("cy"):
        yield


def compiled(texts):
    """A catalogue in the form of GNU gettext's ``.mo`` files."""
    pairs = [(key.encode(), value.encode()) for key, value in sorted(texts.items())]
    header = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    at, tables, strings = 28 + 16 * len(pairs), b"", b""
    for column in zip(*pairs, strict=True):
        for text in column:
            tables += struct.pack("<2I", len(text), at + len(strings))
            strings += text + b"\0"
    return header + tables + strings


def test_sentences_are_made_in_the_language_of_the_reader(marked_language):
    assert [text for _code, text in everything_said() if not text.startswith(MARK)] == []
    assert [kind_name(code) for code in [*Code, *Warn] if not kind_name(code).startswith(MARK)] == []
    assert all(separator_name(separator.value).startswith(MARK) for separator in Separator)


def test_statuses_and_headings_stay_english_in_every_language(marked_language):
    said = dict(problems_of(row(MATHS, ULN, "Certficate Sent")))

    assert "“Certificate Sent”" in said["bad_status"]
    assert f"{MARK}Certificate Sent" not in said["bad_status"]
    assert "“Status”" in refusal(OTHER)[1]


@pytest.mark.parametrize("language", ["de", "ar", "zh-hans"])
def test_a_language_without_translations_says_it_in_english(language):
    with translation.override(language):
        said = everything_said()

    assert said == everything_said()
