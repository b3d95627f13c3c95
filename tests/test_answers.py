"""Files that answer an export: what is missing, what was not sent, what is awaited."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from wagtail_regcert import answers
from wagtail_regcert.erasure import erase_learner
from wagtail_regcert.exporting import held
from wagtail_regcert.importing import runs
from wagtail_regcert.models import AnswerPiece, ExportRun, ImportRun, Learner, Registration

from .makers import (
    make_csv,
    make_export,
    make_qualification,
    make_registration,
    make_run,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def maths():
    return make_qualification(number="603/2942/X", title="Maths")


@pytest.fixture
def sent(maths):
    return [make_registration(qualification=maths) for _one in range(4)]


@pytest.fixture
def export(sent):
    return make_export(*sent)


def row(registration, status="Achieved"):
    return [registration.qualification.number, registration.learner.uln, status]


def answer(export, *rows, user=None):
    return make_run(make_csv(*rows), answers=export, user=user)


def commit(run):
    runs.begin_commit(run.pk)
    runs.commit(run.pk, by_owner=False)
    run.refresh_from_db()
    return run


def undo(run, user):
    runs.begin_undo(run.pk, user)
    runs.undo(run.pk, user.pk)
    run.refresh_from_db()
    return run


def awaited(export):
    return list(answers.awaited(export, Registration.objects.order_by("pk")))


def test_a_registration_is_in_a_file_that_has_a_record_of_it_rejected_or_not(export, sent, maths):
    beside = make_registration(qualification=maths)
    unknown = ["603/2942/X", "1234567890", "Achieved"]

    run = answer(export, row(sent[0]), row(sent[1], "Nonsense"), row(beside), unknown)

    assert (run.accepted, run.rejected, run.missing, run.extra) == (2, 2, 2, 2)
    assert list(answers.missing(run).order_by("pk")) == sent[2:]


def test_a_record_that_stands_in_the_file_twice_is_in_it(export, sent):
    run = answer(export, row(sent[0]), row(sent[0]))

    assert (run.rejected, run.missing, run.extra) == (2, 3, 0)


def test_what_was_deleted_since_is_missing_in_no_file(export, sent):
    sent[3].delete()

    run = answer(export, row(sent[0]))

    assert run.missing == 2


def test_two_files_that_answer_in_part_leave_the_rest_awaited_and_an_undo_takes_its_part_back(export, sent):
    admin = make_user(superuser=True)
    first, second = answer(export, row(sent[0])), answer(export, row(sent[1]), row(sent[2], "Nonsense"))

    assert awaited(export) == sent
    commit(first)
    assert awaited(export) == sent[1:]
    commit(second)
    assert awaited(export) == sent[3:]
    undo(first, admin)
    assert awaited(export) == [sent[0], sent[3]]


def test_an_answer_that_changes_nothing_was_brought_too(export, sent):
    run = commit(answer(export, row(sent[0], "Not registered")))

    assert (run.unchanged, awaited(export)) == (1, sent[1:])


def test_a_cancelled_answer_leaves_nothing(export, sent):
    run = answer(export, row(sent[0]))
    assert AnswerPiece.objects.exists()

    assert runs.cancel(run.pk)

    assert not AnswerPiece.objects.exists()


def test_a_file_that_answers_nothing_keeps_nothing(sent):
    run = make_run(make_csv(row(sent[0])))

    assert (run.answers, run.missing, run.extra) == (None, 0, 0)
    assert not AnswerPiece.objects.exists()


def test_what_was_brought_outlives_the_report_and_not_what_was_held(export, sent):
    commit(answer(export, row(sent[0])))
    age(ImportRun, 8)
    call_command("regcert_purge", stdout=StringIO())

    assert awaited(export) == sent[1:]
    age(ExportRun, 401)
    call_command("regcert_purge", stdout=StringIO())
    assert not AnswerPiece.objects.exists()


def age(model, days):
    model.objects.update(created_at=timezone.now() - dt.timedelta(days=days))


def test_what_a_deleted_export_was_answered_is_forgotten(export, sent):
    run = answer(export, row(sent[0]))
    ExportRun.objects.all().delete()
    call_command("regcert_purge", stdout=StringIO())

    run.refresh_from_db()
    assert run.answers is None
    assert not AnswerPiece.objects.exists()


def test_erasing_a_learner_takes_the_report_and_leaves_what_is_awaited(export, sent):
    run = commit(answer(export, row(sent[0])))

    erase_learner(sent[0].learner_id)

    assert not run.pieces.exists()
    assert awaited(export) == sent[1:]
    assert not Learner.objects.filter(uln=sent[0].learner.uln).exists()


def test_what_was_brought_is_kept_in_pieces(export, sent, monkeypatch):
    monkeypatch.setattr(held, "PIECE", 2)

    commit(answer(export, *map(row, sent[:3])))

    assert AnswerPiece.objects.count() == 2
    assert awaited(export) == sent[3:]


def test_statements_do_not_grow_with_rows(maths):
    counted = []
    for number in (1, 500):
        sent = [make_registration(qualification=maths) for _one in range(2 * number)]
        export = make_export(*sent)
        with CaptureQueriesContext(connection) as queries:
            run = commit(answer(export, *map(row, sent[:number])))
            awaited_now = len(awaited(export))
            missing = answers.missing(run).count()
        counted.append([query["sql"][:40] for query in queries])
        assert (awaited_now, missing) == (number, number)

    assert len(counted[0]) == len(counted[1])


def test_a_record_that_names_no_registration_was_not_sent(export, maths):
    assert answer(export, ["", "", "Achieved"]).extra == 1
