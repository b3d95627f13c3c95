"""Registrations: one for each learner and qualification, stamped by every write."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils import timezone
from wagtail.log_actions import log

from tests.makers import make_learner, make_qualification, make_registration, make_user
from wagtail_regcert import sync
from wagtail_regcert.cells import Status
from wagtail_regcert.history import EDIT
from wagtail_regcert.layouts import STORED_FIELDS
from wagtail_regcert.models import Registration, RegistrationLogEntry

pytestmark = pytest.mark.django_db

LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def registration():
    made = make_registration(registration_number="R1")
    Registration.objects.filter(pk=made.pk).update(created_at=LONG_AGO, updated_at=LONG_AGO)
    made.refresh_from_db()
    return made


def save_whole(one):
    one.save()


def save_one_field(one):
    one.save(update_fields=["registration_number"])


def update_by_statement(one):
    Registration.objects.update(registration_number="R2")


def update_by_expression(one):
    Registration.objects.filter(pk=one.pk).update(
        registration_number=Concat(F("registration_number"), Value("2"))
    )


def update_in_bulk(one):
    Registration.objects.bulk_update([one], ["registration_number"])


def create_or_update_in_bulk(one):
    again = Registration(learner=one.learner, qualification=one.qualification, registration_number="R2")
    pair = ["learner", "qualification"] if connection.vendor != "mysql" else None
    Registration.objects.bulk_create(
        [again], update_conflicts=True, unique_fields=pair, update_fields=["registration_number"]
    )


def update_through_a_learner(one):
    one.learner.registrations.update(registration_number="R2")


def update_or_create(one):
    pair = {"learner": one.learner, "qualification": one.qualification}
    Registration.objects.update_or_create(**pair, defaults={"registration_number": "R2"})


def synchronise(one):
    pair = {"uln": one.learner.uln, "qualification": one.qualification.number}
    assert not sync.registrations([{**pair, "registration_number": "R2"}]).problems


WRITES = [
    save_whole,
    save_one_field,
    update_by_statement,
    update_by_expression,
    update_in_bulk,
    create_or_update_in_bulk,
    update_through_a_learner,
    update_or_create,
    synchronise,
]


@pytest.mark.parametrize("write", WRITES)
def test_every_write_says_when(registration, write):
    before = timezone.now()
    registration.registration_number = "R2"

    write(registration)

    stored = Registration.objects.get()
    assert stored.registration_number.startswith("R")
    assert stored.registration_number != "R1"
    assert stored.updated_at >= before - dt.timedelta(milliseconds=1)
    assert stored.created_at == LONG_AGO


def test_what_is_created_in_bulk_says_when():
    before = timezone.now() - dt.timedelta(milliseconds=1)

    Registration.objects.bulk_create(
        [Registration(learner=make_learner(), qualification=make_qualification()) for _number in range(2)]
    )

    for registration in Registration.objects.all():
        assert registration.created_at >= before
        assert registration.updated_at >= before


def test_a_write_that_names_no_fields_writes_nothing(registration):
    registration.registration_number = "R2"

    registration.save(update_fields=[])

    stored = Registration.objects.get()
    assert (stored.registration_number, stored.updated_at) == ("R1", LONG_AGO)


def test_a_time_that_is_given_is_kept(registration):
    given = dt.datetime(2024, 5, 6, tzinfo=dt.UTC)

    Registration.objects.update(updated_at=given)

    assert Registration.objects.get().updated_at == given


def test_a_new_registration_is_not_registered_and_blank():
    registration = make_registration()

    registration.refresh_from_db()
    assert registration.status == "not_registered"
    assert (registration.registration_number, registration.postal_tracking_reference) == ("", "")
    dates = [field.name for field in Registration._meta.fields if field.name.endswith("_date")]
    assert len(dates) == 7
    assert [getattr(registration, name) for name in (*dates, "programme")] == [None] * 8


def test_there_is_one_registration_of_a_learner_and_a_qualification(registration):
    pair = {"learner": registration.learner, "qualification": registration.qualification}

    with pytest.raises(IntegrityError), transaction.atomic():
        make_registration(**pair)
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.bulk_create([Registration(**pair)])
    with pytest.raises(ValidationError):
        Registration(**pair).full_clean()
    make_registration(learner=pair["learner"])
    make_registration(qualification=pair["qualification"])

    assert Registration.objects.count() == 3


@pytest.mark.parametrize("missing", ["learner", "qualification"])
def test_a_registration_needs_a_learner_and_a_qualification(missing):
    values = {"learner": make_learner(), "qualification": make_qualification(), missing: None}

    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.create(**values)


def test_the_statuses_are_the_eight_with_the_labels_of_the_file():
    assert [(status.value, status.label) for status in Status] == Registration.STATUSES
    assert [value for value, _label in Registration.STATUSES] == [
        "not_registered",
        "registered",
        "achieved",
        "certificate_claimed",
        "certificate_received",
        "certificate_sent",
        "exempt",
        "registration_not_required",
    ]


def test_another_status_is_refused(registration):
    registration.status = "lost"

    with pytest.raises(ValidationError):
        registration.full_clean()


def test_stored_values_are_those_of_all_asked_for_and_of_nobody_else(registration, django_assert_num_queries):
    second = make_registration(
        learner=registration.learner, status="exempt", achieved_date=dt.date(2025, 1, 2)
    )
    make_registration(learner=registration.learner)
    pairs = {(one.learner_id, one.qualification_id) for one in (registration, second)}

    with django_assert_num_queries(1):
        found = Registration.objects.stored_values(pairs | {(registration.learner_id, 0)}, STORED_FIELDS)

    blank = ("",) * 6
    assert found == {
        (registration.learner_id, registration.qualification_id): (
            registration.pk,
            ("not_registered", "R1", *blank),
        ),
        (registration.learner_id, second.qualification_id): (
            second.pk,
            ("exempt", "", "", "", "2025-01-02", "", "", ""),
        ),
    }
    with django_assert_num_queries(0):
        assert Registration.objects.stored_values(set(), STORED_FIELDS) == {}


def test_another_app_can_log_what_it_did_to_a_registration(registration):
    user = make_user()

    log(registration, EDIT, user=user, data={"changes": {"status": ["registered", "achieved"]}})

    entry = RegistrationLogEntry.objects.get()
    assert (entry.object_id, entry.user_name, entry.run) == (registration.pk, user.username, None)
