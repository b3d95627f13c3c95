"""A learner to erase, and another who stays."""

import datetime as dt

import pytest

from tests.erasure.traces import NUMBER, REFERENCE, TRACKING, ULN
from tests.makers import make_learner, make_qualification, make_registration


@pytest.fixture
def qualification():
    return make_qualification(number="603/2942/X")


@pytest.fixture
def learner():
    return make_learner(
        given_names="Zebedee",
        family_name="Quagmire",
        uln=ULN,
        reference=REFERENCE,
        gender="M",
        date_of_birth=dt.date(1999, 2, 3),
    )


@pytest.fixture
def other():
    return make_learner(given_names="Ann", family_name="Other", uln="4242424242")


@pytest.fixture
def registration(learner, qualification):
    return make_registration(
        learner=learner,
        qualification=qualification,
        status="registered",
        registration_number=NUMBER,
        postal_tracking_reference=TRACKING,
    )
