"""Spoilt files as people have them, each with the outcome that it must have: ``tests/cases/cases.json``.

``stored`` says what is stored, ``damage`` which warnings of values there must be, ``message`` is for readers.
"""

import datetime as dt
import json
from pathlib import Path

import pytest

from wagtail_regcert.cells import match_key
from wagtail_regcert.importing.pipeline import Refused, open_file, prepare
from wagtail_regcert.layouts import Separator
from wagtail_regcert.messages import message, note_message, sentence
from wagtail_regcert.subjects.registrations import RegistrationRules

FOLDER = Path(__file__).parent.parent / "cases"
GIVEN = json.loads((FOLDER / "cases.json").read_text())
TODAY = dt.date(2026, 11, 27)


class Stored:
    """What the cases say is stored, without a database."""

    def qualifications(self, keys):
        known = {match_key(number): key for key, number in enumerate(GIVEN["stored"]["qualifications"], 1)}
        return {key: known[key] for key in keys if key in known}

    def learners(self, ulns):
        return {uln: int(uln) for uln in ulns if uln in GIVEN["stored"]["learners"]}

    def registrations(self, pairs, fields):
        return {}


def outcome(case):
    opened = open_file((FOLDER / case["file"]).read_bytes(), Separator(case["separator"]))
    if isinstance(opened, Refused):
        nothing = {"rows": 0, "accepted": 0, "errors": [], "damage": [], "notes": []}
        return {"fatal": opened.fault.code.value, **nothing}
    plan = prepare(opened.sheet, RegistrationRules(), Stored(), TODAY)
    damage = [one for one in plan.warnings if one.code in ("damaged", "placeholder")]
    return {
        "fatal": None,
        "rows": plan.rows,
        "accepted": len(plan.records),
        "errors": [[one.row, one.column, one.code.value] for one in plan.errors],
        "damage": [[one.row, one.column, one.code.value] for one in damage],
        "notes": [[note.code.value, note.column, note.count] for note in plan.notes],
    }


@pytest.mark.parametrize("case", GIVEN["cases"], ids=lambda case: case["file"])
def test_a_spoilt_file_comes_out_as_it_must(case):
    assert outcome(case) == {name: case[name] for name in outcome(case)}


def said(file):
    """Everything that is said of a file."""
    opened = open_file((FOLDER / file).read_bytes(), Separator.COMMA)
    if isinstance(opened, Refused):
        return sentence(opened.fault.code, opened.fault.facts)
    plan = prepare(opened.sheet, RegistrationRules(), Stored(), TODAY)
    return "\n".join([*map(note_message, plan.notes), *map(message, [*plan.errors, *plan.warnings])])


@pytest.mark.parametrize(
    ("file", "parts"),
    [
        ("01-us-dates-us.csv", ["month first", "would be 15/09/2025"]),
        ("02-encoding-macroman.csv", ["“Programme Assessment Ð Overall”", "“RŽf Ò12Ó”"]),
        ("02-encoding-replacement.csv", ["lost before it came here", "U+FFFD"]),
        ("02-encoding-utf16le-nobom.csv", ["UTF-16", "CSV UTF-8"]),
        ("05-mangled-sci.csv", [f"exists as {uln}" for uln in ("9200004112", "9200005488", "9200006859")]),
        ("05-mangled-sci.csv", [f"exists as {uln}" for uln in ("9200008223", "9200009599", "9200013707")]),
        ("05-mangled-sci.csv", [f"exists as {uln}" for uln in ("9200010961", "9200015076", "9200021920")]),
        ("06-header-all-one-quoted.csv", ["in one pair of quotation marks"]),
        ("06-header-cyrillic.csv", ["Heading 3", "“Status”", "character 3", "U+0430"]),
        ("06-header-index-col.csv", ["blank heading 1", "All ten headings are there"]),
        ("10-other-gz.csv", ["compressed file"]),
        ("10-other-html.csv", ["web page"]),
        ("11-unicode-match-nfd.csv", ["exists as Programme Assessment – Overall", "exists as 6032942X"]),
        ("12-quotes-swallow.csv", ["swallowed 2 more rows"]),
    ],
)
def test_what_is_said_of_a_spoilt_file_names_the_cause(file, parts):
    text = said(file)

    assert [part for part in parts if part not in text] == [], text
