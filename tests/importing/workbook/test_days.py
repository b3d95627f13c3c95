"""Days in cells, and times of day."""

import pytest

from tests.importing.workbook.reading import day, moment, only_cell


@pytest.mark.parametrize(
    ("stored", "cell"),
    [
        ("46023", day(2026, 1, 1)),
        ("46023.0", day(2026, 1, 1)),
        ("4.6023E4", day(2026, 1, 1)),
        ("1", day(1900, 1, 1)),
        ("59", day(1900, 2, 28)),
        ("60", moment("1900-02-29")),
        ("60.5", moment("1900-02-29 12:00:00")),
        ("61", day(1900, 3, 1)),
        ("2958465", day(9999, 12, 31)),
        ("46023.5", moment("2026-01-01 12:00:00")),
        ("46023.395833333336", moment("2026-01-01 09:30:00")),
        # What is left of calculating is no time of day.
        ("46023.000000001", day(2026, 1, 1)),
        ("46022.999999999", day(2026, 1, 1)),
        ("0.5", moment("12:00:00")),
        ("0", moment("00:00:00")),
        ("-1", moment("-1")),
        ("2958466", moment("2958466")),
        ("1E300", moment("1" + "0" * 300)),
    ],
)
def test_a_day_is_a_day_also_around_the_leap_day_that_never_was(stored, cell):
    assert only_cell(f'<c r="A1" s="1"><v>{stored}</v></c>', formats={"14": ""}) == cell


@pytest.mark.parametrize(
    ("stored", "cell"),
    [
        ("0", day(1904, 1, 1)),
        ("0.5", moment("1904-01-01 12:00:00")),
        ("1", day(1904, 1, 2)),
        ("60", day(1904, 3, 1)),
        ("44561", day(2026, 1, 1)),
        ("-1", moment("-1")),
    ],
)
@pytest.mark.parametrize("written", ["1", "true"])
def test_a_workbook_may_count_from_1904(stored, cell, written):
    properties = f'<workbookPr date1904="{written}"/>'
    xml = f'<c r="A1" s="1"><v>{stored}</v></c>'

    assert only_cell(xml, formats={"164": "dd/mm/yyyy"}, properties=properties) == cell


def test_a_time_alone_is_one_in_1904_too():
    properties = '<workbookPr date1904="1"/>'
    xml = '<c r="A1" s="1"><v>0.5</v></c>'

    assert only_cell(xml, formats={"20": ""}, properties=properties) == moment("12:00:00")


@pytest.mark.parametrize(
    "code",
    [
        *("dd/mm/yyyy", "d-mmm-yy;@", "mm-dd-yy", "yyyy", "mmm", "DDMMYYYY", "m", "h:mm", "mm:ss.0"),
        *("[$-F800]dddd\\,\\ mmmm\\ dd", "[$-409]d/m/yyyy h:mm AM/PM", "[Red]d", "&quot;on &quot;d"),
        *("[Black]yyyy\\-mm\\-dd", "d. mmmm yyyy"),
    ],
)
def test_a_day_is_one_whatever_its_format_shows_of_it(code):
    assert only_cell('<c r="A1" s="1"><v>46023</v></c>', formats={"170": code}) == day(2026, 1, 1)


@pytest.mark.parametrize("number", [14, 15, 16, 17, 18, 20, 22, 27, 36, 45, 47, 50, 58])
def test_formats_that_go_without_saying_show_days(number):
    assert only_cell('<c r="A1" s="1"><v>46023</v></c>', formats={str(number): ""}) == day(2026, 1, 1)


@pytest.mark.parametrize(
    "code",
    [
        *(
            "&quot;day&quot; 0",
            "0\\d",
            "0_d",
            "[Red]0",
            "#,##0 [$kr-41D]",
            "0*d",
            "[$USD] 0",
            "0;d",
            "0.0E+00",
        ),
        *("General", "# ?/?", "[&gt;100]0"),
    ],
)
def test_letters_that_a_format_only_shows_make_no_day(code):
    assert only_cell('<c r="A1" s="1"><v>46023</v></c>', formats={"170": code}) == "46023"


def test_a_format_of_the_file_comes_before_the_one_that_goes_without_saying():
    assert only_cell('<c r="A1" s="1"><v>46023</v></c>', formats={"14": "0"}) == "46023"


@pytest.mark.parametrize(
    ("stored", "text"), [("1.5", "36:00:00"), ("46023", "1104552:00:00"), ("-0.5", "-12:00:00")]
)
def test_hours_that_go_on_counting_are_a_time_alone(stored, text):
    xml = f'<c r="A1" s="1"><v>{stored}</v></c>'

    assert only_cell(xml, formats={"46": ""}) == moment(text)
    assert only_cell(xml, formats={"170": "[HH]:mm"}) == moment(text)


@pytest.mark.parametrize(
    ("stored", "cell"),
    [
        ("2026-01-31", day(2026, 1, 31)),
        ("2026-01-31T00:00:00", day(2026, 1, 31)),
        ("2026-01-31T00:00:00Z", day(2026, 1, 31)),
        ("2026-01-31T09:30:00.000Z", moment("2026-01-31 09:30:00")),
        ("09:30:00", moment("09:30:00")),
        ("PT36H", moment("PT36H")),
    ],
)
def test_a_day_may_be_stored_as_iso_8601_has_it(stored, cell):
    assert only_cell(f'<c r="A1" t="d"><v>{stored}</v></c>') == cell
