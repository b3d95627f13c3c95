"""Registrations in, the file of an export layout out; and the ``ExportRun`` that it leaves.

Where records can be wrong, all of them are looked at before the first byte leaves: the file is written into a
temporary one meanwhile, so that no record is read twice and what was checked is what is sent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from ..databases import atomic
from ..definitions.exports import ExportDefinition, Format, to_json
from ..models import ExportRun
from ..moments import site_time
from . import held
from .csvfile import Cells, csv_columns
from .keys import Keys, batches
from .layout_cells import CellMaker, Page, UnfitCell
from .values import Values
from .xlsxfile import MAX_ROWS, sheet_bytes, xlsx_bytes
from .zipstream import zip_bytes

IN_MEMORY = 1_000_000
"""Bytes of a file that is checked before it leaves and kept in memory; more go to a temporary file."""

AT_ONCE = 65_536
"""Bytes read at once of a file that was written before."""

CONTENT_TYPES = {
    Format.CSV: "text/csv",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ZIP_TYPE = "application/zip"


class TooManyRecords(Exception):
    """There are more records than a sheet has rows."""


@dataclass
class LayoutExport:
    """An export by a layout that is ready to leave."""

    definition: ExportDefinition
    moment: dt.datetime
    """When it was made, by the site's clock."""
    keys: Keys
    """Of the registrations in it, in its order."""
    unfit_records: int
    chunks: Iterator[bytes]

    @property
    def is_archive(self) -> bool:
        """Whether it is a ZIP of several files."""
        return self.definition.rows_per_file is not None

    @property
    def file_name(self) -> str:
        """What the file is called."""
        if self.is_archive:
            return self.definition.archive_name_at(self.moment)
        return self.definition.file_name_at(self.moment)

    @property
    def content_type(self) -> str:
        """What kind of file it is."""
        if self.is_archive:
            return ZIP_TYPE
        kind = CONTENT_TYPES[self.definition.format]
        # Without a mark nothing in the file says it.
        return (
            f"{kind}; charset={_charset(self.definition)}" if self.definition.format is Format.CSV else kind
        )

    def note(self, *, user: Any, filters: str) -> ExportRun:
        """Note who exports what, before the first byte leaves."""
        with atomic():
            run = ExportRun.objects.create(
                user=user,
                user_name=user.get_username() if user else "",
                layout=self.definition.name,
                definition=to_json(self.definition),
                filters=filters,
                records=len(self.keys),
                left_out=self.unfit_records,
            )
            held.keep(run, self.keys)
        return run


def _charset(definition: ExportDefinition) -> str:
    return "windows-1252" if definition.encoding == "cp1252" else "utf-8"


def prepare(
    records: QuerySet[Any],
    definition: ExportDefinition,
    *,
    tell: Callable[[UnfitCell], None] = lambda one: None,
) -> LayoutExport:
    """Check all records and make the file of those that are right. ``tell`` hears of what is not."""
    moment = site_time(timezone.now())
    keys = keys_of(records)
    lines = len(definition.before) + definition.headings
    if definition.format is Format.XLSX and definition.rows_per_file is None and len(keys) + lines > MAX_ROWS:
        raise TooManyRecords
    maker = CellMaker(definition, moment.date())
    counts = _Passed(tell)
    bodies = _bodies(counts.cells(pages(keys, maker, records)), definition)
    chunks = _packed(bodies, definition, moment)
    if maker.checks:
        chunks = _spooled(chunks)
        keys = counts.right
    return LayoutExport(
        definition=definition,
        moment=moment,
        keys=keys,
        unfit_records=counts.unfit,
        chunks=chunks,
    )


def check(records: QuerySet[Any], definition: ExportDefinition) -> Iterator[Page]:
    """Look at all records and write nothing."""
    return pages(keys_of(records), CellMaker(definition, site_time(timezone.now()).date()), records)


