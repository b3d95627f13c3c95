"""Learners and qualifications by file: the same engine as registrations."""

import csv
import datetime as dt
from io import StringIO

import pytest

from tests.makers import make_learner, make_organisation, make_qualification, make_registration, make_user
from wagtail_regcert.importing import runs, staging
from wagtail_regcert.importing.pipeline import Opened, open_file
from wagtail_regcert.importing.results import result
from wagtail_regcert.layouts import Separator
from wagtail_regcert.models import AwardingOrganisation, Learner, Qualification, RunPiece
from wagtail_regcert.subjects.registry import subject_of

pytestmark = pytest.mark.django_db


def a_file(about, *rows):
    layout = subject_of(about).layout
    out = StringIO(newline="")
    csv.writer(out).writerows([layout.headings, *([*row, *[""] * (layout.width - len(row))] for row in rows)])
    return out.getvalue().encode()


def validated(about, *rows, user=None):
    data = a_file(about, *rows)
    opened = open_file(data, Separator.COMMA, subject_of(about).layout)
    assert isinstance(opened, Opened), opened
    run = runs.start_run(
        data=data, file_name="f.csv", separator=Separator.COMMA, encoding="utf-8", user=user, about=about
    )
    runs.validate(run.pk)
    run.refresh_from_db()
    return run


def committed(run):
    runs.begin_commit(run.pk)
    runs.commit(run.pk, by_owner=False)
    run.refresh_from_db()
    return run


def undone(run):
    user = make_user(superuser=True)
    runs.begin_undo(run.pk, user)
    runs.undo(run.pk, user.pk)
    run.refresh_from_db()
    return (run.undo_state, run.undo_restored, run.undo_deleted, run.undo_left)


def errors(run):
    return [(one["row"], one["column"], one["code"]) for one in result(run)["errors"]]


def warnings(run):
    return [(one["row"], one["column"], one["code"]) for one in result(run)["warnings"]]


def counts(run):
    return (run.created, run.updated, run.unchanged, run.rejected, run.cleared, run.conflicts)


def learners():
    return set(Learner.objects.values_list("reference", "uln", "family_name"))


def test_learners_are_created_updated_and_left():
    make_learner(reference="L1", uln="9276308686", given_names="Ann", family_name="Old", gender="F")
    make_learner(reference=None, uln="1000000027", given_names="Bo", family_name="Ray")

    run = committed(
        validated(
            "learners",
            ["L1", "", "Ann", "Lee", "Female", ""],
            ["L2", "1000000027", "Bo", "Ray", "", ""],
            ["L3", "9999999999", "", "New", "m", "31/12/2006"],
        )
    )

    assert (errors(run), counts(run)) == ([], (1, 2, 0, 0, 0, 0))
    assert learners() == {("L1", "9276308686", "Lee"), ("L2", "1000000027", "Ray"), ("L3", None, "New")}
    new = Learner.objects.get(reference="L3")
    assert (new.gender, new.date_of_birth, new.search_text.split("\n")[0]) == (
        "M",
        dt.date(2006, 12, 31),
        "new",
    )
    assert warnings(run) == [(4, "ULN", "temporary_uln")]


@pytest.mark.parametrize(
    ("row", "error"),
    [
        (["", "", "Ann", "Lee"], ("", "no_key")),
        (["", "9999999999", "Ann", "Lee"], ("", "no_key")),
        (["L9", "1"], ("Family name", "required")),
        (["L1", ""], ("Family name", "required")),
        (["L9", "5", "Ann", "Lee"], ("ULN", "uln_taken")),
        (["L9", "6", "Ann", "Lee", "X"], ("Gender", "bad_gender")),
        (["L9", "6", "Ann", "Lee", "", "1/1/2000"], ("Date of birth", "bad_date")),
        (["L\u200b9", "6", "Ann", "Lee"], ("Learner reference", "bad_character")),
        (["L9", "6", "x" * 256, "Lee"], ("Given names", "too_long")),
    ],
)
def test_what_is_wrong_with_a_learner(row, error):
    make_learner(reference="L1", uln="5", family_name="Lee")

    assert errors(validated("learners", row)) == [(2, *error)]


def test_an_undo_takes_away_awarding_organisations_that_came_with_qualifications():
    make_organisation("City & Guilds")
    run = committed(
        validated("qualifications", ["1", "A", "NCFE"], ["2", "B", "Pearson"], ["3", "C", "City & Guilds"])
    )
    AwardingOrganisation.objects.filter(name="Pearson").update(days_to_claim=7)

    assert run.created_organisations == 2
    undone(run)

    assert set(AwardingOrganisation.objects.values_list("name", flat=True)) == {"City & Guilds", "Pearson"}


def test_one_reference_for_two_learners_who_have_none_is_a_duplicate():
    make_learner(uln="1000000027", reference=None)
    make_learner(uln="1000000043", reference=None)

    run = validated("learners", ["L1", "1000000027", "", "Lee"], ["L1", "1000000043", "", "Ray"])

    assert errors(run) == [(2, "", "duplicate"), (3, "", "duplicate")]


def test_two_records_of_one_learner_or_one_uln_are_duplicates():
    make_learner(reference="L1", uln="5", family_name="Lee")

    run = validated(
        "learners",
        ["L1", "", "A", "Lee"],
        ["", "5", "B", "Lee"],
        ["L2", "6", "", "X"],
        ["L3", "6", "", "Y"],
    )

    assert [(row, code) for row, _column, code in errors(run)] == [(n, "duplicate") for n in (2, 3, 4, 5)]


