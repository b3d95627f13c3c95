import pytest

from tests.makers import (
    make_learner,
    make_qualification,
    make_registration,
    make_user,
)

from .steps import IMPORT, MANAGE, NUMBER, ULN


@pytest.fixture
def importer(client):
    user = make_user(MANAGE, IMPORT)
    client.force_login(user)
    return user


@pytest.fixture
def registration():
    return make_registration(
        learner=make_learner(uln=ULN),
        qualification=make_qualification(number=NUMBER),
        status="registered",
        postal_tracking_reference="RM1",
    )


@pytest.fixture(autouse=True)
def work_done_at_once(client, monkeypatch, django_capture_on_commit_callbacks):
    """What a request leaves to be done after its transaction is done after the request."""
    request = client.request

    def request_and_work(**options):
        with django_capture_on_commit_callbacks(execute=True):
            return request(**options)

    monkeypatch.setattr(client, "request", request_and_work)
