"""Registrations to the bytes of a layout's file."""

import datetime as dt
import io
import zipfile

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from wagtail_regcert.exporting import keys, layout_stream
from wagtail_regcert.models import ExportRun, Registration
from wagtail_regcert.moments import today
from wagtail_regcert.problems import Unfit

from ..makers import (
    make_export_layout,
    make_learner,
    make_organisation,
    make_programme,
    make_qualification,
    make_registration,
    make_user,
)

pytestmark = pytest.mark.django_db


def prepare(layout, **options):
    return layout_stream.prepare(Registration.objects.all(), layout.definition(), **options)


def data_of(layout):
    return b"".join(prepare(layout).chunks)


@pytest.fixture
def registrations():
    pearson = make_organisation("Pearson")
    qualification = make_qualification(
        number="603/2942/X", title='Joinery, "bench"', awarding_organisation=pearson
    )
    ann = make_learner(
        given_names="Ann Louise",
        family_name="Lee",
        uln="9276308686",
        gender="F",
        date_of_birth=dt.date(2007, 3, 4),
    )
    other = make_learner(given_names="=Łukasz", family_name="Nowak", uln=None, reference="L2")
    return [
        make_registration(
            learner=ann,
            qualification=qualification,
            programme=make_programme("Joiner"),
            start_date=dt.date(2025, 9, 1),
            status="registered",
        ),
        make_registration(learner=other, qualification=qualification),
    ]


def test_all_options_of_a_csv_file(registrations):
    layout = make_export_layout(
        {"heading": "ULN", "value": "learner.uln", "if_blank": "-2"},
        {"heading": "First", "value": "learner.first_name"},
        {"heading": "Sex", "value": "learner.gender", "values": {"F": "2", "": "9"}},
        {"heading": "DOB", "value": "learner.date_of_birth", "dates": "ddmmyyyy"},
        {"heading": "Number", "value": "qualification.number_plain"},
        {"heading": "Title", "value": "qualification.title"},
        {"heading": "Year", "value": "registration.academic_year"},
        {"heading": "Programme", "value": "registration.programme", "case": "upper"},
        {"heading": "Centre", "constant": "12345"},
        before=[["Centre", "12345"], []],
        separator="pipe",
        encoding="utf-8",
    )

    assert data_of(layout).decode() == (
        "Centre|12345\r\n\r\n"
        "ULN|First|Sex|DOB|Number|Title|Year|Programme|Centre\r\n"
        '9276308686|Ann|2|04032007|6032942X|"Joinery, ""bench"""|2025/26|JOINER|12345\r\n'
        '-2|\'=Łukasz|9||6032942X|"Joinery, ""bench"""|||12345\r\n'
    )


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("utf-8-sig", b"\xef\xbb\xbfName\r\nLee\r\nNowak\r\n"),
        ("utf-8", b"Name\r\nLee\r\nNowak\r\n"),
        ("cp1252", b"Name\r\nLee\r\nNowak\r\n"),
    ],
)
def test_the_encoding_is_the_layouts(registrations, encoding, expected):
    layout = make_export_layout({"heading": "Name", "value": "learner.family_name"}, encoding=encoding)

    assert data_of(layout) == expected


def test_letters_of_windows_1252_are_one_byte(registrations):
    layout = make_export_layout({"heading": "Café", "constant": "é"}, encoding="cp1252", headings=False)

    assert data_of(layout) == b"\xe9\r\n\xe9\r\n"


def test_records_that_are_not_right_are_told_and_left_out(registrations):
    layout = make_export_layout(
        {"heading": "ULN", "value": "learner.uln", "required": True},
        {"heading": "First", "value": "learner.first_name"},
        encoding="cp1252",
    )
    told = []

    export = prepare(layout, tell=told.append)

    assert (len(export.keys), export.unfit_records) == (1, 1)
    assert [(one.record, one.column, one.code) for one in told] == [
        (registrations[1].pk, 0, Unfit.REQUIRED),
        (registrations[1].pk, 1, Unfit.BAD_ENCODING),
    ]
    assert b"".join(export.chunks) == b"ULN,First\r\n9276308686,Ann\r\n"


