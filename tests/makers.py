"""Makers: each stores one valid row and takes what matters to the test."""

from itertools import count

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

from wagtail_regcert.models import (
    AwardingOrganisation,
    Learner,
    Programme,
    Qualification,
    Registration,
)

_numbers = count(1)


def make_learner(**values):
    number = next(_numbers)
    defaults = {"given_names": "Ann", "family_name": f"Lee{number}", "uln": f"{1000000000 + number}"}
    return Learner.objects.create(**{**defaults, **values})


def make_organisation(name=None):
    return AwardingOrganisation.objects.get_or_create(name=name or "NCFE")[0]


def make_programme(name="Carpentry 2026"):
    return Programme.objects.get_or_create(name=name)[0]


def make_qualification(**values):
    number = next(_numbers)
    defaults = {"number": f"603/{number:04d}/X", "title": f"Bench Joinery {number}"}
    values.setdefault("awarding_organisation", make_organisation())
    return Qualification.objects.create(**{**defaults, **values})


def make_registration(**values):
    values.setdefault("learner", None)
    values["learner"] = values["learner"] or make_learner()
    values.setdefault("qualification", None)
    values["qualification"] = values["qualification"] or make_qualification()
    return Registration.objects.create(**values)


def make_user(*codenames, superuser=False, name=None):
    """A user with access to the admin and these permissions (codenames)."""
    name = name or f"user{next(_numbers)}"
    if superuser:
        return get_user_model().objects.create_superuser(name, f"{name}@example.org", "demo")
    user = get_user_model().objects.create_user(name, f"{name}@example.org", "demo")
    names = ["access_admin", *codenames]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return user
