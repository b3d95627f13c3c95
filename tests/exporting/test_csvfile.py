"""Rows to CSV, as Python's own writer has them."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from wagtail_regcert.exporting.csvfile import csv_bytes

CELLS = st.text(st.sampled_from("ab ',;\"\r\n\t\u2028é0"), max_size=4)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=6))
def test_rows_are_written_as_by_the_csv_module(rows):
    expected = io.StringIO(newline="")
    csv.writer(expected, lineterminator="\r\n").writerows([["a", "b"], *rows])

    assert b"".join(csv_bytes(["a", "b"], rows)).decode("utf-8-sig") == expected.getvalue()
