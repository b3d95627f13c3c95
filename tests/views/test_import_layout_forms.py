"""The form of import layouts: ordered rows, checked by the rules of files of layouts."""

import pytest
from django.urls import reverse

from wagtail_regcert.models import ImportLayout

from ..makers import make_import_layout, make_qualification, make_user

pytestmark = pytest.mark.django_db

URLS = "wagtailsnippets_wagtail_regcert_importlayout"
PERMISSIONS = tuple(f"{action}_importlayout" for action in ("add", "change", "delete", "view"))


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


def column(heading, field="", translations=(), **options):
    row = {"heading": heading, "field": field, "policy": "overwrite", "dates": "", **options}
    return {
        "row": row,
        "translations": [{"cell": cell, "value": value} for cell, value in translations],
    }


def posted(*columns, constants=(), **options):
    data = {
        "name": "Theirs",
        "about": "registrations",
        "separator": "comma",
        "dates": "dd/mm/yyyy",
        "key": "learner_qualification",
        **options,
        **formset("columns", [one["row"] for one in columns]),
        **formset("constants", [{"field": field, "value": value} for field, value in constants]),
    }
    for number, one in enumerate(columns):
        data |= formset(f"columns-{number}-translations", one["translations"])
    return data


KEYS = (column("Candidate ULN", "uln"), column("Aim", "qualification"))


def errors(response):
    """Where the form tells of a problem: names of fields, those of rows with their prefix."""
    form = response.context["form"]
    found = set(form.errors)
    for formset in form.formsets.values():
        for row in formset.forms:
            found |= {f"{row.prefix}-{name}" for name in row.errors}
            for inner in getattr(row, "formsets", {}).values():
                found |= {f"{one.prefix}-{name}" for one in inner.forms for name in one.errors}
    return found


def test_a_layout_is_made_of_what_was_typed_and_reads_back_the_same(editor):
    response = editor.post(
        reverse(f"{URLS}:add"),
        posted(
            *KEYS,
            column("Outcome", "status", [("Pass", "achieved"), ("-", "")], policy="keep_if_blank"),
            column("Awarded", "achieved_date", dates="yyyy-mm-dd", optional="on"),
            column("Grade"),
            separator="tab",
        ),
    )

    assert response.status_code == 302
    assert ImportLayout.objects.get().as_object() == {
        "kind": "import",
        "name": "Theirs",
        "about": "registrations",
        "separator": "tab",
        "dates": "dd/mm/yyyy",
        "key": "learner_qualification",
        "columns": [
            {"heading": "Candidate ULN", "field": "uln"},
            {"heading": "Aim", "field": "qualification"},
            {
                "heading": "Outcome",
                "field": "status",
                "policy": "keep_if_blank",
                "values": {"Pass": "achieved", "-": ""},
            },
            {"heading": "Awarded", "field": "achieved_date", "optional": True, "dates": "yyyy-mm-dd"},
            {"heading": "Grade", "field": None},
        ],
        "constants": {},
        "creates": [],
    }


def test_the_form_shows_what_is_stored_and_history_tells_who_made_it(editor):
    layout = make_import_layout(
        {"heading": "Ref", "field": "reference"}, name="People", about="learners", dates="yyyy-mm-dd"
    )

    page = editor.get(reverse(f"{URLS}:edit", args=[layout.pk])).content.decode()
    history = editor.get(reverse(f"{URLS}:history", args=[layout.pk])).content.decode()

    assert 'value="People"' in page
    assert '<option value="reference" selected>' in page
    assert "Created" in history


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (posted(*KEYS, column("aim", "status")), {"columns-2-heading"}),
        (posted(*KEYS, column("Aim 2", "qualification")), {"columns-2-field"}),
        (posted(*KEYS, column("Name", "full_name")), {"columns-2-field"}),
        (posted(*KEYS, column("Grade", "", [("a", "b")])), {"columns-2-field"}),
        (posted(*KEYS, column("Grade", "status", dates="yyyy-mm-dd")), {"columns-2-dates"}),
        (posted(*KEYS, column("O", "status", [("P", "passed")])), {"columns-2-translations-0-value"}),
        (posted(*KEYS, constants=[("status", "passed")]), {"constants-0-value"}),
        (posted(*KEYS, constants=[("uln", "9276308686")]), {"constants-0-field"}),
        (posted(KEYS[0], constants=[("qualification", "000/0000/0")]), {"constants-0-value"}),
        (posted(KEYS[0]), {"__all__"}),
        (posted(*KEYS, name="import"), {"name"}),
        (posted(*KEYS, name="TAKEN"), {"name"}),
        (posted(*KEYS, about="learners"), {"columns-1-field"}),
        (posted(*KEYS, creates_learners="on", key="registration_number"), {"creates_learners", "__all__"}),
    ],
)
def test_each_problem_stands_at_its_field_and_nothing_is_saved(editor, data, where):
    make_import_layout(
        {"heading": "Candidate ULN", "field": "uln"},
        {"heading": "Aim", "field": "qualification"},
        name="Taken",
    )

    response = editor.post(reverse(f"{URLS}:add"), data)

    assert errors(response) == where
    assert ImportLayout.objects.count() == 1


def test_a_constant_qualification_that_is_there_is_taken(editor):
    make_qualification(number="603/2942/X")

    editor.post(reverse(f"{URLS}:add"), posted(KEYS[0], constants=[("qualification", "603/2942/X")]))

    assert ImportLayout.objects.get().as_object()["constants"] == {"qualification": "603/2942/X"}


def test_the_listing_leads_to_layouts_those_who_may_have_them(client):
    client.force_login(make_user("manage_registration", "view_importlayout"))

    listing = client.get(reverse("wagtailsnippets_wagtail_regcert_registration:list")).content.decode()

    assert reverse(f"{URLS}:list") in listing
