"""Rows of cells in, CSV bytes out, in a stream: CRLF, RFC 4180; our own in UTF-8 with byte order mark."""

from __future__ import annotations

import codecs
import csv
import errno
import io
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from pathlib import Path

from ..characters import guard

ROWS_AT_ONCE = 500

Cells = Sequence[Sequence[str]]
"""The cells of some rows, column by column: a loop over cells or rows would take longer than to read them."""


def csv_bytes(
    headings: Sequence[str] | None,
    rows: Iterable[Sequence[str]],
    *,
    before: Iterable[Sequence[str]] = (),
    separator: str = ",",
    encoding: str = "utf-8-sig",
) -> Iterator[bytes]:
    """Write headings, if any, and rows, a few hundred rows at a time. ``before`` stands above the headings.

    A character that the encoding lacks becomes ``?``.
    """
    return csv_columns(headings, _by_column(rows), before=before, separator=separator, encoding=encoding)


def csv_columns(
    headings: Sequence[str] | None,
    pages: Iterable[Cells],
    *,
    before: Iterable[Sequence[str]] = (),
    separator: str = ",",
    encoding: str = "utf-8-sig",
) -> Iterator[bytes]:
    """The same where cells come column by column, a page of rows at a time."""
    has_mark = encoding == "utf-8-sig"
    encoding = "utf-8" if has_mark else encoding
    head = io.StringIO(newline="")
    writer = csv.writer(head, delimiter=separator, lineterminator="\r\n")
    writer.writerows(before)
    if headings is not None:
        writer.writerow(headings)
    yield (codecs.BOM_UTF8 if has_mark else b"") + head.getvalue().encode(encoding, "replace")
    for page in pages:
        yield _text(page, separator).encode(encoding, "replace")


def _by_column(rows: Iterable[Sequence[str]]) -> Iterator[Cells]:
    """Rows of at least one cell, some at a time; those of one page are of one width."""
    rows = iter(rows)
    while chunk := list(islice(rows, ROWS_AT_ONCE)):
        for _width, alike in groupby(chunk, len):
            yield list(zip(*alike, strict=True))


def _text(page: Cells, separator: str) -> str:
    """The lines of a page, as Python's own writer has them."""
    special = ('"', "\r", "\n", separator)
    columns = [_quoted(column, special) for column in page]
    if len(columns) == 1:
        # A line of nothing would be no record.
        columns = [[cell or '""' for cell in columns[0]]]
    lines = "\r\n".join(map(separator.join, zip(*columns, strict=True)))
    return f"{lines}\r\n" if lines else ""


def _quoted(column: Sequence[str], special: Sequence[str]) -> Sequence[str]:
    """Cells with quotation marks where they need them. Most columns have no such cell."""
    text = "".join(column)
    if not any(character in text for character in special):
        return column
    return [
        '"{}"'.format(cell.replace('"', '""')) if any(character in cell for character in special) else cell
        for cell in column
    ]


def guarded(rows: Iterable[Sequence[str]]) -> Iterator[list[str]]:
    """Keep spreadsheets from running any cell as a formula."""
    return (list(map(guard, row)) for row in rows)


def write_file(path: str, chunks: Iterable[bytes]) -> None:
    """Write a file whole or not at all: a failure half-way leaves what was there before.

    A pipe, a device and the like are written to and not replaced.
    """
    if _is_special(path):
        with open(path, "wb") as special:
            special.writelines(chunks)
        return
    # Where a link leads, so that the link stays one.
    target = Path(path).resolve()
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                file.write(chunk)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def check_writable(path: str) -> None:
    """Raise the ``OSError`` that :func:`write_file` would, before there is anything to tell."""
    target = Path(path).resolve()
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not _is_special(path):
        tempfile.TemporaryFile(dir=target.parent).close()


def _is_special(path: str) -> bool:
    """Whether something is there that is no file."""
    return os.path.exists(path) and not os.path.isfile(path)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
