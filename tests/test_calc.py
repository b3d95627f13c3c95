"""Our own export, opened and saved by LibreOffice Calc: nothing that it changed comes back without a word."""

import csv
import json
import shutil
import subprocess
from contextlib import suppress
from datetime import date
from functools import cache
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.makers import make_learner, make_qualification, make_registration
from tests.missing import missing
from wagtail_regcert.layouts import REGISTRATIONS

pytestmark = pytest.mark.django_db

LONGEST = 120
"""Seconds for Calc to open and save a file; the first time it makes its profile."""

PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>{locale}</value></prop></item>
</oor:items>
"""

OPEN = "CSV:44,34,76,1,,,false,{detect}"
"""Commas, double quotes, UTF-8, from the first row on; whether dates and their like are looked for too."""
SAVE = "csv:Text - txt - csv (StarCalc):44,34,76,1,,,false,true"
"""The same, cells as they are shown."""

TEXTS = [
    "1/2",
    "3E5",
    "1,234",
    "0012",
    "1.50",
    "123456789012345678",
    "Sep-25",
    "=1+1",
    "'quoted'",
    "AB12",
    "Zoë – 5 €",
    'say "hi", twice',
]
"""Registration numbers."""
NUMBERS = ["603/2942/X", "0503E000", "00263872"]
DAYS = [date(2025, 9, 15), date(2025, 2, 3), date(2025, 1, 12), date(2025, 7, 7)]


@pytest.fixture(scope="session")
def calc(tmp_path_factory):
    """Open a CSV file in Calc, under a locale, and save it as CSV again."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        missing("LibreOffice is not installed")

    @cache
    def profile_of(locale: str) -> Path:
        profile = tmp_path_factory.mktemp("profile")
        (profile / "user").mkdir()
        (profile / "user" / "registrymodifications.xcu").write_text(PROFILE.format(locale=locale))
        return profile

    @cache
    def saved_copy(data: bytes, locale: str, detect: bool) -> Path:
        path = tmp_path_factory.mktemp("given") / "export.csv"
        path.write_bytes(data)
        saved = tmp_path_factory.mktemp("saved")
        profile = profile_of(locale).as_uri()
        command = [program, f"-env:UserInstallation={profile}", "--headless", "--norestore"]
        command += [f"--infilter={OPEN.format(detect=str(detect).lower())}"]
        command += ["--convert-to", SAVE, "--outdir", str(saved), str(path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, check=True)
        assert (saved / path.name).exists(), done.stderr
        return saved / path.name

    def opened_and_saved(path: Path, locale: str, *, detect: bool) -> Path:
        return saved_copy(path.read_bytes(), locale, detect)

    return opened_and_saved


@pytest.fixture
def export(tmp_path):
    """The import layout of registrations with everything that Calc reads in its own way."""
    maths, lost, zeros = (make_qualification(number=number) for number in NUMBERS)
    for place, text in enumerate(TEXTS):
        make_registration(
            learner=make_learner(uln=f"900000000{place:x}"),
            qualification=maths,
            registration_number=text,
            postal_tracking_reference=text,
        )
    for place, day in enumerate(DAYS):
        make_registration(
            learner=make_learner(uln=f"800000000{place}"), qualification=maths, achieved_date=day
        )
    known, with_zeros = make_learner(uln="9200000001"), make_learner(uln="0012345679")
    make_registration(learner=known, qualification=lost)
    make_registration(learner=known, qualification=zeros)
    make_registration(learner=with_zeros, qualification=maths)
    path = tmp_path / "export.csv"
    call_command("regcert_export", "--layout", "import", "--output", str(path))
    return path


def rows_of(path):
    """Row number to cells."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return dict(enumerate(csv.reader(file), start=1))


def answer(path):
    """What the command would do with a file, and says of it."""
    out = StringIO()
    with suppress(SystemExit):
        call_command("regcert_import", str(path), "--json", "--validate-only", stdout=out)
    return json.loads(out.getvalue())


def changed_cells(before, after):
    """Row and heading of every cell that reads otherwise."""
    return {
        (row, heading)
        for row, cells in rows_of(after).items()
        for heading, old, new in zip(REGISTRATIONS.headings, rows_of(before)[row], cells, strict=True)
        if old != new
    }


def untold(found, changed):
    """Those of the changed cells of which neither the record, a warning nor a note says anything."""
    rejected = {error["row"] for error in found["errors"]}
    warned = {(one["row"], one["column"]) for one in found["warnings"]}
    noted = {note["column"] for note in found["notes"]}
    return {
        (row, heading)
        for row, heading in changed
        if row not in rejected and (row, heading) not in warned and heading not in noted
    }


@pytest.mark.parametrize("locale", ["en-GB", "en-US"])
@pytest.mark.parametrize("detect", [False, True], ids=["numbers", "all that it knows"])
def test_what_calc_changed_is_told_and_what_it_left_is_unchanged(calc, export, locale, detect):
    saved = calc(export, locale, detect=detect)

    found = answer(saved)

    changed = changed_cells(export, saved)
    touched = {row for row, _heading in changed}
    assert len(rows_of(saved)) == len(rows_of(export))
    assert untold(found, changed) == set()
    assert found["unchanged"] == len(rows_of(export)) - 1 - len(touched)
    assert {one["row"] for one in found["errors"]} <= touched
    assert {one["code"] for one in found["warnings"]} - {"check_digit"} == {"damaged"}


def test_calc_takes_zeros_and_powers_from_numbers_and_the_messages_name_what_they_were(calc, export):
    found = answer(calc(export, "en-GB", detect=False))

    messages = {(error["column"], error["value"]): error["message"] for error in found["errors"]}
    warned = {one["value"] for one in found["warnings"] if one["code"] == "damaged"}
    assert messages.keys() == {
        ("Qualification Number", "503"),
        ("Qualification Number", "263872"),
        ("ULN", "12345679"),
    }
    assert "0503E000" in messages["Qualification Number", "503"]
    assert "00263872" in messages["Qualification Number", "263872"]
    assert "0012345679" in messages["ULN", "12345679"]
    assert {"300000", "1234", "12", "1.5"} <= warned


@pytest.mark.parametrize("locale", ["en-GB", "en-US"])
def test_calc_takes_a_number_for_a_date_and_is_found_out(calc, export, locale):
    saved = calc(export, locale, detect=True)

    rows = rows_of(saved)
    before = rows_of(export)
    place = REGISTRATIONS.headings.index("Registration number")
    row = next(row for row, cells in before.items() if cells[place] == "1/2")
    assert rows[row][place] != "1/2"
    warnings = [(one["row"], one["column"]) for one in answer(saved)["warnings"] if one["code"] == "damaged"]
    assert (row, "Registration number") in warnings


def test_an_export_that_calc_left_alone_is_all_unchanged(export):
    found = answer(export)

    assert (found["rows"], found["unchanged"], found["notes"]) == (len(rows_of(export)) - 1,) * 2 + ([],)
