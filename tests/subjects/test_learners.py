"""Learners: whom a record means, and what looks wrong."""

import datetime as dt

import pytest

from wagtail_regcert.cells import TEMPORARY_ULN
from wagtail_regcert.damage import Damage
from wagtail_regcert.layouts import LEARNERS, SOURCE_FIELDS, Layout
from wagtail_regcert.problems import ROW, CellError, Code, Problem, Warn
from wagtail_regcert.subjects.learners import LearnerRules, LearnersByKey
from wagtail_regcert.subjects.types import BadCell, Given

TODAY = dt.date(2026, 1, 31)
ULN, OTHER_ULN, MISTYPED = "9276308686", "1000000027", "9276308687"
ANN, BO = (1, ("Lee",)), (2, ("Ray",))
"""Ann has the reference L1 and a ULN, Bo has no reference."""


class Stored:
    """Two learners, without a database; it remembers what it was asked."""

    def learners(self, references, ulns, fields):
        self.asked = (set(references), set(ulns), tuple(fields))
        by_reference, by_uln = {"L1": ANN}, {ULN: ANN, OTHER_ULN: BO}
        return LearnersByKey(
            {one: by_reference[one] for one in references if one in by_reference},
            {one: by_uln[one] for one in ulns if one in by_uln},
            {1},
        )


def source(columns, **options):
    """What a source gives, by field; its first row is 2."""
    layout = LEARNERS.of(LEARNERS.column_of(field) for field in columns)
    values = list(columns.values())
    options = {"bad": {}, "unreadable": {}, **options}
    return Given(layout=layout, numbers=range(2, 2 + len(values[0])), columns=values, **options)


@pytest.mark.parametrize(
    ("reference", "uln", "key", "stored", "identity"),
    [
        ("L1", None, ("L1", ""), ANN, 1),
        ("L1", ULN, ("L1", ULN), ANN, 1),
        ("L1", OTHER_ULN, ("L1", OTHER_ULN), ANN, 1),
        (None, ULN, ("", ULN), ANN, 1),
        (None, OTHER_ULN, ("", OTHER_ULN), BO, 2),
        # Who has no reference yet is known by the ULN and given one.
        ("L2", OTHER_ULN, ("L2", OTHER_ULN), BO, 2),
        # Who has one is not given another.
        ("L2", ULN, ("L2", ULN), None, "L2"),
        ("L3", None, ("L3", ""), None, "L3"),
        (None, "1000000043", ("", "1000000043"), None, None),
        (None, None, None, None, None),
    ],
)
def test_a_learner_is_known_by_the_reference_or_else_by_the_uln(reference, uln, key, stored, identity):
    given = source({"reference": [reference], "uln": [uln]})

    found = LearnerRules().match(given, Stored(), ("family_name",))

    no_key = {} if key else {ROW: CellError(Code.NO_KEY)}
    assert found.keys == [key]
    assert found.stored == ({key: stored} if stored else {})
    assert found.claims == ([identity], [reference], [uln])
    assert found.problems(0) == no_key


def test_what_is_asked_of_the_database_is_what_names_learners():
    given = source({"reference": ["L1", None, "", ""], "uln": [ULN, OTHER_ULN, TEMPORARY_ULN, ""]})
    stored = Stored()

    found = LearnerRules().match(given, stored, ("family_name",))

    assert stored.asked == ({"L1"}, {ULN, OTHER_ULN}, ("family_name",))
    assert found.holders == {"uln": {ULN: 1, OTHER_ULN: 2}}
    assert found.claims == ([1, 2, None, None], ["L1", None, None, None], [ULN, OTHER_ULN, None, None])


def test_learners_are_known_by_what_a_source_carries():
    by_uln = LearnerRules().match(source({"uln": [ULN]}), Stored(), ())
    by_reference = LearnerRules().match(source({"reference": ["L1"]}), Stored(), ())

    assert (by_uln.keys, by_uln.claims) == ([("", ULN)], ([1], [None], [ULN]))
    assert (by_reference.keys, by_reference.claims) == ([("L1", "")], ([1], ["L1"], [None]))


