"""The least that anybody would have to do, written out plainly.

No class, no message, no report, no lock, no look at what changed in between: what a careful person would
write for one file, once. Peers share the reading and the cells, so that they differ in the writing alone.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.utils import timezone

from wagtail_regcert.cells import Gender, Status
from wagtail_regcert.history import IMPORT
from wagtail_regcert.models import Registration

FILE_NAME = "file.csv"
STATUSES = {status.label: status.value for status in Status}
STATUS_LABELS = {status.value: status.label for status in Status}
GENDER_LABELS = {"": "", **{gender.value: gender.label for gender in Gender}}
VALUES = (
    "status",
    "registration_number",
    "registration_date",
    "certificate_claimed_date",
    "achieved_date",
    "certificate_received_date",
    "certificate_sent_date",
    "postal_tracking_reference",
)
CHANGED = (*VALUES, "search_text", "updated_at")
WRITTEN = ("learner_id", "qualification_id", *CHANGED, "created_at")
PAIRS = "SELECT id, learner_id, qualification_id FROM wagtail_regcert_registration"

Accepted = list[tuple[Any, ...]]
"""Row number, learner, qualification and the eight values of each good record."""


# Reading


def rows_by(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


@cache
def day(text: str) -> dt.date | None:
    """``dd/mm/yyyy`` or blank; anything else raises ``ValueError``."""
    if not text:
        return None
    if len(text) != 10:
        raise ValueError(text)
    return dt.date(int(text[6:]), int(text[3:5]), int(text[:2]))


def key_of(number: str) -> str:
    return number.upper().replace("/", "").replace(" ", "")


def read(data: bytes) -> tuple[Accepted, int]:
    """The good records of a file, and how many are bad."""
    learners = dict(rows_by("SELECT uln, id FROM wagtail_regcert_learner"))
    qualifications = dict(rows_by("SELECT match_key, id FROM wagtail_regcert_qualification"))
    good: dict[tuple[int, int], tuple[Any, ...] | None] = {}
    repeated = set()
    total = 0
    lines = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    next(lines)
    for row, cells in enumerate(lines, start=2):
        total += 1
        if len(cells) != 10:
            continue
        number, uln, label, text, *days, tracking = cells
        learner, qualification = learners.get(uln), qualifications.get(key_of(number))
        if learner is None or qualification is None:
            continue
        pair = learner, qualification
        if pair in good:
            repeated.add(pair)
        good[pair] = None
        if label in STATUSES and fits(text) and fits(tracking):
            try:
                dates = tuple(map(day, days))
            except ValueError:
                continue
            good[pair] = (row, *pair, STATUSES[label], text, *dates, tracking)
    accepted = [record for pair, record in good.items() if record is not None and pair not in repeated]
    return accepted, total - len(accepted)


def fits(text: str) -> bool:
    return len(text) <= 128 and text.isprintable()


def validate(data: bytes) -> dict[str, int]:
    """What the file would do."""
    accepted, rejected = read(data)
    stored = set(rows_by("SELECT learner_id, qualification_id FROM wagtail_regcert_registration"))
    updated = sum(record[1:3] in stored for record in accepted)
    return {"created": len(accepted) - updated, "updated": updated, "rejected": rejected}


# Writing


def write(accepted: Accepted) -> None:
    """Insert or update the records, the quickest way that this database has."""
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    search_text = Registration._meta.get_field("search_text").made_of
    number, tracking = (
        3 + VALUES.index(name) for name in ("registration_number", "postal_tracking_reference")
    )
    WRITERS[connection.vendor](
        [(*one[1:], search_text([one[number], one[tracking]]), now, now) for one in accepted]
    )


def _sqlite(rows: Sequence[tuple[Any, ...]]) -> None:
    changes = ", ".join(f"{name} = excluded.{name}" for name in CHANGED)
    _many(
        f"INSERT INTO wagtail_regcert_registration ({', '.join(WRITTEN)}) "
        f"VALUES ({', '.join(['%s'] * len(WRITTEN))}) "
        f"ON CONFLICT (learner_id, qualification_id) DO UPDATE SET {changes}",
        rows,
    )


def _mariadb(rows: Sequence[tuple[Any, ...]]) -> None:
    changes = ", ".join(f"{name} = VALUES({name})" for name in CHANGED)
    _many(
        f"INSERT INTO wagtail_regcert_registration ({', '.join(WRITTEN)}) "
        f"VALUES ({', '.join(['%s'] * len(WRITTEN))}) ON DUPLICATE KEY UPDATE {changes}",
        rows,
    )


def _postgresql(rows: Sequence[tuple[Any, ...]]) -> None:
    columns = ", ".join(WRITTEN)
    changes = ", ".join(f"{name} = excluded.{name}" for name in CHANGED)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE bench_rows ON COMMIT DROP AS "
            f"SELECT {columns} FROM wagtail_regcert_registration WITH NO DATA"
        )
        _copy(f"COPY bench_rows ({columns}) FROM STDIN", rows)
        cursor.execute(
            f"INSERT INTO wagtail_regcert_registration ({columns}) SELECT {columns} FROM bench_rows "
            f"ON CONFLICT (learner_id, qualification_id) DO UPDATE SET {changes}"
        )


WRITERS = {"sqlite": _sqlite, "postgresql": _postgresql, "mysql": _mariadb}


def _many(sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)


def _copy(sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(sql) as copy:
        for row in rows:
            copy.write_row(row)


# History

LOGGED = (
    "content_type_id",
    "label",
    "action",
    "data",
    "timestamp",
    "uuid",
    "user_id",
    "user_name",
    "content_changed",
    "deleted",
    "object_id",
)


def stored_values() -> dict[tuple[int, int], tuple[Any, ...]]:
    """(learner, qualification) to the eight values, of everything stored."""
    names = ", ".join(("learner_id", "qualification_id", *VALUES))
    found = rows_by(f"SELECT {names} FROM wagtail_regcert_registration")
    return {row[:2]: row[2:] for row in found}


def labels() -> tuple[dict[int, str], dict[int, str]]:
    """What learners and qualifications are called in history, by primary key."""
    learners = rows_by("SELECT id, given_names, family_name, uln FROM wagtail_regcert_learner")
    qualifications = rows_by("SELECT id, title, number FROM wagtail_regcert_qualification")
    return (
        {key: f"{given} {family} · {uln}" for key, given, family, uln in learners},
        {key: f"{title} ({number})" for key, title, number in qualifications},
    )


def plain(value: Any) -> str:
    return "" if value is None else str(value)


def entries(
    accepted: Accepted, before: Mapping[tuple[int, int], tuple[Any, ...]]
) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Primary key, label and data of one history entry for each record."""
    keys = {row[1:]: row[0] for row in rows_by(PAIRS)}
    learners, qualifications = labels()
    for row, learner, qualification, *values in accepted:
        stored = before.get((learner, qualification))
        changes = {
            name: [plain(old), plain(new)]
            for name, old, new in zip(VALUES, stored or ("",) * 8, values, strict=True)
            if plain(old) != plain(new)
        }
        if stored is None:
            changes = {
                "learner": ["", str(learner)],
                "qualification": ["", str(qualification)],
                **changes,
            }
        yield (
            keys[learner, qualification],
            f"{learners[learner]} – {qualifications[qualification]}",
            {"file": FILE_NAME, "row": row, "changes": changes},
        )


def write_history(accepted: Accepted, before: Mapping[tuple[int, int], Any], user: Any) -> None:
    content_type = ContentType.objects.get_for_model(Registration).pk
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    native = connection.features.has_native_uuid_field
    rows = [
        (
            content_type,
            label,
            IMPORT,
            json.dumps(data, ensure_ascii=False),
            now,
            str(uuid.uuid4()) if native else uuid.uuid4().hex,
            user.pk,
            user.get_username(),
            True,
            False,
            key,
        )
        for key, label, data in entries(accepted, before)
    ]
    columns = ", ".join(LOGGED)
    if connection.vendor == "postgresql":
        _copy(f"COPY wagtail_regcert_registrationlogentry ({columns}) FROM STDIN", rows)
    else:
        marks = ", ".join(["%s"] * len(LOGGED))
        _many(f"INSERT INTO wagtail_regcert_registrationlogentry ({columns}) VALUES ({marks})", rows)


def commit(accepted: Accepted) -> dict[str, int]:
    """Records only."""
    with transaction.atomic():
        write(accepted)
    return {"written": len(accepted)}


def whole(data: bytes, user: Any) -> dict[str, int]:
    """Validate, write the records and one history entry each."""
    accepted, rejected = read(data)
    with transaction.atomic():
        before = stored_values()
        write(accepted)
        write_history(accepted, before, user)
    return {"written": len(accepted), "rejected": rejected}


