"""A second, plain reading of SPEC §5 to §7: bytes and stored values in, the answer of §7 out.

Written from the SPEC alone and sharing nothing with the package, so that a rule which the engine misreads, or
loses in making it quick, shows up as a disagreement. It is naive on purpose: one cell at a time,
dictionaries, no cleverness.

A *world* is what is stored, as plain values::

    {"learners": {reference: uln or None},
     "qualifications": [number, …],
     "registrations": {(reference, number): values, …}}

where ``values`` holds the eight values of §5.2 that a file carries, dates as ISO text and blanks as ``""``.
"""

from collections import Counter

from .oracle_cells import (
    COLUMNS,
    DATES,
    DIGITS,
    IN_TIME,
    MANDATORY,
    MORE_COLUMNS,
    NUMBER,
    OWN_DATE,
    PLACEHOLDERS,
    POSTAL,
    QUALIFICATION,
    STATUS,
    TEXTS,
    ULN,
    VALUES,
    check_digit_fails,
    clean,
    date_of,
    has_bad_character,
    is_damaged,
    match_key,
    status_of,
)
from .oracle_files import (
    SEPARATORS,
    decode,
    headed,
    is_header,
    read,
    zip_headings,
)


def answer(data, separator, world, today, *, commit, earlier=0):
    """Say what ``regcert_import`` prints for a file, without messages and the run; and what it leaves behind.

    ``data`` is bytes, ``separator`` a name, ``today`` ISO text, ``earlier`` the number of runs that were
    committed of the same bytes, have changed something and are not undone. Beside §7's own, the answer has
    ``exit`` (the code), ``history`` (rows that leave an entry) and ``stored`` (the registrations afterwards).
    Errors and warnings are (row, column, value, code), notes (code, column, count).
    """
    found = validated(data, separator, world, today, earlier=earlier)
    if commit and found["fatal"] is None:
        found = committed(found, world)
    return without_plan(found)


def without_plan(answer):
    return {name: value for name, value in answer.items() if name != "plan"}


def validated(data, separator, world, today, *, earlier=0):
    """The answer without a commit; and ``plan``, for :func:`committed`."""
    fault, encoding, text = decode(data)
    if fault:
        return refusal(fault, encoding, world)
    rows = read(text, SEPARATORS[separator])
    if rows is None:
        return refusal("malformed_csv", encoding, world)
    header, records = headed(rows, SEPARATORS[separator])
    if header is None:
        return refusal("bad_header", encoding, world)
    if not records:
        return refusal("no_records", encoding, world)
    return judge(records, header, encoding, world, today, earlier)


def said(validated_answer):
    """Registration to the values that an accepted record gives it."""
    plan = validated_answer["plan"]
    records = planned(plan["records"], plan["header"], plan["world"])
    return {record["pair"]: record["values"] for record in records if not record["errors"]}


def refusal(code, encoding, world):
    return {
        "fatal": code,
        "rows": 0,
        "accepted": 0,
        "created": 0,
        "updated": 0,
        "unchanged": 0,
        "rejected": 0,
        "cleared": 0,
        "conflicts": 0,
        "errors": [],
        "warnings": [],
        "notes": [],
        "encoding": encoding,
        "committed": False,
        "exit": 2,
        "history": [],
        "stored": world["registrations"],
    }


# Records (§5.4), and what becomes of them (§6, §7)


def judge(records, header, encoding, world, today, earlier):
    read_records = planned(records, header, world)
    counts = Counter()
    errors, warnings, accepted = [], [], []
    for record in read_records:
        if record["errors"]:
            counts["rejected"] += 1
            errors += record["errors"]
            continue
        accepted.append(record)
        old = world["registrations"].get(record["pair"])
        warnings += warnings_of(record, old, today)
        counts.update(effect(old, record["values"]))
    return {
        "fatal": None,
        "rows": len(records),
        "accepted": len(accepted),
        "created": counts["created"],
        "updated": counts["updated"],
        "unchanged": counts["unchanged"],
        "rejected": counts["rejected"],
        "cleared": counts["cleared"],
        "conflicts": 0,
        "errors": errors,
        "warnings": warnings,
        "notes": notes_of(read_records, accepted, encoding, earlier),
        "encoding": encoding,
        "committed": False,
        "exit": 1 if counts["rejected"] else 0,
        "history": [],
        "stored": world["registrations"],
        "plan": {"records": records, "header": header, "world": world},
    }


def effect(old, new):
    """What a record counts as, given what is stored and what it says."""
    if old is None:
        return Counter(created=1)
    if old == new:
        return Counter(unchanged=1)
    cleared = sum(old[column] != "" and new[column] == "" for column in VALUES)
    return Counter(updated=1, cleared=cleared)


def committed(validated_answer, world):
    """The answer after a commit, given what is stored by then."""
    plan = validated_answer["plan"]
    seen = {record["row"]: record for record in planned(plan["records"], plan["header"], plan["world"])}
    now = {record["row"]: record for record in planned(plan["records"], plan["header"], world)}
    counts = Counter()
    conflicts, written = [], []
    stored = dict(world["registrations"])
    for row, record in seen.items():
        if record["errors"]:
            continue
        pair, new = now[row]["pair"], record["values"]
        before, old = plan["world"]["registrations"].get(pair), world["registrations"].get(pair)
        holds = pair == record["pair"] and old == before
        if now[row]["errors"] or not (holds or old == new):
            conflicts.append((row, "", "", "changed_since_validation"))
            continue
        counts.update(effect(old, new))
        if old != new:
            written.append(row)
            stored[pair] = new
    of_rows = {row for row, *_rest in validated_answer["errors"]}
    assert not of_rows & {row for row, *_rest in conflicts}
    return {
        **validated_answer,
        **{name: counts[name] for name in ("created", "updated", "unchanged", "cleared")},
        "conflicts": len(conflicts),
        "errors": sorted([*validated_answer["errors"], *conflicts], key=lambda error: error[0]),
        "committed": True,
        "exit": 1 if conflicts else validated_answer["exit"],
        "history": written,
        "stored": stored,
    }


def planned(records, header, world):
    """Every record as read, with its errors, among them that of duplicates."""
    learners = {uln: reference for reference, uln in world["learners"].items() if uln is not None}
    qualifications = {match_key(number): number for number in world["qualifications"]}
    read_records = [read_record(row, cells, header, learners, qualifications) for row, cells in records]
    seen = Counter(record["pair"] for record in read_records if record["pair"])
    for record in read_records:
        if seen[record["pair"]] > 1:
            record["errors"].append((record["row"], "", "", "duplicate"))
    return read_records


def notes_of(records, accepted, encoding, earlier):
    """The notes as (code, column, count)."""
    found = []
    if encoding == "cp1252":
        strange = [one for one in records if not all(map(str.isascii, one["counted"]))]
        found.append(("guessed_encoding", "", len(strange)))
    lost = [one for one in records if any("\ufffd" in cell for cell in one["counted"])]
    found.append(("lost_characters", "", len(lost)))
    for column in DATES:
        cells = {one["cells"][column] for one in records if len(one["cells"]) > column}
        # As it stands, day/month/year; another is one only where its first part is a month.
        dates = {cell for cell in cells if date_of(cell)}
        swapped = any(date_of(cell[3:6] + cell[:3] + cell[6:]) for cell in cells - dates)
        days = {int(cell[:2]) for cell in dates}
        if swapped or (len(dates) >= 10 and max(days) <= 12 and days != {1}):
            both = [
                one["cells"][column]
                for one in accepted
                if one["cells"][column] and int(one["cells"][column][:2]) <= 12
            ]
            count = sum(cell[:2] != cell[3:5] for cell in both)
            found.append(("day_month_order", COLUMNS[column], count))
    found.append(("imported_before", "", earlier))
    return [note for note in found if note[2] > 0]


def read_record(row, cells, header, learners, qualifications):
    """A record's values, its errors, and the registration it is about where both ends are found."""
    pairs = [(clean(cell), kind) for cell, kind in zip_headings(cells, header)]
    cleaned = [cell for cell, _kind in pairs[:10]]
    counted = [cell for cell, kind in pairs if kind not in MORE_COLUMNS]
    shifted = [
        cell for cell, kind in pairs if kind == MORE_COLUMNS[0] and not all(one in DIGITS for one in cell)
    ]
    record = {
        "row": row,
        "cells": cleaned,
        # What is no row number, where one belongs, is not passed over.
        "counted": [*counted, *shifted],
        "short": len(cells) < 10,
        "pair": None,
        "errors": [],
        "values": {},
    }
    # What stands under the two headings after the tenth counts as blank here too.
    if is_header([*cells[:10], *counted[10:], *shifted]):
        record["errors"].append((row, "", "", "repeated_heading"))
        return record
    if len(cells) > len(header) or any(counted[10:]) or shifted:
        record["errors"].append((row, "", "", "too_many_cells"))
        return record
    cleaned += [""] * (10 - len(cleaned))
    for column in range(10):
        code = error_of(column, cleaned[column], learners, qualifications)
        if code:
            value = cleaned[column].replace("\0", "\ufffd")[:200]
            record["errors"].append((row, COLUMNS[column], value, code))
    wrong = [column for _row, column, _value, _code in record["errors"]]
    if COLUMNS[QUALIFICATION] not in wrong and COLUMNS[ULN] not in wrong:
        record["pair"] = (learners[cleaned[ULN]], qualifications[match_key(cleaned[QUALIFICATION])])
    for column in VALUES:
        cell = cleaned[column]
        if column == STATUS:
            record["values"][column] = status_of(cell)
        elif column in DATES:
            record["values"][column] = date_of(cell) if cell else ""
        else:
            record["values"][column] = cell
    return record


def error_of(column, cell, learners, qualifications):
    """The first error that applies to a cell, or None."""
    if has_bad_character(cell, column):
        return "bad_character"
    if column in TEXTS and len(cell) > 128:
        return "too_long"
    if cell == "":
        return "required" if column in MANDATORY else None
    if column == STATUS and status_of(cell) is None:
        return "bad_status"
    if column in DATES and date_of(cell) is None:
        return "bad_date"
    if column == QUALIFICATION and match_key(cell) not in qualifications:
        return "unknown_qualification"
    if column == ULN and cell == "9999999999":
        return "temporary_uln"
    if column == ULN and cell not in learners:
        return "unknown_learner"
    return None


def warnings_of(record, stored, today):
    """An accepted record's warnings as (row, column, value, code): in column order, of the row last.

    ``stored`` are the values of its registration, or None.
    """
    values, found = record["values"], []
    for column in range(10):
        codes = []
        if column in DATES and values[column]:
            before = [values[one] for one in IN_TIME[: IN_TIME.index(column)] if values[one]]
            if before and values[column] < before[-1]:
                codes.append("date_order")
            if values[column] > today:
                codes.append("future_date")
        if OWN_DATE.get(values[STATUS]) == column and not values[column]:
            codes.append("missing_date")
        if column == ULN and check_digit_fails(record["cells"][ULN]):
            codes.append("check_digit")
        if column in (NUMBER, POSTAL):
            cell = record["cells"][column]
            if is_damaged(cell, stored[column] if stored else ""):
                codes.append("damaged")
            if cell.lower() in PLACEHOLDERS:
                codes.append("placeholder")
        found += [(record["row"], COLUMNS[column], record["cells"][column], code) for code in codes]
    if record["short"]:
        found.append((record["row"], "", "", "short_row"))
    return found
