"""What happens before a learner is erased."""

import datetime as dt

from wagtail_regcert import history
from wagtail_regcert.importing import runs
from wagtail_regcert.models import ImportRun

State = ImportRun.State


def row(uln, number="", tracking=""):
    return ["603/2942/X", uln, "Achieved", number, "", "", "", "", "", tracking]


def commit(run):
    runs.begin_commit(run.pk)
    runs.commit(run.pk, by_owner=False)
    run.refresh_from_db()
    return run


def formerly_called(learner, registration, label):
    """An entry from when the learner had another name and ULN, which a sync changed since."""
    history.write_entries(
        history.EDIT,
        [history.Entry(registration.pk, f"{label} – Maths – Overall (603/2942/X)", {"changes": {}})],
        user=None,
        timestamp=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )
