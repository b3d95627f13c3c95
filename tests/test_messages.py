"""Every code has a sentence, made from the facts that the engine gives, and it says what to do."""

import ast
import datetime as dt
import re
import struct
from functools import partial
from pathlib import Path

import pytest
from django.utils import translation

from tests.makers import make_csv
from wagtail_regcert import messages
from wagtail_regcert.importing.pipeline import Refused, check_upload, open_file, prepare
from wagtail_regcert.layouts import REGISTRATIONS, Separator
from wagtail_regcert.messages import kind_name, message, sentence, separator_name
from wagtail_regcert.problems import Code, Fault, Problem, Warn

HEADER = ",".join(REGISTRATIONS.headings)
SEMICOLONS, OTHER = HEADER.replace(",", ";"), HEADER.replace("Status", "State")
MATHS, ULN, MISTYPED = "603/2942/X", "9276308686", "1234567890"


class Stored:
    """What is stored, without a database: two qualifications, three learners, no registrations."""

    def qualifications(self, keys):
        return {key: 1 for key in keys if key in {"6032942X", "00300123"}}

    def learners(self, ulns):
        return {uln: int(uln) for uln in ulns if uln in {ULN, MISTYPED, "0012345678"}}

    def registrations(self, pairs):
        return {}


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
    ("bad_encoding", partial(refusal, b"caf\x81"), ["CSV UTF-8"]),
    ("malformed_csv", partial(refusal, f'{HEADER}\n\n"603"x'), ["row 3", "after a closing quotation mark"]),
    ("malformed_csv", partial(refusal, f'{HEADER}\n"603'), ["row 2", "never closed"]),
    ("malformed_csv", partial(refusal, f"{HEADER}\n{'x' * 131_073}"), ["row 2", "131,072"]),
    ("malformed_csv", partial(refusal, f'{SEMICOLONS}\n"1";2\n3,"4'), ["separator “Semicolon”"]),
    ("bad_header", partial(refusal, ",,\n"), ["no headings", "sample file"]),
    ("bad_header", partial(refusal, f"\n{OTHER}"), ["Heading 3 in row 2", "“State”", "“Status”"]),
    ("bad_header", partial(refusal, "Qualification Number"), ["Heading 2 in row 1 is missing", "“ULN”"]),
    ("bad_header", partial(refusal, f"{HEADER},Notes"), ["Heading 11", "“Notes”", "ten columns", "Remove"]),
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
    plan = prepare(open_file(data or make_csv(*rows), Separator.COMMA).sheet, Stored(), today)
    return [(problem.code, message(problem)) for problem in [*plan.errors, *plan.warnings]]


def row(number=MATHS, uln=ULN, status="Exempt", *cells):
    return [number, uln, status, *cells]


