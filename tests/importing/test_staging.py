"""A run's file and report in pieces: what goes in comes out, whatever the pieces."""

import random
from functools import partial

import pytest

from wagtail_regcert.importing import staging
from wagtail_regcert.models import ImportRun, RunPiece
from wagtail_regcert.problems import Code, Problem, Warn
from wagtail_regcert.subjects.types import Record

pytestmark = pytest.mark.django_db
Kind = RunPiece.Kind


@pytest.fixture
def run():
    return ImportRun.objects.create(file_name="a.csv", size=0, digest="", separator="comma", encoding="utf-8")


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr(staging, "ENTRIES", 3)
    monkeypatch.setattr(staging, "FILE_PIECE", 10)


def problems(count, code=Code.BAD_DATE):
    return [Problem(row, "Achieved date", f"v{row}", code, {"n": row}) for row in range(2, 2 + count)]


def pieces(run, kind):
    return list(RunPiece.objects.filter(run=run, kind=kind).order_by("number").values_list("number", "items"))


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, []),
        (1, [(0, 1)]),
        (10, [(0, 10)]),
        (11, [(0, 10), (1, 1)]),
        (29, [(0, 10), (1, 10), (2, 9)]),
    ],
)
def test_a_file_is_kept_byte_for_byte_over_the_borders_of_pieces(run, small_pieces, size, expected):
    data = bytes(number * 37 % 256 for number in range(size))

    staging.save_file(run, data)

    assert staging.load_file(run) == data
    assert pieces(run, Kind.FILE) == expected


def test_pieces_are_put_together_in_their_order_beyond_the_ninth(run, small_pieces):
    data = bytes(range(150))

    staging.save_file(run, data)

    assert len(pieces(run, Kind.FILE)) == 15
    assert staging.load_file(run) == data


def test_a_file_larger_than_a_packet_of_mariadb_is_kept(run):
    data = random.Random(1).randbytes(18 * 1024 * 1024)

    staging.save_file(run, data)

    assert staging.load_file(run) == data


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 6, 7])
def test_every_slice_of_a_report_is_that_slice(run, small_pieces, count):
    kept = problems(count)
    staging.save_problems(run, Kind.ERRORS, kept)

    for start in range(count + 2):
        for stop in (*range(count + 3), None):
            found = list(staging.load_problems(run, Kind.ERRORS, start, stop))
            assert found == kept[start:stop], (start, stop)


def test_a_page_of_a_report_reads_only_its_pieces(run, small_pieces, django_assert_num_queries):
    staging.save_problems(run, Kind.ERRORS, problems(30))

    with django_assert_num_queries(2):
        assert [one.row for one in staging.load_problems(run, Kind.ERRORS, 13, 15)] == [15, 16]


@pytest.mark.parametrize(
    "positions", [[], [0], [8, 0, 4], [2, 3], [3, 2], [9, 9, 1, 9], list(range(10))[::-1]]
)
def test_entries_are_read_at_any_positions_in_the_order_asked_for(run, small_pieces, positions):
    kept = problems(10)
    staging.save_problems(run, Kind.ERRORS, kept)

    found = staging.load_at(partial(staging.load_problems, run, Kind.ERRORS), positions)

    assert found == [kept[position] for position in positions]


def test_a_problem_comes_back_with_its_kind_of_code_and_its_facts(run):
    error = Problem(3, "", "", Code.DUPLICATE, {"rows": "4, 5", "count": 2, "more": 0})
    warning = Problem(4, "ULN", "1234567890", Warn.CHECK_DIGIT, {})

    staging.save_problems(run, Kind.ERRORS, [error])
    staging.save_problems(run, Kind.WARNINGS, [warning])

    assert list(staging.load_problems(run, Kind.ERRORS)) == [error]
    assert list(staging.load_problems(run, Kind.WARNINGS)) == [warning]
    assert next(staging.load_problems(run, Kind.ERRORS)).code is Code.DUPLICATE
    assert next(staging.load_problems(run, Kind.WARNINGS)).code is Warn.CHECK_DIGIT


