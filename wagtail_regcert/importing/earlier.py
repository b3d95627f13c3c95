"""Earlier imports of the same file. Reads the runs."""

from __future__ import annotations

from ..models import ImportRun
from ..moments import moment_as_text, site_time
from ..problems import Note, NoteCode


def imported_before(run: ImportRun) -> list[Note]:
    """Note committed imports of the same bytes that changed something and stand, whoever made them."""
    earlier = list(
        ImportRun.objects.in_effect()
        .filter(digest=run.digest, size=run.size)
        .exclude(pk=run.pk)
        .order_by("-finished_at")
        .values_list("pk", "finished_at")
    )
    if not earlier:
        return []
    key, moment = earlier[0]
    when = moment_as_text(site_time(moment)) if moment else ""
    return [Note(NoteCode.IMPORTED_BEFORE, "", len(earlier), {"run": str(key), "when": when})]