EXCEL, ZEROS, DIGIT = "Excel has changed the number", "taken away the leading zeros", "probably mistyped"
PROBLEMS = [
    ("too_many_cells", [row(MATHS, ULN, "Exempt", *"12345678")], ["11 cells", "separator inside a value"]),
    ("bad_character", [row(MATHS, ULN, "Exempt", "a\nb")], ["Character 2", "U+000A", "line break"]),
    ("bad_character", [row(MATHS, ULN, "Exempt", "ab\x9f")], ["Character 3", "U+009F"]),
    ("too_long", [row(MATHS, ULN, "Exempt", "x" * 130)], ["130 characters", "128"]),
    ("too_long", [row(MATHS, ULN, "x" * 129)], ["129 characters", "128"]),
    ("required", [row("")], ["blank", "mandatory"]),
    ("bad_status", [row(MATHS, ULN, "Certficate  snt")], ["Did you mean “Certificate Sent”?"]),
    ("bad_status", [row(MATHS, ULN, "???")], ["Not registered, Registered, Achieved, Certificate Claimed"]),
    ("bad_date", [row(MATHS, ULN, "Exempt", "", "1/9/2025")], ["two digits", "swapped day and month"]),
    ("bad_date", [row(MATHS, ULN, "Exempt", "", "01-9-2025")], ["two digits", "swapped day and month"]),
    ("bad_date", [row(MATHS, ULN, "Exempt", "", "2025-09-01")], ["begins with the year", "dd/mm/yyyy"]),
    ("bad_date", [row(MATHS, ULN, "Exempt", "", "01/09/25")], ["year with four digits"]),
    ("bad_date", [row(MATHS, ULN, "Exempt", "", "09/31/2025")], ["no such date", "dd/mm/yyyy"]),
    ("bad_date", [row(MATHS, ULN, "Exempt", "", "01/09/2101")], ["1900", "2100"]),
    ("bad_date", [row(MATHS, ULN, "Exempt", "", "1 Sept")], ["dd/mm/yyyy, for example 31/08/2026"]),
    ("unknown_qualification", [row("999")], ["no qualification with this number"]),
    ("unknown_qualification", [row("5.03E+02")], [EXCEL]),
    ("unknown_qualification", [row("300123")], ["00300123", ZEROS]),
    ("temporary_uln", [row(MATHS, "9999999999")], ["9999999999", "temporary ULN", "own ULN"]),
    ("unknown_learner", [row(MATHS, "A1")], ["no learner with this ULN"]),
    ("unknown_learner", [row(MATHS, "9.28E+09")], [EXCEL, "as text"]),
    ("unknown_learner", [row(MATHS, "9,27631E+09")], [EXCEL]),
    ("unknown_learner", [row(MATHS, "12345678")], ["0012345678", ZEROS]),
    ("unknown_learner", [row(MATHS, "9276308687")], [DIGIT]),
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


@pytest.mark.parametrize("uln", ["9276308687", "1000000001"])
def test_a_hint_alone_is_never_given_for_a_learner_who_is_known(uln):
    class Known(Stored):
        def learners(self, ulns):
            return dict.fromkeys(ulns, 1)

    plan = prepare(open_file(make_csv(row(MATHS, uln)), Separator.COMMA).sheet, Known(), dt.date(2026, 1, 1))

    assert (len(plan.records), plan.errors) == (1, [])
    assert [warning.code for warning in plan.warnings] == ["check_digit"]


def test_a_number_with_another_case_of_e_is_no_number_of_excel():
    assert EXCEL not in dict(problems_of(row("0503E000X")))["unknown_qualification"]


def everything_said():
    """Code and sentence of every case above, in the active language."""
    said = [refuse() for _code, refuse, _says in FAULTS]
    for _code, rows, _says in PROBLEMS:
        said += problems_of(*rows)
    said += problems_of(data=make_csv() + f"{MATHS},{ULN},Exempt\r\n".encode())
    for reason in ("changed", "created", "deleted", "invalid"):
        facts = {"reason": reason}
        said.append((Code.CHANGED_SINCE_VALIDATION, sentence(Code.CHANGED_SINCE_VALIDATION, facts)))
    return said


ADVICE = re.compile(
    r"\b(Add|Ask|Check|Choose|choose|Close|Delete|Enter|Keep|Put|Remove|Save|Shorten|Split|Validate|Write|must)\b"
)


def test_every_code_has_a_sentence_that_tells_what_to_do():
    said = everything_said()

    assert {code for code, _text in said} == {*Fault, *Code, *Warn}
    assert [text for _code, text in said if not ADVICE.search(text)] == []


def test_no_sentence_shows_a_placeholder():
    assert [text for _code, text in everything_said() if re.search(r"%[(ds]|None|\{", text)] == []


def test_every_kind_of_error_and_every_separator_has_a_name():
    assert len({kind_name(code) for code in Code}) == len(Code)
    assert len({separator_name(separator.value) for separator in Separator}) == len(Separator)


MARK = "»"


@pytest.fixture
def marked_language(settings, tmp_path):
    """Welsh in which every sentence of ours is its English with a mark in front."""
    texts = {"": "Content-Type: text/plain; charset=utf-8\nPlural-Forms: nplurals=2; plural=n != 1;\n"}
    for node in ast.walk(ast.parse(Path(messages.__file__).read_text())):
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
    assert [kind_name(code) for code in Code if not kind_name(code).startswith(MARK)] == []
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
