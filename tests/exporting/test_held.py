"""Which registrations an export held."""

import datetime as dt
import io

import pytest
from django.core.management import call_command
from django.utils import timezone

from wagtail_regcert.exporting import held, layout_stream
from wagtail_regcert.exporting.columns import FixedLayout
from wagtail_regcert.exporting.stream import start_export
from wagtail_regcert.models import ExportPiece, ExportRun, Learner, Registration
from wagtail_regcert.subjects.registry import subject_of

from ..makers import make_export_layout, make_learner, make_registration

pytestmark = pytest.mark.django_db


@pytest.fixture
def registrations():
    return [make_registration(learner=make_learner(uln=uln)) for uln in ("1111111111", None, "2222222222")]


def start(layout=FixedLayout.EXPORT.file, records=None):
    records = Registration.objects.all() if records is None else records
    return start_export(records, layout, user=None, filters="")[0]


def age(run, days):
    ExportRun.objects.filter(pk=run.pk).update(created_at=timezone.now() - dt.timedelta(days=days))


def test_an_export_keeps_what_it_held_in_the_order_of_the_file(registrations, monkeypatch):
    monkeypatch.setattr(held, "PIECE", 2)
    keys = [one.pk for one in registrations]

    run = start(records=Registration.objects.order_by("-pk"))

    assert list(held.load(run)) == keys[::-1]
    assert ExportPiece.objects.count() == 2
    assert list(held.load(start(FixedLayout.IMPORT.file))) == [keys[0], keys[2]]


@pytest.mark.parametrize("required", [True, False])
def test_an_export_by_a_layout_keeps_those_that_were_right(registrations, required):
    layout = make_export_layout({"heading": "ULN", "value": "learner.uln", "required": required})

    run = layout_stream.prepare(Registration.objects.all(), layout.definition()).note(user=None, filters="")

    right = [one.pk for one in registrations if one.learner.uln or not required]
    assert list(held.load(run)) == right
    assert run.records == len(right)


def test_exports_of_learners_hold_no_registrations(registrations):
    start(subject_of("learners").file_layout(), Learner.objects.all())

    assert not ExportPiece.objects.exists()


def test_an_empty_export_held_nothing():
    assert list(held.load(start())) == []


def test_what_was_held_is_forgotten_after_export_days(registrations, settings):
    settings.WAGTAIL_REGCERT = {"EXPORT_DAYS": 30}
    old, new = start(), start()
    age(old, 31)
    age(new, 29)
    old.refresh_from_db()

    assert list(held.load(old)) == []
    assert len(list(held.load(new))) == 3
    out = io.StringIO()
    call_command("regcert_purge", stdout=out)

    assert "1 exports forgot" in out.getvalue()
    assert list(ExportPiece.objects.values_list("run", flat=True)) == [new.pk]
    assert ExportRun.objects.count() == 2
