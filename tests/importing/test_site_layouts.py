"""Files that others write, read by layouts that a site adds: what is stored, left alone and told."""

import datetime as dt
import json
from io import BytesIO, StringIO
from pathlib import Path
from tempfile import mkdtemp

import pytest
from django.core.management import call_command

from tests.makers import make_learner, make_qualification, make_registration, make_user
from tests.site_layouts import (
    KEYS,
    NUMBER,
    OTHER_ULN,
    ULN,
    committed,
    load,
    opened,
    problems,
    told,
    validated,
)
from wagtail_regcert import layout_store
from wagtail_regcert.exporting.report import errors_file, rejected_file
from wagtail_regcert.importing import runs, staging
from wagtail_regcert.importing.pipeline import Refused
from wagtail_regcert.importing.results import result
from wagtail_regcert.models import ImportRun, Learner, Qualification, Registration

pytestmark = pytest.mark.django_db


def fault(layout, *lines):
    found = opened(layout, "\r\n".join(lines).encode())
    assert isinstance(found, Refused)
    return found.fault


def workbook(*rows, hidden=()):
    book = pytest.importorskip("openpyxl").Workbook()
    for row in rows:
        book.active.append(row)
    for number in hidden:
        book.active.row_dimensions[number].hidden = True
    out = BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def registration():
    return make_registration(
        learner=make_learner(uln=ULN),
        qualification=make_qualification(number=NUMBER),
        status="registered",
        registration_date=dt.date(2026, 1, 2),
        postal_tracking_reference="KEEP",
    )


def stored(registration):
    registration.refresh_from_db()
    return (
        registration.status,
        registration.registration_number,
        registration.registration_date,
        registration.achieved_date,
        registration.postal_tracking_reference,
    )


def test_a_file_changes_what_it_carries_and_nothing_else(registration):
    layout = load(*KEYS, {"heading": "Certificate no", "field": "registration_number"})

    run = committed(
        validated(layout, "Certificate no,Notes,Aim,Candidate ULN", f"C-1,from us,{NUMBER},{ULN}")
    )

    assert (run.updated, run.fields) == (1, ["registration_number"])
    assert stored(registration) == ("registered", "C-1", dt.date(2026, 1, 2), None, "KEEP")
    assert [(note["code"], note["column"], note["count"]) for note in result(run)["notes"]] == [
        ("ignored_column", "Notes", 1)
    ]


def test_what_a_new_registration_is_not_given_is_blank():
    make_learner(uln=ULN)
    make_qualification(number=NUMBER)
    layout = load(
        *KEYS, {"heading": "Start", "field": "start_date"}, {"heading": "Prog", "field": "programme"}
    )

    committed(validated(layout, "Candidate ULN,Aim,Start,Prog", f"{ULN},{NUMBER},01/09/2025,Joinery"))

    made = Registration.objects.select_related("programme").get()
    assert (made.status, made.registration_number, made.start_date) == (
        "not_registered",
        "",
        dt.date(2025, 9, 1),
    )
    assert made.programme.name == "Joinery"


def test_the_headings_are_found_below_other_rows_in_any_order_and_case(registration):
    layout = load(
        *KEYS,
        {"heading": "Outcome", "field": "status", "values": {"Pass": "achieved", "N/A": "exempt"}},
        {"heading": "Grade", "field": None, "optional": True},
    )

    run = validated(
        layout,
        "Results of Example Awards,,",
        "",
        " aim* ,OUTCOME,candidate  uln",
        f"{NUMBER}, pass ,{ULN}",
        "Aim,Outcome,Candidate ULN",
        f"{NUMBER},Fail,{OTHER_ULN}",
    )

    assert told(run) == [
        (5, "", "repeated_heading"),
        (6, "Candidate ULN", "unknown_learner"),
        (6, "Outcome", "bad_status"),
    ]
    assert told(run, "warnings") == [(4, "Achieved date", "missing_date")]
    committed(run)
    assert stored(registration)[0] == "achieved"


