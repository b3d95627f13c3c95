"""Rows to CSV, as Python's own writer has them."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from wagtail_regcert.exporting.csvfile import csv_bytes, csv_columns

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
