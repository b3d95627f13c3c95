"""The snippet viewsets: registrations, and the tables that they refer to."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.snippets.views.snippets import SnippetViewSet

from .filters import RegistrationFilterSet
from .forms import RecordForm
from .layout_forms import ExportLayoutForm, FieldSelect, ImportLayoutForm, ValueSelect
from .layouts import DATE_CHAIN
from .models import (
    AwardingOrganisation,
    ExportLayout,
    ImportLayout,
    Learner,
    Programme,
    Qualification,
    Registration,
)
from .permissions import (
    EXPORT,
    MANAGE,
    LayoutPermissionPolicy,
    ReferencePermissionPolicy,
    RegistrationPermissionPolicy,
    may,
)
from .views.base import View, checked
from .views.choosers import LayoutChooserViewSet, ReferenceChooserViewSet, RegistrationChooserViewSet
from .views.deletion import ReferenceDeleteView
from .views.editing import (
    RecordCreateView,
    RecordEditView,
    RegistrationCreateView,
    RegistrationDeleteView,
    RegistrationEditView,
    RegistrationInspectView,
)
from .views.layouts import LayoutCreateView, LayoutEditView, LayoutIndexView, TemplateView
from .views.listing import ReferenceIndexView, RegistrationIndexView

NAME = _("Registration and Certification")


CREATE_TEMPLATE = "wagtail_regcert/snippets/create.html"
EDIT_TEMPLATE = "wagtail_regcert/snippets/edit.html"
"""Wagtail's own, with our stylesheet."""


class RegistrationMenuItem(MenuItem):
    """Shown only to holders of "manage". The sidebar cuts the label; the tooltip has it in full."""

    def __init__(self, label: Any, *args: Any, **kwargs: Any) -> None:
        kwargs["attrs"] = {**(kwargs.get("attrs") or {}), "title": label}
        super().__init__(label, *args, **kwargs)

    def is_shown(self, request: Any) -> bool:
        return may(request.user, MANAGE)


class ExportsMenuItem(MenuItem):
    """Shown only to those who may export."""

    def is_shown(self, request: Any) -> bool:
        return may(request.user, EXPORT)


class RegistrationViewSet(SnippetViewSet):
    """Registrations. Every view asks for "manage" before anything else."""

    model = Registration
    base_url_path = "registration-and-certification"
    icon = "clipboard-list"
    add_to_admin_menu = True
    menu_label = NAME
    menu_name = "registration-and-certification"
    menu_order = 600
    menu_item_class = RegistrationMenuItem
    list_per_page = 50
    filterset_class = RegistrationFilterSet
    copy_view_enabled = False
    inspect_view_enabled = True
    inspect_view_fields = [
        "learner",
        "qualification",
        "programme",
        "planned_achievement_date",
        "start_date",
        "status",
        "registration_number",
        *DATE_CHAIN,
        "postal_tracking_reference",
        "created_at",
        "updated_at",
    ]
    index_view_class = RegistrationIndexView
    add_view_class = RegistrationCreateView
    edit_view_class = RegistrationEditView
    inspect_view_class = RegistrationInspectView
    delete_view_class = RegistrationDeleteView
    chooser_viewset_class = RegistrationChooserViewSet
    create_template_name = CREATE_TEMPLATE
    edit_template_name = EDIT_TEMPLATE
    index_template_name = "wagtail_regcert/registrations/index.html"
    index_results_template_name = "wagtail_regcert/registrations/index_results.html"

    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldPanel("learner"),
                    FieldPanel("qualification"),
                    FieldPanel("programme"),
                    FieldRowPanel([FieldPanel("start_date"), FieldPanel("planned_achievement_date")]),
                ],
                heading=_("Learner and qualification"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("status"),
                    FieldRowPanel([FieldPanel("registration_number"), FieldPanel("registration_date")]),
                    FieldRowPanel([FieldPanel("achieved_date"), FieldPanel("certificate_claimed_date")]),
                    FieldRowPanel(
                        [FieldPanel("certificate_received_date"), FieldPanel("certificate_sent_date")]
                    ),
                    FieldPanel("postal_tracking_reference"),
                ],
                heading=_("Registration and certificate"),
            ),
        ],
        base_form_class=RecordForm,
    )

    @cached_property
    def permission_policy(self) -> RegistrationPermissionPolicy:
        # Wagtail 7.4 takes it from here; later ones from their registry.
        return RegistrationPermissionPolicy(self.model)

    def construct_view(self, view_class: Any, **kwargs: Any) -> View:
        return checked(super().construct_view(view_class, **kwargs), lambda user: may(user, MANAGE))