def test_a_file_without_the_headings_is_refused_and_they_are_named():
    layout = load(*KEYS, {"heading": "Outcome", "field": "status"})

    missing = fault(layout, "Candidate ULN,Grade", "1,2")
    repeated = fault(layout, "Aim,Candidate ULN,Outcome,aim", "1,2,3,4")
    late = fault(layout, *[f"row {number}" for number in range(50)], "Aim,Candidate ULN,Outcome", "1,2,3")
    other = fault(layout, "Aim;Candidate ULN;Outcome", "1;2;3")

    assert (missing.code.value, missing.facts["missing"]) == ("bad_header", ["Aim", "Outcome"])
    assert (repeated.code.value, repeated.facts["reason"]) == ("bad_header", "repeated")
    assert late.code.value == "bad_header"
    assert other.facts["better"] == "semicolon"


def test_policies_say_what_a_cell_does_to_what_is_stored(registration):
    layout = load(
        *KEYS,
        {"heading": "No", "field": "registration_number", "policy": "fill"},
        {"heading": "Ref", "field": "postal_tracking_reference", "policy": "fill"},
        {"heading": "Registered", "field": "registration_date", "policy": "keep_if_blank"},
        {"heading": "Status", "field": "status", "policy": "keep_if_blank"},
    )

    run = committed(
        validated(layout, "Candidate ULN,Aim,No,Ref,Registered,Status", f"{ULN},{NUMBER},N1,OTHER,,")
    )

    assert told(run, "warnings") == [(2, "Ref", "kept")]
    assert (run.updated, run.cleared) == (1, 0)
    assert stored(registration) == ("registered", "N1", dt.date(2026, 1, 2), None, "KEEP")


def test_a_blank_clears_where_nothing_else_is_said_and_a_blank_status_is_an_error(registration):
    layout = load(
        *KEYS,
        {"heading": "Ref", "field": "postal_tracking_reference"},
        {"heading": "Status", "field": "status", "optional": True},
    )

    run = committed(validated(layout, "Candidate ULN,Aim,Ref", f"{ULN},{NUMBER},"))
    again = validated(layout, "Candidate ULN,Aim,Ref,Status", f"{ULN},{NUMBER},X,")

    assert (run.cleared, stored(registration)[4]) == (1, "")
    assert told(again) == [(2, "Status", "required")]


@pytest.mark.parametrize(
    ("form", "cell", "day"),
    [
        ("dd/mm/yyyy", "09/12/2025", dt.date(2025, 12, 9)),
        ("d/m/yyyy", "9/12/2025", dt.date(2025, 12, 9)),
        ("mm/dd/yyyy", "09/12/2025", dt.date(2025, 9, 12)),
        ("yyyy-mm-dd", "2025-12-09", dt.date(2025, 12, 9)),
        ("dd-mmm-yyyy", "09-dec-2025", dt.date(2025, 12, 9)),
        ("ddmmyyyy", "09122025", dt.date(2025, 12, 9)),
    ],
)
def test_days_are_read_in_the_form_of_the_layout(registration, form, cell, day):
    layout = load(*KEYS, {"heading": "Achieved", "field": "achieved_date"}, dates=form)
    in_column = load(*KEYS, {"heading": "Achieved", "field": "achieved_date", "dates": form}, name="Two")

    lines = ("Candidate ULN,Aim,Achieved", f"{ULN},{NUMBER},{cell}")
    committed(validated(layout, *lines))

    assert stored(registration)[3] == day
    assert validated(in_column, *lines).unchanged == 1
    assert told(validated(layout, lines[0], f"{ULN},{NUMBER},soon")) == [(2, "Achieved", "bad_date")]


def test_constants_take_the_place_of_columns(registration):
    layout = load(
        KEYS[0],
        constants={"qualification": NUMBER, "status": "achieved", "achieved_date": "2026-03-04"},
    )

    committed(validated(layout, "Candidate ULN", ULN))
    Registration.objects.all().delete()
    Qualification.objects.all().delete()

    (run,) = ImportRun.objects.all()
    assert run.updated == 1
    with pytest.raises(SystemExit) as ended:
        call_command("regcert_import", str(a_file("Candidate ULN\n" + ULN)), layout="Theirs", json=True)
    assert ended.value.code == 2


def a_file(text, name="theirs.csv"):
    path = Path(mkdtemp()) / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_registration_is_known_by_its_number_and_several_are_ambiguous(registration):
    Registration.objects.update(registration_number="R1")
    for _number in range(2):
        make_registration(registration_number="R2")
    layout = load(
        {"heading": "No", "field": "registration_number"},
        {"heading": "Achieved", "field": "achieved_date"},
        key="registration_number",
    )

    run = committed(
        validated(layout, "No,Achieved", "R1,01/02/2026", "r1,01/02/2026", "R2,01/02/2026", ",01/02/2026")
    )

    assert told(run) == [
        (3, "No", "unknown_registration"),
        (4, "No", "ambiguous_key"),
        (5, "No", "required"),
    ]
    assert stored(registration)[3] == dt.date(2026, 2, 1)
    assert Registration.objects.filter(achieved_date=None).count() == 2


