"""An import, its undo, and what came of both."""

import datetime as dt

from tests.makers import make_csv, make_run
from wagtail_regcert.importing import runs, staging
from wagtail_regcert.models import Registration

FULL = {
    "status": "certificate_sent",
    "registration_number": "  R'1\u00e9\U0001f600",
    "registration_date": dt.date(2024, 2, 29),
    "certificate_claimed_date": dt.date(2025, 6, 30),
    "achieved_date": dt.date(1900, 1, 1),
    "certificate_received_date": dt.date(2025, 7, 21),
    "certificate_sent_date": dt.date(2100, 12, 31),
    "postal_tracking_reference": "=RM1",
}


def row(learner, *cells):
    return ["603/2942/X", learner.uln, "Registered", *cells]


def commit(run):
    runs.begin_commit(run.pk)
    runs.commit(run.pk, by_owner=False)
    run.refresh_from_db()
    return run


def imported(user, *rows):
    return commit(make_run(make_csv(*rows), user=user))


def undo(run, user):
    if runs.begin_undo(run.pk, user):
        runs.undo(run.pk, user.pk)
    run.refresh_from_db()
    return run


def outcome(run):
    return (run.undo_state, run.undo_restored, run.undo_deleted, run.undo_left)


def left(run):
    return [(one.row, *one.key, one.reason.value) for one in staging.load_left(run)]


def stored():
    """Every registration with every value but the moment of its last write."""
    return {
        values.pop("id"): {name: value for name, value in values.items() if name != "updated_at"}
        for values in Registration.objects.values()
    }