class OwnPermissionsViewSet(SnippetViewSet):
    """Common ground: a table edited with Django's own permissions on it."""

    policy_class: type[Any]
    copy_view_enabled = False
    list_per_page = 50
    search_backend_name = None
    create_template_name = CREATE_TEMPLATE
    edit_template_name = EDIT_TEMPLATE
    chooser_per_page = 25

    @cached_property
    def permission_policy(self) -> Any:
        return self.policy_class(self.model)

    def construct_view(self, view_class: Any, **kwargs: Any) -> View:
        policy = self.permission_policy
        return checked(
            super().construct_view(view_class, **kwargs),
            lambda user: policy.user_has_any_permission(user, ("add", "change", "delete", "view")),
        )


class ReferenceViewSet(OwnPermissionsViewSet):
    """Common ground: a table that registrations refer to."""

    policy_class = ReferencePermissionPolicy
    inspect_view_enabled = True
    index_view_class = ReferenceIndexView
    add_view_class = RecordCreateView
    edit_view_class = RecordEditView
    delete_view_class = ReferenceDeleteView
    chooser_viewset_class = ReferenceChooserViewSet
    index_template_name = "wagtail_regcert/snippets/index.html"


class LearnerViewSet(ReferenceViewSet):
    model = Learner
    icon = "user"
    list_display = ["full_name", "uln", "reference"]
    search_fields = ["search_text"]
    inspect_view_fields_exclude = ["search_text"]
    edit_handler = ObjectList(
        [
            FieldRowPanel([FieldPanel("given_names"), FieldPanel("family_name")]),
            FieldRowPanel([FieldPanel("uln"), FieldPanel("reference")]),
            FieldRowPanel([FieldPanel("gender"), FieldPanel("date_of_birth")]),
        ],
        base_form_class=RecordForm,
    )


class QualificationViewSet(ReferenceViewSet):
    model = Qualification
    icon = "doc-full"
    list_display = ["title", "number", "awarding_organisation"]
    list_filter = ["awarding_organisation"]
    search_fields = ["title", "number", "match_key"]
    # It says nothing that the number does not.
    inspect_view_fields_exclude = ["match_key"]
    edit_handler = ObjectList(
        [FieldPanel("number"), FieldPanel("title"), FieldPanel("awarding_organisation")],
        base_form_class=RecordForm,
    )


class AwardingOrganisationViewSet(ReferenceViewSet):
    model = AwardingOrganisation
    icon = "group"
    list_display = ["name"]
    search_fields = ["name"]
    edit_handler = ObjectList(
        [
            FieldPanel("name"),
            FieldRowPanel(list(map(FieldPanel, AwardingOrganisation.DAYS))),
        ],
        base_form_class=RecordForm,
    )


class ProgrammeViewSet(ReferenceViewSet):
    model = Programme
    icon = "folder-open-inverse"
    list_display = ["name"]
    search_fields = ["name"]
    edit_handler = ObjectList([FieldPanel("name")], base_form_class=RecordForm)


class LayoutViewSet(OwnPermissionsViewSet):
    """Common ground: layouts that a site adds, of one kind."""

    policy_class = LayoutPermissionPolicy
    icon = "table"
    search_fields = ["name"]
    index_view_class = LayoutIndexView
    add_view_class = LayoutCreateView
    edit_view_class = LayoutEditView
    chooser_viewset_class = LayoutChooserViewSet


