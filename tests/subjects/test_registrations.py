"""Registrations: which one a record means, what keeps it from being known, what looks wrong."""

import datetime as dt
from dataclasses import replace

import pytest

from wagtail_regcert.cells import TEMPORARY_ULN
from wagtail_regcert.damage import Damage
from wagtail_regcert.definitions.imports import FULL_NAME
from wagtail_regcert.layouts import LEARNERS, QUALIFICATIONS, REGISTRATIONS, SOURCE_FIELDS, KnownBy, Layout
from wagtail_regcert.problems import ROW, CellError, Code, Problem, Warn
from wagtail_regcert.subjects.registrations import RegistrationRules
from wagtail_regcert.subjects.types import Advice, Given

TODAY = dt.date(2026, 1, 31)
MATHS, ENGLISH = 1, 2
ANN, BO = 11, 12
ULN, OTHER_ULN, MISTYPED = "9276308686", "1000000027", "9276308687"
NUMBER = "603/2942/X"
COLUMNS = {
    column.field: column
    for column in (
        *SOURCE_FIELDS["registrations"],
        REGISTRATIONS.column_of("learner"),
        *LEARNERS.columns[2:],
        *QUALIFICATIONS.columns[1:],
        FULL_NAME,
    )
}


class Stored:
    """Two learners, two qualifications and what is stored of their registrations, without a database."""

    def __init__(self, registrations=None):
        self.values = registrations or {}
        self.asked = {"qualifications": [], "learners": []}

    def qualifications(self, keys):
        assert not {"", None} & {*keys}
        self.asked["qualifications"].append({*keys})
        known = {"6032942X": MATHS, "00123": ENGLISH}
        return {key: known[key] for key in keys if key in known}

    def learners(self, ulns):
        assert not {"", None, TEMPORARY_ULN} & {*ulns}
        self.asked["learners"].append({*ulns})
        known = {ULN: ANN, OTHER_ULN: BO}
        return {uln: known[uln] for uln in ulns if uln in known}

    def learners_named(self, references, ulns):
        assert not {"", None} & {*references}
        known = {"L1": ANN, "L2": BO}
        return {one: known[one] for one in references if one in known}, self.learners(ulns)

    def by_number(self, numbers):
        assert "" not in numbers
        known = {"R1": [(ANN, MATHS)], "R2": [(ANN, MATHS), (BO, MATHS)]}
        return {number: known[number] for number in numbers if number in known}

    def described(self, about, pks):
        learners = {ANN: ("L1", ULN, "Ann", "Lee", "F", ""), BO: ("L2", OTHER_ULN, "Bo", "Ray", "", "")}
        known = {"learners": learners, "qualifications": {MATHS: (NUMBER, "Maths", "NCFE")}}
        return {pk: known[about][pk] for pk in pks}

    def organisations(self, names):
        return names & {"NCFE"}

    def registrations(self, pairs, fields):
        assert all(isinstance(part, int) for pair in pairs for part in pair)
        return {
            pair: (pk, tuple(values.get(name, "") for name in fields))
            for pair, (pk, values) in self.values.items()
            if pair in pairs
        }


def source(columns, **options):
    """What a source gives, by field."""
    layout = Layout(tuple(COLUMNS[field] for field in columns), **options.pop("layout", {}))
    values = list(columns.values())
    nothing = {"bad": {}, "unreadable": {}}
    return Given(layout=layout, numbers=range(2, 2 + len(values[0])), columns=values, **nothing, **options)


def matched(given, stored=None, *, with_hints=True, fields=()):
    return RegistrationRules().match(given, stored or Stored(), fields, with_hints=with_hints)


def unknown(hint=None, known=None):
    """Facts of what is not known: a hint, and what it may have been."""
    return {name: value for name, value in (("hint", hint), ("known", known)) if value}


