"""Creation, edits and deletion of records by hand; each leaves one history entry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.snippets.views.snippets import CreateView, DeleteView, EditView, InspectView

from ..cells import day_as_text
from ..databases import atomic
from ..history import CREATE, DELETE, EDIT, Entry, changes, log_change, snapshot, write_entries
from ..models import Learner, Registration
from ..models.fields import may_be_key
from ..models.writing import take_write_lock
from ..moments import local_time, moment_as_text


def lock_learners(*keys: Any) -> None:
    """Keep learners from changing, and from getting registrations, until the transaction ends.

    Before any registration, and in the order of a commit: otherwise each would hold what the other needs.
    """
    take_write_lock(Registration)
    lock(Learner, *keys, order="uln")


def lock(model: Any, *keys: Any, order: str = "pk") -> None:
    """Keep rows from changing until the transaction ends. ``keys`` may be as a form posted them."""
    chosen = [key for key in keys if may_be_key(str(key))]
    list(model.objects.select_for_update().filter(pk__in=chosen).order_by(order).values_list("pk"))


def locked(model: Any, pk: Any) -> Any:
    """The record as stored now, which nobody else may change until the transaction ends."""
    try:
        return model.objects.select_for_update().get(pk=pk)
    except model.DoesNotExist:
        raise Http404 from None


class RegistrationInspectView(InspectView):
    """All that is stored of a registration, in the order of its form."""

    def get_field_display_value(self, field_name: str, field: Any) -> Any:
        value = super().get_field_display_value(field_name, field)
        if isinstance(value, dt.datetime):
            return moment_as_text(local_time(value))
        return day_as_text(value) if isinstance(value, dt.date) else value


class ToldWhenOvertaken:
    """A form that says so where somebody else was faster between its check and its saving."""

    form: Any

    def form_valid(self, form: Any) -> Any:
        try:
            return super().form_valid(form)  # type: ignore[misc]
        except IntegrityError:
            form.add_error(None, self.what_happened())
            self.produced_error_code = "validation_error"
            self.produced_error_message = self.get_error_message()  # type: ignore[attr-defined]
            return self.form_invalid(form)  # type: ignore[attr-defined]

    def what_happened(self) -> str:
        """Between the form's check and now."""
        try:
            self.form.instance.full_clean()
        except ValidationError as error:
            return " ".join(error.messages)
        return _("This was changed by somebody else at the same moment. Try again.")


class SaveWithHistory(ToldWhenOvertaken):
    """Save, and write our own history entry in place of Wagtail's."""

    action: str
    request: Any
    model: Any
    history_action = EDIT
    new_revision = None

    def save_instance(self) -> Any:
        instance = self.form.save()
        found = changes(self.form.before, snapshot(instance))
        self.has_content_changes = bool(found)
        if found:
            log_change(self.history_action, instance, found, user=self.request.user, timestamp=timezone.now())
        return instance


class RecordCreateView(SaveWithHistory, CreateView):
    history_action = CREATE

    def save_instance(self) -> Any:
        # Wagtail has begun a transaction of the default database, which may not be ours.
        with atomic():
            self.lock_first()
            return super().save_instance()

    def lock_first(self) -> None:
        """Begin with a write, and lock what the record refers to."""
        take_write_lock(self.model)


class RecordEditView(SaveWithHistory, EditView):
    object: Any

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with atomic():
            self.lock_first(request)
            self.object = locked(self.model, self.object.pk)
            for field in self.model._meta.concrete_fields:
                if isinstance(field, models.ForeignKey) and field.name not in self.locked_before:
                    # PostgreSQL would find out only at the end that one was deleted meanwhile.
                    lock(field.related_model, request.POST.get(field.name, ""))
            response = super().post(request, *args, **kwargs)
            if hasattr(response, "render") and not response.is_rendered:
                # While what it shows is still locked.
                response.render()
            return response

    locked_before: tuple[str, ...] = ()
    """Foreign keys whose rows :meth:`lock_first` locks, since they come before the record."""

    def lock_first(self, request: HttpRequest) -> None:
        """Begin with a write, and lock what must be locked before the record."""
        take_write_lock(self.model)


class RegistrationMessages:
    """What a registration's forms say when somebody else was faster."""

    form: Any

    def what_happened(self) -> str:
        instance = self.form.instance
        pair = {"learner": instance.learner_id, "qualification": instance.qualification_id}
        if Registration.objects.filter(**pair).exclude(pk=instance.pk).exists():
            (one_registration,) = Registration._meta.constraints
            return str(one_registration.get_violation_error_message())
        return _("The learner, qualification or programme was deleted meanwhile. Choose again.")


class RegistrationCreateView(RegistrationMessages, RecordCreateView):
    def lock_first(self) -> None:
        lock_learners(self.form.instance.learner_id)


class RegistrationEditView(RegistrationMessages, RecordEditView):
    locked_before = ("learner",)

    def lock_first(self, request: HttpRequest) -> None:
        lock_learners(self.object.learner_id, request.POST.get("learner", ""))


class RegistrationDeleteView(DeleteView):
    def delete_action(self) -> None:
        with atomic():
            lock_learners(self.object.learner_id)
            delete_with_history([locked(Registration, self.object.pk)], user=self.request.user)


def delete_with_history(records: Sequence[Any], *, user: Any) -> None:
    """Delete records of one table, locked, each with an entry of what it held."""
    if not records:
        return
    model = type(records[0])
    entries = [
        Entry(record.pk, str(record), {"changes": changes(snapshot(record), None)}) for record in records
    ]
    write_entries(DELETE, entries, model=model, user=user, timestamp=timezone.now())
    model.objects.filter(pk__in=[record.pk for record in records]).delete()
