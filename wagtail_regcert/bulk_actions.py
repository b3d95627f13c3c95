"""Actions on selected rows."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import classproperty
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from wagtail import hooks
from wagtail.admin import messages
from wagtail.log_actions import log
from wagtail.snippets.bulk_actions.delete import DeleteBulkAction
from wagtail.snippets.bulk_actions.snippet_bulk_action import SnippetBulkAction

from .databases import alias, atomic, connection
from .exporting.columns import FixedLayout
from .models import AwardingOrganisation, ExportLayout, Learner, Programme, Qualification, Registration
from .models.layout_kinds import LAYOUTS
from .models.writing import take_write_lock
from .permissions import EXPORT, may, policy_of
from .views.base import METHODS
from .views.deletion import refusals
from .views.editing import delete_with_history
from .views.export import Selection, back_to_listing, download, selection
from .views.listing import export_url, selected_keys


class ExportBulkAction(SnippetBulkAction):
    """Download the selected registrations at once, without a page in between."""

    http_method_names = [method.lower() for method in METHODS]

    display_name = pgettext_lazy("wagtail_regcert", "Export")
    action_type = "export"
    aria_label = gettext_lazy("Export selected registrations")
    action_priority = 10
    layout = FixedLayout.EXPORT

    @classproperty
    def models(cls) -> list[Any]:
        return [Registration]

    @classmethod
    def is_offered(cls, user: Any) -> bool:
        return may(user, EXPORT)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # Wagtail's way would load every object and put them on a page to confirm.
        if not may(request.user, EXPORT):
            raise PermissionDenied
        if request.method not in METHODS:
            return self.http_method_not_allowed(request)
        # One query string, so that filters count wherever they were sent.
        request.GET = _with_ordering(_merged(request.GET, request.POST))  # type: ignore[assignment]
        ids = request.GET.getlist("id")
        chosen = selection(request, ids)
        if chosen is None:
            return back_to_listing(request)
        for hook in hooks.get_hooks("before_bulk_action"):
            answer = hook(request, self.action_type, chosen.registrations, self)
            if hasattr(answer, "status_code"):
                return answer
        return self.answer(request, chosen, ids)

    def answer(self, request: HttpRequest, chosen: Selection, ids: list[str]) -> HttpResponseBase:
        """The file of what was chosen."""
        if connection().settings_dict["ATOMIC_REQUESTS"]:
            # Wagtail called us in the request's transaction, which began with reading the session: SQLite
            # would refuse the note of this export where somebody wrote since. Our own view is free of it.
            return redirect(export_url(request, self.layout, ids))
        return download(request, chosen, self.layout)


class ExportInImportLayoutBulkAction(ExportBulkAction):
    """The same as a file to change and import again."""

    display_name = gettext_lazy("Download in the import layout")
    action_type = "export_import_layout"
    aria_label = gettext_lazy("Download selected registrations in the import layout")
    action_priority = 20
    layout = FixedLayout.IMPORT


def _merged(first: QueryDict, second: QueryDict) -> QueryDict:
    both = first.copy()
    for name, values in second.lists():
        both.setlist(name, [*both.getlist(name), *values])
    return both


def _with_ordering(query: QueryDict) -> QueryDict:
    """The order of the listing, which Wagtail's script sends with selected rows only inside of ``next``."""
    listing = QueryDict(query.get("next", "").partition("?")[2])
    if "ordering" in listing:
        query.setdefault("ordering", listing["ordering"])
    return query


class ExportByLayoutBulkAction(ExportBulkAction):
    """Choose one of the site's own layouts for what is selected."""

    display_name = gettext_lazy("Export by a layout")
    action_type = "export_by_layout"
    aria_label = gettext_lazy("Export selected registrations by a layout")
    action_priority = 15

    @classmethod
    def is_offered(cls, user: Any) -> bool:
        return super().is_offered(user) and ExportLayout.objects.exists()

    def answer(self, request: HttpRequest, chosen: Selection, ids: list[str]) -> HttpResponseBase:
        return redirect(export_url(request, ids=ids, name="export_layouts"))