@pytest.mark.parametrize("uln_field", ["learner", "uln"])
@pytest.mark.parametrize(
    ("number", "uln", "key", "problems"),
    [
        (NUMBER, ULN, (ANN, MATHS), {}),
        ("603 2942 x", OTHER_ULN, (BO, MATHS), {}),
        (NUMBER, TEMPORARY_ULN, None, {"uln": CellError(Code.TEMPORARY_ULN)}),
        (NUMBER, MISTYPED, None, {"uln": CellError(Code.UNKNOWN_LEARNER, unknown("check_digit"))}),
        (NUMBER, "", None, {"uln": CellError(Code.UNKNOWN_LEARNER)}),
        (
            "123",
            ULN,
            None,
            {"qualification": CellError(Code.UNKNOWN_QUALIFICATION, unknown("zeros", "00123"))},
        ),
        (
            "/",
            "x",
            None,
            {
                "qualification": CellError(Code.UNKNOWN_QUALIFICATION),
                "uln": CellError(Code.UNKNOWN_LEARNER),
            },
        ),
    ],
)
def test_a_registration_is_known_by_qualification_and_uln(uln_field, number, uln, key, problems):
    given = source({"qualification": [NUMBER, number], uln_field: [OTHER_ULN, uln]})

    found = matched(given)

    assert found.keys == [(BO, MATHS), key]
    assert found.problems(0) == {}
    assert found.problems(1) == {uln_field if name == "uln" else name: one for name, one in problems.items()}


def test_hints_are_left_out_where_they_are_not_asked_for():
    found = matched(source({"qualification": ["123"], "learner": ["927-6308686"]}), with_hints=False)

    assert found.problems(0) == {
        "qualification": CellError(Code.UNKNOWN_QUALIFICATION),
        "learner": CellError(Code.UNKNOWN_LEARNER),
    }


def test_hints_are_given_unless_they_are_not_asked_for():
    given = source({"qualification": ["123"], "learner": [ULN]})

    found = RegistrationRules().match(given, Stored(), ())

    assert found.problems(0)["qualification"].facts == unknown("zeros", "00123")


LEARNER_UNKNOWN = CellError(Code.UNKNOWN_LEARNER)


@pytest.mark.parametrize(
    ("reference", "uln", "number", "key", "problems"),
    [
        ("L1", "", NUMBER, (ANN, MATHS), {}),
        ("L1", None, NUMBER, (ANN, MATHS), {}),
        ("", ULN, NUMBER, (ANN, MATHS), {}),
        ("L1", ULN, NUMBER, (ANN, MATHS), {}),
        ("L1", OTHER_ULN, NUMBER, None, {"uln": CellError(Code.DIFFERENT_LEARNERS)}),
        ("L9", ULN, NUMBER, None, {"reference": LEARNER_UNKNOWN}),
        ("L1", "x", NUMBER, None, {"uln": LEARNER_UNKNOWN}),
        ("L9", "x", NUMBER, None, {"reference": LEARNER_UNKNOWN, "uln": LEARNER_UNKNOWN}),
        ("", MISTYPED, NUMBER, None, {"uln": CellError(Code.UNKNOWN_LEARNER, unknown("check_digit"))}),
        (None, TEMPORARY_ULN, NUMBER, None, {"uln": CellError(Code.TEMPORARY_ULN)}),
        ("L1", TEMPORARY_ULN, NUMBER, (ANN, MATHS), {}),
        ("L9", TEMPORARY_ULN, NUMBER, None, {"reference": LEARNER_UNKNOWN}),
        ("", "", NUMBER, None, {"uln": CellError(Code.REQUIRED)}),
        (
            "L1",
            "",
            "123",
            None,
            {"qualification": CellError(Code.UNKNOWN_QUALIFICATION, unknown("zeros", "00123"))},
        ),
        (
            "L9",
            "",
            None,
            None,
            {"reference": LEARNER_UNKNOWN, "qualification": CellError(Code.UNKNOWN_QUALIFICATION)},
        ),
    ],
)
def test_a_learner_is_named_by_reference_or_uln_or_both(reference, uln, number, key, problems):
    given = source(
        {"reference": ["L2", reference], "uln": [OTHER_ULN, uln], "qualification": ["00123", number]}
    )

    found = matched(given)

    assert found.keys == [(BO, ENGLISH), key]
    assert (found.problems(0), found.problems(1)) == ({}, problems)


