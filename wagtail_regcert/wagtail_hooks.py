"""Registrations with Wagtail; nothing else."""

from __future__ import annotations

from typing import Any

from django.urls import include, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.forms.models import register_form_field_override
from wagtail.admin.menu import MenuItem
from wagtail.snippets.models import register_snippet

from . import bulk_actions, history, viewsets
from .models.fields import CellDateField
from .permissions import register_policies
from .widgets import DayInput

# Where "wagtail.snippets" stands before us, its ``ready()`` comes here before ours is called.
register_policies()

for viewset in (
    viewsets.RegistrationViewSet,
    viewsets.LearnerViewSet,
    viewsets.QualificationViewSet,
    viewsets.AwardingOrganisationViewSet,
    viewsets.ProgrammeViewSet,
    viewsets.ExportLayoutViewSet,
    viewsets.ImportLayoutViewSet,
):
    register_snippet(viewset)

# After Wagtail's own, whose places the two deletions take.
hooks.register("register_bulk_action", bulk_actions.ExportBulkAction, order=100)
hooks.register("register_bulk_action", bulk_actions.ExportInImportLayoutBulkAction, order=100)
hooks.register("register_bulk_action", bulk_actions.ExportByLayoutBulkAction, order=100)
hooks.register("register_bulk_action", bulk_actions.NoBulkDeletion, order=100)
hooks.register("register_bulk_action", bulk_actions.ReferenceDeletion, order=100)
hooks.register("register_bulk_action", bulk_actions.LayoutDeletion, order=100)


@hooks.register("register_admin_urls")
def register_admin_urls() -> list[Any]:
    return [path("registration-and-certification/", include("wagtail_regcert.urls"))]


@hooks.register("register_reports_menu_item")
def register_exports_menu_item() -> MenuItem:
    return viewsets.ExportsMenuItem(
        _("Exports of registrations"),
        reverse_lazy("wagtail_regcert:exports"),
        name="registration-exports",
        icon_name="download",
        order=1200,
    )


hooks.register("register_log_actions", history.register)

register_form_field_override(CellDateField, override={"widget": DayInput})
