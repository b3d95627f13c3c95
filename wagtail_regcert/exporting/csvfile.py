"""Rows of cells in, CSV bytes out, in a stream: UTF-8 with byte order mark, CRLF, RFC 4180."""

from __future__ import annotations

import codecs
import csv
import errno
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from ..characters import guard
from ..layouts import Separator

ROWS_AT_ONCE = 500


def csv_bytes(
    headings: Sequence[str], rows: Iterable[Sequence[str]], separator: Separator = Separator.COMMA
) -> Iterator[bytes]:
    """Write headings and rows, a few hundred rows at a time."""
    buffer = _Lines()
    between = separator.character
    writer = csv.writer(buffer, delimiter=between, lineterminator="\r\n")
    writer.writerow(headings)
    yield codecs.BOM_UTF8 + buffer.take()
    rows = iter(rows)
    while chunk := list(islice(rows, ROWS_AT_ONCE)):
        for row in chunk:
            # The writer looks at each character, which is a quarter of an export. Most rows need no quotes.
            line = between.join(row)
            if (
                line
                and line.count(between) == len(row) - 1
                and not ('"' in line or "\r" in line or "\n" in line)
            ):
                buffer.write(f"{line}\r\n")
            else:
                writer.writerow(row)
        yield buffer.take()


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


class _Lines:
    """What the csv writer writes to."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def write(self, text: str) -> None:
        self._parts.append(text)

    def take(self) -> bytes:
        text = "".join(self._parts)
        self._parts.clear()
        return text.encode("utf-8", "replace")