@pytest.mark.parametrize(
    ("learner", "uln", "reference", "problems"),
    [
        (ULN, ULN, "L1", {}),
        (ULN, OTHER_ULN, "", {"learner": CellError(Code.DIFFERENT_LEARNERS)}),
        ("", "", "", {"learner": CellError(Code.REQUIRED)}),
        ("x", "", "", {"learner": LEARNER_UNKNOWN}),
        (TEMPORARY_ULN, ULN, "", {}),
    ],
)
def test_a_program_may_name_a_learner_in_three_fields(learner, uln, reference, problems):
    given = source({"learner": [learner], "uln": [uln], "reference": [reference], "qualification": [NUMBER]})

    found = matched(given)

    assert found.keys == [None if problems else (ANN, MATHS)]
    assert found.problems(0) == problems


def test_what_is_missing_is_told_of_the_one_field_that_names_learners():
    given = source({"reference": [""], "qualification": [NUMBER]})

    assert matched(given).problems(0) == {"reference": CellError(Code.REQUIRED)}


def test_a_registration_is_known_by_its_own_number_where_the_layout_says_so():
    layout = {"known_by": KnownBy.REGISTRATION_NUMBER, "is_sites": True}
    given = source({"registration_number": ["R1", "R2", "R3", ""]}, layout=layout)

    found = matched(given)

    assert found.keys == [(ANN, MATHS), None, None, None]
    assert [found.problems(index) for index in range(4)] == [
        {},
        {"registration_number": CellError(Code.AMBIGUOUS_KEY)},
        {"registration_number": CellError(Code.UNKNOWN_REGISTRATION)},
        {"registration_number": CellError(Code.UNKNOWN_REGISTRATION)},
    ]
    assert RegistrationRules().known_by_in(given.layout) == ("registration_number",)
    assert RegistrationRules().known_by_in(REGISTRATIONS) == ("qualification", "learner")


BOTH = ("learners", "qualifications")
CY = "1000000043"


def creating(creates, **columns):
    """What the records mean, of a source that may create others."""
    return matched(source(columns, layout={"creates": creates, "is_sites": True}))


def test_who_is_not_known_is_created_and_stands_in_the_key_until_then():
    found = creating(
        BOTH,
        reference=["", "L9", "L1"],
        uln=[CY, "", ULN],
        full_name=["Cy May Day", "Di", "Ann Lee"],
        qualification=[NUMBER, "9", "9"],
        title=["", "Roofing", "Roofing"],
        awarding_organisation=["", "AQA", "AQA"],
    )

    assert found.keys == [(f"uln:{CY}", MATHS), ("reference:L9", "number:9"), (ANN, "number:9")]
    assert [found.problems(index) for index in range(3)] == [{}, {}, {}]
    assert (found.wrong, found.differing, found.new) == (set(), {}, {"awarding_organisation": {"AQA"}})
    assert {about: [*one.first] for about, one in found.newcomers.items()} == {
        "learners": [f"uln:{CY}", "reference:L9"],
        "qualifications": ["number:9"],
    }
    assert found.advice == {
        0: [
            Advice(
                "full_name", "Cy May Day", Warn.NAME_PARTED, {"given_names": "Cy May", "family_name": "Day"}
            )
        ]
    }


def test_registrations_are_looked_up_of_those_who_are_stored_and_of_nobody_who_is_created():
    columns = {
        "uln": [ULN, CY],
        "family_name": ["Lee", "Day"],
        "qualification": [NUMBER, NUMBER],
    }
    stored = Stored({(ANN, MATHS): (77, {"status": "achieved"})})

    found = matched(
        source(columns, layout={"creates": ("learners",), "is_sites": True}), stored, fields=("status",)
    )

    assert found.keys == [(ANN, MATHS), (f"uln:{CY}", MATHS)]
    assert found.stored == {(ANN, MATHS): (77, ("achieved",))}


