"""Qualifications: known by their match key, however they are written."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, Value
from django.db.models.functions import Concat

from tests.makers import make_organisation, make_qualification, make_registration
from wagtail_regcert.cells import match_key
from wagtail_regcert.models import AwardingOrganisation, Programme, Qualification

pytestmark = pytest.mark.django_db

LONGEST = "\u0390" * 128
"""A Greek letter whose upper case has three characters."""


def stored():
    return dict(Qualification.objects.values_list("number", "match_key"))


@pytest.mark.parametrize(
    ("number", "key"),
    [
        ("603/1234/5", "60312345"),
        (" 603 / 1234\u00a0/\t5\u3000", "60312345"),
        ("603/2942/x", "6032942X"),
        ("00300123", "00300123"),
        ("0503E000", "0503E000"),
        ("Programme Assessment – Overall", "PROGRAMMEASSESSMENT–OVERALL"),
        ("straße", "STRASSE"),
        ("/ /", ""),
        (LONGEST, "\u0399\u0308\u0301" * 128),
    ],
)
def test_a_match_key_is_upper_case_without_white_space_and_slashes(number, key):
    assert match_key(number) == key


def test_the_key_is_filled_when_a_number_is_saved_or_changed():
    qualification = make_qualification(number="603/1234/5")
    before = stored()
    qualification.number = "a/1"
    qualification.save()

    assert before == {"603/1234/5": "60312345"}
    assert stored() == {"a/1": "A1"}


def test_the_key_follows_a_number_saved_alone():
    qualification = make_qualification(number="603/1234/5")

    qualification.number = "a/1"
    qualification.save(update_fields=["number"])

    assert stored() == {"a/1": "A1"}


def test_the_key_follows_a_number_changed_in_bulk():
    organisation = make_organisation()
    Qualification.objects.bulk_create(
        Qualification(number=number, title="x", awarding_organisation=organisation)
        for number in ("a/1", "b/2")
    )
    created = stored()
    changed = list(Qualification.objects.order_by("pk"))
    for qualification in changed:
        qualification.number = f"{qualification.number}/c"
    Qualification.objects.bulk_update(changed, ["number"])
    updated = stored()
    Qualification.objects.filter(number="a/1/c").update(number="d/4")

    assert created == {"a/1": "A1", "b/2": "B2"}
    assert updated == {"a/1/c": "A1C", "b/2/c": "B2C"}
    assert stored() == {"d/4": "D4", "b/2/c": "B2C"}


def test_a_number_that_the_database_makes_up_is_refused():
    make_qualification(number="a/1")

    with pytest.raises(TypeError):
        Qualification.objects.update(number=Concat("number", Value("x")))

    assert stored() == {"a/1": "A1"}


def test_a_key_may_be_longer_than_its_number():
    qualification = make_qualification(number=LONGEST)

    assert Qualification.objects.by_match_key([match_key(LONGEST)]) == {match_key(LONGEST): qualification.pk}
    with pytest.raises(IntegrityError), transaction.atomic():
        make_qualification(number=LONGEST)


@pytest.mark.parametrize("same", ["60312345", "603 1234/5", "603/1234/5"])
def test_no_two_qualifications_share_a_key(same):
    first = make_qualification(number="603/1234/5")

    with pytest.raises(IntegrityError), transaction.atomic():
        make_qualification(number=same)
    with pytest.raises(IntegrityError), transaction.atomic():
        Qualification.objects.bulk_create(
            [Qualification(number=same, title="x", awarding_organisation=first.awarding_organisation)]
        )
    with pytest.raises(ValidationError) as refused:
        Qualification(number=same, title="x", awarding_organisation=first.awarding_organisation).full_clean()
    assert refused.value.message_dict.keys() == {"number"}
    assert str(first) in refused.value.messages[0]


def test_keys_that_differ_by_an_accent_or_an_emoji_are_different():
    for number in ("E1", "É1", "E\u03011", "😀", "😁"):
        make_qualification(number=number)

    assert len(set(stored().values())) == 5


def test_a_qualification_does_not_clash_with_itself():
    make_qualification(number="603/1234/5").full_clean()


@pytest.mark.parametrize("number", ["/", "//", " / "])
def test_a_number_with_an_empty_key_is_refused(number):
    qualification = Qualification(number=number, title="x", awarding_organisation=make_organisation())

    with pytest.raises(ValidationError) as refused:
        qualification.full_clean()

    assert refused.value.message_dict.keys() == {"number"}


@pytest.mark.parametrize(
    "number", ["603/2942/X", "Programme Assessment – Overall", "🚗 1", "=1+1", "x" * 128]
)
def test_no_number_is_refused_for_its_format(number):
    Qualification(number=number, title="x", awarding_organisation=make_organisation()).full_clean()


@pytest.mark.parametrize("model", [AwardingOrganisation, Programme])
def test_names_are_unique(model):
    model.objects.create(name="Pearson")

    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(name="Pearson")
    with pytest.raises(ValidationError):
        model(name="Pearson").full_clean()
    model(name="PEARSON").full_clean()


def test_what_is_referred_to_is_protected():
    programme = Programme.objects.create(name="Carpenter")
    registration = make_registration(programme=programme)
    qualification = registration.qualification

    for referred in (qualification, qualification.awarding_organisation, programme):
        with pytest.raises(ProtectedError):
            referred.delete()
    registration.delete()
    for referred in (qualification, qualification.awarding_organisation, programme):
        referred.delete()

    assert not Qualification.objects.exists()
