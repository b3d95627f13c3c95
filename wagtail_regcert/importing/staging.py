"""A run's staged file and report, kept in the database in pieces.

Compressed: MariaDB takes packets of 16 MB, and PostgreSQL would compress by itself, for longer. A page of a
report needs only its own piece.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby, repeat
from typing import Any, TypeVar

from .. import conf
from ..models import ImportRun, RunPiece
from ..models.sets import in_chunks
from ..models.writing import insert_rows
from ..problems import Code, FileFault, Note, NoteCode, Problem, SinceImport, Warn
from ..subjects.types import Left, Record
from .groups import Group
from .workbook import is_workbook, read_workbook

T = TypeVar("T")

_JSON = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False)

FILE_PIECE = 512 * 1024
"""Bytes."""
ENTRIES = 2000
"""Entries in a piece of a report."""
COMPRESSORS = 2
"""Threads."""
RECORDS_FORMAT = 2
"""Of what is kept of records. The first one was a list, and that of registrations alone."""


def save_file(run: ImportRun, data: bytes) -> None:
    """Keep the file as it came."""
    _save_pieces(run, RunPiece.Kind.FILE, list(in_chunks(data, FILE_PIECE)), bytes)


def load_file(run: ImportRun) -> bytes:
    """Read the file back."""
    pieces = _pieces(run, RunPiece.Kind.FILE).values_list("data", flat=True)
    return b"".join(map(_decompress, pieces))


def save_problems(run: ImportRun, kind: str, problems: Sequence[Problem]) -> None:
    """Keep errors, warnings or conflicts."""
    _save(run, kind, problems)


def load_problems(run: ImportRun, kind: str, start: int = 0, stop: int | None = None) -> Iterator[Problem]:
    """Read problems back, those from ``start`` to before ``stop`` only."""
    codes: type[Code] | type[Warn] = Warn if kind == RunPiece.Kind.WARNINGS else Code
    for row, column, value, code, facts in _load(run, kind, start, stop):
        yield Problem(row, column, value, codes(code), facts)


def save_groups(run: ImportRun, groups: Sequence[Group]) -> None:
    """Keep groups of errors that are alike."""
    _save(run, RunPiece.Kind.GROUPS, groups)


def load_groups(run: ImportRun, start: int = 0, stop: int | None = None) -> Iterator[Group]:
    """Read groups of errors back."""
    for code, *rest in _load(run, RunPiece.Kind.GROUPS, start, stop):
        yield Group(Code(code), *rest)


def save_records(run: ImportRun, records: Sequence[Record], kind: str = RunPiece.Kind.RECORDS) -> None:
    """Keep the accepted records with the stored values that the person was shown.

    By column: there are hundreds of thousands of values, and each by itself costs more than what is in it.
    """
    _save(run, kind, records, _by_column)


def load_records(
    run: ImportRun, start: int = 0, stop: int | None = None, *, kind: str = RunPiece.Kind.RECORDS
) -> Iterator[Record]:
    """Read accepted records back."""
    return _load(run, kind, start, stop, _by_record)


def save_names(run: ImportRun, kind: str, names: Sequence[str]) -> None:
    """Keep a list of names."""
    _save(run, kind, names)


def load_names(run: ImportRun, kind: str) -> list[str]:
    """Read a list of names back."""
    return list(_load(run, kind, 0, None))


def save_kinds(run: ImportRun, kind: str, kinds: bytes) -> None:
    """Keep one byte for each entry of a report, to find entries of a kind without reading them all."""
    RunPiece.objects.create(run=run, kind=kind, number=0, items=len(kinds), data=_compress(kinds))


def load_kinds(run: ImportRun, kind: str) -> bytes:
    """Read the byte of each entry back; none where there is no report."""
    data = _pieces(run, kind).values_list("data", flat=True).first()
    return _decompress(data) if data is not None else b""


def load_at(load: Callable[..., Iterator[T]], positions: Sequence[int]) -> list[T]:
    """Read the entries at these positions, in this order, a piece of the report at a time."""
    found: dict[int, T] = {}
    for number, wanted in groupby(sorted(positions), key=lambda position: position // ENTRIES):
        start = number * ENTRIES
        piece = list(load(start, start + ENTRIES))
        found.update((position, piece[position - start]) for position in wanted)
    return [found[position] for position in positions]


def save_notes(run: ImportRun, notes: Sequence[Note]) -> None:
    """Keep the notes on a file, with the values that they show."""
    _save(run, RunPiece.Kind.NOTES, [(note.code, note.column, note.count, note.facts) for note in notes])


def load_notes(run: ImportRun) -> list[Note]:
    """Read the notes back; none where the report is not kept any more."""
    return [
        Note(NoteCode(code), column, count, facts)
        for code, column, count, facts in _load(run, RunPiece.Kind.NOTES, 0, None)
    ]


def save_left(run: ImportRun, left: Sequence[Left]) -> None:
    """Keep what an undo left alone."""
    _save(run, RunPiece.Kind.UNDO_LEFT, left)


def load_left(run: ImportRun, start: int = 0, stop: int | None = None) -> Iterator[Left]:
    """Read back what an undo left alone."""
    for row, key, pk, reason in _load(run, RunPiece.Kind.UNDO_LEFT, start, stop):
        if isinstance(key, list):
            yield Left(row, tuple(key), pk, SinceImport(reason))
        elif run.about == ImportRun.About.REGISTRATIONS:
            # As 0.1 kept them: learner and qualification.
            yield Left(row, (key, pk), None, SinceImport(reason))
        else:
            yield Left(row, key, pk, SinceImport(reason))


def texts(run: ImportRun) -> Iterator[str]:
    """All that is kept of a run, a piece at a time, as text to search."""
    data = load_file(run)
    if is_workbook(data):
        yield from _texts_of_workbook(data)
    else:
        yield data.decode(run.encoding, "replace")
    lists = RunPiece.objects.filter(run=run).exclude(kind__in=(RunPiece.Kind.FILE, *RunPiece.BYTE_KINDS))
    for key in list(lists.values_list("pk", flat=True)):
        yield _decompress(lists.values_list("data", flat=True).get(pk=key)).decode()


def _texts_of_workbook(data: bytes) -> Iterator[str]:
    """The cells of a workbook, a row at a time."""
    workbook = read_workbook(data, max(conf.settings.MAX_UPLOAD_BYTES, len(data)))
    if not isinstance(workbook, FileFault):
        for row in workbook.rows:
            yield " ".join(cell if isinstance(cell, str) else cell.text for cell in row)


def discard(run: ImportRun, *kinds: str) -> None:
    """Throw pieces away; all when no kind is named."""
    pieces = RunPiece.objects.filter(run=run)
    (pieces.filter(kind__in=kinds) if kinds else pieces).delete()


def _pieces(run: ImportRun, kind: str) -> Any:
    return RunPiece.objects.filter(run=run, kind=kind).order_by("number")


def _save(
    run: ImportRun, kind: str, entries: Sequence[Any], arranged: Callable[[Sequence[Any]], Any] = list
) -> None:
    """Keep entries, those of a piece ``arranged`` for JSON."""
    _save_pieces(run, kind, list(in_chunks(entries, ENTRIES)), lambda piece: _as_text(arranged(piece)))


def _load(
    run: ImportRun,
    kind: str,
    start: int,
    stop: int | None,
    entries_of: Callable[[Any], Iterable[Any]] = list,
) -> Iterator[Any]:
    first, last = start // ENTRIES, None if stop is None else max(stop - 1, 0) // ENTRIES
    pieces = _pieces(run, kind).filter(number__gte=first)
    if last is not None:
        pieces = pieces.filter(number__lte=last)
    position = first * ENTRIES
    for number in list(pieces.values_list("number", flat=True)):
        data = pieces.filter(number=number).values_list("data", flat=True).get()
        for entry in entries_of(_unpack(data)):
            if position >= start and (stop is None or position < stop):
                yield entry
            position += 1


def _by_column(records: Sequence[Record]) -> dict[str, Any]:
    """The parts of records; values before (of those that have any) and after by field."""
    rows, keys, pks, before, after = zip(*records, strict=True)
    stored = [values for values in before if values is not None]
    return {
        "format": RECORDS_FORMAT,
        "rows": rows,
        "keys": keys,
        "pks": pks,
        "before": list(zip(*stored, strict=True)),
        "after": list(zip(*after, strict=True)),
    }


def _by_record(kept: Any) -> Iterator[Record]:
    if isinstance(kept, list):
        kept = _of_last_release(kept)
    # A layout may say no more than which records are meant: these have no values.
    stored: Iterator[Any] = zip(*kept["before"], strict=True) if kept["after"] else repeat(())
    after: Iterable[Any] = zip(*kept["after"], strict=True) if kept["after"] else [()] * len(kept["rows"])
    keys = [tuple(key) if isinstance(key, list) else key for key in kept["keys"]]
    for row, key, pk, values in zip(kept["rows"], keys, kept["pks"], after, strict=True):
        yield Record(row, key, pk, None if pk is None else next(stored), values)


def _of_last_release(kept: list[Any]) -> dict[str, Any]:
    """Records of a report that 0.1 kept; it can go when no such report can be left."""
    rows, learners, qualifications, pks, before, after = kept

    def parted(columns: Sequence[Any]) -> list[Any]:
        return [column.split("\x7f") if isinstance(column, str) else column for column in columns]

    keys = list(zip(learners, qualifications, strict=True))
    return {"rows": rows, "keys": keys, "pks": pks, "before": parted(before), "after": parted(after)}


def _save_pieces(
    run: ImportRun, kind: str, pieces: Sequence[Sized], as_bytes: Callable[[Any], bytes]
) -> None:
    # Compression needs no interpreter: it goes on beside while the next piece is written out.
    with ThreadPoolExecutor(max_workers=COMPRESSORS) as beside:
        packed = beside.map(_compress, map(as_bytes, pieces))
    rows = [
        (run.pk, kind, number, len(piece), data)
        for number, (piece, data) in enumerate(zip(pieces, packed, strict=True))
    ]
    insert_rows(RunPiece, ("run", "kind", "number", "items", "data"), rows)


def _as_text(entries: Any) -> bytes:
    # "replace": a lone surrogate, which no encoding can carry, is shown as a question mark.
    return _JSON.encode(entries).encode("utf-8", "replace")


def _compress(data: bytes) -> bytes:
    return zlib.compress(data, 1)


def _decompress(data: Any) -> bytes:
    # Drivers give bytes, or a view of them.
    return zlib.decompress(data)


def _unpack(data: Any) -> Any:
    return json.loads(_decompress(data))
