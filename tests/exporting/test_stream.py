"""What stands in the exported files, and how they leave."""

import csv
import datetime as dt
import gc
import io
import json
import tracemalloc
from collections import Counter

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from wagtail_regcert.exporting import keys, values
from wagtail_regcert.exporting.columns import FixedLayout
from wagtail_regcert.exporting.stream import export_bytes, start_export
from wagtail_regcert.models import ExportRun, Learner, Programme, Qualification, Registration

from ..makers import (
    make_learner,
    make_organisation,
    make_programme,
    make_qualification,
    make_registration,
    make_user,
)

pytestmark = pytest.mark.django_db


def exported(layout=FixedLayout.EXPORT.file, registrations=None):
    found = Registration.objects.all() if registrations is None else registrations
    return b"".join(export_bytes(found, layout))


def rows(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def full_registration(**values):
    return make_registration(
        learner=make_learner(
            given_names="Siân",
            family_name="Lee",
            uln="9276308686",
            gender="U",
            date_of_birth=dt.date(2007, 3, 4),
        ),
        qualification=make_qualification(
            number="603/2942/X",
            title="Brickwork, Level 2",
            awarding_organisation=make_organisation("Pearson"),
        ),
        programme=make_programme("Bricklayer"),
        planned_achievement_date=dt.date(2027, 7, 31),
        status="registration_not_required",
        registration_number="REG-1",
        registration_date=dt.date(2026, 1, 2),
        certificate_claimed_date=dt.date(2026, 3, 4),
        achieved_date=dt.date(2026, 2, 3),
        certificate_received_date=dt.date(2026, 4, 5),
        certificate_sent_date=dt.date(2026, 5, 6),
        postal_tracking_reference="RM1GB",
        **values,
    )


def test_a_record_is_written_byte_for_byte_like_this():
    full_registration()

    data = exported()

    assert (
        data
        == (
            "\ufeffFull name,ULN,Qualification,Awarding body,Status,Registration number,Gender,DateOfBirth,"
            "Completion date,ProgramName,Aim ref number,RegisteredDate,Certificate received,"
            "Certificate claimed,Achieved Date,Certificate Sent Date,Postal Tracking Reference\r\n"
            'Siân Lee,9276308686,"Brickwork, Level 2",Pearson,Registration Not Required,REG-1,Not stated,'
            "04/03/2007,31/07/2027,Bricklayer,603/2942/X,02/01/2026,05/04/2026,04/03/2026,03/02/2026,06/05/2026,"
            "RM1GB\r\n"
        ).encode()
    )


def test_the_import_layout_is_written_like_this():
    full_registration()

    data = exported(FixedLayout.IMPORT.file)

    assert rows(data)[1:] == [
        [
            *("603/2942/X", "9276308686", "Registration Not Required", "REG-1", "02/01/2026"),
            *("04/03/2026", "03/02/2026", "05/04/2026", "06/05/2026", "RM1GB"),
        ]
    ]


@pytest.mark.parametrize(
    "text", ["REG-1", "=1+1", "'=1", "''@x", "'", '="', 'a "quoted", one', "+44", "O'Neill"]
)
def test_what_the_import_layout_carries_out_comes_back_unchanged(tmp_path, text):
    full_registration()
    make_registration(
        learner=make_learner(uln=text),
        qualification=make_qualification(number=text),
        registration_number=text,
        postal_tracking_reference=text,
    )
    path = tmp_path / "out.csv"
    path.write_bytes(exported(FixedLayout.IMPORT.file))
    out = io.StringIO()

    call_command("regcert_import", str(path), "--json", stdout=out)

    answer = json.loads(out.getvalue())
    assert (answer["rows"], answer["unchanged"], answer["errors"]) == (2, 2, [])


def test_blanks_are_empty_cells():
    make_registration(learner=make_learner(given_names="", family_name="Lee", uln=None))

    (_headings, row) = rows(exported())

    assert row[0] == "Lee"
    assert row[1] == ""
    assert row[5:10] == [""] * 5


@pytest.mark.parametrize("text", ["=1+1", "+44", "-1", "@x", "'=1", "''@x", "\uff1d1", "\uff20x"])
def test_formulas_are_guarded_in_typed_cells(settings, text):
    make_registration(
        learner=make_learner(given_names=text, family_name="", uln=text),
        qualification=make_qualification(
            number=text, title=text, awarding_organisation=make_organisation(text)
        ),
        programme=make_programme(text),
        registration_number=text,
        postal_tracking_reference=text,
    )

    guarded = rows(exported())[1]
    settings.WAGTAIL_REGCERT = {"ESCAPE_FORMULAS": False}
    plain = rows(exported())[1]
    import_layout = rows(exported(FixedLayout.IMPORT.file))[1]

    typed = (0, 1, 2, 3, 5, 9, 10, 16)
    assert [guarded[i] for i in typed] == [f"'{text}"] * len(typed)
    assert [plain[i] for i in typed] == [text] * len(typed)
    assert [import_layout[i] for i in (0, 1, 3, 9)] == [f"'{text}"] * 4


@pytest.mark.parametrize("text", ["O'Neill", "'quoted'", "a=b", "1-2"])
def test_other_texts_are_left_alone(text):
    make_registration(registration_number=text)

    assert rows(exported())[1][5] == text


def test_headings_and_labels_are_english_in_every_language():
    make_registration(status="achieved", learner=make_learner(gender="F"))

    english = exported()
    with translation.override("cy"):
        assert exported() == english


@pytest.mark.parametrize("layout", [layout.file for layout in FixedLayout])
def test_records_come_in_the_order_of_their_creation_across_pages(monkeypatch, layout):
    monkeypatch.setattr(keys, "PAGE", 3)
    expected = [make_registration(registration_number=f"R{number}") for number in range(7)]

    data = rows(exported(layout, Registration.objects.order_by()))

    column = data[0].index("Registration number")
    assert [row[column] for row in data[1:]] == [one.registration_number for one in expected]


@pytest.mark.parametrize("layout", [layout.file for layout in FixedLayout])
def test_records_come_in_the_order_that_is_asked_for_across_pages(monkeypatch, layout):
    monkeypatch.setattr(keys, "PAGE", 3)
    for number in (3, 1, 6, 0, 2, 5, 4):
        make_registration(registration_number=f"R{number}", learner=make_learner(family_name=f"N{number}"))

    data = rows(exported(layout, Registration.objects.order_by("-learner__family_name")))

    column = data[0].index("Registration number")
    assert [row[column] for row in data[1:]] == [f"R{number}" for number in range(6, -1, -1)]


def test_first_bytes_come_before_any_record_is_read(monkeypatch):
    monkeypatch.setattr(keys, "PAGE", 1)
    for _number in range(5):
        make_registration()
    _run, chunks = start_export(Registration.objects.all(), FixedLayout.EXPORT.file, user=None, filters="")

    with CaptureQueriesContext(connection) as captured:
        first = next(chunks)

    assert first.startswith(b"\xef\xbb\xbfFull name")
    assert len(captured) == 0


def test_a_text_with_what_the_server_puts_between_texts_comes_whole():
    make_registration(registration_number="one")
    # Only code can store it.
    Registration.objects.update(registration_number="R\x1f1", postal_tracking_reference="T")
    make_registration(registration_number="two", learner=make_learner(family_name="Le\x1fe"))

    data = rows(exported())

    places = [data[0].index(heading) for heading in ("Registration number", "Postal Tracking Reference")]
    assert [[row[place] for place in places] for row in data[1:]] == [["R\x1f1", "T"], ["two", ""]]
    assert [row[0].endswith("Le\x1fe") for row in data[1:]] == [False, True]


def statements(number):
    """Queries of an export after ``number`` more records were made."""
    for _number in range(number):
        make_registration(programme=make_programme())
    with CaptureQueriesContext(connection) as captured:
        exported()
    # On PostgreSQL each page is a transaction of its own, with a setting.
    return sum(" FROM " in query["sql"] for query in captured)


def test_statements_grow_with_pages_not_with_records():
    # Keys; registrations, learners, qualifications and programmes.
    assert statements(2) == 5
    assert statements(30) == 5


def test_small_tables_are_read_once(monkeypatch):
    monkeypatch.setattr(keys, "PAGE", 2)
    learner, programme = make_learner(), make_programme()
    for _number in range(6):
        make_registration(learner=learner, programme=programme)

    with CaptureQueriesContext(connection) as captured:
        exported()

    tables = Counter(
        model._meta.model_name
        for query in captured
        for model in (Learner, Programme)
        if f"FROM {connection.ops.quote_name(model._meta.db_table)}" in query["sql"]
    )
    assert tables == {"learner": 1, "programme": 1}


@pytest.mark.parametrize("order", ["pk", "-pk", "learner__family_name"])
def test_registrations_deleted_while_they_are_exported_are_left_out_and_no_others(monkeypatch, order):
    monkeypatch.setattr(keys, "PAGE", 2)
    made = [
        make_registration(registration_number=str(number), learner=make_learner(family_name=f"N{number}"))
        for number in range(8)
    ]
    _run, chunks = start_export(
        Registration.objects.order_by(order), FixedLayout.EXPORT.file, user=None, filters=""
    )

    first = next(chunks)
    for gone in (2, 3, 4):
        made[gone].delete()
        made[gone].learner.delete()
    made[5].qualification.title = "another title"
    made[5].qualification.save()
    rest = rows(first + b"".join(chunks))[1:]

    expected = ["0", "1", "5", "6", "7"]
    assert [row[5] for row in rest] == (expected[::-1] if order == "-pk" else expected)


def test_a_learner_deleted_between_two_statements_takes_the_registration_along(monkeypatch):
    kept, gone = make_registration(registration_number="kept"), make_registration()

    def delete_after_registrations(execute, sql, params, many, context):
        answer = execute(sql, params, many, context)
        if f"FROM {connection.ops.quote_name(Registration._meta.db_table)}" in sql and gone.pk:
            learner, gone.pk = gone.learner, None
            Registration.objects.filter(learner=learner).delete()
            learner.delete()
        return answer

    _run, chunks = start_export(Registration.objects.all(), FixedLayout.EXPORT.file, user=None, filters="")
    next(chunks)
    with connection.execute_wrapper(delete_after_registrations):
        data = list(chunks)

    assert [row[5] for row in csv.reader(io.StringIO(b"".join(data).decode(), newline=""))] == ["kept"]
    assert list(Registration.objects.all()) == [kept]


def test_the_note_is_written_before_the_first_byte_and_counts_what_leaves():
    with_uln = make_registration()
    make_registration(learner=make_learner(uln=None))
    user = make_user()

    run, chunks = start_export(Registration.objects.all(), FixedLayout.IMPORT.file, user=user, filters="q=x")
    make_registration()  # after the note

    assert ExportRun.objects.get() == run
    assert (run.user, run.user_name, run.layout, run.filters) == (user, user.username, "import", "q=x")
    assert (run.records, run.left_out) == (1, 1)
    data = rows(b"".join(chunks))
    assert [row[1] for row in data[1:]] == [with_uln.learner.uln]


def test_the_export_layout_leaves_nobody_out():
    make_registration(learner=make_learner(uln=None))

    run, chunks = start_export(Registration.objects.all(), FixedLayout.EXPORT.file, user=None, filters="")

    assert (run.records, run.left_out) == (1, 0)
    assert len(rows(b"".join(chunks))) == 2


def test_no_records_make_a_file_of_headings():
    run, chunks = start_export(Registration.objects.none(), FixedLayout.EXPORT.file, user=None, filters="")

    assert run.records == 0
    assert len(rows(b"".join(chunks))) == 1


@pytest.mark.parametrize("order", ["pk", "-qualification__title"])
def test_memory_does_not_grow_with_the_number_of_records(monkeypatch, order):
    monkeypatch.setattr(keys, "PAGE", 50)
    monkeypatch.setattr(values, "REMEMBERED", 50)
    monkeypatch.setattr(keys, "KEYS_AT_ONCE", 50)
    monkeypatch.setattr(keys, "IN_MEMORY", 1000)
    learner = make_learner()

    def peak():
        # What was there before is not looked through at each chunk.
        gc.freeze()
        tracemalloc.start()
        for _chunk in export_bytes(Registration.objects.order_by(order), FixedLayout.EXPORT.file):
            gc.collect()  # Django's queries are cycles
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        gc.unfreeze()
        return used

    def grow(number):
        organisation = make_organisation()
        start = Qualification.objects.count()
        made = [
            Qualification(number=f"N{start + i}", title="T", awarding_organisation=organisation)
            for i in range(number)
        ]
        Qualification.objects.bulk_create(made)
        Registration.objects.bulk_create(
            Registration(learner=learner, qualification=qualification)
            for qualification in Qualification.objects.order_by("pk")[start:]
        )

    def least():
        """Servers of other tests may answer meanwhile, in threads of their own."""
        return min(peak() for _time in range(3))

    grow(1500)
    few = least()
    grow(4500)

    assert least() < 1.2 * few


@pytest.mark.skipif(connection.vendor != "postgresql", reason="A setting of PostgreSQL")
def test_an_export_leaves_the_database_to_plan_as_it_likes():
    make_registration()

    exported()

    with connection.cursor() as cursor:
        cursor.execute("SHOW enable_seqscan")
        assert cursor.fetchone() == ("on",)
