"""``sync``: keeping the tables up to date from a site's own data."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.makers import make_learner, make_qualification, make_registration, make_user
from wagtail_regcert import sync
from wagtail_regcert.models import (
    AwardingOrganisation,
    Learner,
    Programme,
    Qualification,
    Registration,
    RegistrationLogEntry,
)

pytestmark = pytest.mark.django_db


def did(result):
    return (result.created, result.updated, result.unchanged, [(p.index, p.field) for p in result.problems])


ANN = {
    "reference": "L1",
    "uln": "9276308686",
    "given_names": "Ann",
    "family_name": "Lee",
    "gender": "Female",
    "date_of_birth": "31/12/2006",
}


def test_learners_are_created_and_a_second_time_unchanged():
    first, second = sync.learners([ANN]), sync.learners([ANN])

    learner = Learner.objects.get()
    assert (did(first), did(second)) == ((1, 0, 0, []), (0, 0, 1, []))
    assert (learner.full_name, learner.gender, learner.date_of_birth) == (
        "Ann Lee",
        "F",
        dt.date(2006, 12, 31),
    )


def test_a_learner_is_matched_by_reference_then_by_uln():
    make_learner(reference="L1", uln="1", given_names="Old")
    make_learner(reference=None, uln="2", given_names="Old")

    result = sync.learners(
        [{"reference": "L1", "uln": "3"}, {"reference": "L2", "uln": "2", "given_names": "New"}]
    )

    assert did(result) == (0, 2, 0, [])
    assert set(Learner.objects.values_list("reference", "uln", "given_names")) == {
        ("L1", "3", "Old"),
        ("L2", "2", "New"),
    }


@pytest.mark.parametrize(
    ("rows", "done", "ulns"),
    [
        # A swap, a ring, a chain, and one whose ULN goes to somebody new.
        ([("L1", "2"), ("L2", "1")], (0, 2, 0, []), {"L1": "2", "L2": "1", "L3": "3"}),
        ([("L1", "2"), ("L2", "3"), ("L3", "1")], (0, 3, 0, []), {"L1": "2", "L2": "3", "L3": "1"}),
        ([("L2", "1"), ("L1", "4")], (0, 2, 0, []), {"L1": "4", "L2": "1", "L3": "3"}),
        ([("L4", "1"), ("L1", "")], (1, 1, 0, []), {"L1": None, "L2": "2", "L3": "3", "L4": "1"}),
        # Who keeps a ULN keeps it from all that would have had it in the end.
        ([("L1", "3"), ("L2", "1")], (0, 0, 0, [(0, "uln"), (1, "uln")]), {"L1": "1", "L2": "2", "L3": "3"}),
        ([("L1", "4"), ("L1", "5"), ("L2", "1")], (0, 2, 0, [(1, "")]), {"L1": "4", "L2": "1", "L3": "3"}),
    ],
)
def test_what_counts_is_who_has_a_uln_in_the_end(rows, done, ulns):
    for number in "123":
        make_learner(reference=f"L{number}", uln=number)
    given = [{"reference": reference, "uln": uln} for reference, uln in rows]

    first, second = sync.learners(given), sync.learners(given)

    assert did(first) == done
    assert did(second) == (0, 0, done[0] + done[1], done[3])
    assert dict(Learner.objects.values_list("reference", "uln")) == ulns


def test_fields_not_named_stay_and_blanks_clear():
    make_learner(reference="L1", uln="1", given_names="Ann", family_name="Lee")

    sync.learners([{"reference": "L1", "uln": "", "family_name": None}])

    learner = Learner.objects.get()
    assert (learner.uln, learner.given_names, learner.family_name) == (None, "Ann", "")


def test_the_temporary_uln_is_stored_as_none_for_many():
    result = sync.learners([{"reference": f"L{n}", "uln": "9999999999"} for n in range(3)])

    assert did(result) == (3, 0, 0, [])
    assert set(Learner.objects.values_list("uln", flat=True)) == {None}


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"reference": "L9", "uln": "1"}, "uln"),
        ({"given_names": "Ann"}, ""),
        ({"reference": "L9", "given_names": "a\tb"}, "given_names"),
        ({"reference": "x" * 129}, "reference"),
        ({"reference": "L9", "date_of_birth": "1/1/2000"}, "date_of_birth"),
        ({"reference": "L9", "date_of_birth": dt.date(1899, 1, 1)}, "date_of_birth"),
        ({"reference": "L9", "gender": "X"}, "gender"),
        ({"reference": "L9", "shoe_size": 42}, "shoe_size"),
    ],
)
def test_a_clash_or_a_bad_value_stops_only_its_row(row, field):
    make_learner(reference="L1", uln="1")

    result = sync.learners([row, {"reference": "L2"}])

    assert did(result) == (1, 0, 0, [(0, field)])
    assert set(Learner.objects.values_list("reference", flat=True)) == {"L1", "L2"}


def test_two_rows_about_one_learner_are_not_both_applied():
    make_learner(reference="L1", uln="1")

    result = sync.learners([{"reference": "L1", "given_names": "A"}, {"uln": "1", "given_names": "B"}])

    assert did(result) == (0, 1, 0, [(1, "")])


def test_ulns_that_differ_by_case_or_emoji_are_different_learners():
    result = sync.learners([{"uln": uln} for uln in ("ABC", "abc", "Sian", "Siân", "😀", "😁")])

    assert did(result) == (6, 0, 0, [])


def test_qualifications_are_matched_by_number_and_organisations_created():
    make_qualification(number="603/2942/X", title="Old")

    result = sync.qualifications(
        [
            {"number": "6032942x", "title": "New"},
            {"number": "1", "title": "One", "awarding_organisation": "NCFE"},
            {"number": "/", "title": "Two", "awarding_organisation": "Nobody"},
            {"number": "2", "awarding_organisation": "Nobody"},
            {"number": "3", "title": "Three"},
        ]
    )

    assert did(result) == (1, 1, 0, [(2, "number"), (3, "title"), (4, "awarding_organisation")])
    assert set(Qualification.objects.values_list("number", "match_key", "title")) == {
        ("6032942x", "6032942X", "New"),
        ("1", "1", "One"),
    }
    assert not AwardingOrganisation.objects.filter(name="Nobody").exists()


def test_registrations_get_a_history_once():
    user = make_user()
    make_learner(reference="L1", uln="1")
    make_qualification(number="603/2942/X")
    row = {"reference": "L1", "qualification": "6032942X", "programme": "Carpenter", "status": "Registered"}

    first = sync.registrations([row], user=user)
    stamp = Registration.objects.get().updated_at
    second = sync.registrations([row], user=user)

    registration = Registration.objects.get()
    entry = RegistrationLogEntry.objects.get()
    assert (did(first), did(second)) == ((1, 0, 0, []), (0, 0, 1, []))
    assert (registration.status, registration.programme.name) == ("registered", "Carpenter")
    assert registration.updated_at == stamp
    assert (entry.action, entry.user, entry.object_id) == ("wagtail_regcert.sync", user, registration.pk)
    assert entry.data["changes"]["status"] == ["", "registered"]


def test_registrations_that_an_import_created_get_programme_planned_date_and_start_date():
    registration = make_registration(status="achieved", registration_number="R1")

    result = sync.registrations(
        [
            {
                "uln": registration.learner.uln,
                "qualification": registration.qualification.number,
                "programme": "Carpenter",
                "planned_achievement_date": "2027-08-31",
                "start_date": "01/09/2025",
            }
        ]
    )

    registration.refresh_from_db()
    assert did(result) == (0, 1, 0, [])
    assert (registration.status, registration.registration_number) == ("achieved", "R1")
    assert registration.planned_achievement_date == dt.date(2027, 8, 31)
    assert registration.start_date == dt.date(2025, 9, 1)
    assert RegistrationLogEntry.objects.get().data["changes"]["start_date"] == ["", "2025-09-01"]


def test_a_registration_needs_one_known_learner_and_qualification():
    one, two = make_learner(reference="L1", uln="1"), make_learner(reference="L2", uln="2")
    number = make_qualification().number

    result = sync.registrations(
        [
            {"uln": "9", "qualification": number},
            {"uln": one.uln, "reference": two.reference, "qualification": number, "programme": "Ghost"},
            {"qualification": number},
            {"uln": one.uln, "qualification": "nothing"},
        ]
    )

    assert did(result) == (0, 0, 0, [(0, "uln"), (1, "learner"), (2, "learner"), (3, "qualification")])
    assert not Programme.objects.exists()


def test_statements_do_not_grow_with_rows():
    counted = []
    for number in (20, 200):
        learners = [{"reference": f"L{number}-{n}", "uln": f"{number}{n:05d}"} for n in range(number)]
        numbers = [
            {"number": f"{number}/{n}", "title": "x", "awarding_organisation": f"{number}{n}"}
            for n in range(number)
        ]
        registrations = [
            {"reference": learner["reference"], "qualification": one["number"], "programme": one["number"]}
            for learner, one in zip(learners, numbers, strict=True)
        ]
        with CaptureQueriesContext(connection) as queries:
            assert not sync.learners(learners).problems
            assert not sync.qualifications(numbers).problems
            assert not sync.registrations(registrations).problems
        counted.append(len(queries))

    assert counted[0] == counted[1]


def test_texts_are_composed_and_stripped_of_invisible_characters_as_a_cell_is():
    sync.learners([{"uln": "\u200e9276308686\u00ad", "family_name": "Zoe\u0308\ufeff"}])

    learner = Learner.objects.get()
    assert (learner.uln, learner.family_name) == ("9276308686", "Zoë")


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"uln": "92763\u200b08686", "family_name": "Lee"}, "uln"),
        ({"uln": "9276308686", "family_name": "L\u2028ee"}, "family_name"),
        ({"uln": "9276308686", "family_name": "L\ufffdee"}, "family_name"),
        ({"uln": "9276308686", "date_of_birth": "01/0\u200b9/2000"}, "date_of_birth"),
    ],
)
def test_what_a_cell_refuses_stops_its_row(row, field):
    result = sync.learners([row])

    assert [(problem.index, problem.field) for problem in result.problems] == [(0, field)]
    assert not Learner.objects.exists()