@pytest.mark.parametrize("page", [1, 3, 100])
@pytest.mark.parametrize("required", [True, False])
def test_several_files_are_a_zip(required, page, monkeypatch):
    monkeypatch.setattr(keys, "PAGE", page)
    for number in range(5):
        make_registration(registration_number=f"R{number}")
    layout = make_export_layout(
        {"heading": "No", "value": "row"},
        {"heading": "Number", "value": "registration.registration_number", "required": required},
        rows_per_file=2,
        file_name="REG_{date:%Y}_{number}.CSV",
        encoding="utf-8",
    )

    export = prepare(layout)
    with zipfile.ZipFile(io.BytesIO(b"".join(export.chunks))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}

    year = today().year
    assert (export.file_name, export.content_type) == (f"REG_{year}.zip", "application/zip")
    assert files == {
        f"REG_{year}_1.CSV": b"No,Number\r\n1,R0\r\n2,R1\r\n",
        f"REG_{year}_2.CSV": b"No,Number\r\n3,R2\r\n4,R3\r\n",
        f"REG_{year}_3.CSV": b"No,Number\r\n5,R4\r\n",
    }


@pytest.mark.parametrize("rows", [2, 4])
def test_no_file_is_empty_but_that_of_an_empty_export(rows):
    layout = make_export_layout({"heading": "No", "value": "row"}, rows_per_file=rows)

    def names():
        return zipfile.ZipFile(io.BytesIO(data_of(layout))).namelist()

    assert len(names()) == 1
    for _number in range(4):
        make_registration()
    assert len(names()) == 4 // rows


@pytest.mark.parametrize("required", [True, False])
def test_a_workbook_has_texts_unguarded(registrations, required):
    layout = make_export_layout(
        {"heading": "Name", "value": "learner.given_names", "required": required},
        {"heading": "Reference", "value": "learner.reference", "if_blank": "-2"},
        format="xlsx",
        encoding="cp1252",
    )

    export = prepare(layout)
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(export.chunks))).active

    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["Name", "Reference"],
        ["Ann Louise", "-2"],
        ["=Łukasz", "L2"],
    ]
    assert export.file_name == f"registrations-{today():%Y-%m-%d}.xlsx"
    assert export.content_type.endswith("spreadsheetml.sheet")


def test_several_workbooks_are_a_zip_of_workbooks(registrations):
    layout = make_export_layout({"heading": "No", "value": "row"}, format="xlsx", rows_per_file=1)

    with zipfile.ZipFile(io.BytesIO(data_of(layout))) as archive:
        sheets = [
            openpyxl.load_workbook(io.BytesIO(archive.read(name))).active for name in archive.namelist()
        ]

    assert [sheet["A2"].value for sheet in sheets] == ["1", "2"]


def test_more_records_than_a_sheet_has_rows_are_refused_beforehand(registrations, monkeypatch):
    monkeypatch.setattr(layout_stream, "MAX_ROWS", 2)

    with pytest.raises(layout_stream.TooManyRecords):
        prepare(make_export_layout({"heading": "No", "value": "row"}, format="xlsx"))
    assert (
        len(
            prepare(make_export_layout({"heading": "No", "value": "row"}, format="xlsx", headings=False)).keys
        )
        == 2
    )


def test_the_note_keeps_the_layout_as_it_was(registrations):
    layout = make_export_layout({"heading": "ULN", "value": "learner.uln", "required": True}, name="Mine")
    user = make_user()

    prepare(layout).note(user=user, filters="q=x")
    layout.delete()

    run = ExportRun.objects.get()
    assert (run.user, run.layout, run.records, run.left_out) == (user, "Mine", 1, 1)
    assert run.definition["columns"] == [{"heading": "ULN", "value": "learner.uln", "required": True}]
    assert run.created_at <= timezone.now()


@pytest.mark.parametrize("required", [True, False])
def test_statements_grow_with_pages_not_with_records(required):
    layout = make_export_layout(
        {"heading": "ULN", "value": "learner.uln", "required": required},
        {"heading": "AO", "value": "qualification.awarding_organisation"},
    )
    counts = []
    for number in (1, 39):
        for _number in range(number):
            make_registration()
        with CaptureQueriesContext(connection) as queries:
            data_of(layout)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_nothing_is_read_before_the_first_bytes_where_there_is_nothing_to_check(registrations, monkeypatch):
    layout = make_export_layout({"heading": "No", "value": "row"}, encoding="utf-8")
    seen = []
    monkeypatch.setattr(keys, "PAGE", 1)
    real = layout_stream.Values.columns
    monkeypatch.setattr(
        layout_stream.Values, "columns", lambda self, keys: seen.append(list(keys)) or real(self, keys)
    )

    export = prepare(layout)
    assert next(export.chunks) == b"No\r\n"
    assert seen == []
