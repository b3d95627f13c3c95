"""Runs: uploaded files on their way through validate and commit; and what was exported."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .. import conf
from ..databases import RunQuerySet


class ImportRunQuerySet(RunQuerySet["ImportRun"]):
    """Runs as sets."""

    def shown_as(self, states: Collection[str]) -> ImportRunQuerySet:
        """Runs whose state in words, :attr:`ImportRun.shown_state`, is one of these."""
        kept = Q(created_at__gt=_staging_limit(), discarded_at=None) | Q(state=ImportRun.State.COMMITTED)
        undone = Q(undo_state=ImportRun.Undo.DONE)
        found = Q(pk__in=())
        for state in states:
            if state == ImportRun.Undo.DONE:
                found |= undone
            elif state == ImportRun.State.EXPIRED:
                found |= (Q(state=state) | ~kept) & ~undone
            else:
                found |= Q(state=state) & kept & ~undone
        return self.filter(found)

    def that_changed_something(self) -> ImportRunQuerySet:
        """Runs that created or updated registrations."""
        return self.filter(Q(created__gt=0) | Q(updated__gt=0), state=ImportRun.State.COMMITTED)

    def move(self, run: uuid.UUID, before: ImportRun.State, after: ImportRun.State, **values: Any) -> bool:
        """Change a run's state if it is still what we think; ``False`` when somebody was faster."""
        values = {"moved_at": timezone.now(), **values}
        return bool(self.filter(pk=run, state=before).update(state=after, **values))

    def move_undo(
        self, run: uuid.UUID, before: Collection[str], after: ImportRun.Undo, **values: Any
    ) -> bool:
        """Change how far the undo of a committed run is; ``False`` when somebody was faster."""
        values = {"moved_at": timezone.now(), **values}
        claimed = self.filter(pk=run, state=ImportRun.State.COMMITTED, undo_state__in=before)
        return bool(claimed.update(undo_state=after, **values))

    def progress(self, run: uuid.UUID, state: ImportRun.State, **values: Any) -> None:
        """Note how far a worker got, which is also a sign of its life; nothing when the state changed."""
        self.filter(pk=run, state=state).update(moved_at=timezone.now(), **values)

    def stuck(self) -> ImportRunQuerySet:
        """Runs at work whose worker gave no sign of life for too long."""
        return self.silent().filter(state__in=ImportRun.AT_WORK)

    def silent(self) -> ImportRunQuerySet:
        """Runs last heard of so long ago that no worker can still be at them."""
        return self.filter(moved_at__lte=silent_since())

    def expired(self) -> ImportRunQuerySet:
        """Runs whose staged file may not be read any more."""
        return self.filter(created_at__lte=_staging_limit())

    def committed(self) -> ImportRunQuerySet:
        """Runs that were committed, whether they changed something or not, and are not undone."""
        return self.filter(state=ImportRun.State.COMMITTED).exclude(undo_state=ImportRun.Undo.DONE)

    def in_effect(self) -> ImportRunQuerySet:
        """Runs that changed something and are not undone."""
        return self.that_changed_something().exclude(undo_state=ImportRun.Undo.DONE)

    def kept(self) -> ImportRunQuerySet:
        """Runs whose staged file may still be read."""
        return self.filter(created_at__gt=_staging_limit(), discarded_at=None)


def _staging_limit() -> dt.datetime:
    return timezone.now() - dt.timedelta(days=conf.settings.STAGING_DAYS)


def silent_since() -> dt.datetime:
    """A run at work that was last heard of before this is stuck."""
    return timezone.now() - dt.timedelta(minutes=conf.settings.STUCK_MINUTES)


