"""Learners: ULN, reference, full name."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.forms import modelform_factory

from tests.makers import make_learner, make_registration
from wagtail_regcert.models import Learner

pytestmark = pytest.mark.django_db

TEMPORARY = "9999999999"


def stored_ulns():
    return list(Learner.objects.order_by("pk").values_list("uln", flat=True))


@pytest.mark.parametrize("name", ["uln", "reference"])
def test_no_two_learners_share_a_uln_or_a_reference(name):
    make_learner(**{name: "ABC"})

    with pytest.raises(IntegrityError), transaction.atomic():
        make_learner(**{name: "ABC"})
    with pytest.raises(IntegrityError), transaction.atomic():
        Learner.objects.bulk_create([Learner(**{name: "ABC"})])
    assert Learner.objects.count() == 1


def test_many_learners_may_have_neither_uln_nor_reference():
    for _number in range(3):
        make_learner(uln=None, reference=None)

    assert stored_ulns() == [None] * 3


def test_the_temporary_uln_is_stored_as_null_when_saved():
    learners = [make_learner(uln=TEMPORARY), make_learner(uln=TEMPORARY)]
    other = make_learner(uln="1")
    other.uln = TEMPORARY
    other.save()

    assert [learner.uln for learner in [*learners, other]] == [None] * 3
    assert stored_ulns() == [None] * 3


def test_the_temporary_uln_is_stored_as_null_in_bulk():
    Learner.objects.bulk_create(
        Learner(uln=uln, family_name="Lee") for uln in (TEMPORARY, TEMPORARY, "1", "2")
    )
    third, fourth = Learner.objects.filter(uln__isnull=False)
    third.uln = fourth.uln = TEMPORARY

    Learner.objects.bulk_update([third, fourth], ["uln"])

    assert stored_ulns() == [None] * 4


def test_the_temporary_uln_is_stored_as_null_by_a_statement():
    for _number in range(2):
        make_learner()

    Learner.objects.update(uln=TEMPORARY)

    assert stored_ulns() == [None, None]


def test_the_temporary_uln_is_stored_as_null_by_get_or_create_and_the_like():
    Learner.objects.update_or_create(reference="L1", defaults={"uln": TEMPORARY})
    Learner.objects.update_or_create(reference="L1", defaults={"uln": TEMPORARY})
    Learner.objects.get_or_create(reference="L2", defaults={"uln": TEMPORARY})

    assert stored_ulns() == [None, None]


@pytest.mark.parametrize("typed", [TEMPORARY, f" {TEMPORARY}\u200b", f'="{TEMPORARY}"', "", " "])
def test_a_form_takes_the_temporary_uln_of_many_learners(typed):
    form = modelform_factory(Learner, fields=["uln", "reference", "family_name"])
    forms = [form({"uln": typed, "reference": " ", "family_name": "Lee"}) for _number in range(2)]

    for one in forms:
        assert one.is_valid(), one.errors
        one.save()

    assert list(Learner.objects.values_list("uln", "reference")) == [(None, None)] * 2


def test_another_learners_uln_is_refused_in_a_form():
    make_learner(uln="ABC")
    form = modelform_factory(Learner, fields=["uln"])

    assert "uln" in form({"uln": " ABC "}).errors
    assert "uln" not in form({"uln": "abc"}).errors


@pytest.mark.parametrize(
    ("given", "family", "full"),
    [
        ("Ann", "Lee", "Ann Lee"),
        ("Ann Marie", "van der Berg", "Ann Marie van der Berg"),
        ("Ann", "", "Ann"),
        ("", "Lee", "Lee"),
        ("", "", ""),
    ],
)
def test_a_full_name_is_both_names_with_one_space_between(given, family, full):
    assert Learner(given_names=given, family_name=family).full_name == full


def test_a_full_name_is_read_only():
    with pytest.raises(AttributeError):
        Learner().full_name = "Ann Lee"


def test_a_learner_of_whom_nothing_is_known_is_refused():
    with pytest.raises(ValidationError):
        Learner(uln=TEMPORARY).full_clean()
    for known in ({"uln": "1"}, {"reference": "1"}, {"given_names": "Ann"}, {"family_name": "Lee"}):
        Learner(**known).full_clean()


@pytest.mark.parametrize("gender", ["F", "M", "O", "U", ""])
def test_a_gender_is_one_of_four_or_blank(gender):
    Learner(uln="1", gender=gender).full_clean()
    with pytest.raises(ValidationError):
        Learner(uln="1", gender="X").full_clean()


def test_a_learner_with_registrations_is_protected():
    registration = make_registration()

    with pytest.raises(ProtectedError):
        registration.learner.delete()
    with pytest.raises(ProtectedError):
        Learner.objects.all().delete()
    registration.delete()
    registration.learner.delete()

    assert not Learner.objects.exists()
