"""Who may do what (roles are groups that hold these permissions)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from wagtail.permission_policies import ModelPermissionPolicy

if TYPE_CHECKING:
    from .models.runs import ExportRunQuerySet, ImportRunQuerySet

MANAGE, IMPORT, EXPORT, DELETE = "manage", "import", "export", "delete"

NEEDS: dict[str, tuple[str, ...]] = {
    "view": (MANAGE,),
    "add": (MANAGE,),
    "change": (MANAGE,),
    MANAGE: (MANAGE,),
    IMPORT: (MANAGE, IMPORT),
    EXPORT: (MANAGE, EXPORT),
    DELETE: (MANAGE, DELETE),
}
"""Action on registrations to the permissions that it needs, all of them."""


class RegistrationPermissionPolicy(ModelPermissionPolicy):
    """Registrations: an action needs every permission of ``NEEDS``; any other action nobody has."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        needed = NEEDS.get(action)
        if needed is None:
            return bool(user.is_active and user.is_superuser)
        return all(
            super(RegistrationPermissionPolicy, self).user_has_permission(user, name) for name in needed
        )

    def users_with_any_permission(self, actions: Iterable[str]) -> Any:
        users = get_user_model().objects.none()
        for action in actions:
            matching = get_user_model().objects.filter(is_active=True)
            for name in NEEDS.get(action, ()):
                holders = super().users_with_any_permission([name])
                matching = matching.filter(pk__in=holders.values("pk"))
            users = users | matching if action in NEEDS else users
        return users.distinct()


class ReferencePermissionPolicy(ModelPermissionPolicy):
    """Learners, qualifications and the rest: Django's own permissions; choosing is open to "manage" too."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        if action == "choose":
            return may(user, MANAGE) or any(
                super(ReferencePermissionPolicy, self).user_has_permission(user, name)
                for name in ("add", "change", "delete", "view")
            )
        return super().user_has_permission(user, action)


class LayoutPermissionPolicy(ModelPermissionPolicy):
    """Layouts: "manage", and Django's own permission on their table."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        actions = ("add", "change", "delete", "view") if action == "choose" else (action,)
        return may(user, MANAGE) and any(
            super(LayoutPermissionPolicy, self).user_has_permission(user, name) for name in actions
        )

    def users_with_any_permission(self, actions: Iterable[str]) -> Any:
        from .models import Registration

        managers = RegistrationPermissionPolicy(Registration).users_with_any_permission([MANAGE])
        return super().users_with_any_permission(actions).filter(pk__in=managers.values("pk"))


def may(user: Any, action: str) -> bool:
    """Whether the user may do this to registrations."""
    from .models import Registration

    return RegistrationPermissionPolicy(Registration).user_has_permission(user, action)


def policy_of(model: Any) -> ModelPermissionPolicy:
    """Who may do what to the rows of a table."""
    from .models import Registration
    from .models.layouts import BaseLayout

    if issubclass(model, BaseLayout):
        return LayoutPermissionPolicy(model)
    return RegistrationPermissionPolicy(model) if model is Registration else ReferencePermissionPolicy(model)


def may_import(user: Any, about: str, creates: Sequence[str] = ()) -> bool:
    """Whether the user may import files about this.

    It needs both roles, and to add to and change every table that such a file may write. Of what it
    ``creates`` beside, it needs to add to the tables.
    """
    from .subjects.registry import subject_of

    needed = {(model, action) for model in subject_of(about).written_models for action in ("add", "change")}
    needed |= {(model, "add") for one in creates for model in subject_of(one).written_models}
    return may(user, IMPORT) and all(
        policy_of(model).user_has_permission(user, action) for model, action in needed
    )


def started_imports(user: Any) -> ImportRunQuerySet:
    """The runs that the user started, whatever they may do by now; for superusers all."""
    from .models import ImportRun

    return ImportRun.objects.all() if user.is_superuser else ImportRun.objects.filter(user=user)


def visible_imports(user: Any) -> ImportRunQuerySet:
    """Those of them that the user sees and finishes: about what they may import."""
    from .subjects.registry import SUBJECTS

    return started_imports(user).filter(about__in=[about for about in SUBJECTS if may_import(user, about)])


def visible_exports(user: Any) -> ExportRunQuerySet:
    """The exports that the user sees: their own, for superusers all; none for who may not export."""
    from .models import ExportRun

    exports = ExportRun.objects.all()
    return exports.visible_to(user) if may(user, EXPORT) else exports.none()


@cache
def register_policies() -> None:
    """Tell Wagtail 8.0 and later, once; 7.4 has no registry and takes the policies from the viewsets.

    Before our snippets are registered, or Wagtail warns that it took the policies from them.
    """
    try:
        from wagtail.permissions import register_permission_policy
    except ImportError:
        return
    from . import models
    from .models.layout_kinds import LAYOUTS

    for model in (
        models.Registration,
        models.Learner,
        models.Qualification,
        models.AwardingOrganisation,
        models.Programme,
        *LAYOUTS.values(),
    ):
        register_permission_policy(model, policy_of(model))
