"""Which registrations an export held, so that it can be told what never came back.

Primary keys alone, packed: 100,000 of them are some 150 kB. What became of a registration since is not in it.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Iterator, Sequence

from ..models import ExportPiece, ExportRun
from ..models.writing import insert_rows
from .keys import Keys

PIECE = 100_000
"""Keys in a piece."""


def keep(run: ExportRun, keys: Keys) -> None:
    """Keep the keys of the registrations that leave."""
    rows = [(run.pk, number, packed(piece)) for number, piece in enumerate(keys.pages(PIECE))]
    insert_rows(ExportPiece, ("run", "number", "keys"), rows)


def load(run: ExportRun) -> Iterator[int]:
    """The keys, in the order of the file. None where they are kept no more."""
    if run.is_forgotten:
        return
    for data in ExportPiece.objects.filter(run=run).order_by("number").values_list("keys", flat=True):
        yield from unpacked(bytes(data))


def purge() -> int:
    """Forget what exports held too long ago; count the exports. Their notes stay."""
    expired = list(ExportRun.objects.expired().filter(pieces__isnull=False).distinct())
    ExportPiece.objects.filter(run__in=expired).delete()
    return len(expired)


def packed(keys: Sequence[int]) -> bytes:
    """Keys as bytes, the same on every machine."""
    values = array("q", keys)
    if sys.byteorder == "big":
        values.byteswap()
    return zlib.compress(values.tobytes(), 1)


def unpacked(data: bytes) -> array[int]:
    """The keys again."""
    values = array("q", zlib.decompress(data))
    if sys.byteorder == "big":
        values.byteswap()
    return values
