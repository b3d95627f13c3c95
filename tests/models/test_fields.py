"""Fields: cleaned and checked like a cell, compared byte by byte on every database."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.forms import modelform_factory

from tests.makers import make_learner, make_qualification, make_registration
from wagtail_regcert.models import AwardingOrganisation, Learner, Programme, Qualification, Registration
from wagtail_regcert.models.fields import CellFormField

pytestmark = pytest.mark.django_db

DIFFERENT = [
    "ABC",
    "abc",
    "Abc",
    "ABC ",
    " ABC",
    "Sian",
    "Siân",
    "Sia\u0302n",
    "ss",
    "ß",
    "😀",
    "😁",
    "ı",
    "i",
]
"""Texts of which MariaDB's usual collations hold some to be equal."""

EXACT = [
    (Learner, "uln", lambda text: make_learner(uln=text)),
    (Learner, "reference", lambda text: make_learner(reference=text)),
    (AwardingOrganisation, "name", lambda text: AwardingOrganisation.objects.create(name=text)),
    (Programme, "name", lambda text: Programme.objects.create(name=text)),
]


@pytest.mark.parametrize(("model", "name", "make"), EXACT)
def test_texts_that_differ_by_a_byte_stand_beside_each_other_and_are_found_each(model, name, make):
    made = {text: make(text).pk for text in DIFFERENT}

    assert {text: model.objects.get(**{name: text}).pk for text in DIFFERENT} == made
    assert dict(model.objects.filter(**{f"{name}__in": DIFFERENT}).values_list(name, "pk")) == made


def test_ulns_and_match_keys_are_looked_up_as_sets_byte_by_byte():
    learner, qualification = make_learner(uln="abc"), make_qualification(number="É1")

    assert Learner.objects.by_uln(["ABC", "abc ", "abc", "äbc"]) == {"abc": learner.pk}
    assert Qualification.objects.by_match_key(["E1", "é1", "É1", "E\u03011"]) == {"É1": qualification.pk}


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  a\u200b", "a"),
        ('="0123"', "0123"),
        ("'=1+1", "=1+1"),
        ("=1+1", "=1+1"),
        ("'text", "'text"),
        ("\u00a0", ""),
    ],
)
def test_what_is_typed_is_read_as_a_cell_is(typed, stored):
    assert CellFormField(required=False).clean(typed) == stored


@pytest.mark.parametrize(
    "stored", ["=1", "'=1", "''=1", "'text", '="x"', '"="x""', "-", "'", '"', "plain", "=="]
)
def test_a_stored_text_is_shown_in_a_form_so_that_it_is_read_as_it_is(stored):
    field = CellFormField()

    assert field.clean(field.prepare_value(stored)) == stored


def test_an_ordinary_text_is_shown_as_it_is():
    assert CellFormField().prepare_value("603/2942/X") == "603/2942/X"
    assert CellFormField().prepare_value("-") == "-"


TEXTS = [
    (Learner, "uln"),
    (Learner, "reference"),
    (Learner, "given_names"),
    (Learner, "family_name"),
    (Qualification, "number"),
    (Qualification, "title"),
    (AwardingOrganisation, "name"),
    (Programme, "name"),
    (Registration, "registration_number"),
    (Registration, "postal_tracking_reference"),
]


@pytest.mark.parametrize(("model", "name"), TEXTS)
def test_every_text_is_cleaned_in_forms_and_refuses_what_a_cell_refuses(model, name):
    form = modelform_factory(model, fields=["number", "title"] if model is Qualification else [name])
    limit = model._meta.get_field(name).max_length

    assert form({name: f"\u00a0{'x' * limit}\u200b"}).errors.get(name) is None
    assert form({name: " '=a "}).fields[name].clean(" '=a ") == "=a"
    assert form({name: "x"}).fields[name].clean("\u200ee\u0301\ufe0f") == "é"
    for bad in ("a\x07b", "a\nb", "a\x85b", "a\u2028b", "a\ufffdb", "x" * (limit + 1)):
        assert name in form({name: bad}).errors, repr(bad)


@pytest.mark.parametrize(("model", "name"), TEXTS)
def test_an_invisible_character_is_refused_where_a_cell_must_be_known_and_told_once(model, name):
    form = modelform_factory(model, fields=["number", "title"] if model is Qualification else [name])
    refuses = (model, name) in ((Learner, "uln"), (Qualification, "number"))

    found = form({name: "a\u200bb"}).errors.get(name, [])

    assert [text for text in found if "U+200B" in text] == found
    assert len(found) == refuses


def test_a_form_does_not_blame_a_spreadsheet_for_a_date():
    form = modelform_factory(Learner, fields=["date_of_birth"])

    (text,) = form({"date_of_birth": "1/9/2025"}).errors["date_of_birth"]

    assert "two digits" in text
    assert "spreadsheet" not in text


@pytest.mark.parametrize(("model", "name"), [one for one in TEXTS if one[1] not in ("name", "title")])
def test_what_a_file_carries_has_at_most_128_characters(model, name):
    names = ("given_names", "family_name")

    assert model._meta.get_field(name).max_length == (255 if name in names else 128)


DATES = [
    (model, field.name)
    for model in (Learner, Registration)
    for field in model._meta.get_fields()
    if field.name.endswith("_date") or field.name == "date_of_birth"
]


def test_all_eight_dates_are_there():
    assert len(DATES) == 8


@pytest.mark.parametrize(("model", "name"), DATES)
def test_every_date_has_a_year_that_a_file_can_carry(model, name):
    field = model._meta.get_field(name)

    for day in (dt.date(1900, 1, 1), dt.date(2100, 12, 31)):
        field.run_validators(day)
    for day in (dt.date(1899, 12, 31), dt.date(2101, 1, 1)):
        with pytest.raises(ValidationError):
            field.run_validators(day)


def test_every_stored_text_can_be_as_long_as_it_may_in_any_script():
    learner = make_learner(
        uln="😀" * 128, reference="😀" * 128, given_names="😀" * 255, family_name="語" * 255
    )
    registration = make_registration(
        learner=learner, registration_number="😀" * 128, postal_tracking_reference="😀" * 128
    )

    learner.refresh_from_db()
    registration.refresh_from_db()
    assert (learner.uln, learner.given_names) == ("😀" * 128, "😀" * 255)
    assert registration.registration_number == "😀" * 128


def test_the_system_checks_of_the_database_have_nothing_to_say_of_our_tables(capsys):
    call_command("check", "wagtail_regcert", databases=[connection.alias], fail_level="WARNING")

    assert "no issues" in capsys.readouterr().out