def test_learners_are_named_by_reference_or_uln(registration):
    Learner.objects.filter(uln=ULN).update(reference="L1")
    layout = load(
        *KEYS,
        {"heading": "Ref", "field": "reference"},
        {"heading": "No", "field": "registration_number"},
    )

    run = validated(
        layout,
        "Candidate ULN,Ref,Aim,No",
        f",L1,{NUMBER},A",
        f",,{NUMBER},A",
        f"{ULN},L2,{NUMBER},A",
        f"9999999999,,{NUMBER},A",
    )

    assert told(run) == [
        (3, "Candidate ULN", "required"),
        (4, "Ref", "unknown_learner"),
        (5, "Candidate ULN", "temporary_uln"),
    ]
    assert run.accepted == 1


def test_a_layout_of_learners_leaves_alone_what_it_does_not_carry():
    make_learner(reference="L1", uln=ULN, given_names="Ann", family_name="Lee", gender="F")
    layout = load(
        {"heading": "Id", "field": "reference"},
        {"heading": "Sex", "field": "gender", "values": {"1": "M", "2": "F"}},
        about="learners",
    )

    run = committed(validated(layout, "Id,Sex", "L1,1", "L2,2"))

    assert told(run) == [(3, "", "required")]
    learner = Learner.objects.get()
    assert (learner.gender, learner.given_names, learner.uln) == ("M", "Ann", ULN)


def test_the_rejected_file_is_read_by_the_same_layout(registration):
    layout = load(
        *KEYS,
        {"heading": "Achieved", "field": "achieved_date", "dates": "mm/dd/yyyy"},
        {"heading": "Grade", "field": None},
        separator="semicolon",
    )
    run = validated(
        layout, "Grade;Notes;Achieved;Aim;Candidate ULN", f"A;x;13/01/2026;{NUMBER};{ULN}", f"B;;;{NUMBER};1"
    )

    data = b"".join(rejected_file(run))
    again = validated(layout, data=data)

    assert data.decode("utf-8-sig").splitlines()[0] == (
        "Candidate ULN;Aim;Achieved;Grade;Row in the file;What is wrong"
    )
    assert told(again) == [(2, "Achieved", "bad_date"), (3, "Candidate ULN", "unknown_learner")]
    heads = b"".join(errors_file(run)).decode("utf-8-sig").splitlines()
    assert heads[0].split(",")[-2:] == ["Aim", "Candidate ULN"]
    assert heads[1].split(",")[-2:] == [NUMBER, ULN]


def test_an_import_by_a_layout_is_undone(registration):
    layout = load(*KEYS, {"heading": "No", "field": "registration_number"})
    other = make_learner(uln=OTHER_ULN)
    lines = ("Candidate ULN,Aim,No", f"{ULN},{NUMBER},N1", f"{OTHER_ULN},{NUMBER},N2")
    run = committed(validated(layout, *lines))
    assert Registration.objects.filter(learner=other).exists()
    user = make_user(superuser=True)

    runs.begin_undo(run.pk, user)
    runs.undo(run.pk, user.pk)

    run.refresh_from_db()
    assert (run.undo_restored, run.undo_deleted, run.undo_left) == (1, 1, 0)
    assert stored(registration)[1] == ""
    assert not Registration.objects.filter(learner=other).exists()


def test_a_conflict_concerns_what_the_file_carries_alone(registration):
    layout = load(*KEYS, {"heading": "No", "field": "registration_number"})
    lines = ("Candidate ULN,Aim,No", f"{ULN},{NUMBER},N1")
    first, second = validated(layout, *lines), validated(layout, *lines)
    Registration.objects.update(postal_tracking_reference="NEW")
    committed(first)
    Registration.objects.update(registration_number="SOMEBODY")
    committed(second)

    assert (first.updated, first.conflicts) == (1, 0)
    assert (second.updated, second.conflicts) == (0, 1)
    assert stored(registration)[1] == "SOMEBODY"


