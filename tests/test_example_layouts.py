"""The layouts that come with the package, to the byte."""

import datetime as dt

import pytest

from wagtail_regcert import layout_store
from wagtail_regcert.exporting import layout_stream
from wagtail_regcert.models import ExportLayout, Registration
from wagtail_regcert.problems import Unfit

from .makers import make_learner, make_qualification, make_registration

pytestmark = pytest.mark.django_db

PEARSON = "Example: Pearson functional skills registrations"
MOVING_IN = "Example: moving in with the 17 columns"
PLAIN = "Example: plain list with LRS sex codes"


@pytest.fixture(autouse=True)
def _examples():
    done = layout_store.load(layout_store.examples().encode())
    assert done.problems == []
    assert [layout.name for layout in done.created] == [PEARSON, PLAIN, MOVING_IN]


def register(**learner):
    values = {
        "given_names": "Zoë Ann",
        "family_name": "O'Neil, Lee",
        "uln": "9276308686",
        "reference": "C123",
        "gender": "F",
        "date_of_birth": dt.date(2007, 3, 4),
    }
    return make_registration(
        learner=make_learner(**{**values, **learner}),
        qualification=make_qualification(number="603/2942/X"),
        planned_achievement_date=dt.date(2027, 7, 1),
        start_date=dt.date(2026, 9, 1),
    )


def export(name):
    unfit = []
    definition = ExportLayout.objects.named(name).definition()
    file = layout_stream.prepare(Registration.objects.all(), definition, tell=unfit.append)
    return b"".join(file.chunks), [(definition.columns[one.column].heading, one.code) for one in unfit]


def test_pearson():
    register()

    assert export(PEARSON) == (
        b"\xef\xbb\xbfCentre reference,First names,Last names,Sex,Date of birth,Planned completion,ULN,"
        b"Study mode\r\n"
        b'C123,Zo\xc3\xab Ann,"O\'Neil, Lee",F,04/03/2007,01/07/2027,9276308686,\r\n',
        [],
    )


def test_pearson_names_what_their_limits_do_not_allow():
    register(given_names="Anna Maria Louise Ann", gender="U", uln=None, reference="12345678901")

    assert export(PEARSON)[1] == [
        ("Centre reference", Unfit.TOO_LONG),
        ("First names", Unfit.TOO_LONG),
        ("Sex", Unfit.REQUIRED),
        ("ULN", Unfit.REQUIRED),
    ]


@pytest.mark.parametrize(("gender", "code"), [("F", "2"), ("M", "1"), ("O", "9"), ("U", "9"), ("", "0")])
def test_the_plain_list(gender, code):
    register(gender=gender)

    assert export(PLAIN) == (
        b"ULN,Given name,Family name,Date of birth,Sex,Qualification,Start date\r\n"
        b'9276308686,Zo\xc3\xab Ann,"O\'Neil, Lee",2007-03-04,%s,6032942X,2026-09-01\r\n' % code.encode(),
        [],
    )
