"""Makers: each stores one valid row and takes what matters to the test.

Numbers that they make up begin with 7, those that tests write out do not: a long run would come to the same.
"""

import csv
import json
from io import StringIO
from itertools import count

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

from wagtail_regcert import layout_store
from wagtail_regcert.exporting.columns import FixedLayout
from wagtail_regcert.exporting.stream import start_export
from wagtail_regcert.importing import runs
from wagtail_regcert.layouts import REGISTRATIONS, Separator
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
    defaults = {"given_names": "Ann", "family_name": f"Lee{number}", "uln": f"{7000000000 + number}"}
    return Learner.objects.create(**{**defaults, **values})


def make_organisation(name=None):
    return AwardingOrganisation.objects.get_or_create(name=name or "NCFE")[0]


def make_programme(name="Carpentry 2026"):
    return Programme.objects.get_or_create(name=name)[0]


def make_qualification(**values):
    number = next(_numbers)
    defaults = {"number": f"700/{number:04d}/X", "title": f"Bench Joinery {number}"}
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


def make_csv(*rows, separator=",", headings=None, newline="\r\n", encoding="utf-8", layout=REGISTRATIONS):
    """A file in the layout; each row is a list of cells, filled up to its width."""
    blanks = [""] * layout.width
    lines = [list(headings or layout.headings), *([*row, *blanks[len(row) :]] for row in rows)]
    out = StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator=newline).writerows(lines)
    return out.getvalue().encode(encoding)


def make_run(data, *, user=None, separator=Separator.COMMA, about="registrations", answers=None):
    """A validated run."""
    run = runs.start_run(
        data=data,
        file_name="file.csv",
        separator=separator,
        encoding="utf-8",
        user=user,
        about=about,
        answers=answers,
    )
    runs.validate(run.pk)
    run.refresh_from_db()
    return run


EXPORT_LAYOUT = {
    "kind": "export",
    "name": "Example registrations",
    "awarding_organisation": None,
    "format": "csv",
    "separator": "comma",
    "encoding": "utf-8-sig",
    "guard": True,
    "headings": True,
    "before": [],
    "rows_per_file": None,
    "file_name": None,
    "columns": [{"heading": "ULN", "value": "learner.uln"}],
}
"""A layout with nothing special, as JSON with all its options."""


def make_export(*registrations, user=None, layout=FixedLayout.EXPORT):
    """An export of these registrations."""
    chosen = Registration.objects.filter(pk__in=[one.pk for one in registrations])
    return start_export(chosen, layout.file, user=user, filters="")[0]


def make_export_layout(*columns, **options):
    """A stored export layout, made of options as JSON has them."""
    definition = {**EXPORT_LAYOUT, **options}
    if columns:
        definition["columns"] = list(columns)
    done = layout_store.load(json.dumps(definition).encode())
    assert done.problems == []
    return (done.created + done.replaced)[0]


def make_import_layout(*columns, **options):
    """A stored import layout, made of options as JSON has them."""
    definition = {"kind": "import", "name": "Theirs", "columns": list(columns), **options}
    done = layout_store.load(json.dumps(definition).encode())
    assert done.problems == []
    return (done.created + done.replaced)[0]
