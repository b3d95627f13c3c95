"""Learners and qualifications out of the same file as their registrations: created, told, undone."""

import datetime as dt

import pytest
from django.core.management import call_command

from tests.makers import (
    make_learner,
    make_organisation,
    make_qualification,
    make_registration,
    make_user,
)
from tests.site_layouts import KEYS, NUMBER, OTHER_ULN, ULN, committed, load, told, validated
from wagtail_regcert.importing import runs
from wagtail_regcert.importing.results import result
from wagtail_regcert.importing.run_layout import named_layout
from wagtail_regcert.models import (
    AwardingOrganisation,
    ChangeLogEntry,
    Learner,
    Qualification,
    Registration,
)

pytestmark = pytest.mark.django_db

NAMED = (
    *KEYS,
    {"heading": "Name", "field": "full_name"},
    {"heading": "Sex", "field": "gender"},
    {"heading": "Born", "field": "date_of_birth"},
    {"heading": "Title", "field": "title"},
    {"heading": "Body", "field": "awarding_organisation"},
    {"heading": "Status", "field": "status"},
)
BOTH = {"creates": ["learners", "qualifications"]}
HEAD = "Candidate ULN,Aim,Name,Sex,Born,Title,Body,Status"
FIRST = f"{ULN},{NUMBER},Ann May Lee,Female,31/12/2006,Joinery,NCFE,Registered"


def beside(run):
    return (run.created, run.created_learners, run.created_qualifications, run.created_organisations)


def counts():
    return tuple(
        model.objects.count() for model in (Registration, Learner, Qualification, AwardingOrganisation)
    )


def undone(run):
    user = make_user(superuser=True)
    runs.begin_undo(run.pk, user)
    runs.undo(run.pk, user.pk)
    run.refresh_from_db()
    return run


def test_a_file_brings_its_learners_and_qualifications_with_it():
    layout = load(*NAMED, **BOTH)
    second = f"{OTHER_ULN},{NUMBER},Cher,,,Joinery,NCFE,Achieved"

    run = validated(layout, HEAD, FIRST, second)
    assert (counts(), beside(run)) == ((0, 0, 0, 0), (2, 2, 1, 1))
    committed(run)

    assert (counts(), beside(run)) == ((2, 2, 1, 1), (2, 2, 1, 1))
    assert told(run) == []
    assert ("name_parted", "Name", 2) in [
        (one["code"], one["column"], one["row"]) for one in result(run)["warnings"]
    ]
    assert [(note["code"], note["column"], note["count"]) for note in result(run)["notes"]] == [
        ("new_organisations", "Body", 1)
    ]
    assert set(
        Learner.objects.values_list("uln", "given_names", "family_name", "gender", "date_of_birth")
    ) == {(ULN, "Ann May", "Lee", "F", dt.date(2006, 12, 31)), (OTHER_ULN, "", "Cher", "", None)}
    answer = result(run)
    assert (answer["created_learners"], answer["created_organisations"]) == (2, 1)
    assert ChangeLogEntry.objects.filter(run=run).count() == 3


def test_importing_the_same_file_again_changes_nothing():
    layout = load(*NAMED, **BOTH)
    committed(validated(layout, HEAD, FIRST))

    again = committed(validated(layout, HEAD, FIRST))

    assert (again.unchanged, beside(again)) == (1, (0, 0, 0, 0))
    assert [one["code"] for one in result(again)["warnings"] if one["code"] == "kept"] == []


def test_what_is_known_is_never_changed_and_differences_are_told():
    make_learner(uln=ULN, given_names="Anna", family_name="Lee", gender="F")
    make_qualification(number=NUMBER, title="Joinery", awarding_organisation=make_organisation("NCFE"))
    layout = load(*NAMED, **BOTH)

    run = committed(validated(layout, HEAD, FIRST))

    assert [(one["column"], one["code"]) for one in result(run)["warnings"]][:2] == [
        ("Name", "kept"),
        ("Born", "kept"),
    ]
    assert beside(run) == (1, 0, 0, 0)
    assert Learner.objects.get().given_names == "Anna"


def test_a_new_learner_described_in_two_ways_is_in_neither():
    layout = load(*NAMED, **BOTH)
    other = f"{ULN},1,Ann Lee,Female,31/12/2006,Maths,NCFE,Registered"

    run = validated(layout, HEAD, FIRST, other, f"{OTHER_ULN},{NUMBER},,,,Joinery,NCFE,Exempt")

    assert told(run) == [(2, "", "differs"), (3, "", "differs"), (4, "Name", "required")]
    assert beside(run) == (0, 0, 0, 0)


def test_a_record_without_a_uln_is_told_and_not_created():
    layout = load(*NAMED, **BOTH)

    run = committed(
        validated(
            layout,
            HEAD,
            f",{NUMBER},Ann Lee,,,Joinery,NCFE,Exempt",
            f"9999999999,{NUMBER},Bo Ray,,,Joinery,NCFE,Exempt",
        )
    )

    assert told(run) == [(2, "Candidate ULN", "required"), (3, "Candidate ULN", "temporary_uln")]
    assert counts() == (0, 0, 0, 0)


