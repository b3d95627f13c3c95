"""Run inside the site: checks, tables, users in the groups, a learner and qualifications.

Prints addresses of our screens. All in one process: a start of Django takes longer than each of these.

It uses what a site's own code would: Django's models of users and groups, and our public models and names of
URLs. Prints one JSON object as its last line.
"""

import json
import sys
import uuid

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.contrib.auth.models import Group  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.urls import reverse  # noqa: E402

import wagtail_regcert  # noqa: E402
from wagtail_regcert.models import AwardingOrganisation, Learner, Programme, Qualification  # noqa: E402

MANAGE, IMPORT, EXPORT = "Manage Registration & Certification", "Bulk Upload", "Data Export"
PEOPLE = {
    "manager": [MANAGE],
    "importer": [MANAGE, IMPORT],
    "exporter": [MANAGE, EXPORT],
    "nobody": ["Editors"],
}
RUN = uuid.UUID(int=0)


def make_user(name, groups, **values):
    User = get_user_model()
    # An address will do for a name, whichever of the two a site's users have.
    user = User(**{User.USERNAME_FIELD: f"{name}@example.org"}, **values)
    user.set_password("correct horse battery staple")
    user.save()
    user.groups.set(Group.objects.filter(name__in=groups))
    assert user.groups.count() == len(groups), f"{name} should be in {groups}"


if "--checks-may-speak" not in sys.argv:
    call_command("check", fail_level="WARNING")
call_command("migrate", verbosity=0)
call_command("makemigrations", "wagtail_regcert", check=True, dry_run=True)

for name, groups in PEOPLE.items():
    make_user(name, groups)
make_user("admin", [], is_superuser=True)

organisation = AwardingOrganisation.objects.create(name="Example Awards")
for number in ("603/2942/X", "601/3688/1"):
    Qualification.objects.create(
        number=number, title=f"Bench Joinery {number}", awarding_organisation=organisation
    )
Learner.objects.create(given_names="Zoë", family_name="O'Neil", uln="9276308686")
Programme.objects.create(name="Carpentry")

snippet = "wagtailsnippets_wagtail_regcert_registration"
names = ("import", "import_sample", "export")
of_a_run = ("report", "status", "commit", "errors", "rejected", "undo")
known = {
    "listing": reverse(f"{snippet}:list"),
    "add": reverse(f"{snippet}:add"),
    "history": reverse(f"{snippet}:history", args=[0]),
    "edit": reverse(f"{snippet}:edit", args=[0]),
    "bulk_export": reverse("wagtail_bulk_action", args=["wagtail_regcert", "registration", "export"]),
    "admin": reverse("wagtailadmin_home"),
    "login": reverse("wagtailadmin_login"),
    "site_history": reverse("wagtailadmin_reports:site_history"),
}
known |= {name: reverse(f"wagtail_regcert:{name}") for name in names}
for name in of_a_run:
    known[f"import_{name}"] = reverse(f"wagtail_regcert:import_{name}", args=[RUN])
print(json.dumps({"urls": known, "package": wagtail_regcert.__file__, "path": sys.path}))
