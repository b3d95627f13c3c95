"""Columns that several of our listings have."""

from __future__ import annotations

from typing import Any

from wagtail.admin.ui.tables import Column, TitleColumn

from ..moments import local_time, moment_as_text


class MomentColumn(Column):
    """Day and time in the one form of our screens. Wagtail's own says “2 days ago”."""

    def get_value(self, instance: Any) -> str:
        value = super().get_value(instance)
        return moment_as_text(local_time(value)) if value else ""


class LinkedMomentColumn(MomentColumn, TitleColumn):
    """The same, as a link to what happened then."""