def test_ulns_are_swapped_passed_on_and_go_back_together():
    for number in "123":
        make_learner(reference=f"L{number}", uln=number, family_name="Lee")
    before = learners()
    run = committed(
        validated(
            "learners",
            *([f"L{a}", b, "Ann", "Lee"] for a, b in [("1", "2"), ("2", "1"), ("4", "3"), ("3", "9")]),
        )
    )

    assert (errors(run), counts(run)[:2]) == ([], (1, 3))
    assert {(reference, uln) for reference, uln, _name in learners()} == {
        ("L1", "2"),
        ("L2", "1"),
        ("L3", "9"),
        ("L4", "3"),
    }
    assert undone(run) == ("done", 3, 1, 0)
    assert learners() == before


def test_a_rejected_record_takes_along_those_that_wait_for_its_uln():
    for number in "123":
        make_learner(reference=f"L{number}", uln=number, family_name="Lee")

    run = validated(
        "learners",
        ["L1", "2", "", "Lee"],
        ["L2", "3", "", "Lee"],
        ["L3", "4", "", "Lee", "?"],
        ["L4", "8", "", "Lee"],
    )

    assert errors(run) == [(2, "ULN", "uln_taken"), (3, "ULN", "uln_taken"), (4, "Gender", "bad_gender")]
    assert run.accepted == 1


def test_a_conflict_takes_along_those_that_wait_for_its_uln():
    for number in "12":
        make_learner(reference=f"L{number}", uln=number, family_name="Lee")
    run = validated("learners", ["L1", "2", "Ann", "Lee"], ["L2", "3", "Ann", "Lee"])
    Learner.objects.filter(reference="L2").update(family_name="Changed")

    committed(run)

    conflicts = [one.facts["reason"] for one in staging.load_problems(run, RunPiece.Kind.CONFLICTS)]
    assert (counts(run), conflicts) == ((0, 0, 0, 0, 0, 2), ["waits", "changed"])
    assert learners() == {("L1", "1", "Lee"), ("L2", "2", "Changed")}


def test_an_undo_leaves_alone_whom_a_registration_refers_to():
    run = committed(validated("learners", ["L1", "", "Ann", "Lee"], ["L2", "", "Bo", "Ray"]))
    make_registration(learner=Learner.objects.get(reference="L1"))

    assert undone(run) == ("done", 0, 1, 1)
    assert [one.reason.value for one in staging.load_left(run)] == ["referred"]
    assert learners() == {("L1", None, "Lee")}


def test_qualifications_with_their_organisations():
    make_qualification(number="603/2942/X", title="Old", awarding_organisation=make_organisation("NCFE"))

    run = validated(
        "qualifications",
        ["6032942x", "New", "NCFE"],
        ["1", "One", "Pearson"],
        ["2", "Two", "Pearson"],
        ["/", "Three", "Nobody"],
        ["3", "", ""],
        ["4", "Four", "A"],
        ["4 ", "Four", "A"],
    )
    noted = [(note["code"], note["column"], note["count"]) for note in result(run)["notes"]]
    committed(run)

    assert noted == [("new_organisations", "Awarding organisation", 1)]
    assert errors(run) == [
        (5, "Qualification Number", "required"),
        (6, "Title", "required"),
        (6, "Awarding organisation", "required"),
        (7, "", "duplicate"),
        (8, "", "duplicate"),
    ]
    assert counts(run)[:4] == (2, 1, 0, 4)
    assert set(
        Qualification.objects.values_list("number", "match_key", "title", "awarding_organisation__name")
    ) == {
        ("6032942x", "6032942X", "New", "NCFE"),
        ("1", "1", "One", "Pearson"),
        ("2", "2", "Two", "Pearson"),
    }
    assert undone(run) == ("done", 1, 2, 0)
    assert list(Qualification.objects.values_list("number", "title")) == [("603/2942/X", "Old")]
    assert not AwardingOrganisation.objects.filter(name="Nobody").exists()


def test_a_chain_of_ulns_is_settled_at_once():
    from wagtail_regcert.importing.exchange import blocked

    takes = {n: str(n + 1) for n in range(100_000)}
    gives = {str(n): n for n in range(100_000)}

    assert blocked(takes, gives, gives.keys(), [100_000]) == set()
    assert blocked(takes, gives, {*gives, "100000"}, []) == set(range(100_000))


@pytest.mark.parametrize(
    ("about", "rows", "says"),
    [
        ("learners", [["L1", "", "Ann", "Lee"]] * 2, "The same learner or ULN is in row 3 too."),
        ("qualifications", [["1", "One", "NCFE"]] * 2, "The same qualification is in row 3 too."),
    ],
)
def test_a_duplicate_is_told_in_the_words_of_its_table(about, rows, says):
    run = validated(about, *rows)

    assert result(run)["errors"][0]["message"].startswith(says)


def test_a_conflict_shows_what_is_stored_now_by_the_headings_of_its_table():
    make_learner(reference="L1", family_name="Old")
    run = validated("learners", ["L1", "", "Ann", "New"])
    Learner.objects.update(family_name="Meanwhile")

    committed(run)

    (conflict,) = result(run)["errors"]
    assert "changed this record after the file was validated" in conflict["message"]
    assert "Family name: “Meanwhile”" in conflict["message"]