@pytest.mark.parametrize("value", ["\0", "a\u2028b", "😀", "\u202e", '"\\', "\x1f\x7f\x85", "é", "\ufffe"])
def test_any_text_is_kept_in_a_report(run, value):
    kept = [Problem(2, "ULN", value, Code.BAD_CHARACTER, {"found": value})]

    staging.save_problems(run, Kind.ERRORS, kept)

    assert list(staging.load_problems(run, Kind.ERRORS)) == kept


def test_a_lone_surrogate_is_shown_and_breaks_nothing(run):
    staging.save_problems(run, Kind.ERRORS, [Problem(2, "ULN", "a\ud800b", Code.BAD_CHARACTER, {})])

    (found,) = staging.load_problems(run, Kind.ERRORS)
    assert found.value == "a?b"


def test_records_come_back_with_what_was_stored_and_what_will_be(run, small_pieces):
    new = ("exempt", "", "", "", "", "", "", "")
    before = ("registered", "R1", "2025-09-01", "", "", "", "", "")
    kept = [Record(2, (11, 21), None, None, new), Record(3, (12, 21), 77, before, before)] * 2

    staging.save_records(run, kept)

    created, unchanged = list(staging.load_records(run, 0, 2))
    assert created == (2, (11, 21), None, None, new)
    assert unchanged == (3, (12, 21), 77, before, before)
    assert (created.is_created, unchanged.is_unchanged) == (True, True)
    assert list(staging.load_records(run, 2)) == [created, unchanged]


@pytest.mark.parametrize("value", ["a\x7fb", "\x7f", "\x7f" * 8, "", "\0", '"\\', "a\ud800b", "é\u2028"])
@pytest.mark.parametrize("place", [0, 3, 7])
def test_a_record_keeps_values_that_no_cell_may_hold(run, small_pieces, value, place):
    usual = ("registered", "R1", "2025-09-01", "", "", "", "", "T1")
    odd = (*usual[:place], value, *usual[place + 1 :])
    kept = [Record(row, (1, 1), row, odd if row % 2 else usual, usual) for row in range(2, 7)]

    staging.save_records(run, kept)

    shown = tuple(one.replace("\ud800", "?") for one in odd)
    expected = [one._replace(before=shown if one.row % 2 else usual) for one in kept]
    assert list(staging.load_records(run)) == expected


@pytest.mark.parametrize("created", ["", "0", "1", "02", "123", "0123456"])
def test_records_that_create_stand_among_those_that_do_not(run, small_pieces, created):
    values = [(str(number), *("x" * 7)) for number in range(7)]
    kept = [
        Record(number, (1, 1), None, None, values[number])
        if str(number) in created
        else Record(number, (1, 1), 9, values[-number], values[number])
        for number in range(7)
    ]

    staging.save_records(run, kept)

    assert list(staging.load_records(run)) == kept
    assert [record.row for record in staging.load_records(run, 2, 5)] == [2, 3, 4]


def test_kinds_are_one_byte_for_each_entry(run):
    staging.save_kinds(run, Kind.ERROR_KINDS, bytes([0, 1, 255] * 1000))

    assert staging.load_kinds(run, Kind.ERROR_KINDS) == bytes([0, 1, 255] * 1000)
    assert staging.load_kinds(run, Kind.RECORD_KINDS) == b""


def test_runs_do_not_read_or_discard_each_others_pieces(run):
    other = ImportRun.objects.create(file_name="b", size=0, digest="", separator="comma", encoding="utf-8")
    for one, data in ((run, b"one"), (other, b"other")):
        staging.save_file(one, data)
        staging.save_problems(one, Kind.ERRORS, problems(1))

    staging.discard(run, Kind.ERRORS)
    assert (staging.load_file(run), list(staging.load_problems(run, Kind.ERRORS))) == (b"one", [])
    staging.discard(run)

    assert staging.load_file(run) == b""
    assert staging.load_file(other) == b"other"
    assert list(staging.load_problems(other, Kind.ERRORS)) == problems(1)
