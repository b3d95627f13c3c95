"""What other programs write."""

import datetime as dt
import shutil
import subprocess
from io import BytesIO

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.importing.workbook.reading import NO_VALUE, day, long_number, moment, read, reason_of, rows_of
from tests.importing.workbook.written import WRITTEN, saved, written_by_openpyxl
from tests.missing import missing
from tests.workbooks import CONTENT_TYPE
from wagtail_regcert.importing.workbook import TypedKind, is_workbook
from wagtail_regcert.problems import Fault

CALC_SECONDS = 120


def test_what_openpyxl_writes_is_read():
    found = read(saved(written_by_openpyxl()))

    assert found.hidden == {3}
    assert found.rows == [
        WRITTEN[0],
        [
            *("0012345679", "a\nb", day(2026, 1, 31), moment("2026-01-31 09:30:00")),
            *("1.5", "TRUE", "#N/A", NO_VALUE),
        ],
        ["9276308686", " é ", day(1900, 1, 1), moment("09:30:00"), "0.0000001", "FALSE", "", NO_VALUE],
        [
            *(long_number("12345678901234570"), "x\ry", day(1900, 2, 28), moment("36:00:00")),
            *("12", "", "#DIV/0!"),
        ],
        [],
        ["0012345679", "merged"],
        ["", "", "", "", "end"],
    ]


def test_1904_as_openpyxl_writes_it():
    workbook = openpyxl.Workbook()
    workbook.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    workbook.active.append([dt.date(2026, 1, 31), dt.date(1904, 1, 2)])

    assert rows_of(saved(workbook)) == [[day(2026, 1, 31), day(1904, 1, 2)]]


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.floats(-1e14, 1e14).filter(lambda number: number == 0 or abs(number) > 1e-5),
    st.dates(dt.date(1900, 3, 1)),
    # Where openpyxl itself writes what it does not escape, or takes a text for a formula or an error.
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="_=#\ufffe\uffff"), min_size=1),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELLS, max_size=5), max_size=5))
def test_openpyxl_reads_the_same_where_it_reads_all(rows):
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    data = saved(workbook)

    theirs = openpyxl.load_workbook(BytesIO(data), read_only=True).active.iter_rows(values_only=True)
    found = rows_of(data)

    for number, row in enumerate(theirs):
        ours = [*(found[number] if number < len(found) else []), *[""] * len(row)]
        assert [same(cell, value) for cell, value in zip(ours, row, strict=False)] == [True] * len(row)


def same(cell, value):
    """Whether a cell says what openpyxl gives."""
    match value:
        case None:
            return cell == ""
        case bool():
            return cell == str(value).upper()
        case dt.datetime():
            return cell == day(*value.timetuple()[:3])
        case int() | float():
            return float(cell) == value and "E" not in cell.upper()
    return cell == value


@pytest.fixture(scope="module")
def calc(tmp_path_factory):
    """Open a file in LibreOffice Calc and save it in another format."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        missing("LibreOffice is not installed")
    profile = tmp_path_factory.mktemp("profile").as_uri()

    def converted(data, ending, to):
        path = tmp_path_factory.mktemp("given") / f"records.{ending}"
        path.write_bytes(data)
        folder = tmp_path_factory.mktemp("saved")
        command = [program, f"-env:UserInstallation={profile}", "--headless", "--norestore"]
        command += ["--convert-to", to, "--outdir", str(folder), str(path)]
        subprocess.run(command, capture_output=True, timeout=CALC_SECONDS, check=True)
        return next(folder.iterdir()).read_bytes()

    return converted


def test_what_libreoffice_writes_is_read(calc):
    found = read(calc(saved(written_by_openpyxl()), "xlsx", "xlsx:Calc MS Excel 2007 XML"))

    assert found.hidden == {3}
    assert found.rows[0] == WRITTEN[0]
    assert found.rows[1] == [
        *("0012345679", "a\nb", day(2026, 1, 31), moment("2026-01-31 09:30:00")),
        *("1.5", "TRUE", "#N/A", "2"),
    ]
    assert found.rows[2][0] == "9276308686"
    assert found.rows[2][3:] == [moment("09:30:00"), "0.0000001", "FALSE", "", "ULN"]
    assert found.rows[3][0].kind is TypedKind.LONG_NUMBER
    assert found.rows[3][3:] == [moment("36:00:00"), "12", "", "#DIV/0!"]
    assert found.rows[4:] == [[], ["0012345679", "merged"], ["", "", "", "", "end"]]


@pytest.mark.parametrize(
    ("ending", "to", "reason"),
    [("xls", "xls:MS Excel 97", "xls"), ("ods", "ods", "ods")],
)
def test_other_formats_of_libreoffice_are_told_as_what_they_are(calc, ending, to, reason):
    data = calc(saved(written_by_openpyxl()), "xlsx", to)

    assert is_workbook(data)
    assert reason_of(data) == (Fault.NOT_TEXT, reason)


def test_the_content_type_of_the_makers_is_the_one_of_openpyxl():
    assert openpyxl.xml.constants.XLSX == CONTENT_TYPE
