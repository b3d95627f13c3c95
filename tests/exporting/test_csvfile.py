"""Rows to CSV, as Python's own writer has them."""

import csv
import io
import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_regcert.exporting.csvfile import (
    check_writable,
    csv_bytes,
    csv_columns,
    guarded,
    write_file,
)

CELLS = st.text(st.sampled_from("ab ',;\"\r\n\t\u2028é0"), max_size=4)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=6))
def test_rows_are_written_as_by_the_csv_module(rows):
    expected = io.StringIO(newline="")
    csv.writer(expected, lineterminator="\r\n").writerows([["a", "b"], *rows])

    assert b"".join(csv_bytes(["a", "b"], rows)).decode("utf-8-sig") == expected.getvalue()


@given(
    st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width))),
    st.integers(1, 3),
)
def test_columns_are_written_as_the_same_rows_are(rows, size):
    pages = [list(zip(*rows[at : at + size], strict=True)) for at in range(0, len(rows), size)]

    assert b"".join(csv_columns(["a"], pages)) == b"".join(csv_bytes(["a"], rows))


def test_a_page_without_rows_is_nothing():
    assert b"".join(csv_columns(None, [[(), ()]], encoding="utf-8")) == b""


@pytest.mark.parametrize(
    ("options", "data"),
    [
        ({}, '\ufeffA\r\n"a,b"\r\né;Ł\r\n'.encode()),
        ({"encoding": "utf-8"}, 'A\r\n"a,b"\r\né;Ł\r\n'.encode()),
        ({"encoding": "cp1252"}, b'A\r\n"a,b"\r\n\xe9;?\r\n'),
        ({"separator": ";", "encoding": "utf-8"}, 'A\r\na,b\r\n"é;Ł"\r\n'.encode()),
        (
            {"before": [["Ł", "x"]], "separator": ";", "encoding": "cp1252"},
            b'?;x\r\nA\r\na,b\r\n"\xe9;?"\r\n',
        ),
        ({"before": [["x", "y"], []], "encoding": "utf-8"}, 'x,y\r\n\r\nA\r\n"a,b"\r\né;Ł\r\n'.encode()),
    ],
)
def test_a_file_is_written_by_its_separator_and_in_its_encoding(options, data):
    assert b"".join(csv_bytes(["A"], [["a,b"], ["é;Ł"]], **options)) == data


def test_a_file_may_have_no_headings():
    assert b"".join(csv_bytes(None, [["a"]], encoding="utf-8")) == b"a\r\n"


def test_bytes_leave_before_the_last_rows_come():
    came = []
    rows = ([str(came.append(number))] for number in range(5000))
    stream = csv_bytes(["A"], rows)

    next(stream)
    next(stream)

    assert len(came) == 500


def test_cells_that_a_spreadsheet_would_run_are_guarded():
    assert [*guarded([["a", "=1"], ["-2", ""]])] == [["a", "'=1"], ["'-2", ""]]


@pytest.fixture
def umask():
    """A umask that leaves others nothing but to run a file."""
    before = os.umask(0o026)
    yield
    assert os.umask(before) == 0o026


def test_a_file_is_written_whole_with_the_rights_of_any_new_file(tmp_path, umask):
    path = tmp_path / "a.csv"
    path.write_bytes(b"before")

    write_file(str(path), [b"a", b"b"])

    assert path.read_bytes() == b"ab"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [*tmp_path.iterdir()] == [path]


def test_a_failure_half_way_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"before")

    def chunks():
        # What is written lies beside the file under a name of its own.
        yield b"a"
        assert {one.name[:7] for one in tmp_path.iterdir()} == {"a.csv", ".a.csv."}
        raise OSError("broken")

    with pytest.raises(OSError, match="broken"):
        write_file(str(path), chunks())

    assert path.read_bytes() == b"before"
    assert [*tmp_path.iterdir()] == [path]


def test_a_link_stays_one_and_leads_to_the_new_file(tmp_path):
    target, link = tmp_path / "files" / "a.csv", tmp_path / "link"
    target.parent.mkdir()
    link.symlink_to(target)

    check_writable(str(link))
    write_file(str(link), [b"x"])

    assert link.readlink() == target
    assert target.read_bytes() == b"x"


def test_a_pipe_is_written_to_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    check_writable(str(pipe))
    write_file(str(pipe), [b"a", b"b"])

    assert os.read(reading, 9) == b"ab"
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    os.close(reading)


def test_it_is_told_beforehand_where_nothing_can_be_written(tmp_path):
    with pytest.raises(IsADirectoryError) as of_folder:
        check_writable(str(tmp_path))
    with pytest.raises(FileNotFoundError):
        check_writable(str(tmp_path / "none" / "a.csv"))
    check_writable(str(tmp_path / "a.csv"))

    error = of_folder.value
    assert (error.errno, error.strerror, error.filename) == (21, "Is a directory", str(tmp_path))
    assert [*tmp_path.iterdir()] == []
