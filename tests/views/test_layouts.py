"""The form of export layouts: ordered rows, checked by the rules of files of layouts."""

import datetime as dt
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from wagtail_regcert.models import ExportLayout

from ..definitions.test_exports import EXAMPLE
from ..makers import make_export_layout, make_organisation, make_user

pytestmark = pytest.mark.django_db

URLS = "wagtailsnippets_wagtail_regcert_exportlayout"
PERMISSIONS = tuple(f"{action}_exportlayout" for action in ("add", "change", "delete", "view"))


@pytest.fixture
def editor(client):
    client.force_login(make_user("manage_registration", *PERMISSIONS))
    return client


def formset(prefix, rows, existing=0):
    return {
        f"{prefix}-TOTAL_FORMS": len(rows),
        f"{prefix}-INITIAL_FORMS": existing,
        f"{prefix}-MIN_NUM_FORMS": 0,
        f"{prefix}-MAX_NUM_FORMS": 1000,
        **{
            f"{prefix}-{number}-{name}": value
            for number, row in enumerate(rows)
            for name, value in {"ORDER": number + 1, "DELETE": "", "id": "", **row}.items()
        },
    }


def column(heading, value="", translations=(), **options):
    return {
        "row": {
            "heading": heading,
            "value": value,
            "constant": "",
            "if_blank": "",
            "dates": "",
            "case": "",
            "longest": "",
            **options,
        },
        "translations": [{"stored": stored, "cell": cell} for stored, cell in translations],
    }


def posted(*columns, before=(), **options):
    data = {
        "name": "Mine",
        "awarding_organisation": "",
        "format": "csv",
        "separator": "comma",
        "encoding": "utf-8-sig",
        "guard": "on",
        "headings": "on",
        "rows_per_file": "",
        "file_name": "",
        **formset("columns", [one["row"] for one in columns]),
        **formset("rows_before", [{"cells": "\r\n".join(cells)} for cells in before]),
        **options,
    }
    for number, one in enumerate(columns):
        data.update(formset(f"columns-{number}-translations", one["translations"]))
    return data


def errors_of(response):
    form = response.context["form"]
    found = {name: list(errors) for name, errors in form.errors.items()}
    for prefix, rows in form.formsets.items():
        for number, row in enumerate(rows.forms):
            found.update({f"{prefix}[{number}].{name}": list(texts) for name, texts in row.errors.items()})
            for inner in getattr(row, "formsets", {}).values():
                for place, part in enumerate(inner.forms):
                    found.update(
                        {
                            f"{prefix}[{number}][{place}].{name}": list(texts)
                            for name, texts in part.errors.items()
                        }
                    )
    return found


def test_what_is_typed_is_what_a_file_would_say(editor):
    pearson = make_organisation("Pearson")

    response = editor.post(
        reverse(f"{URLS}:add"),
        posted(
            column("Candidate ULN", "learner.uln", required="on"),
            column("Sex", "learner.gender", [("F", "2"), ("M", "1"), ("", "9")]),
            column("DOB", "learner.date_of_birth", dates="ddmmyyyy"),
            column("Family name", "learner.family_name", longest="35", case="upper"),
            column("UCI", "learner.reference", if_blank="-2"),
            column("Centre", constant="12345"),
            before=[["Centre", "12345"]],
            name=EXAMPLE["name"],
            awarding_organisation=pearson.pk,
            file_name=EXAMPLE["file_name"],
        ),
    )

    assert response.status_code == 302, errors_of(response)
    assert ExportLayout.objects.get().as_object() == EXAMPLE


def test_columns_are_kept_in_the_order_of_the_form(editor):
    second, first = column("B", "row"), column("A", "today")
    second["row"]["ORDER"], first["row"]["ORDER"] = 2, 1

    editor.post(reverse(f"{URLS}:add"), posted(second, first))

    assert [one["heading"] for one in ExportLayout.objects.get().as_object()["columns"]] == ["A", "B"]


