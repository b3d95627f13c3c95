"""Any bytes as files of each table, by layouts of a site's own: report, rejected file, commit, undo."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from tests.fuzz import strategies as fuzz
from tests.fuzz.steps import undone_afterwards
from tests.makers import make_user
from tests.site_layouts import committed, load, opened, validated
from wagtail_regcert.exporting.report import errors_file, rejected_file
from wagtail_regcert.importing import runs
from wagtail_regcert.importing.pipeline import Refused
from wagtail_regcert.layouts import REGISTRATIONS, Status
from wagtail_regcert.messages import sentence
from wagtail_regcert.models import AwardingOrganisation, Learner, Programme, Qualification, Registration
from wagtail_regcert.problems import Fault
from wagtail_regcert.subjects.registrations import RegistrationRules

pytestmark = pytest.mark.django_db

LAYOUTS = {
    "registrations, by reference and of few fields": {
        "columns": {
            "ULN": {"field": "reference"},
            "Qualification Number": {"field": "qualification"},
            "Status": {"field": "programme", "policy": "fill"},
            "Achieved date": {"field": "achieved_date", "policy": "keep_if_blank", "optional": True},
        }
    },
    "registrations by number": {
        "key": "registration_number",
        "columns": {
            "Registration number": {"field": "registration_number"},
            "Status": {"field": "status", "policy": "keep_if_blank"},
            "Postal Tracking Reference": {"field": "postal_tracking_reference"},
        },
    },
    "registrations with all that they refer to": {
        "creates": ["learners", "qualifications"],
        "columns": {
            "ULN": {"field": "uln"},
            "Qualification Number": {"field": "qualification"},
            "Status": {"field": "title"},
            "Registration number": {"field": "awarding_organisation"},
            "Registration date": {"field": "date_of_birth"},
            "Postal Tracking Reference": {"field": "full_name"},
        },
    },
    "learners": {
        "about": "learners",
        "columns": {
            "Qualification Number": {"field": "reference"},
            "ULN": {"field": "uln"},
            "Status": {"field": "gender", "values": {one.label: "F" for one in Status}},
            "Registration number": {"field": "given_names"},
            "Postal Tracking Reference": {"field": "family_name"},
        },
    },
    "qualifications": {
        "about": "qualifications",
        "columns": {
            "Qualification Number": {"field": "number"},
            "ULN": {"field": "title"},
            "Status": {"field": "awarding_organisation", "policy": "keep_if_blank"},
        },
    },
}


def loaded(name):
    options = dict(LAYOUTS[name])
    known = options.pop("columns")
    unread = [heading for heading in REGISTRATIONS.headings if heading not in known]
    columns = [
        *({"heading": heading, **column} for heading, column in known.items()),
        *({"heading": heading, "field": None, "optional": True} for heading in unread),
    ]
    return load(*columns, name="Fuzzed", **options)


def stored():
    """All but when it was stored."""
    fields = ("pk", *RegistrationRules.fields)
    return [
        sorted(map(repr, rows))
        for rows in (
            Registration.objects.values_list(*fields),
            Learner.objects.values_list(),
            Qualification.objects.values_list(),
        )
    ]


def walk(layout, file, counts):
    data, separator = file
    layout = replace(layout, separator=separator)
    before = stored()
    found = opened(layout, data)
    if isinstance(found, Refused):
        assert sentence(found.fault.code, found.fault.facts)
        counts[f"layouts: files refused: {found.fault.code}"] += 1
        return
    run = validated(layout, data=data)
    assert run.rows == run.accepted + run.rejected > 0
    counts[f"layouts: records of {run.about}"] += run.rows
    b"".join(errors_file(run))
    rejected = b"".join(rejected_file(run))
    if run.rejected:
        again = opened(layout, rejected)
        if isinstance(again, Refused):
            assert again.fault.code in (Fault.NOT_TEXT, Fault.MALFORMED_CSV)
        else:
            assert len(again.sheet.numbers) == run.rejected
            assert validated(layout, data=rejected).rejected == run.rejected
    committed(run)
    assert run.conflicts == 0
    counts["layouts: records committed"] += run.created + run.updated
    assert validated(layout, data=data).unchanged == run.accepted
    user = make_user(superuser=True)
    if runs.begin_undo(run.pk, user):
        runs.undo(run.pk, user.pk)
        run.refresh_from_db()
        assert (run.undo_state, run.undo_left) == ("done", 0)
        assert stored() == before


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("kind", fuzz.KINDS)
def test_any_file_goes_in_and_out_again_by_any_layout(world, counts, kind, name):
    assert AwardingOrganisation.objects.exists()
    assert Programme.objects.exists()
    layout = loaded(name)

    @fuzz.examples(0.5)
    @given(file=fuzz.KINDS[kind])
    def goes_in_and_out(file):
        with undone_afterwards():
            walk(layout, file, counts)

    goes_in_and_out()
