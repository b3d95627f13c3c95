"""Rows of cells in, CSV bytes out, in a stream: CRLF, RFC 4180; our own in UTF-8 with byte order mark."""

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

ROWS_AT_ONCE = 500


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
    has_mark = encoding == "utf-8-sig"
    buffer = _Lines("utf-8" if has_mark else encoding)
    writer = csv.writer(buffer, delimiter=separator, lineterminator="\r\n")
    writer.writerows(before)
    if headings is not None:
        writer.writerow(headings)
    yield (codecs.BOM_UTF8 if has_mark else b"") + buffer.take()
    rows = iter(rows)
    while chunk := list(islice(rows, ROWS_AT_ONCE)):
        for row in chunk:
            # The writer looks at each character, which is a quarter of an export. Most rows need no quotes.
            line = separator.join(row)
            if (
                line
                and line.count(separator) == len(row) - 1
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

    def __init__(self, encoding: str) -> None:
        self._parts: list[str] = []
        self._encoding = encoding

    def write(self, text: str) -> None:
        self._parts.append(text)

    def take(self) -> bytes:
        text = "".join(self._parts)
        self._parts.clear()
        return text.encode(self._encoding, "replace")