class ImportRun(models.Model):
    """One uploaded file on its way through validate and commit."""

    class About(models.TextChoices):
        """What its records are about."""

        REGISTRATIONS = "registrations", _("registrations")
        LEARNERS = "learners", _("learners")
        QUALIFICATIONS = "qualifications", _("qualifications")

    class State(models.TextChoices):
        MATCHING = "matching", _("Columns to be matched")
        UPLOADED = "uploaded", _("Uploaded")
        VALIDATING = "validating", _("Validating")
        VALIDATED = "validated", _("Validated")
        COMMITTING = "committing", _("Uploading")
        COMMITTED = "committed", _("Uploaded and applied")
        CANCELLED = "cancelled", pgettext_lazy("wagtail_regcert", "Cancelled")
        FAILED = "failed", _("Failed")
        EXPIRED = "expired", _("Expired")

    AT_WORK = (State.UPLOADED, State.VALIDATING, State.COMMITTING)
    """States that a worker is to end; a person is asked in none of them."""

    class Undo(models.TextChoices):
        RUNNING = "running", _("Being undone")
        DONE = "done", _("Undone")
        FAILED = "failed", _("Undo failed")

    SHOWN_STATES = ((Undo.DONE.value, Undo.DONE.label), *State.choices)
    """What the list of imports says of a run."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    about = models.CharField(max_length=64, choices=About.choices, default=About.REGISTRATIONS)
    layout = models.CharField(pgettext_lazy("wagtail_regcert", "layout"), max_length=128, blank=True)
    """The name of one that the site has added; blank for the one of what the file is about, and where its
    columns were matched by hand."""
    definition = models.JSONField(null=True)
    """How the file is read; ``None`` for the layout of what it is about."""
    fields = models.JSONField(null=True)
    """The fields whose values the report has, in order; ``None`` for all of the layout."""
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    user_name = models.CharField(pgettext_lazy("wagtail_regcert", "user"), max_length=255, blank=True)
    created_at = models.DateTimeField(
        pgettext_lazy("wagtail_regcert", "created"), default=timezone.now, db_index=True
    )
    finished_at = models.DateTimeField(_("finished"), null=True)
    file_name = models.CharField(pgettext_lazy("wagtail_regcert", "file"), max_length=255)
    size = models.BigIntegerField(_("size in bytes"))
    digest = models.CharField(_("SHA-256"), max_length=64)
    separator = models.CharField(_("separator"), max_length=16)
    encoding = models.CharField(_("encoding"), max_length=16)
    state = models.CharField(max_length=16, choices=State.choices, default=State.UPLOADED)
    moved_at = models.DateTimeField(default=timezone.now)
    """When the state last changed, or a worker last told its progress."""
    discarded_at = models.DateTimeField(null=True)
    """When the file and the report were thrown away before their time, to erase a learner."""
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    failure = models.TextField(blank=True)

    rows = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    cleared = models.PositiveIntegerField(default=0)
    conflicts = models.PositiveIntegerField(default=0)
    created_learners = models.PositiveIntegerField(default=0)
    """Beside registrations, out of the same file."""
    created_qualifications = models.PositiveIntegerField(default=0)
    created_organisations = models.PositiveIntegerField(default=0)
    error_count = models.PositiveIntegerField(default=0)
    warning_count = models.PositiveIntegerField(default=0)
    error_kinds = models.JSONField(default=list)
    """[code, column, how many], the most frequent first."""

    answers = models.ForeignKey("ExportRun", null=True, on_delete=models.SET_NULL, related_name="answered_by")
    """The export that the file answers."""
    missing = models.PositiveIntegerField(default=0)
    """Registrations that the export held and that no record of the file is about."""
    extra = models.PositiveIntegerField(default=0)
    """Records of the file about no registration that the export held."""

    undo_state = models.CharField(max_length=16, choices=Undo.choices, blank=True)
    undone_at = models.DateTimeField(_("undone"), null=True)
    undone_by_name = models.CharField(_("undone by"), max_length=255, blank=True)
    undo_restored = models.PositiveIntegerField(default=0)
    """Registrations that got their old values back."""
    undo_deleted = models.PositiveIntegerField(default=0)
    """Registrations that the run had created."""
    undo_left = models.PositiveIntegerField(default=0)
    """Registrations left alone, since they changed after the import."""

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        base_manager_name = "objects"
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.file_name

    @property
    def shown_state(self) -> str:
        """The state that matters to a person: what was done stays so when its report is kept no more."""
        if self.undo_state == self.Undo.DONE:
            return self.Undo.DONE.value
        is_gone = self.has_expired and self.state != self.State.COMMITTED
        return self.State.EXPIRED.value if is_gone else self.state

    @property
    def state_shown(self) -> str:
        """The same in words."""
        return str(dict(self.SHOWN_STATES)[self.shown_state])

    @property
    def expires_at(self) -> dt.datetime:
        """When the staged file and the report become unreadable."""
        return self.created_at + dt.timedelta(days=conf.settings.STAGING_DAYS)

    @property
    def has_expired(self) -> bool:
        gone = self.state == self.State.EXPIRED or self.discarded_at is not None
        return gone or timezone.now() >= self.expires_at

    @property
    def seems_stuck(self) -> bool:
        """Whether the worker is likely gone: restarted, killed, or never started."""
        return self.state in self.AT_WORK and self.moved_at <= silent_since()

    @property
    def undo_seems_stuck(self) -> bool:
        """The same of an undo."""
        return self.undo_state == self.Undo.RUNNING and self.moved_at <= silent_since()

    @property
    def has_report(self) -> bool:
        """Whether validation got to its end, and its report is kept."""
        return self.pieces.filter(kind=RunPiece.Kind.RECORD_KINDS).exists()


class RunPiece(models.Model):
    """A piece of a run's staged file or report: packets of MariaDB and memory are limited."""

    class Kind(models.TextChoices):
        FILE = "file"
        ERRORS = "errors"
        WARNINGS = "warnings"
        ERROR_KINDS = "error_kinds"
        GROUPS = "groups"
        GROUP_KINDS = "group_kinds"
        RECORDS = "records"
        RECORD_KINDS = "record_kinds"
        CONFLICTS = "conflicts"
        UNDO_LEFT = "undo_left"
        NOTES = "notes"
        NEW_LEARNERS = "new_learners"
        NEW_QUALIFICATIONS = "new_quals"
        NEW_ORGANISATIONS = "new_orgs"
        NOT_SENT = "not_sent"

    BYTE_KINDS = (Kind.ERROR_KINDS, Kind.GROUP_KINDS, Kind.RECORD_KINDS, Kind.NOT_SENT)
    """One byte for each entry of another kind, or for each record of the file; no text."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="pieces")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    number = models.PositiveIntegerField()
    items = models.PositiveIntegerField()
    """Bytes of a file or of kinds, entries of any other."""
    data = models.BinaryField()

    objects = RunQuerySet.as_manager()

    class Meta:
        base_manager_name = "objects"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["run", "kind", "number"], name="regcert_one_piece")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class ExportRunQuerySet(RunQuerySet["ExportRun"]):
    """Exports as sets."""

    def expired(self) -> ExportRunQuerySet:
        """Exports of which it may not be known any more which registrations they held."""
        return self.filter(created_at__lte=_expiry_limit())

    def unexpired(self) -> ExportRunQuerySet:
        """Exports of which it is still known which registrations they held."""
        return self.filter(created_at__gt=_expiry_limit())

    def visible_to(self, user: Any) -> ExportRunQuerySet:
        """Exports are seen by whoever made them, and by superusers."""
        return self if user.is_superuser else self.filter(user=user)


def _expiry_limit() -> dt.datetime:
    return timezone.now() - dt.timedelta(days=conf.settings.EXPORT_DAYS)


class ExportRun(models.Model):
    """Who exported what. Written before the first byte leaves."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    user_name = models.CharField(pgettext_lazy("wagtail_regcert", "user"), max_length=255, blank=True)
    created_at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    layout = models.CharField(pgettext_lazy("wagtail_regcert", "layout"), max_length=128)
    """One that comes with the package, or the name of one that the site has added."""
    definition = models.JSONField(null=True)
    """The layout as it was then; ``None`` for one that comes with the package."""
    filters = models.TextField(pgettext_lazy("wagtail_regcert", "filters"), blank=True)
    """The listing's query string, the command's options, or the number of selected records."""
    records = models.PositiveIntegerField(_("records"))
    left_out = models.PositiveIntegerField(_("left out"), default=0)
    """Records that the layout cannot carry: without a ULN or reference, or not right for it."""

    objects = ExportRunQuerySet.as_manager()

    class Meta:
        base_manager_name = "objects"
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-created_at"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M} {self.user_name}"

    @property
    def holds_until(self) -> dt.datetime:
        """Until when it is known which registrations it held."""
        return self.created_at + dt.timedelta(days=conf.settings.EXPORT_DAYS)

    @property
    def is_forgotten(self) -> bool:
        """Whether that is not known any more."""
        return timezone.now() >= self.holds_until

    @staticmethod
    def selected(count: int) -> str:
        """What ``filters`` keeps for selected records, whatever language the user reads."""
        return f"{count} selected"

    @property
    def selected_count(self) -> int | None:
        """How many records were selected one by one; ``None`` where filters chose them."""
        first = self.filters.split(" ")[0]
        is_count = first.isdecimal() and self.filters == self.selected(int(first))
        return int(first) if is_count else None

    @property
    def layout_shown(self) -> str:
        """The layout in words."""
        words = {
            "export": _("export layout"),
            "import": _("import layout"),
            "learners": _("learners"),
            "qualifications": _("qualifications"),
        }
        return str(words.get(self.layout, self.layout))


class KeysPiece(models.Model):
    """A piece of a long list of registrations: their primary keys, packed, in the order of the file."""

    number = models.PositiveIntegerField()
    keys = models.BinaryField()

    objects = RunQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.number)


class ExportPiece(KeysPiece):
    """Of what an export held."""

    run = models.ForeignKey(ExportRun, on_delete=models.CASCADE, related_name="pieces")

    class Meta(KeysPiece.Meta):
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="regcert_one_export_piece")]


class AnswerPiece(KeysPiece):
    """Of what a file brought that answers an export.

    The file and its report are kept for days, and what is awaited is asked for months.
    """

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="brought")

    class Meta(KeysPiece.Meta):
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="regcert_one_answer_piece")]