def test_what_is_known_and_described_otherwise_is_told_and_left_alone():
    found = creating(
        BOTH,
        uln=[ULN, OTHER_ULN],
        given_names=["Anna", "Bo"],
        family_name=["Leigh", ""],
        qualification=[NUMBER, NUMBER],
        title=["Maths", "Arithmetic"],
        awarding_organisation=["NCFE", None],
    )

    assert found.keys == [(ANN, MATHS), (BO, MATHS)]
    assert found.advice == {
        0: [
            Advice("given_names", "Anna", Warn.KEPT, {"stored": "Ann"}),
            Advice("family_name", "Leigh", Warn.KEPT, {"stored": "Lee"}),
        ],
        1: [Advice("title", "Arithmetic", Warn.KEPT, {"stored": "Maths"})],
    }
    assert found.differing == {"learners": {0}, "qualifications": {1}}


def test_only_what_a_layout_creates_is_created():
    columns = {
        "uln": [CY],
        "family_name": ["Day"],
        "qualification": ["9"],
        "title": ["Roofing"],
        "awarding_organisation": ["AQA"],
    }

    qualifications = creating(("qualifications",), **columns)
    learners = creating(("learners",), **columns)

    assert qualifications.keys == learners.keys == [None]
    assert qualifications.problems(0) == {"uln": LEARNER_UNKNOWN}
    assert learners.problems(0) == {"qualification": CellError(Code.UNKNOWN_QUALIFICATION)}
    assert ([*qualifications.newcomers], [*learners.newcomers]) == (["qualifications"], ["learners"])
    assert (learners.new, qualifications.new) == ({}, {"awarding_organisation": {"AQA"}})


def test_of_what_is_created_no_hints_are_given():
    unknown_hint = {"uln": [MISTYPED], "family_name": [""], "qualification": ["123"], "title": [""]}

    found = creating(("learners",), **unknown_hint)

    facts = unknown("zeros", "00123")
    assert found.problems(0) == {
        "family_name": CellError(Code.REQUIRED),
        "qualification": CellError(Code.UNKNOWN_QUALIFICATION, facts),
    }


SPACED = "927 630 8686"


@pytest.mark.parametrize(
    ("creates", "qualifications", "learners", "hint"),
    [
        ((), 2, 2, unknown("signs", ULN)),
        (("qualifications",), 1, 2, unknown("signs", ULN)),
        (("learners",), 2, 1, None),
        (BOTH, 1, 1, None),
    ],
)
def test_what_is_created_is_not_looked_up_for_hints(creates, qualifications, learners, hint):
    stored = Stored()
    columns = {
        "reference": [""],
        "uln": [SPACED],
        "family_name": ["Lee"],
        "qualification": ["9"],
        "title": ["Roofing"],
        "awarding_organisation": ["AQA"],
    }

    found = matched(source(columns, layout={"creates": creates, "is_sites": True}), stored)

    assert {name: len(asked) for name, asked in stored.asked.items()} == {
        "qualifications": qualifications,
        "learners": learners,
    }
    assert found.problems(0).get("uln") == (CellError(Code.UNKNOWN_LEARNER, hint) if hint else None)


@pytest.mark.parametrize(
    ("reference", "uln", "problems"),
    [
        # One of two that name a learner is known.
        ("L1", "x", {"uln": LEARNER_UNKNOWN}),
        ("L9", ULN, {"reference": LEARNER_UNKNOWN}),
        ("L1", OTHER_ULN, {"uln": CellError(Code.DIFFERENT_LEARNERS)}),
        ("", TEMPORARY_ULN, {"uln": CellError(Code.TEMPORARY_ULN)}),
        ("", "", {"uln": CellError(Code.REQUIRED)}),
        ("L9", "x", {}),
        ("L9", TEMPORARY_ULN, {}),
        (None, "x", {}),
    ],
)
def test_a_learner_is_new_only_where_nothing_that_names_them_is_known(reference, uln, problems):
    found = creating(
        ("learners",), reference=[reference], uln=[uln], family_name=["Lee"], qualification=[NUMBER]
    )

    assert found.problems(0) == problems
    assert (found.keys[0] is None) == bool(problems)


def test_records_that_describe_somebody_new_in_two_ways_are_wrong():
    found = creating(
        ("learners",),
        uln=[CY, CY, ULN],
        family_name=["Day", "Dee", "Lee"],
        qualification=[NUMBER, "00123", NUMBER],
    )

    assert found.wrong == {0, 1}
    assert [found.problems(index) for index in range(3)] == [
        {ROW: CellError(Code.DIFFERS, {"row": 3})},
        {ROW: CellError(Code.DIFFERS, {"row": 2})},
        {},
    ]


