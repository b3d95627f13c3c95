"""Learners and qualifications that a file of registrations describes."""

import pytest

from wagtail_regcert.cells import TEMPORARY_ULN
from wagtail_regcert.definitions.imports import FULL_NAME
from wagtail_regcert.layouts import LEARNERS, QUALIFICATIONS, SOURCE_FIELDS, Layout
from wagtail_regcert.problems import ROW, CellError, Code, Warn
from wagtail_regcert.subjects.newcomers import DescribesLearners, DescribesQualifications, gather, is_stand_in
from wagtail_regcert.subjects.types import Advice, Description, Given, Newcomers, Record

ULN, OTHER_ULN = "9276308686", "1000000027"
COLUMNS = {
    column.field: column
    for column in (
        *SOURCE_FIELDS["registrations"],
        *LEARNERS.columns[2:],
        *QUALIFICATIONS.columns[1:],
        FULL_NAME,
    )
}


def source(**columns):
    """What a source gives, by field; its first row is 2."""
    layout = Layout(tuple(COLUMNS[field] for field in columns), is_sites=True)
    values = list(columns.values())
    return Given(layout=layout, numbers=range(2, 2 + len(values[0])), columns=values, bad={}, unreadable={})


def learner(reference="", uln="", given="", family="", gender="", born=""):
    names = [f"{kind}:{one}" for kind, one in (("uln", uln), ("reference", reference)) if one]
    return Description(tuple(names), (reference, uln), (reference, uln, given, family, gender, born))


@pytest.mark.parametrize(
    ("columns", "described"),
    [
        (
            {"reference": "L1", "uln": ULN, "given_names": "Ann", "family_name": "Lee", "gender": "F"},
            learner("L1", ULN, "Ann", "Lee", "F"),
        ),
        ({"uln": ULN, "full_name": "Ann May Lee"}, learner("", ULN, "Ann May", "Lee")),
        ({"uln": ULN, "full_name": "Lee"}, learner("", ULN, "", "Lee")),
        ({"uln": ULN, "full_name": ""}, learner("", ULN)),
        ({"uln": ULN, "full_name": None}, learner("", ULN)),
        ({"uln": ULN, "date_of_birth": "2006-12-31"}, learner("", ULN, born="2006-12-31")),
        ({"uln": ULN, "gender": None}, learner("", ULN)),
        ({"reference": "L1", "uln": TEMPORARY_ULN}, learner("L1")),
        ({"uln": TEMPORARY_ULN}, None),
        ({"reference": None, "uln": ""}, None),
    ],
)
def test_a_learner_is_described_by_what_names_them(columns, described):
    given = source(**{name: [value] for name, value in columns.items()})

    assert DescribesLearners(given).of(0) == described


@pytest.mark.parametrize(
    ("columns", "described"),
    [
        (
            {"qualification": "1/a", "title": "Joinery", "awarding_organisation": "NCFE"},
            Description(("number:1A",), "1A", ("1/a", "Joinery", "NCFE")),
        ),
        ({"qualification": "1", "title": None}, Description(("number:1",), "1", ("1", "", ""))),
        ({"qualification": "/", "title": "Joinery"}, None),
        ({"qualification": ""}, None),
    ],
)
def test_a_qualification_is_described_by_its_number(columns, described):
    given = source(**{name: [value] for name, value in columns.items()})

    assert DescribesQualifications(given).of(0) == described


def test_what_is_missing_is_told_at_the_field_that_gives_it():
    required = CellError(Code.REQUIRED)
    parted = DescribesLearners(source(uln=[ULN], given_names=["Ann"], family_name=[""]))
    full = DescribesLearners(source(uln=[ULN], full_name=[""]))
    titled = DescribesQualifications(source(qualification=["1"], title=["x"]))

    assert parted.missing(parted.of(0)) == {"family_name": required}
    assert full.missing(full.of(0)) == {"full_name": required}
    assert titled.missing(titled.of(0)) == {"awarding_organisation": required}
    assert titled.missing(Description(("number:1",), "1", ("1", "x", "y"))) == {}


STORED = ("L1", ULN, "Ann", "Lee", "F", "")


@pytest.mark.parametrize(
    ("columns", "differences"),
    [
        ({"given_names": "Ann", "family_name": "Lee"}, []),
        ({"given_names": "", "family_name": None}, []),
        (
            {"reference": "L2", "given_names": "Anna", "family_name": "Leigh", "gender": "M"},
            [("given_names", "Anna", "Ann"), ("family_name", "Leigh", "Lee"), ("gender", "M", "F")],
        ),
        ({"date_of_birth": "2006-12-31"}, [("date_of_birth", "2006-12-31", "")]),
        ({"full_name": "Ann Lee", "gender": "F"}, []),
        ({"full_name": "", "gender": "M"}, [("gender", "M", "F")]),
        ({"full_name": "Lee"}, [("full_name", "Lee", "Ann Lee")]),
        (
            {"full_name": "Ann May  Lee", "gender": "M"},
            [("full_name", "Ann May Lee", "Ann Lee"), ("gender", "M", "F")],
        ),
    ],
)
def test_what_differs_from_a_stored_learner_is_told_but_for_what_names_them(columns, differences):
    describes = DescribesLearners(source(uln=[OTHER_ULN], **{name: [one] for name, one in columns.items()}))

    assert [*describes.differences(describes.of(0), STORED)] == differences


