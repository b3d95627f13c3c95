"""Files that others write are read the same wherever their columns and headings stand."""

import csv
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st

from wagtail_regcert.definitions import imports
from wagtail_regcert.definitions.places import Place
from wagtail_regcert.importing.by_heading import HEADER_ROWS
from wagtail_regcert.importing.parse import parse
from wagtail_regcert.importing.pipeline import Opened, Refused, open_file
from wagtail_regcert.layouts import Separator

HEADINGS = {"ULN of candidate": "uln", "Aim": "qualification", "Cert": "registration_number", "Grade": None}
LAYOUT = imports.read(
    {
        "kind": "import",
        "name": "Theirs",
        "columns": [{"heading": heading, "field": field} for heading, field in HEADINGS.items()],
        "constants": {"status": "achieved"},
    },
    Place(),
).layout()

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Z")), min_size=1, max_size=9)
CELLS = st.one_of(st.just(""), WORDS)


def by_heading(record):
    return dict(zip(HEADINGS, record, strict=True))


def written(rows):
    out = StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


@given(
    records=st.lists(st.tuples(WORDS, WORDS, CELLS, CELLS), min_size=1, max_size=5),
    order=st.permutations([*HEADINGS, "Theirs alone", ""]),
    above=st.lists(st.lists(st.just("text above"), min_size=1, max_size=3), max_size=HEADER_ROWS - 1),
)
def test_columns_are_found_wherever_they_stand(records, order, above):
    straight = open_file(written([list(HEADINGS), *records]), Separator.COMMA, LAYOUT)
    moved = open_file(
        written(
            [
                *above,
                order,
                *(
                    [dict(zip(HEADINGS, record, strict=True)).get(name, "x") for name in order]
                    for record in records
                ),
            ]
        ),
        Separator.COMMA,
        LAYOUT,
    )

    assert isinstance(straight, Opened), straight
    assert isinstance(moved, Opened), moved
    one, other = parse(straight.sheet), parse(moved.sheet)
    assert one.columns == other.columns
    assert one.bad == other.bad
    assert other.numbers == [number + len(above) for number in one.numbers]
    assert moved.sheet.ignored == {"Theirs alone": len(records), "": len(records)} or not records


@given(data=st.binary(max_size=300), rest=st.text(max_size=200))
def test_any_bytes_are_read_or_refused(data, rest):
    heading = ",".join(HEADINGS)

    for given_bytes in (data, f"{heading}\n{rest}".encode("utf-8", "surrogatepass"), b"PK\x03\x04" + data):
        assert isinstance(open_file(given_bytes, Separator.COMMA, LAYOUT, 2**20), Opened | Refused)