@pytest.mark.parametrize("wrong", [{"bad": {0: {}}}, {"unreadable": {0: CellError(Code.TOO_MANY_CELLS)}}])
def test_a_record_that_is_wrong_otherwise_describes_nobody_new(wrong):
    given = source(
        {"uln": [CY, CY], "family_name": ["Day", "Dee"], "qualification": [NUMBER, "00123"]},
        layout={"creates": ("learners",), "is_sites": True},
    )

    found = matched(replace(given, **wrong))

    assert found.wrong == set()
    assert {name: index for name, (index, _one) in found.newcomers["learners"].first.items()} == {
        f"uln:{CY}": 1
    }


DATES = (
    "registration_date",
    "achieved_date",
    "certificate_claimed_date",
    "certificate_received_date",
    "certificate_sent_date",
)


def test_of_stored_registrations_those_dates_are_read_that_warnings_look_at():
    given = source({"qualification": [NUMBER, NUMBER, "?"], "uln": [ULN, OTHER_ULN, ULN]})
    stored = Stored({(ANN, MATHS): (77, {"status": "achieved", "achieved_date": "2026-01-02"})})

    found = matched(given, stored, fields=("achieved_date", "status"))
    without_dates = matched(given, stored, fields=("programme",))
    under_lock = matched(given, stored, with_hints=False, fields=("status",))

    assert found.stored == {(ANN, MATHS): (77, ("2026-01-02", "achieved"))}
    assert found.others == dict.fromkeys([name for name in DATES if name != "achieved_date"], ("", "", ""))
    assert (without_dates.stored, without_dates.others) == ({(ANN, MATHS): (77, ("",))}, {})
    assert (under_lock.stored, under_lock.others) == ({(ANN, MATHS): (77, ("achieved",))}, {})


def test_what_a_source_does_not_carry_is_as_it_is_stored_or_as_it_begins():
    given = source({"qualification": [NUMBER, NUMBER], "uln": [ULN, OTHER_ULN]})
    stored = Stored({(ANN, MATHS): (77, {"status": "achieved", "achieved_date": "2026-01-02"})})

    found = matched(given, stored, fields=DATES[:1])
    nothing = matched(source({"qualification": [], "uln": []}), fields=DATES[:1])

    assert found.others == {
        **dict.fromkeys(DATES[2:], ("", "")),
        "achieved_date": ("2026-01-02", ""),
        "status": ("achieved", "not_registered"),
    }
    assert nothing.others == {**dict.fromkeys(DATES[1:], ()), "status": ()}


WORDS = {
    "registration_number": "Registration number",
    "postal_tracking_reference": "Postal Tracking Reference",
    "registration_date": "Registration date",
    "achieved_date": "Achieved date",
    "certificate_claimed_date": "Certificate claimed date",
    "certificate_received_date": "Certificate received Date",
    "certificate_sent_date": "Certificate Sent Date",
}


def warnings(columns, *, before=None, others=None, today=TODAY, **options):
    """Warnings of the last record of a source."""
    given = source(columns, **options)
    rules = RegistrationRules()
    fields = rules.carried(given.layout)
    will_be = {**(others or {}), **{name: given.column(name) for name in fields}}
    suspicions = rules.suspicions(given, will_be, today)
    index = len(given.numbers) - 1
    after = tuple(will_be[name][index] for name in fields)
    found = suspicions.of(index, given.numbers[index], before, after)
    assert not found or index in suspicions.records
    return found


