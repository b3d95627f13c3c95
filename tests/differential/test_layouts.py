"""A file under other headings, in another order and form, means what it means in the ten columns.

What those mean is held against the oracle by the other tests of this folder.
"""

import csv
from io import StringIO
from random import Random

import pytest
from django.utils import timezone

from tests.site_layouts import load
from wagtail_regcert.importing.pipeline import Opened, open_file, prepare
from wagtail_regcert.importing.run_layout import own_layout
from wagtail_regcert.layouts import REGISTRATIONS, Separator
from wagtail_regcert.problems import Code
from wagtail_regcert.subjects.registry import subject_of

from . import generate
from .test_differential import seeds_by_world, store

pytestmark = pytest.mark.django_db

DECOYS = ("Assessor", "Centre", "Grade")
PREAMBLE = (["Results of 1 July"], [""], ["Centre", "12345"])


def foreign(random, rows):
    """The same rows as somebody else would write them, and the columns of a layout that reads them."""
    fields = ["uln" if column.field == "learner" else column.field for column in REGISTRATIONS.columns]
    columns = [
        {"heading": f"Their {column.heading}", "field": field}
        for column, field in zip(REGISTRATIONS.columns, fields, strict=True)
    ]
    order = random.sample([*range(len(columns)), *(-1 - place for place in range(len(DECOYS)))], 13)
    out = StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerows(PREAMBLE[: random.randint(0, len(PREAMBLE))])
    writer.writerow(columns[at]["heading"].upper() if at >= 0 else DECOYS[-1 - at] for at in order)
    writer.writerows([row[at] if at >= 0 else "x" for at in order] for row in rows)
    return out.getvalue().encode(), random.sample(columns, len(columns))


def told(sheet, plan):
    """What a plan says, by the index of a record and by the field."""
    fields = {column.heading: column.field for column in sheet.layout.columns}
    index = {number: place for place, number in enumerate(sheet.numbers)}
    problems = {
        name: sorted(
            (index[one.row], fields.get(one.column, "").replace("learner", "uln"), one.value, one.code.value)
            for one in getattr(plan, name)
        )
        for name in ("errors", "warnings")
    }
    # In the order of the ten columns.
    place = {name: at for at, name in enumerate(plan.fields)}
    order = [place[name] for name in sorted(place)]
    records = [
        (index[one.row], one.key, one.pk, *([part and [part[at] for at in order] for part in one[3:]]))
        for one in plan.records
    ]
    return {**problems, "records": records}


def planned(data, layout, separator):
    opened = open_file(data, separator, layout)
    if not isinstance(opened, Opened):
        return None, None
    subject = subject_of("registrations")
    sheet = opened.sheet
    return sheet, prepare(sheet, subject, subject.stored(), timezone.localdate())


@pytest.mark.parametrize(
    ("world_seed", "seeds"),
    [pytest.param(world, seeds, id=f"{seeds[0]}-{seeds[-1]}") for world, seeds in seeds_by_world().items()],
)
def test_a_layout_reads_of_a_file_what_the_ten_columns_read(world_seed, seeds):
    world = generate.world(world_seed)
    store(world)
    compared = 0

    for seed in seeds:
        random = Random(seed)
        data, separator, _kind = generate.file(seed, world, timezone.localdate())
        sheet, plan = planned(data, REGISTRATIONS, Separator(separator))
        if sheet is None:
            continue
        left_out = {one.row for one in plan.errors if one.code is Code.REPEATED_HEADING} | {
            sheet.numbers[index] for index in (*sheet.long, *sheet.short)
        }
        rows = [row for number, row in zip(sheet.numbers, sheet.rows, strict=True) if number not in left_out]
        if not rows or any("\0" in cell for row in rows for cell in row):
            # Where such characters stand says what a file is taken for.
            continue
        out = StringIO()
        csv.writer(out).writerows([REGISTRATIONS.headings, *rows])
        theirs, columns = foreign(random, rows)
        layout = load(*columns, name=f"Theirs {seed}", separator="semicolon")

        ours = told(*planned(out.getvalue().encode(), own_layout("registrations").layout, Separator.COMMA))
        found = told(*planned(theirs, layout.layout, Separator.SEMICOLON))

        assert found == ours, f"seed {seed}"
        compared += 1

    assert compared
