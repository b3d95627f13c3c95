"""A site from nothing, as the README tells it: three sample files, one after the other."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.makers import make_user
from wagtail_regcert.models import AwardingOrganisation, ImportRun, Learner, Qualification, Registration

pytestmark = pytest.mark.django_db

LISTING = "/admin/registration-and-certification/"
STEPS = {"qualifications": "import_qualifications", "learners": "import_learners", "registrations": "import"}


@pytest.mark.django_db(transaction=True)
def test_the_three_sample_files_fit_each_other_and_fill_an_empty_site(client):
    client.force_login(make_user(superuser=True))
    done = {}

    for about, name in STEPS.items():
        sample = client.get(reverse("wagtail_regcert:import_sample"), {"about": about})
        upload = b"".join(sample)
        form = reverse(f"wagtail_regcert:{name}")
        report = client.post(form, {"file": SimpleUploadedFile("sample.csv", upload), "separator": "comma"})[
            "Location"
        ]
        client.post(f"{report}commit/")
        run = ImportRun.objects.get(about=about)
        done[about] = (run.state, run.rows, run.created, run.rejected, run.error_count, run.conflicts)

    assert done == {
        "qualifications": ("committed", 2, 2, 0, 0, 0),
        "learners": ("committed", 3, 3, 0, 0, 0),
        "registrations": ("committed", 3, 3, 0, 0, 0),
    }
    tables = (AwardingOrganisation, Qualification, Learner, Registration)
    assert [model.objects.count() for model in tables] == [2, 2, 3, 3]


def links_of(client):
    """Where the steps of the empty listing lead to import, in the order in which they stand there."""
    html = client.get(LISTING).content.decode()
    part = html[html.index("regcert-empty-title") :].partition("</section>")[0]
    return [link for link in re.findall(r'href="([^"]+)"', part) if "/import/" in link]


def test_the_empty_listing_leads_there_step_by_step(client):
    every = [
        f"{action}_{model}"
        for action in ("add", "change")
        for model in ("learner", "qualification", "awardingorganisation")
    ]
    importer = ("manage_registration", "import_registration")
    seen = {}

    for held in (
        (*importer, *every),
        (*importer, "add_learner", "change_learner"),
        importer,
        ("manage_registration",),
    ):
        client.force_login(make_user(*held))
        seen[held] = links_of(client)

    assert list(seen.values()) == [
        [reverse(f"wagtail_regcert:{name}") for name in STEPS.values()],
        [reverse("wagtail_regcert:import_learners"), reverse("wagtail_regcert:import")],
        [reverse("wagtail_regcert:import")],
        [],
    ]