class ExportLayoutViewSet(LayoutViewSet):
    model = ExportLayout

    @property
    def template_view(self) -> View:
        return self.construct_view(TemplateView, **self.get_add_view_kwargs())

    def get_index_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_index_view_kwargs(template_url_name=self.get_url_name("template"), **kwargs)

    def get_urlpatterns(self) -> list[Any]:
        return [*super().get_urlpatterns(), path("template/", self.template_view, name="template")]

    list_display = ["name", "awarding_organisation", "format"]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("name"), FieldPanel("awarding_organisation")]),
                ],
                heading=pgettext_lazy("wagtail_regcert", "Layout"),
            ),
            InlinePanel(
                "columns",
                [
                    FieldRowPanel([FieldPanel("heading"), FieldPanel("value", widget=ValueSelect)]),
                    FieldRowPanel([FieldPanel("constant"), FieldPanel("if_blank")]),
                    FieldRowPanel([FieldPanel("dates"), FieldPanel("case"), FieldPanel("longest")]),
                    FieldPanel("required"),
                    InlinePanel(
                        "translations",
                        [FieldRowPanel([FieldPanel("stored"), FieldPanel("cell")])],
                        heading=_("Written differently"),
                        help_text=_(
                            "What is stored: a gender as F, M, O or U, a status as its code (registered), "
                            "a day as 2026-08-31. Blank stands for no value."
                        ),
                        label=pgettext_lazy("wagtail_regcert", "Value"),
                    ),
                ],
                heading=pgettext_lazy("wagtail_regcert", "Columns"),
                label=_("Column"),
                min_num=1,
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("format"), FieldPanel("separator"), FieldPanel("encoding")]),
                    FieldRowPanel([FieldPanel("headings"), FieldPanel("guard")]),
                    FieldRowPanel([FieldPanel("file_name"), FieldPanel("rows_per_file")]),
                ],
                heading=pgettext_lazy("wagtail_regcert", "File"),
            ),
            InlinePanel(
                "rows_before",
                [FieldPanel("cells")],
                heading=_("Rows above the headings"),
                label=pgettext_lazy("wagtail_regcert", "Row"),
            ),
        ],
        base_form_class=ExportLayoutForm,
    )


class ImportLayoutViewSet(LayoutViewSet):
    model = ImportLayout
    list_display = ["name", "about"]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("name"), FieldPanel("about")]),
                    FieldRowPanel([FieldPanel("separator"), FieldPanel("dates"), FieldPanel("key")]),
                ],
                heading=pgettext_lazy("wagtail_regcert", "Layout"),
            ),
            InlinePanel(
                "columns",
                [
                    FieldRowPanel([FieldPanel("heading"), FieldPanel("field", widget=FieldSelect)]),
                    FieldRowPanel([FieldPanel("policy"), FieldPanel("dates")]),
                    FieldPanel("optional"),
                    InlinePanel(
                        "translations",
                        [FieldRowPanel([FieldPanel("cell"), FieldPanel("value")])],
                        heading=_("Values that stand for others"),
                        help_text=_(
                            "A status stands as its code (achieved) or label, a day as 2026-08-31. Blank "
                            "stands for no value. What is not named here must be a value of the field itself."
                        ),
                        label=pgettext_lazy("wagtail_regcert", "Value"),
                    ),
                ],
                heading=pgettext_lazy("wagtail_regcert", "Columns"),
                label=_("Column"),
                min_num=1,
            ),
            InlinePanel(
                "constants",
                [FieldRowPanel([FieldPanel("field", widget=FieldSelect), FieldPanel("value")])],
                heading=_("The same in all records"),
                help_text=_(
                    "For fields that no column has: the number of the qualification that a file is about."
                ),
                label=pgettext_lazy("wagtail_regcert", "Field"),
            ),
            MultiFieldPanel(
                [FieldPanel("creates_learners"), FieldPanel("creates_qualifications")],
                heading=_("Created out of the same file"),
            ),
        ],
        base_form_class=ImportLayoutForm,
    )