def test_a_conflict_over_a_value_that_a_blank_keeps_is_a_change(registration):
    layout = load(
        *KEYS,
        {"heading": "No", "field": "registration_number"},
        {"heading": "Ref", "field": "postal_tracking_reference", "policy": "keep_if_blank"},
    )
    run = validated(layout, "Candidate ULN,Aim,No,Ref", f"{ULN},{NUMBER},C-1,")
    Registration.objects.update(postal_tracking_reference="OTHER")

    committed(run)

    (error,) = result(run)["errors"]
    assert error["code"] == "changed_since_validation"
    assert "changed this record" in error["message"]
    assert "“OTHER”" in error["message"]


def test_what_was_filled_in_otherwise_meanwhile_is_a_conflict(registration):
    layout = load(*KEYS, {"heading": "No", "field": "registration_number", "policy": "fill"})
    run = validated(layout, "Candidate ULN,Aim,No", f"{ULN},{NUMBER},C-1")
    Registration.objects.update(registration_number="C-2")

    committed(run)

    assert (run.conflicts, run.unchanged) == (1, 0)
    assert stored(registration)[1] == "C-2"


def test_a_conflict_names_fields_that_our_ten_columns_do_not_have(registration):
    layout = load(*KEYS, {"heading": "Start", "field": "start_date"})
    run = validated(layout, "Candidate ULN,Aim,Start", f"{ULN},{NUMBER},01/09/2025")
    Registration.objects.update(start_date=dt.date(2025, 9, 2))

    committed(run)

    (error,) = result(run)["errors"]
    assert "Start date: “02/09/2025”" in error["message"]


def test_a_layout_of_nothing_but_keys_has_a_report_and_creates(registration):
    make_learner(uln=OTHER_ULN)
    run = validated(load(*KEYS), "Candidate ULN,Aim", f"{ULN},{NUMBER}", f"{OTHER_ULN},{NUMBER}")
    assert [record.row for record in staging.load_records(run)] == [2, 3]

    committed(run)

    assert (run.unchanged, run.created, run.conflicts) == (1, 1, 0)
    assert stored(registration)[0] == "registered"


def test_a_learner_without_a_uln_whose_reference_passed_on_is_not_written():
    learner, other = make_learner(uln=None, reference="L1"), make_learner(uln=None)
    make_registration(learner=learner, qualification=make_qualification(number=NUMBER), status="registered")
    layout = load({"heading": "Ref", "field": "reference"}, KEYS[1], {"heading": "Status", "field": "status"})
    run = validated(layout, "Ref,Aim,Status", f"L1,{NUMBER},Achieved")
    Learner.objects.filter(pk=learner.pk).update(reference=None)
    Learner.objects.filter(pk=other.pk).update(reference="L1")

    committed(run)

    assert (run.conflicts, run.updated, run.created) == (1, 0, 0)


def test_a_formula_without_a_value_stays_an_error_in_the_file_to_correct(registration):
    layout = load(*KEYS, {"heading": "Ref", "field": "postal_tracking_reference"})
    run = validated(layout, data=workbook(["Candidate ULN", "Aim", "Ref"], [ULN, NUMBER, "=1+1"]))
    assert told(run) == [(2, "Ref", "bad_character")]

    again = validated(layout, data=b"".join(rejected_file(run)))

    assert told(again) == [(2, "Ref", "bad_character")]


def test_headings_of_a_layout_are_guarded_in_the_files_of_a_report(registration):
    layout = load(
        {"heading": "=A1", "field": "uln"},
        {"heading": "+Aim", "field": "qualification"},
        {"heading": "Status", "field": "status"},
    )
    run = validated(layout, "=A1,+Aim,Status", f"{ULN},{NUMBER},Nonsense")
    rejected = b"".join(rejected_file(run))

    assert rejected.decode("utf-8-sig").startswith("'=A1,'+Aim,Status")
    assert told(validated(layout, data=rejected)) == told(run)
    assert b",'=A1\r\n" in b"".join(errors_file(run)).splitlines(keepends=True)[0]


def test_policies_of_qualifications_let_a_blank_leave_alone_what_is_stored():
    made = make_qualification(number="1", title="Joinery")
    layout = load(
        {"heading": "No", "field": "number"},
        {"heading": "Title", "field": "title", "policy": "keep_if_blank"},
        {"heading": "Body", "field": "awarding_organisation", "policy": "fill"},
        about="qualifications",
    )

    run = committed(validated(layout, "No,Title,Body", "1,,Another", "2,,NCFE"))

    assert (run.unchanged, told(run)) == (1, [(3, "Title", "required")])
    # What gives way to what is stored is not created, and not announced.
    assert [note["code"] for note in result(run)["notes"]] == []
    made.refresh_from_db()
    assert made.title == "Joinery"


