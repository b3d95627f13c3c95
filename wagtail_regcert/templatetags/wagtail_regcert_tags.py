"""What our templates use beside Django's and Wagtail's tags."""

from __future__ import annotations

import datetime as dt

from django import template

from ..moments import local_time, moment_as_text

register = template.Library()


@register.filter
def moment(value: dt.datetime | None) -> str:
    """A moment in the one form of our screens, by the reader's clock; ``""`` for none."""
    return moment_as_text(local_time(value)) if value else ""