def test_a_key_that_cannot_be_read_is_told_as_that_and_claims_nobody():
    bad = BadCell("x", CellError(Code.TOO_LONG))
    given = source(
        {
            "reference": ["", "", None, "", ""],
            "uln": [ULN, None, None, None, None],
            "family_name": ["Lee"] * 5,
        },
        bad={0: {0: bad}, 1: {0: bad}, 2: {1: bad}, 3: {2: bad}},
    )

    found = LearnerRules().match(given, Stored(), ("family_name",))

    no_key = {ROW: CellError(Code.NO_KEY)}
    assert found.keys == [("", ULN), None, None, None, None]
    assert [found.problems(index) for index in range(5)] == [{}, {}, {}, no_key, no_key]
    assert found.claims[0] == [None] * 5


def test_a_bad_uln_says_nothing_of_somebody_known_by_reference():
    bad = {0: {1: BadCell("x", CellError(Code.TOO_LONG))}}
    given = source({"reference": ["L1"], "uln": [""]}, bad=bad)

    assert LearnerRules().match(given, Stored(), ()).claims[0] == [1]


@pytest.mark.parametrize(
    ("column", "blank"),
    [(LEARNERS.column_of("uln"), None), (SOURCE_FIELDS["registrations"][0], "")],
    ids=["kept", "cleared"],
)
def test_a_temporary_uln_stands_for_a_blank(column, blank):
    layout = Layout((column, LEARNERS.column_of("family_name")))
    ulns = [TEMPORARY_ULN, ULN, "", None]
    given = Given(layout=layout, numbers=range(4), columns=[ulns, ["Lee"] * 4], bad={}, unreadable={})

    values = LearnerRules().values(given, ("uln", "family_name"))

    assert values == [[blank, ULN, "", None], ["Lee"] * 4]


def warnings(columns, index=0, **options):
    given = source(columns, **options)
    suspicions = LearnerRules().suspicions(given, {}, TODAY)
    found = suspicions.of(index, given.numbers[index], None, ())
    assert (index in suspicions.records) == bool(found)
    return found


@pytest.mark.parametrize(
    ("uln", "born", "expected"),
    [
        (ULN, "2026-01-31", []),
        (None, None, []),
        ("", "", []),
        ("x", "", []),
        (TEMPORARY_ULN, "", [("ULN", TEMPORARY_ULN, Warn.TEMPORARY_ULN)]),
        (MISTYPED, "", [("ULN", MISTYPED, Warn.CHECK_DIGIT)]),
        (ULN, "2026-02-01", [("Date of birth", "01/02/2026", Warn.FUTURE_DATE)]),
        (
            MISTYPED,
            "2026-02-01",
            [("ULN", MISTYPED, Warn.CHECK_DIGIT), ("Date of birth", "01/02/2026", Warn.FUTURE_DATE)],
        ),
    ],
)
def test_what_looks_wrong_is_told_by_column(uln, born, expected):
    found = warnings({"date_of_birth": [born, ""], "uln": [uln, ULN]})
    in_order = warnings({"uln": [ULN, uln], "date_of_birth": ["", born]}, 1)

    assert in_order == [Problem(3, *one) for one in expected]
    assert found == [Problem(2, *one) for one in reversed(expected)]
    assert warnings({"date_of_birth": [born, ""], "uln": [uln, ULN]}, 1) == []


def test_nothing_looks_wrong_in_columns_that_are_not_there():
    assert warnings({"reference": ["L1"]}) == []


def test_a_short_row_is_told_last_and_damage_first_on_its_cell():
    columns = {"reference": ["L1"], "uln": [MISTYPED], "date_of_birth": ["2026-02-01"]}

    assert warnings(columns, short=frozenset({0})) == [
        Problem(2, "ULN", MISTYPED, Warn.CHECK_DIGIT),
        Problem(2, "Date of birth", "01/02/2026", Warn.FUTURE_DATE),
        Problem(2, "", "", Warn.SHORT_ROW, {"width": 3}),
    ]
    assert warnings(
        {**columns, "reference": ["L1" * 101]},
        short=frozenset({0}),
        damaged={2: {0: Damage.DATE}, 0: {0: Damage.NUMBER}, 1: {7: Damage.NUMBER}},
    ) == [
        Problem(2, "Learner reference", "L1" * 100, Warn.DAMAGED, {"damage": "number"}),
        Problem(2, "ULN", MISTYPED, Warn.CHECK_DIGIT),
        Problem(2, "Date of birth", "01/02/2026", Warn.FUTURE_DATE),
        Problem(2, "Date of birth", "2026-02-01", Warn.DAMAGED, {"damage": "date"}),
        Problem(2, "", "", Warn.SHORT_ROW, {"width": 3}),
    ]