class NoBulkDeletion(SnippetBulkAction):
    """Stands where Wagtail's bulk deletion of registrations would.

    That takes "all in the listing" for all there is (Wagtail issue 12853) and, on 7.4, asks for
    less than our roles do. Registrations are deleted one at a time.
    """

    display_name = pgettext_lazy("wagtail_regcert", "Delete")
    action_type = "delete"
    aria_label = gettext_lazy("Delete selected registrations")

    @classproperty
    def models(cls) -> list[Any]:
        return [Registration]

    @classmethod
    def is_offered(cls, user: Any) -> bool:
        return False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        raise PermissionDenied


class ReferenceDeletion(DeleteBulkAction):
    """Delete learners, qualifications and the rest, unless any of them is referred to."""

    http_method_names = [method.lower() for method in METHODS]

    @classproperty
    def models(cls) -> list[Any]:
        return [Learner, Qualification, AwardingOrganisation, Programme]

    def check_perm(self, snippet: Any) -> bool:
        return policy_of(self.model).user_has_permission(self.request.user, "delete")

    @classmethod
    def execute_action(cls, objects: Any, **kwargs: Any) -> tuple[int, int]:
        action = kwargs["self"]
        keys = [one.pk for one in objects]
        records = list(action.model.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
        delete_with_history(records, user=action.request.user)
        return len(records), 0

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.check_perm(None):
            raise PermissionDenied
        if request.method not in METHODS:
            return self.http_method_not_allowed(request)
        ids = request.GET.getlist("id")
        if "all" in ids:
            # Wagtail takes it for all there is, whatever was searched for (issue 12853).
            messages.error(request, _("Select the rows to delete page by page. Nothing was deleted."))
            return self._back()
        keys = selected_keys(ids)
        if not keys:
            messages.error(request, _("Nothing was selected. Nothing was deleted."))
            return self._back()
        selected: QuerySet[Any] = self.model.objects.filter(pk__in=keys)
        found = self.refusals(selected)
        if found:
            for message in found:
                messages.error(request, message)
            return self._back()
        try:
            with atomic():
                take_write_lock(self.model)
                return super().dispatch(request, *args, **kwargs)
        except IntegrityError:
            # Something came to refer to one of them just now. (A ProtectedError is one too.)
            for message in self.refusals(selected.all()):
                messages.error(request, message)
            return self._back()
        except OperationalError as error:
            if "locked" not in str(error):
                raise
            # SQLite: the request's transaction (``ATOMIC_REQUESTS``) read the session, then another wrote.
            if connection().in_atomic_block:
                transaction.set_rollback(True, using=alias())
            messages.error(
                request, _("The database was busy with another change. Nothing was deleted. Try again.")
            )
            return self._back()

    def refusals(self, selected: QuerySet[Any]) -> list[str]:
        """Why these may not be deleted."""
        return refusals(selected)

    def _back(self) -> HttpResponseBase:
        if self.next_url != self.request.path:
            # Not ``redirect``, which takes a bare word for the name of an address.
            return HttpResponseRedirect(self.next_url)
        return redirect(reverse(self.model.snippet_viewset.get_url_name("list")))


class LayoutDeletion(ReferenceDeletion):
    """Delete layouts. Nothing refers to them: runs keep a copy."""

    @classproperty
    def models(cls) -> list[Any]:
        return list(LAYOUTS.values())

    @classmethod
    def execute_action(cls, objects: Any, **kwargs: Any) -> tuple[int, int]:
        action = kwargs["self"]
        layouts = list(action.model.objects.filter(pk__in=[one.pk for one in objects]))
        for layout in layouts:
            log(layout, "wagtail.delete", user=action.request.user, deleted=True)
            layout.delete()
        return len(layouts), 0

    def refusals(self, selected: QuerySet[Any]) -> list[str]:
        return []
