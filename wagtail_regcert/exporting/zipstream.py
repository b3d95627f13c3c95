"""Files in, a ZIP of them out, in a stream: nothing of it is kept."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator

LEVEL = 3
"""Of compression: half the time of the usual one, for files that are a tenth larger."""

Moment = tuple[int, int, int, int, int, int]
"""Year to second, of a file in a ZIP."""

EPOCH: Moment = (1980, 1, 1, 0, 0, 0)
"""The earliest that a ZIP knows."""


def zip_bytes(
    files: Iterable[tuple[str, Iterable[bytes]]], *, moment: Moment = EPOCH, compress: bool = True
) -> Iterator[bytes]:
    """A ZIP of files: their names and bytes. Files that are compressed already can be kept as they are."""
    buffer = _Unseekable()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, chunks in files:
            info = zipfile.ZipInfo(name, moment)
            info.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
            info.external_attr = 0o644 << 16
            _set_level(info)
            with archive.open(info, "w") as file:
                for chunk in chunks:
                    file.write(chunk)
                    if taken := buffer.take():
                        yield taken
            yield buffer.take()
    yield buffer.take()


def _set_level(info: zipfile.ZipInfo) -> None:
    # Public from Python 3.13 on.
    name = "compress_level" if hasattr(info, "compress_level") else "_compresslevel"
    setattr(info, name, LEVEL)


class _Unseekable(io.RawIOBase):
    """What the archive writes to. It cannot go back, so that it writes sizes behind the files."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]
        self._parts.append(part)
        return len(part)

    def take(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken
