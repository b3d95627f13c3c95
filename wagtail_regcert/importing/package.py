"""A zipped package of XML in, its parts out; or the reason why it is refused. Touches nothing.

What the directory of a zip says of sizes is not believed: bytes are counted as they are unpacked.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import BytesIO
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, LargeZipFile, ZipFile, ZipInfo

from ..problems import Facts, Fault, FileFault

MAX_RATIO = 50
"""How many times the size limit of uploads a package may have when unpacked."""

_CHUNK = 1 << 20
"""Bytes that are unpacked at once. Expat before 2.6 looks at an unfinished tag again from its beginning with
every chunk, so that small ones take time by the square of their number."""
MAX_DEPTH, MAX_NAMES = 256, 10_000
"""How deep tags may stand in each other, and how many names of tags and attributes a part may have: expat
keeps them all, at many times their length."""
_ENCRYPTED = 0x1
_LOCAL_HEADER = struct.Struct("<26xHH")
"""Of the header before each member only the lengths of name and extra field."""
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
_LONGEST_DECLARATION = max(map(len, _DECLARATIONS))
_XML_ENDINGS = (".xml", ".rels", ".vml")
_BROKEN = (
    BadZipFile,
    LargeZipFile,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
    expat.ExpatError,
    struct.error,
    zlib.error,
)
"""What the standard library raises for zips and XML that are broken."""

Attributes = dict[str, str]
StartHandler = Callable[[str, Attributes], None]
EndHandler = Callable[[str], None]
TextHandler = Callable[[str], None]


class Refused(Exception):
    """Ends the reading of a package, from wherever it is, for a reason that is told."""

    def __init__(self, fault: FileFault) -> None:
        self.fault = fault


def not_text(reason: str, **facts: object) -> Refused:
    """Refuse a package for what it is."""
    return Refused(FileFault(Fault.NOT_TEXT, {"kind": "workbook", "reason": reason, **facts}))


def too_large(limit: int) -> Refused:
    """Refuse a package for what comes out of it."""
    facts: Facts = {"limit": limit, "reason": "unpacked", "unpacked": limit * MAX_RATIO}
    return Refused(FileFault(Fault.TOO_LARGE, facts))


def local_name(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition(" ")[2]


class Package:
    """The members of a zip, which are unpacked at most once each.

    ``limit`` is the size limit of uploads in bytes. Everything here raises :class:`Refused`.
    """

    def __init__(self, data: bytes, limit: int) -> None:
        self._limit = limit
        self._left = limit * MAX_RATIO
        self._members: dict[str, ZipInfo] = {}
        try:
            self._archive = ZipFile(BytesIO(data))
            members = self._archive.infolist()
            self._check_places(data, members)
        except _BROKEN as error:
            raise not_text("damaged") from error
        for member in members:
            name = _folded(member.filename)
            if name in self._members or name.startswith("/") or ":" in name or ".." in name.split("/"):
                raise not_text("damaged")
            if member.flag_bits & _ENCRYPTED:
                raise not_text("password")
            if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
                raise not_text("damaged")
            self._members[name] = member
        self._unread = dict(self._members)

    def __contains__(self, name: str) -> bool:
        return _folded(name) in self._members

    @property
    def names(self) -> Sequence[str]:
        """The names of all members, in lower case."""
        return list(self._members)

    def begins_with(self, name: str, start: bytes) -> bool:
        """Whether a member is there and begins so. It counts as unread."""
        if name not in self:
            return False
        try:
            with self._archive.open(self._members[_folded(name)]) as file:
                return file.read(len(start)) == start
        except _BROKEN as error:
            raise not_text("damaged") from error

    def parse(
        self,
        name: str,
        start: StartHandler,
        end: EndHandler | None = None,
        text: TextHandler | None = None,
    ) -> None:
        """Read a member as XML. Names come as namespace, space and local name.

        A handler may raise what broken values raise, ``ValueError`` and ``LookupError``.
        """
        depth = 0

        def opened(element: str, attributes: Attributes) -> None:
            nonlocal depth
            depth += 1
            if depth > MAX_DEPTH:
                raise ValueError(depth)
            start(element, attributes)

        def closed(element: str) -> None:
            nonlocal depth
            depth -= 1
            if end:
                end(element)

        names: dict[str, str] = {}
        parser = expat.ParserCreate(namespace_separator=" ", intern=names)
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_declaration
        parser.EntityDeclHandler = _refuse_declaration
        parser.StartElementHandler = opened
        parser.EndElementHandler = closed
        parser.CharacterDataHandler = text
        try:
            for chunk in self._unpacked(name):
                parser.Parse(chunk, False)
                if len(names) > MAX_NAMES:
                    raise ValueError(len(names))
            parser.Parse(b"", True)
        except _BROKEN as error:
            raise not_text("damaged") from error

    def check_unread(self) -> None:
        """Unpack, count and forget the members that nobody asked for; none may have a DTD."""
        try:
            for name in list(self._unread):
                tail = b""
                for chunk in self._unpacked(name):
                    if not name.endswith(_XML_ENDINGS):
                        continue
                    # Without NUL bytes UTF-16 looks the same.
                    seen = tail + chunk.replace(b"\0", b"")
                    if any(declaration in seen for declaration in _DECLARATIONS):
                        raise not_text("dtd")
                    tail = seen[-_LONGEST_DECLARATION:]
        except _BROKEN as error:
            raise not_text("damaged") from error

    def _unpacked(self, name: str) -> Iterator[bytes]:
        """The bytes of a member, counted."""
        member = self._unread.pop(_folded(name), None)
        if member is None:
            raise not_text("damaged")
        with self._archive.open(member) as file:
            # Read to its very end: only there its checksum is looked at.
            while chunk := file.read(_CHUNK):
                self._left -= len(chunk)
                if self._left < 0:
                    raise too_large(self._limit)
                yield chunk

    @staticmethod
    def _check_places(data: bytes, members: Sequence[ZipInfo]) -> None:
        """Look that no two members share bytes, by which a small zip could have many large ones."""
        end = 0
        for member in sorted(members, key=lambda member: member.header_offset):
            if member.header_offset < end:
                raise BadZipFile("overlapping members")
            lengths = _LOCAL_HEADER.unpack_from(data, member.header_offset)
            end = member.header_offset + _LOCAL_HEADER.size + sum(lengths) + member.compress_size
            if end > len(data):
                raise BadZipFile("a member beyond the end")


def relationships(package: Package, name: str) -> Mapping[str, tuple[str, str]]:
    """What a part refers to inside the package: its kind and name by its ID. No part, no relationships."""
    folder, _slash, file = name.rpartition("/")
    found: dict[str, tuple[str, str]] = {}

    def start(element: str, attributes: Attributes) -> None:
        if local_name(element) == "Relationship" and attributes.get("TargetMode", "Internal") == "Internal":
            kind = attributes["Type"].rpartition("/")[2]
            found[attributes["Id"]] = kind, _resolved(folder, attributes["Target"])

    part = f"{folder}/_rels/{file}.rels".removeprefix("/")
    if part in package:
        package.parse(part, start)
    return found


def _resolved(folder: str, target: str) -> str:
    """The name that a target means, seen from a folder."""
    steps: list[str] = [] if target.startswith("/") else folder.split("/")
    for step in target.split("/"):
        if step == "..":
            del steps[-1:]
        elif step not in ("", "."):
            steps.append(step)
    return "/".join(filter(None, steps))


def _folded(name: str) -> str:
    """How names are compared; some programs write them with backslashes."""
    return name.replace("\\", "/").lower()


def _refuse_declaration(*_declared: object) -> None:
    raise not_text("dtd")