def dated(status="exempt", **days):
    names = {name: [days.get(name.removesuffix("_date"), "")] for name in DATES}
    return {"qualification": [NUMBER], "learner": [ULN], "status": [status], **names}


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ({"registration": "2026-01-31"}, []),
        ({"registration": "2026-02-01"}, [("registration_date", "01/02/2026", Warn.FUTURE_DATE, {})]),
        ({"registration": "2025-01-01", "achieved": "2025-01-01"}, []),
        (
            {"registration": "2025-01-02", "achieved": "2025-01-01"},
            [
                (
                    "achieved_date",
                    "01/01/2025",
                    Warn.DATE_ORDER,
                    {"earlier": "02/01/2025", "column": "Registration date"},
                )
            ],
        ),
        # Today, in a record that is looked at for another reason.
        (
            {"registration": "2026-01-31", "achieved": "2025-01-01"},
            [
                (
                    "achieved_date",
                    "01/01/2025",
                    Warn.DATE_ORDER,
                    {"earlier": "31/01/2026", "column": "Registration date"},
                )
            ],
        ),
        # Each day is compared with the one before it that is there.
        (
            {
                "registration": "2025-01-03",
                "certificate_received": "2025-01-02",
                "certificate_sent": "2025-01-01",
            },
            [
                (
                    "certificate_received_date",
                    "02/01/2025",
                    Warn.DATE_ORDER,
                    {"earlier": "03/01/2025", "column": "Registration date"},
                ),
                (
                    "certificate_sent_date",
                    "01/01/2025",
                    Warn.DATE_ORDER,
                    {"earlier": "02/01/2025", "column": "Certificate received Date"},
                ),
            ],
        ),
        (
            {"certificate_claimed": "2026-03-02", "certificate_sent": "2026-03-01"},
            [
                ("certificate_claimed_date", "02/03/2026", Warn.FUTURE_DATE, {}),
                (
                    "certificate_sent_date",
                    "01/03/2026",
                    Warn.DATE_ORDER,
                    {"earlier": "02/03/2026", "column": "Certificate claimed date"},
                ),
                ("certificate_sent_date", "01/03/2026", Warn.FUTURE_DATE, {}),
            ],
        ),
    ],
)
def test_days_that_are_to_come_or_in_another_order_than_they_happen_are_told(days, expected):
    assert warnings(dated(**days)) == [
        Problem(2, WORDS[name], value, code, facts) for name, value, code, facts in expected
    ]


@pytest.mark.parametrize(
    ("status", "own"),
    [
        ("registered", "registration_date"),
        ("achieved", "achieved_date"),
        ("certificate_claimed", "certificate_claimed_date"),
        ("certificate_received", "certificate_received_date"),
        ("certificate_sent", "certificate_sent_date"),
        ("exempt", None),
        ("not_registered", None),
        ("registration_not_required", None),
    ],
)
def test_a_status_without_its_day_is_told(status, own):
    missing = [Problem(2, WORDS[own], "", Warn.MISSING_DATE, {"status": status})] if own else []

    assert warnings(dated(status)) == missing
    assert own is None or warnings(dated(status, **{own.removesuffix("_date"): "2025-01-01"})) == []


def test_days_that_a_source_does_not_carry_are_looked_at_as_they_are_stored():
    columns = {"qualification": [NUMBER], "uln": [ULN], "achieved_date": ["2025-01-01"]}
    others = {name: [""] for name in (*DATES, "status") if name != "achieved_date"}

    found = warnings(
        columns, others={**others, "status": ["registered"], "registration_date": ["2025-01-02"]}
    )

    assert found == [
        Problem(
            2,
            "Achieved date",
            "01/01/2025",
            Warn.DATE_ORDER,
            {"earlier": "02/01/2025", "column": "Registration date"},
        )
    ]


def test_of_a_source_that_says_nothing_of_days_no_day_is_told():
    assert warnings({"qualification": [NUMBER], "uln": [ULN], "registration_number": ["R1"]}) == []


@pytest.mark.parametrize("field", ["learner", "uln"])
def test_a_uln_whose_check_digit_fails_is_told_wherever_it_stands(field):
    columns = {"qualification": [NUMBER] * 2, field: [ULN, MISTYPED], "registration_number": ["", ""]}

    assert warnings(columns) == [Problem(3, "ULN", MISTYPED, Warn.CHECK_DIGIT)]
    assert warnings({**columns, field: [MISTYPED, ULN]}) == []
    assert warnings({**columns, field: [MISTYPED, None]}) == []


def text(value, field="registration_number", **options):
    both = {"registration_number": [""], "postal_tracking_reference": [""], field: [value]}
    return warnings({"qualification": [NUMBER], "learner": [ULN], **both}, **options)


