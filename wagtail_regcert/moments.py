"""Days and times of the site, whether or not it stores them with their time zone (``USE_TZ``)."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils import timezone

from .cells import day_as_text


def today() -> dt.date:
    """The day that it is at the site: in ``TIME_ZONE``, wherever the person who asks may be."""
    return site_time(timezone.now()).date()


def site_time(moment: dt.datetime) -> dt.datetime:
    """A moment as the site's clock shows it."""
    return _in_zone(moment, timezone.get_default_timezone())


def local_time(moment: dt.datetime) -> dt.datetime:
    """A moment as the clock of the person shows it for whom a page is made."""
    return _in_zone(moment, timezone.get_current_timezone())


def beginning(day: dt.date) -> dt.datetime:
    """The first moment of a day by the clock of the person who asks."""
    moment = dt.datetime.combine(day, dt.time.min)
    return timezone.make_aware(moment) if settings.USE_TZ else moment


def moment_as_text(moment: dt.datetime) -> str:
    """Write a moment, already in the zone wanted, as dd/mm/yyyy hh:mm: days as our files write them."""
    return f"{day_as_text(moment.date())} {moment:%H:%M}"


def _in_zone(moment: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    # Without USE_TZ moments are naive and stand in the site's time zone already.
    return timezone.localtime(moment, zone) if timezone.is_aware(moment) else moment
