"""A record in every table, and runs: what a refusal must not tell."""

from __future__ import annotations

from typing import Any, NamedTuple

from wagtail.log_actions import log

from tests.makers import (
    make_csv,
    make_export,
    make_export_layout,
    make_import_layout,
    make_learner,
    make_organisation,
    make_programme,
    make_qualification,
    make_registration,
    make_run,
    make_user,
)
from tests.security.rules import WRITES
from wagtail_regcert import history
from wagtail_regcert.models import ExportRun, ImportRun
from wagtail_regcert.subjects.registry import SUBJECTS

SECRETS = (
    *("Zebedee", "4242424242", "REF-SECRET", "Secret Joinery", "603/9999/Z", "Secret Organisation"),
    *(
        "Secret Programme",
        "RN-SECRET",
        "TR-SECRET",
        "secret-upload",
        "471100",
        "Secret Layout",
        "Secret Heading",
    ),
)
"""Parts of what :func:`make_world` stores; the last is every count of the runs."""


class World(NamedTuple):
    keys: dict[str, Any]
    """Primary key of one record by table."""
    others_runs: dict[str, ImportRun]
    """By what they are about."""


def make_world() -> World:
    learner = make_learner(given_names="Zebedee", uln="4242424242", reference="REF-SECRET")
    organisation = make_organisation("Secret Organisation")
    qualification = make_qualification(
        number="603/9999/Z", title="Secret Joinery", awarding_organisation=organisation
    )
    programme = make_programme("Secret Programme")
    registration = make_registration(
        learner=learner,
        qualification=qualification,
        programme=programme,
        registration_number="RN-SECRET",
        postal_tracking_reference="TR-SECRET",
    )
    history.log_change(
        history.EDIT,
        registration,
        {"registration_number": ["", "RN-SECRET"]},
        user=None,
        timestamp=registration.created_at,
    )
    # A learner without a registration, so that only Wagtail's log of learners speaks of it.
    log(make_learner(given_names="Yorick"), "wagtail.edit")
    export = make_export(registration, make_registration())
    ExportRun.objects.filter(pk=export.pk).update(user_name="x", filters="q=Zebedee")
    keys = {
        "export": export.pk,
        "learner": learner.pk,
        "awardingorganisation": organisation.pk,
        "qualification": qualification.pk,
        "programme": programme.pk,
        "registration": registration.pk,
        "exportlayout": make_export_layout(name="Secret Layout").pk,
        "importlayout": make_import_layout(
            {"heading": "Secret Heading", "field": "uln"},
            {"heading": "Aim", "field": "qualification"},
            name="Secret Layout",
        ).pk,
    }
    other = make_user(superuser=True)
    return World(keys, {about: make_secret_run(other, about) for about in WRITES})


SECRET_ROWS = {
    "registrations": (["603/9999/Z", "4242424242", "Registered", "RN-SECRET"], ["Zebedee", "4242424242"]),
    "learners": (["REF-SECRET", "4242424242", "Zebedee", "Changed"], ["", "", "Zebedee"]),
    "qualifications": (["603/9999/Z", "Secret Joinery, new", "Secret Organisation"], ["", "Secret Joinery"]),
}
"""One that is accepted and one that is rejected, by what they are about."""


def make_secret_run(user: Any, about: str) -> ImportRun:
    data = make_csv(*SECRET_ROWS[about], layout=SUBJECTS[about].layout)
    answers = ExportRun.objects.order_by("pk").first() if about == "registrations" else None
    run = make_run(data, user=user, about=about, answers=answers)
    assert (run.accepted, run.rejected) == (1, 1)
    counts = dict.fromkeys(("created", "updated", "unchanged", "cleared"), 471100)
    ImportRun.objects.filter(pk=run.pk).update(file_name="secret-upload.csv", **counts)
    return run