def test_what_differs_from_a_stored_qualification_is_told():
    describes = DescribesQualifications(
        source(qualification=["1/A"], title=["Joinery"], awarding_organisation=[""])
    )

    assert [*describes.differences(describes.of(0), ("1A", "Joining", "NCFE"))] == [
        ("title", "Joinery", "Joining")
    ]


def test_how_a_name_is_parted_is_told_of_new_learners():
    describes = DescribesLearners(source(uln=["1", "2", "3"], full_name=["Ann May Lee", "Lee", None]))
    parted = DescribesLearners(source(uln=["1"], given_names=["Ann"], family_name=["Lee"]))

    facts = {"given_names": "Ann May", "family_name": "Lee"}
    assert [*describes.advice(0, is_new=True)] == [
        Advice("full_name", "Ann May Lee", Warn.NAME_PARTED, facts)
    ]
    assert [*describes.advice(0, is_new=False)] == []
    assert [*describes.advice(1, is_new=True)] == [*describes.advice(2, is_new=True)] == []
    assert [*parted.advice(0, is_new=True)] == []
    assert [*DescribesQualifications(source(qualification=["1"])).advice(0, is_new=True)] == []


def gathered(unknown=None, **columns):
    given = source(**columns)
    right = dict.fromkeys(range(len(given.numbers)), True)
    return gather(DescribesLearners(given), given, right if unknown is None else unknown)


def test_the_first_record_that_describes_a_newcomer_creates_them():
    found, stand_ins = gathered(
        reference=["", "L4", "", "L2", ""], uln=["", "", "1", "2", "1"], family_name=["C", "", "A", "B", "A"]
    )

    assert stand_ins == [None, None, "uln:1", "uln:2", "uln:1"]
    assert found == Newcomers(
        problems={1: {"family_name": CellError(Code.REQUIRED)}},
        first={"uln:1": (2, learner("", "1", "", "A")), "uln:2": (3, learner("L2", "2", "", "B"))},
    )


def differs(row):
    return {ROW: CellError(Code.DIFFERS, {"row": row})}


@pytest.mark.parametrize(
    ("references", "ulns", "names", "problems"),
    [
        (["", "", ""], ["1", "1", "1"], ["A", "A", "B"], {0: differs(4), 1: differs(2), 2: differs(2)}),
        (["", "", ""], ["1", "2", "1"], ["A", "B", "C"], {0: differs(4), 2: differs(2)}),
        # By another of the names that they share.
        (["L1", "L1", "L2"], ["1", "2", "3"], ["A", "A", "A"], {0: differs(3), 1: differs(2)}),
        (["L1", "", "L1"], ["", "1", "1"], ["A"] * 3, {0: differs(3), 1: differs(2), 2: differs(2)}),
    ],
)
def test_records_that_describe_the_same_otherwise_are_all_wrong(references, ulns, names, problems):
    found, _stand_ins = gathered(reference=references, uln=ulns, family_name=names)

    assert found.problems == problems
    assert [index for index, _described in found.first.values()] == [
        index for index in range(3) if index not in problems
    ]


def test_a_record_that_is_wrong_otherwise_differs_from_nothing():
    found, stand_ins = gathered({0: False, 1: True}, uln=["1", "1", "1"], family_name=["B", "A", "C"])

    assert stand_ins == ["uln:1", "uln:1", None]
    assert found == Newcomers(problems={}, first={"uln:1": (1, learner("", "1", "", "A"))})


def test_numbers_of_one_qualification_may_be_written_in_several_ways():
    given = source(qualification=["1/A", "1a"], title=["x"] * 2, awarding_organisation=["y"] * 2)

    found, stand_ins = gather(DescribesQualifications(given), given, {0: True, 1: True})

    assert stand_ins == ["number:1A"] * 2
    assert found.problems == {}


def test_newcomers_that_are_used_become_records():
    newcomers = Newcomers(first={"uln:1": (1, learner("", "1")), "uln:2": (0, learner("", "2"))})

    assert newcomers.records([5, 7], {"uln:1", 3}) == {
        "uln:1": Record(7, ("", "1"), None, None, ("", "1", "", "", "", ""))
    }
    assert (is_stand_in("uln:1"), is_stand_in(1)) == (True, False)