def keys_of(records: QuerySet[Any]) -> Keys:
    """The keys of the records, in their order."""
    found = records if records.ordered else records.order_by("pk")
    keys = Keys()
    for batch in batches(found.values_list("pk")):
        keys.extend(chain.from_iterable(batch))
    return keys


def pages(keys: Keys, maker: CellMaker, records: QuerySet[Any]) -> Iterator[Page]:
    """The cells of all records that still exist, some at once."""
    values = Values(records.model, ["pk", *maker.paths], days=maker.day_paths, using=records.db)
    for chunk in keys.pages():
        found, *columns = values.columns(chunk)
        yield maker.page(found, columns)


class _Passed:
    """Notes what becomes of records while they pass."""

    def __init__(self, tell: Callable[[UnfitCell], None]) -> None:
        self.right = Keys()
        self.unfit = 0
        self._tell = tell

    def cells(self, found: Iterable[Page]) -> Iterator[Cells]:
        for page in found:
            self.right.extend(page.keys)
            self.unfit += page.unfit_records
            for one in page.unfit:
                self._tell(one)
            yield page.cells


Bodies = Iterable[Iterable[bytes]]
"""What stands in each file: the text of a CSV file, or the sheet of a workbook."""


def _bodies(found: Iterator[Cells], definition: ExportDefinition) -> Iterator[Iterator[bytes]]:
    headings = [column.heading for column in definition.columns] if definition.headings else None

    def body(of: Iterator[Cells]) -> Iterator[bytes]:
        if definition.format is Format.XLSX:
            rows = chain.from_iterable(zip(*cells, strict=True) for cells in of)
            return sheet_bytes(headings, rows, before=definition.before)
        return csv_columns(
            headings,
            of,
            before=definition.before,
            separator=definition.separator.character,
            encoding=definition.encoding.value,
        )

    if definition.rows_per_file is None:
        yield body(found)
        return
    records = _Records(found)
    # An empty export is one file without records.
    yield body(records.take(definition.rows_per_file))
    while records.has_more():
        yield body(records.take(definition.rows_per_file))


class _Records:
    """Cells of records that come in pages, to be taken some records at a time."""

    def __init__(self, pages: Iterator[Cells]) -> None:
        self._pages = pages
        self._page: Cells = [()]
        self._taken = 0

    def has_more(self) -> bool:
        while self._taken == len(self._page[0]):
            page = next(self._pages, None)
            if page is None:
                return False
            self._page, self._taken = page or [()], 0
        return True

    def take(self, most: int) -> Iterator[Cells]:
        """At most so many of those that come next."""
        while most and self.has_more():
            cells = [column[self._taken : self._taken + most] for column in self._page]
            self._taken += len(cells[0])
            most -= len(cells[0])
            yield cells


def _spooled(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Write them all into a temporary file now; the answer reads them again."""
    spool = _Spool()
    for chunk in chunks:
        # Not ``writelines``, which has all of them in memory before it looks how many they are.
        spool.file.write(chunk)
    spool.file.seek(0)
    return spool.read()


class _Spool:
    """A temporary file that lives as long as anything of it is to be read."""

    def __init__(self) -> None:
        self.file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115

    def __del__(self) -> None:
        # Of a download that was broken off or never began, too.
        self.file.close()

    def read(self) -> Iterator[bytes]:
        while chunk := self.file.read(AT_ONCE):
            yield chunk


def _packed(bodies: Bodies, definition: ExportDefinition, moment: dt.datetime) -> Iterator[bytes]:
    """The bytes that leave: the one file, or the ZIP of all."""
    is_workbook = definition.format is Format.XLSX
    files = (xlsx_bytes(body) if is_workbook else body for body in bodies)
    if definition.rows_per_file is None:
        return chain.from_iterable(files)
    named = ((definition.file_name_at(moment, number), file) for number, file in enumerate(files, start=1))
    stamp = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
    return zip_bytes(named, moment=stamp, compress=not is_workbook)