def test_a_run_keeps_the_layout_it_was_validated_with(registration):
    layout = load(*KEYS, {"heading": "No", "field": "registration_number"})
    run = validated(layout, "Candidate ULN,Aim,No", f"{ULN},{NUMBER},N1")
    load(*KEYS, {"heading": "No", "field": "postal_tracking_reference"})

    committed(run)

    assert stored(registration)[1] == "N1"
    assert stored(registration)[4] == "KEEP"


def test_a_workbook_is_read_as_carefully_as_a_csv(registration):
    layout = load(
        *KEYS,
        {"heading": "Achieved", "field": "achieved_date", "values": {"none": ""}},
        {"heading": "No", "field": "registration_number"},
        {"heading": "Ref", "field": "postal_tracking_reference"},
    )
    data = workbook(
        ["Report"],
        ["Candidate ULN", "Aim", "Achieved", "No", "Ref"],
        [int(ULN), NUMBER, dt.date(2026, 2, 1), dt.date(2025, 3, 1), 12],
        hidden=[3],
    )

    run = committed(validated(layout, data=data))

    assert (run.encoding, told(run), told(run, "warnings")) == ("xlsx", [], [(3, "No", "damaged")])
    assert [(note["code"], note["count"]) for note in result(run)["notes"]] == [("hidden_rows", 1)]
    assert stored(registration)[1:] == ("2025-03-01", dt.date(2026, 1, 2), dt.date(2026, 2, 1), "12")


@pytest.mark.parametrize(
    ("columns", "options", "found"),
    [
        (KEYS[:1], {}, [("columns", "field_needed")]),
        ([*KEYS, {"heading": "aim", "field": None}], {}, [("columns[2].heading", "repeated_heading")]),
        ([*KEYS, {"heading": "X", "field": "uln"}], {}, [("columns[2].field", "repeated_field")]),
        ([*KEYS, {"heading": "X", "field": "family_name"}], {}, [("columns[2].field", "not_offered")]),
        (
            [*KEYS, {"heading": "X", "field": "status", "values": {"P": "passed"}}],
            {},
            [("columns[2].values.P", "bad_value")],
        ),
        (
            [*KEYS, {"heading": "X", "field": "status", "dates": "ddmmyyyy"}],
            {},
            [("columns[2].dates", "not_a_day")],
        ),
        ([*KEYS], {"constants": {"achieved_date": "01-02-2026"}}, [("constants.achieved_date", "bad_value")]),
        (
            KEYS[:1],
            {"constants": {"qualification": "none"}},
            [("constants.qualification", "unknown_qualification")],
        ),
        ([*KEYS], {"creates": ["learners"]}, [("columns", "field_needed")]),
        ([*KEYS], {"key": "registration_number"}, [("columns", "field_needed")]),
        ([*KEYS], {"dates": "yyyy-mm"}, [("dates", "not_offered")]),
        ([*KEYS], {"colour": 1}, [("colour", "unknown_key")]),
    ],
)
def test_a_layout_that_makes_no_sense_is_refused_with_the_place(columns, options, found):
    assert problems(*columns, **options) == found


def test_a_layout_comes_out_as_it_went_in(capsys):
    make_qualification(number=NUMBER)
    load(
        KEYS[0],
        {"heading": "Achieved", "field": "achieved_date", "dates": "yyyy-mm-dd", "policy": "fill"},
        {"heading": "Outcome", "field": "status", "values": {"Pass": "achieved"}, "optional": True},
        {"heading": "Grade", "field": None},
        constants={"qualification": NUMBER},
        separator="tab",
        dates="ddmmyyyy",
    )
    out = StringIO()
    call_command("regcert_layouts", "dump", "theirs", stdout=out)
    first = json.loads(out.getvalue())

    assert layout_store.load(out.getvalue().encode()).problems == []
    out = StringIO()
    call_command("regcert_layouts", "dump", stdout=out)

    assert json.loads(out.getvalue()) == first
    assert first[0]["columns"][1]["policy"] == "fill"
