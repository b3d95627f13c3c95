"""What a problem keeps of a cell."""

import pytest

from wagtail_regcert.problems import shown


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("a", "a"),
        ("x" * 200, "x" * 200),
        ("x" * 201, "x" * 200),
        ("a\0b\0", "a\ufffdb\ufffd"),
    ],
)
def test_a_cell_is_kept_shortened_and_without_what_a_database_refuses(value, kept):
    assert shown(value) == kept