def test_only_what_a_layout_creates_is_created():
    layout = load(
        *(column for column in NAMED if column["heading"] not in ("Title", "Body")), creates=["learners"]
    )

    run = validated(layout, "Candidate ULN,Aim,Name,Sex,Born,Status", f"{ULN},{NUMBER},Ann Lee,,,Exempt")

    assert told(run) == [(2, "Aim", "unknown_qualification")]
    assert beside(run) == (0, 0, 0, 0)


@pytest.mark.parametrize(("given", "conflicts"), [("Ann May", 0), ("Anna", 1)])
def test_a_learner_who_came_into_being_meanwhile_is_used_if_equal(given, conflicts):
    layout = load(*NAMED, **BOTH)
    run = validated(layout, HEAD, FIRST)
    make_learner(
        uln=ULN, given_names=given, family_name="Lee", gender="F", date_of_birth=dt.date(2006, 12, 31)
    )

    committed(run)

    assert (run.conflicts, run.created, Learner.objects.count()) == (conflicts, 1 - conflicts, 1)


def test_an_undo_takes_away_all_of_it_that_nothing_else_refers_to():
    layout = load(*NAMED, **BOTH)
    second = f"{OTHER_ULN},1,Bo Ray,,,Maths,Pearson,Achieved"
    run = committed(validated(layout, HEAD, FIRST, second))
    Learner.objects.filter(uln=OTHER_ULN).update(given_names="Changed")
    make_qualification(number="2", awarding_organisation=AwardingOrganisation.objects.get(name="Pearson"))

    undone(run)

    assert (run.undo_deleted, run.undo_left) == (2, 0)
    assert list(Learner.objects.values_list("uln", flat=True)) == [OTHER_ULN]
    assert list(Qualification.objects.values_list("number", flat=True)) == ["2"]
    assert list(AwardingOrganisation.objects.values_list("name", flat=True)) == ["Pearson"]


def test_whoever_may_not_add_learners_may_not_finish_such_a_run():
    layout = load(*NAMED, **BOTH)
    user = make_user("manage_registration", "import_registration")
    run = validated(layout, HEAD, FIRST, user=user)
    runs.begin_commit(run.pk)

    runs.commit(run.pk)

    run.refresh_from_db()
    assert (run.state, counts()) == ("failed", (0, 0, 0, 0))


def test_the_seventeen_columns_fill_an_empty_site(tmp_path):
    layout = named_layout("example: moving in with the 17 columns")
    made = make_qualification(number=NUMBER, title="Joinery", awarding_organisation=make_organisation("NCFE"))
    for number, uln in enumerate((ULN, OTHER_ULN, None)):
        learner = make_learner(uln=uln, given_names="Ann", family_name=f"Lee{number}", gender="F")
        make_registration(learner=learner, qualification=made, status="exempt")
    path = tmp_path / "former.csv"
    call_command("regcert_export", output=str(path))
    before = path.read_bytes()
    for model in (Registration, Learner, Qualification, AwardingOrganisation):
        model.objects.all().delete()

    run = committed(validated(layout, data=before))

    assert beside(run) == (2, 2, 1, 1)
    assert told(run) == [(4, "ULN", "required")]
    call_command("regcert_export", output=str(path))
    assert path.read_bytes().splitlines() == before.splitlines()[:3]


def test_one_number_written_in_two_ways_describes_one_qualification():
    layout = load(*NAMED, **BOTH)
    other = f"{OTHER_ULN},{NUMBER.replace('/', '')},Bo Ray,,,Joinery,NCFE,Exempt"

    run = committed(validated(layout, HEAD, FIRST, other))

    assert (told(run), beside(run)) == ([], (2, 2, 1, 1))


def test_a_learner_of_many_records_costs_no_more_than_many_learners():
    layout = load(*NAMED, {"heading": "Ref", "field": "reference"}, **BOTH)
    # Each of them shares one of its names with the one before.
    lines = (
        f"{1000000000 + (number + 1) // 2},{number},Ann Lee,,,Maths,NCFE,Exempt,L{number // 2}"
        for number in range(20_000)
    )

    run = validated(layout, f"{HEAD},Ref", *lines)

    assert (run.rejected, told(run)[0]) == (20_000, (2, "", "differs"))


def test_a_learner_created_meanwhile_is_used_though_a_known_qualification_is_described_otherwise():
    make_qualification(number=NUMBER, title="Carpentry", awarding_organisation=make_organisation("NCFE"))
    layout = load(*NAMED, **BOTH)
    run = validated(layout, HEAD, FIRST)
    make_learner(
        uln=ULN, given_names="Ann May", family_name="Lee", gender="F", date_of_birth=dt.date(2006, 12, 31)
    )

    committed(run)

    assert (run.conflicts, run.created) == (0, 1)


def test_an_awarding_organisation_that_got_days_meanwhile_stays():
    run = committed(validated(load(*NAMED, **BOTH), HEAD, FIRST))
    AwardingOrganisation.objects.update(days_to_claim=42)

    undone(run)

    assert counts() == (0, 0, 0, 1)


def test_hints_are_given_for_what_is_not_created():
    make_qualification(number="0123456X")
    layout = load(
        *(column for column in NAMED if column["heading"] not in ("Title", "Body")), creates=["learners"]
    )

    run = validated(layout, "Candidate ULN,Aim,Name,Sex,Born,Status", f"{ULN},123456X,Ann Lee,,,Exempt")

    (error,) = result(run)["errors"]
    assert "0123456X" in error["message"]
