"""The zip around a workbook: measured before it is opened, then packed anew with nothing in it but the parts that
were looked at.

A zip can lie: about sizes, about where its parts begin, by naming a part twice. So every part is unpacked here once,
in pieces and up to a limit, and the reader behind gets a container of our own making with the same compressed bytes.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from licensetrack.exchange.problems import Unreadable

MOST_PARTS = 200
LARGEST_PART = 160 * 2**20
LARGEST_TOTAL = 200 * 2**20
# XML of a ledger packs ten- to thirtyfold; below a megabyte even a far better ratio does no harm.
HIGHEST_RATIO = 100
HARMLESS_SIZE = 2**20
PIECE = 2**20

DAMAGED = "The file is damaged or was not transferred completely."
LOCKED = "The file is protected by a password; save it without one."
TOO_MANY_PARTS = "The file has %(count)s parts inside; a workbook has at most %(limit)s."
SUSPICIOUS = "The file is not a normal workbook (%(part)s occurs twice or has an odd name)."
UNPACKS_TOO_LARGE = "The file unpacks to %(size)s MB; at most %(limit)s MB are read."
PACKED_TOO_TIGHT = "The file unpacks to %(ratio)s times its size, which no ledger does; it is not opened."

_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_CENTRAL_HEADER = struct.Struct("<4s6H3L5H2L")
_END_RECORD = struct.Struct("<4s4H2LH")


@dataclass(frozen=True, slots=True)
class Part:
    """One file inside the zip, still packed."""

    name: str
    packed: memoryview
    deflated: bool
    size: int
    crc: int

    def pieces(self) -> Iterator[bytes]:
        """The unpacked bytes, a megabyte at a time. (The check sum is left to the reader behind, which computes it
        anyway.)

        Raises:
            Unreadable: it unpacks to another size than the container says.
        """
        seen = 0
        for piece in self._inflated() if self.deflated else self._stored():
            seen += len(piece)
            if seen > self.size:
                raise Unreadable(DAMAGED)
            yield piece
        if seen != self.size:
            raise Unreadable(DAMAGED)

    def _stored(self) -> Iterator[bytes]:
        for start in range(0, len(self.packed), PIECE):
            yield bytes(self.packed[start : start + PIECE])

    def _inflated(self) -> Iterator[bytes]:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            for start in range(0, len(self.packed), PIECE):
                piece = inflater.decompress(self.packed[start : start + PIECE], PIECE)
                while piece:
                    yield piece
                    piece = inflater.decompress(inflater.unconsumed_tail, PIECE)
            if rest := inflater.flush():
                yield rest
        except zlib.error as error:
            raise Unreadable(DAMAGED) from error
        if not inflater.eof:
            raise Unreadable(DAMAGED)

    def whole(self, limit: int = 8 * 2**20) -> bytes:
        """All of a small part at once.

        Raises:
            Unreadable: the part is larger than `limit` bytes.
        """
        if self.size > limit:
            raise Unreadable(UNPACKS_TOO_LARGE, size=self.size >> 20, limit=limit >> 20)
        return b"".join(self.pieces())


def parts_of(data: bytes) -> dict[str, Part]:
    """The parts of a zip by name, after its table of contents was checked; nothing is unpacked yet.

    Raises:
        Unreadable: it is no zip, it is encrypted, too large, packed too tightly or built to deceive.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, zipfile.LargeZipFile, struct.error, ValueError, OSError, NotImplementedError) as error:
        raise Unreadable(DAMAGED) from error
    _check(entries, len(data))
    view = memoryview(data)
    return {entry.filename: _part(entry, view) for entry in entries if not entry.is_dir()}


def _check(entries: list[zipfile.ZipInfo], packed_size: int) -> None:
    if len(entries) > MOST_PARTS:
        raise Unreadable(TOO_MANY_PARTS, count=len(entries), limit=MOST_PARTS)
    names: set[str] = set()
    for entry in entries:
        name = entry.filename
        if name.casefold() in names or name.startswith(("/", "\\")) or ".." in name or not name.isprintable():
            raise Unreadable(SUSPICIOUS, part=ascii(name)[1:61])
        names.add(name.casefold())
        if entry.flag_bits & 0x1:
            raise Unreadable(LOCKED)
        if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise Unreadable(DAMAGED)
        if entry.file_size > HARMLESS_SIZE and entry.file_size > HIGHEST_RATIO * max(entry.compress_size, 1):
            raise Unreadable(PACKED_TOO_TIGHT, ratio=entry.file_size // max(entry.compress_size, 1))
        if entry.file_size > LARGEST_PART:
            raise Unreadable(UNPACKS_TOO_LARGE, size=entry.file_size >> 20, limit=LARGEST_PART >> 20)
    if (total := sum(entry.file_size for entry in entries)) > LARGEST_TOTAL:
        raise Unreadable(UNPACKS_TOO_LARGE, size=total >> 20, limit=LARGEST_TOTAL >> 20)
    # Parts that share their bytes (an overlapping bomb) add up to more than the file.
    if sum(entry.compress_size for entry in entries) > packed_size:
        raise Unreadable(DAMAGED)


def _part(entry: zipfile.ZipInfo, view: memoryview) -> Part:
    header = view[entry.header_offset : entry.header_offset + _LOCAL_HEADER.size]
    if len(header) < _LOCAL_HEADER.size:
        raise Unreadable(DAMAGED)
    magic, *_, name_length, extra_length = _LOCAL_HEADER.unpack(header)
    start = entry.header_offset + _LOCAL_HEADER.size + name_length + extra_length
    packed = view[start : start + entry.compress_size]
    if magic != b"PK\x03\x04" or len(packed) != entry.compress_size:
        raise Unreadable(DAMAGED)
    return Part(entry.filename, packed, entry.compress_type == zipfile.ZIP_DEFLATED, entry.file_size, entry.CRC)


def packed_again(parts: list[Part]) -> BytesIO:
    """A zip of exactly these parts, with the same packed bytes and truthful headers."""
    out, contents = BytesIO(), []
    for part in parts:
        name = part.name.encode()
        method, flags = (8 if part.deflated else 0), 0x800
        sizes = (part.crc, len(part.packed), part.size)
        contents.append(
            _CENTRAL_HEADER.pack(
                b"PK\x01\x02", 20, 20, flags, method, 0, 0x21, *sizes, len(name), 0, 0, 0, 0, 0, out.tell()
            )
            + name
        )
        out.write(_LOCAL_HEADER.pack(b"PK\x03\x04", 20, flags, method, 0, 0x21, *sizes, len(name), 0))
        out.write(name)
        out.write(part.packed)
    start = out.tell()
    for entry in contents:
        out.write(entry)
    out.write(_END_RECORD.pack(b"PK\x05\x06", 0, 0, len(contents), len(contents), out.tell() - start, start, 0))
    out.seek(0)
    return out