@pytest.mark.parametrize(
    ("columns", "options", "field"),
    [
        ([column("A", "row")], {"name": "EXPORT"}, "name"),
        ([column("A", "row")], {"name": "taken"}, "name"),
        ([column("A", "row")], {"file_name": "a/b"}, "file_name"),
        ([column("A", "row")], {"rows_per_file": "5", "file_name": "a"}, "file_name"),
        ([column("A", "row")], {"before": [["x"], ["=1"]]}, "rows_before[1].cells"),
        ([column("A", "row"), column("B", "row", constant="x")], {}, "columns[1].value"),
        ([column("A", "row"), column("B", "gone")], {}, "columns[1].value"),
        ([column("=A", "row")], {}, "columns[0].heading"),
        ([column("A", "learner.uln", dates="ddmmyyyy")], {}, "columns[0].dates"),
        ([column("A", constant="x", required="on")], {}, "columns[0].required"),
        ([column("A", "learner.gender", [("F", "1"), ("M", "+x")])], {}, "columns[0][1].cell"),
        ([column("A", "learner.gender", [("F", "1"), ("F", "2")])], {}, "columns[0][1].stored"),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(editor, columns, options, field):
    make_export_layout(name="Taken")

    response = editor.post(reverse(f"{URLS}:add"), posted(*columns, **options))

    assert response.status_code == 200
    assert list(errors_of(response)) == [field]
    assert ExportLayout.objects.count() == 1


def test_a_layout_needs_a_column(editor):
    response = editor.post(reverse(f"{URLS}:add"), posted())

    assert response.status_code == 200
    assert not ExportLayout.objects.exists()


def test_an_edit_form_that_changes_nothing_keeps_everything(editor):
    layout = make_export_layout(**EXAMPLE)
    url = reverse(f"{URLS}:edit", args=[layout.pk])
    shown = values_of(editor.get(url).context["form"])

    response = editor.post(url, shown)

    assert response.status_code == 302, errors_of(response)
    assert ExportLayout.objects.get().as_object() == EXAMPLE


def test_the_history_of_a_layout_is_wagtails(editor):
    editor.post(reverse(f"{URLS}:add"), posted(column("A", "row")))
    layout = ExportLayout.objects.get()

    body = editor.get(reverse(f"{URLS}:history", args=[layout.pk])).content.decode()

    assert "Created" in body


def test_the_menu_of_the_listing_leads_to_layouts(editor, client):
    url = reverse(f"{URLS}:list")

    assert url in editor.get("/admin/registration-and-certification/").content.decode()
    client.force_login(make_user("manage_registration"))
    assert url not in client.get("/admin/registration-and-certification/").content.decode()


def test_a_preview_is_offered_to_those_who_may_export(client):
    layout = make_export_layout(name="Mine & yours")
    url = reverse(f"{URLS}:edit", args=[layout.pk])
    preview = reverse("wagtail_regcert:export_preview")

    for codenames, is_offered in (((), False), (("export_registration",), True)):
        client.force_login(make_user("manage_registration", *PERMISSIONS, *codenames))
        body = client.get(url).content.decode()
        assert (f"{preview}?layout=Mine+%26+yours" in body) == is_offered


def test_layouts_are_deleted_in_bulk(editor):
    keys = [make_export_layout(name=name).pk for name in ("A", "B", "C")]

    editor.post(
        "/admin/bulk/wagtail_regcert/exportlayout/delete/?" + "&".join(f"id={key}" for key in keys[:2])
    )

    assert list(ExportLayout.objects.values_list("pk", flat=True)) == keys[2:]


TEMPLATE = reverse(f"{URLS}:template")


def upload(client, data, name="their template.csv"):
    return client.post(TEMPLATE, {"file": SimpleUploadedFile(name, data)})


def values_of(form):
    """What a browser would send of a form with rows, and rows in rows."""
    found = {}

    def add(part):
        for field in part:
            value = field.field.prepare_value(field.value())
            if value is not False:
                found[field.html_name] = "" if value is None else value
        for rows in getattr(part, "formsets", {}).values():
            found.update({field.html_name: field.value() for field in rows.management_form})
            for row in rows.forms:
                add(row)

    add(form)
    return found


def test_a_blank_file_of_theirs_fills_in_the_form_of_a_layout(editor):
    data = "Centre;12345\r\n\r\nULN;Surname;Sex;Postcode\r\n".encode("utf-8-sig")

    response = upload(editor, data)

    assert not ExportLayout.objects.exists()
    assert response.context["action_url"] == reverse(f"{URLS}:add")
    created = editor.post(reverse(f"{URLS}:add"), values_of(response.context["form"]))
    assert created.status_code == 302, errors_of(created)
    layout = ExportLayout.objects.get().as_object()
    assert (layout["name"], layout["file_name"]) == ("their template", "their template.csv")
    assert (layout["separator"], layout["encoding"]) == ("semicolon", "utf-8-sig")
    assert layout["before"] == [["Centre", "12345"], []]
    assert layout["columns"] == [
        {"heading": "ULN", "value": "learner.uln"},
        {"heading": "Surname", "value": "learner.family_name"},
        {"heading": "Sex", "value": "learner.gender"},
        {"heading": "Postcode", "constant": ""},
    ]


def test_a_blank_workbook_of_theirs_does_so_too(editor):
    book = Workbook()
    for row in (["Centre", 12345], [], ["ULN", "Surname", dt.date(2026, 1, 2)]):
        book.active.append(row)
    out = BytesIO()
    book.save(out)

    response = upload(editor, out.getvalue(), "their template.xlsx")
    misnamed = upload(editor, out.getvalue(), "their template.csv")

    assert values_of(misnamed.context["form"])["file_name"] == ""
    created = editor.post(reverse(f"{URLS}:add"), values_of(response.context["form"]))
    assert created.status_code == 302, errors_of(created)
    layout = ExportLayout.objects.get().as_object()
    assert (layout["format"], layout["file_name"]) == ("xlsx", "their template.xlsx")
    assert layout["before"] == [["Centre", "12345"], []]
    assert [one["heading"] for one in layout["columns"]] == ["ULN", "Surname", "2026-01-02"]


@pytest.mark.parametrize(
    ("data", "name"),
    [(b"", "a.csv"), (b"PK\x03\x04", "a.csv"), (b"ULN", "a.xls"), (b'"', "a.csv"), (b",,\r\n", "a.csv")],
)
def test_what_is_no_template_is_told(editor, data, name):
    response = upload(editor, data, name)

    assert response.status_code == 200
    assert response.context["form"].errors["file"]
    assert "Error: From their template" in response.content.decode()


def test_a_template_is_asked_for(editor):
    assert TEMPLATE in editor.get(reverse(f"{URLS}:list")).content.decode()
    assert editor.get(TEMPLATE).status_code == 200
    assert editor.post(TEMPLATE).context["form"].errors["file"] == ["Select a file."]
