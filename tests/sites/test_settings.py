"""The whole job under settings that a site may have."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sites.job import do_whole_job

pytestmark = pytest.mark.django_db(transaction=True)

SETTINGS: dict[str, dict[str, Any]] = {
    "as the example site": {},
    "no time zones": {"USE_TZ": False, "TIME_ZONE": "America/New_York"},
    "far ahead": {"TIME_ZONE": "Pacific/Kiritimati"},
    "far behind": {"TIME_ZONE": "Pacific/Pago_Pago"},
}


@pytest.mark.parametrize("chosen", SETTINGS.values(), ids=SETTINGS.keys())
def test_the_whole_job_works(settings: Any, chosen: dict[str, Any]) -> None:
    for name, value in chosen.items():
        setattr(settings, name, value)

    do_whole_job()
