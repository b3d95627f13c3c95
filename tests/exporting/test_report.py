"""Files about a run: rejected records read back are rejected again, for the same reasons."""

import csv
from io import StringIO

import pytest
from django.db import transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.makers import make_csv, make_learner, make_qualification, make_run
from wagtail_regcert.exporting.report import errors_file, rejected_file
from wagtail_regcert.importing import runs, staging
from wagtail_regcert.importing.pipeline import Refused, open_file
from wagtail_regcert.importing.read import CELL_LIMIT
from wagtail_regcert.layouts import REGISTRATIONS, Separator

pytestmark = pytest.mark.django_db

HEADINGS = list(REGISTRATIONS.headings)
ROW = ["603/2942/X", "4000000001", "Exempt"]


@pytest.fixture
def stored():
    make_qualification(number="603/2942/X")
    make_learner(uln="4000000001")


def rows_of(chunks):
    return list(csv.reader(StringIO(b"".join(chunks).decode("utf-8-sig"), newline=""), strict=True))


def file_of(*rows):
    out = StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()


def reasons(run):
    """What is wrong, by record and not by row: row numbers change."""
    errors = list(staging.load_problems(run, "errors"))
    rows = {row: at for at, row in enumerate(dict.fromkeys(error.row for error in errors))}
    return [(rows[error.row], error.column, error.code) for error in errors]


def read_back(run):
    data = b"".join(rejected_file(run))
    opened = open_file(data, Separator.COMMA)
    assert not isinstance(opened, Refused), opened
    return make_run(data)


def test_a_rejected_record_says_where_it_stood_and_all_that_is_wrong(stored):
    run = make_run(make_csv([""], ROW, ["=x", "7", "Exempt", "+44"]))

    headings, (*cells, row, wrong) = rows_of(rejected_file(run))

    assert headings == [*HEADINGS, "Row in the file", "What is wrong"]
    assert cells == ["'=x", "7", "Exempt", "'+44", *[""] * 6]
    assert row == "4"
    assert wrong.startswith("Qualification Number: There is no qualification with this number.")
    assert "ULN: There is no learner with this ULN." in wrong


def test_surplus_cells_come_last_so_that_they_are_surplus_again(stored):
    run = make_run(file_of(HEADINGS, [*ROW, *[""] * 7, "shifted", ""]))

    _headings, record = rows_of(rejected_file(run))

    assert record[:3] == ROW
    assert (record[10], record[12:]) == ("2", ["shifted", ""])
    assert record[11].startswith("This row has 12 cells")
    assert reasons(read_back(run)) == reasons(run) == [(0, "", "too_many_cells")]


def test_a_rejected_file_corrected_in_part_can_be_rejected_again_and_does_not_grow(stored):
    first = make_run(make_csv(["1", *ROW[1:]], ["2", *ROW[1:]]))
    headings, *records = rows_of(rejected_file(first))
    records[0][0] = "603/2942/X"

    second = make_run(file_of(headings, *records))
    again = rows_of(rejected_file(second))

    assert (second.accepted, second.rejected) == (1, 1)
    assert [(row[0], len(row), row[10]) for row in again[1:]] == [("2", 12, "3")]


@pytest.mark.parametrize("cells", [["x"], ["", "x"], ["", "", "x"], ["x", "y"]])
@pytest.mark.parametrize(
    "more", [[], ["", ""], ["Row in the file"], ["What is wrong", "", "Row in the file "]]
)
def test_what_stands_under_a_heading_that_is_not_read_is_surplus_again_where_it_was(stored, cells, more):
    run = make_run(file_of([*HEADINGS, *more], ["1", *ROW[1:], *[""] * 7, *cells]))

    assert run.rejected == 1
    assert reasons(read_back(run)) == reasons(run)


@pytest.mark.parametrize(
    "cell",
    [
        "\x01",
        "a\x01",
        "a\tb",
        "\u0958" * 50_000 + "\x01x",
        "\u200bx" * 60_000 + "\x01x",
        "é" * 131_071 + "\x7f",
    ],
)
@pytest.mark.parametrize("at", [0, 2, 3, 4])
def test_a_cell_is_wrong_for_the_same_reason_however_long_it_is(stored, cell, at):
    row = [*ROW, "", ""]
    row[at] = cell[: CELL_LIMIT - 1] if len(cell) > CELL_LIMIT else cell
    run = make_run(make_csv(row))

    assert reasons(read_back(run)) == reasons(run)


@pytest.mark.parametrize("more", [[], ["Row in the file", "What is wrong"]])
def test_the_headings_again_are_rejected_again(stored, more):
    again = [f" {heading.upper()} *" for heading in [*HEADINGS, *more]]
    run = make_run(file_of([*HEADINGS, *more], again, ROW))

    assert reasons(read_back(run)) == reasons(run) == [(0, "", "repeated_heading")]


texts = st.one_of(
    st.sampled_from(
        ["", "603/2942/X", "4000000001", "Exempt", "01/02/2025", "1/2/25", "9999999999", "x" * 129]
    ),
    st.text("'=\"+-@,;\t\r\n \u00a0\u200b\ufeff\u2028\ufffd/aA0é\x01", max_size=6),
    st.text(max_size=6).map(lambda text: text.encode("utf-8", "replace").decode()),
)
records = st.lists(
    st.lists(texts, min_size=1, max_size=14) | st.just([*HEADINGS, "Row in the file"]), min_size=1, max_size=8
)
headers = st.lists(st.sampled_from(["", "Row in the file", "What is wrong *"]), max_size=3, unique=True)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(more=headers, rows=records)
def test_whatever_is_rejected_is_rejected_again(more, rows):
    data = file_of([*HEADINGS, *more], *rows)
    if b"\0" in data or isinstance(open_file(data, Separator.COMMA), Refused):
        return
    with transaction.atomic():
        make_qualification(number="603/2942/X")
        make_learner(uln="4000000001")
        first = make_run(data)
        if first.rejected:
            again = read_back(first)

            assert reasons(again) == reasons(first)
            assert (again.rows, again.accepted) == (first.rejected, 0)
        transaction.set_rollback(True)


def test_what_is_wrong_is_said_in_the_language_of_whoever_asked(stored):
    run = make_run(make_csv(["1", *ROW[1:]]))

    with translation.override("cy"):
        welsh = [errors_file(run), rejected_file(run)]
    english = [errors_file(run), rejected_file(run)]

    for one, other in zip(welsh, english, strict=True):
        assert rows_of(one)[1] != rows_of(other)[1]


def test_conflicts_are_no_rejected_records(stored):
    run = make_run(make_csv(ROW))
    runs.begin_commit(run.pk)
    runs.commit(run.pk)

    assert len(rows_of(rejected_file(run))) == 1