@pytest.mark.parametrize("field", ["registration_number", "postal_tracking_reference"])
@pytest.mark.parametrize(
    ("value", "stored", "expected"),
    [
        ("R1", None, []),
        ("#N/A", None, [(Warn.DAMAGED, {})]),
        ("TBC", None, [(Warn.PLACEHOLDER, {})]),
        ("12", None, []),
        ("12", "0012", [(Warn.DAMAGED, {"stored": "0012"})]),
        ("12", "12", []),
        ("12", "0013", []),
        ("12", "", []),
        # Damaged by itself, and by what is stored: told once.
        ("12345678901234500", "12345678901234567", [(Warn.DAMAGED, {})]),
        ("x" * 201 + "#", None, []),
    ],
)
def test_texts_that_are_damaged_or_stand_for_nothing_are_told(field, value, stored, expected):
    before = None if stored is None else ("", "")
    if before:
        before = (stored, "") if field == "registration_number" else ("", stored)

    assert text(value, field, before=before) == [
        Problem(2, WORDS[field], value, code, facts) for code, facts in expected
    ]


def test_a_source_that_carries_one_of_the_texts_is_looked_at_for_that_alone():
    columns = {"qualification": [NUMBER], "uln": [ULN], "postal_tracking_reference": ["12"]}

    assert warnings(columns, before=("0012",)) == [
        Problem(2, "Postal Tracking Reference", "12", Warn.DAMAGED, {"stored": "0012"})
    ]


def test_a_cell_that_the_source_says_is_damaged_is_told_once_and_stands_for_nothing_else():
    at = 2  # registration_number
    assert text("#N/A", damaged={at: {0: Damage.NUMBER}}) == [
        Problem(2, "Registration number", "#N/A", Warn.DAMAGED, {"damage": "number"})
    ]
    both = {"registration_number": ["#N/A"], "postal_tracking_reference": ["tbc"]}
    columns = {"qualification": [NUMBER], "learner": [ULN], **both}
    assert [one.code for one in warnings(columns, damaged={at: {0: Damage.NUMBER}})] == [
        Warn.DAMAGED,
        Warn.PLACEHOLDER,
    ]
    assert text("tbc", damaged={at: {1: Damage.NUMBER}}) == [
        Problem(2, "Registration number", "tbc", Warn.PLACEHOLDER)
    ]


def test_warnings_come_in_column_order_the_row_last():
    columns = dated("achieved", registration="2026-03-01", certificate_claimed="2025-01-01")
    columns = {**columns, "learner": [MISTYPED], "registration_number": ["tba"]}

    found = warnings(columns, short=frozenset({0}))

    assert [(one.column, one.code) for one in found] == [
        ("ULN", Warn.CHECK_DIGIT),
        ("Registration date", Warn.FUTURE_DATE),
        ("Achieved date", Warn.MISSING_DATE),
        ("Certificate claimed date", Warn.DATE_ORDER),
        ("Registration number", Warn.PLACEHOLDER),
        ("", Warn.SHORT_ROW),
    ]
    assert found[-1] == Problem(2, "", "", Warn.SHORT_ROW, {"width": 9})


def test_a_record_in_order_is_not_looked_at():
    columns = {**dated(), "registration_number": ["R1"]}
    given = source(columns)
    will_be = {name: given.column(name) for name in RegistrationRules().carried(given.layout)}

    suspicions = RegistrationRules().suspicions(given, will_be, TODAY)

    assert suspicions.records == set()
    assert suspicions.of(0, 2, None, ()) == []


def test_headings_are_those_of_the_source_where_it_has_them():
    layout = source(dated()).layout
    renamed = layout.of(
        replace(column, heading=f"Their {column.heading}") if column.field == "achieved_date" else column
        for column in layout.columns
    )
    given = replace(source(dated("achieved")), layout=renamed)
    will_be = {name: given.column(name) for name in RegistrationRules().carried(renamed)}

    found = RegistrationRules().suspicions(given, will_be, TODAY).of(0, 2, None, ())

    assert found == [Problem(2, "Their Achieved date", "", Warn.MISSING_DATE, {"status": "achieved"})]