# Export

HEADINGS = (
    "Full name",
    "ULN",
    "Qualification",
    "Awarding body",
    "Status",
    "Registration number",
    "Gender",
    "DateOfBirth",
    "Completion date",
    "ProgramName",
    "Aim ref number",
    "RegisteredDate",
    "Certificate received",
    "Certificate claimed",
    "Achieved Date",
    "Certificate Sent Date",
    "Postal Tracking Reference",
)
AT_ONCE = 2000
"""Rows written at once."""


@cache
def day_text(value: dt.date | None) -> str:
    return f"{value:%d/%m/%Y}" if value else ""


def cells(
    given: str,
    family: str,
    uln: str | None,
    title: str,
    body: str,
    status: str,
    number: str,
    gender: str,
    born: dt.date | None,
    planned: dt.date | None,
    programme: str | None,
    aim: str,
    registered: dt.date | None,
    received: dt.date | None,
    claimed: dt.date | None,
    achieved: dt.date | None,
    sent: dt.date | None,
    tracking: str,
) -> tuple[str, ...]:
    """One record of the export file. Formulas are not guarded."""
    return (
        f"{given} {family}".strip(),
        uln or "",
        title,
        body,
        STATUS_LABELS[status],
        number,
        GENDER_LABELS[gender],
        day_text(born),
        day_text(planned),
        programme or "",
        aim,
        day_text(registered),
        day_text(received),
        day_text(claimed),
        day_text(achieved),
        day_text(sent),
        tracking,
    )


def written(rows: Iterable[tuple[Any, ...]]) -> Iterator[bytes]:
    """CSV of raw values, some rows at a time."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    for count, row in enumerate(rows, start=1):
        writer.writerow(cells(*row))
        if count % AT_ONCE == 0:
            yield _taken(out)
    yield _taken(out)


def _taken(out: io.StringIO) -> bytes:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text.encode()


def export_sql(last: int) -> Iterator[bytes]:
    """Raw SQL and the ``csv`` module, up to the primary key ``last``."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            """
            SELECT l.given_names, l.family_name, l.uln, q.title, o.name, r.status, r.registration_number,
                l.gender, l.date_of_birth, r.planned_achievement_date, p.name, q.number,
                r.registration_date, r.certificate_received_date, r.certificate_claimed_date,
                r.achieved_date, r.certificate_sent_date, r.postal_tracking_reference
            FROM wagtail_regcert_registration r
            JOIN wagtail_regcert_learner l ON l.id = r.learner_id
            JOIN wagtail_regcert_qualification q ON q.id = r.qualification_id
            JOIN wagtail_regcert_awardingorganisation o ON o.id = q.awarding_organisation_id
            LEFT JOIN wagtail_regcert_programme p ON p.id = r.programme_id
            WHERE r.id <= %s ORDER BY r.id
            """,
            [last],
        )
        yield from written(_fetched(cursor))


def _fetched(cursor: Any) -> Iterator[tuple[Any, ...]]:
    while rows := cursor.fetchmany(AT_ONCE):
        yield from rows
