"""Every kind of user, and what counts of what they may."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib.auth.models import Permission
from django.test import Client

from tests.makers import make_user
from tests.security.rules import (
    ACTIONS,
    DELETE,
    EXPORT,
    IMPORT,
    LAYOUTS,
    MANAGE,
    REFERENCE,
    SUPERUSER,
    Needs,
    on,
)

USERS: dict[str, tuple[str, ...] | None] = {
    "anonymous": None,
    "inactive, once a superuser": None,
    "every permission but no admin access": None,
    "superuser": None,
    "nobody": (),
    "manage": (MANAGE,),
    "import": (IMPORT,),
    "export": (EXPORT,),
    "delete": (DELETE,),
    "import, export, delete": (IMPORT, EXPORT, DELETE),
    "manage, import": (MANAGE, IMPORT),
    "manage, export": (MANAGE, EXPORT),
    "manage, delete": (MANAGE, DELETE),
    "manage, import, export, delete": (MANAGE, IMPORT, EXPORT, DELETE),
    **{f"{action} learners": (f"{action}_learner",) for action in ACTIONS},
    "all on the reference tables": on(*REFERENCE),
    "importer of learners": (MANAGE, IMPORT, "add_learner", "change_learner"),
    "importer who may not add learners": (MANAGE, IMPORT, "change_learner", "view_learner"),
    "importer of qualifications": (
        *(MANAGE, IMPORT, "add_qualification", "change_qualification"),
        *("add_awardingorganisation", "change_awardingorganisation"),
    ),
    "importer who may not add organisations": (
        *(MANAGE, IMPORT, "add_qualification", "change_qualification", "change_awardingorganisation"),
    ),
    "adds and changes learners": ("add_learner", "change_learner"),
    "all on layouts": on(*LAYOUTS),
    "manage, all on layouts": (MANAGE, *on(*LAYOUTS)),
    **{
        f"manage, {action} layouts": (MANAGE, *(f"{action}_{table}" for table in LAYOUTS))
        for action in ACTIONS
    },
}
"""Kind of user to permissions; ``None`` where that is not all there is to it."""


class Person(NamedTuple):
    client: Client
    user: Any
    held: frozenset[str]
    """What counts: nothing for those who may not enter the admin."""

    def passes(self, needs: Needs) -> bool:
        return any(self.held >= names for names in needs)


def make_person(kind: str, **options: Any) -> Person:
    everything = frozenset((SUPERUSER, MANAGE, IMPORT, EXPORT, DELETE, *on(*REFERENCE, *LAYOUTS)))
    client = Client(raise_request_exception=True, **options)
    if kind == "anonymous":
        return Person(client, None, frozenset())
    codenames = USERS[kind]
    user = make_user(*(codenames or ()), superuser=kind.endswith("superuser"))
    client.force_login(user)
    if kind.startswith("inactive"):
        user.is_active = False
        user.save()
        return Person(client, user, frozenset())
    if kind.endswith("no admin access"):
        user.user_permissions.set(Permission.objects.exclude(codename="access_admin"))
        return Person(client, user, frozenset())
    return Person(client, user, everything if codenames is None else frozenset(codenames))
