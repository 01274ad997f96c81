"""The container of old office files (compound file, [MS-CFB]): its directory and one stream, read with a guard at
every step."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from licensetrack.exchange.container import DAMAGED
from licensetrack.exchange.problems import Unreadable

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FREE = 0xFFFFFFFA  # this and everything above marks the end of a chain or an unused sector
_ROOT, _STREAM = 5, 2


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the directory."""

    name: str
    kind: int
    start: int
    size: int


class CompoundFile:
    """An opened compound file.

    Raises:
        Unreadable: a chain of sectors leaves the file or runs in a circle.
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._open(data)
        except (struct.error, IndexError, UnicodeDecodeError) as error:
            raise Unreadable(DAMAGED) from error

    def _open(self, data: bytes) -> None:
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in {9, 12} or mini_shift != 6:
            raise Unreadable(DAMAGED)
        self._data, self._size = data, 1 << shift
        first_directory, _, self._cutoff, first_mini, _, extra, extra_count = struct.unpack_from("<LLLLLLL", data, 48)
        tables = [sector for sector in struct.unpack_from("<109L", data, 76) if sector < _FREE]
        for _ in range(min(extra_count, len(data) >> shift)):
            if extra >= _FREE:
                break
            *more, extra = struct.unpack(f"<{self._size // 4}L", self._sector(extra))
            tables += [sector for sector in more if sector < _FREE]
        self._fat = b"".join(self._sector(sector) for sector in tables[: len(data) >> shift])
        self.entries = self._directory(self._chain(first_directory))
        root = next((entry for entry in self.entries if entry.kind == _ROOT), None)
        if root is None:
            raise Unreadable(DAMAGED)
        self._mini_fat = self._chain(first_mini)
        self._mini = self._chain(root.start)[: root.size]

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        sector = self._data[start : start + self._size]
        if not sector:
            raise Unreadable(DAMAGED)
        return sector.ljust(self._size, b"\0")

    def _chain(self, sector: int) -> bytes:
        pieces: list[bytes] = []
        limit = len(self._data) // self._size + 1
        while sector < _FREE:
            pieces.append(self._sector(sector))
            if len(pieces) > limit:
                raise Unreadable(DAMAGED)
            (sector,) = struct.unpack_from("<L", self._fat, sector * 4)
        return b"".join(pieces)

    def _directory(self, raw: bytes) -> list[Entry]:
        entries = []
        for start in range(0, len(raw) - 127, 128):
            length, kind = struct.unpack_from("<HB", raw, start + 64)
            first, size = struct.unpack_from("<LL", raw, start + 116)
            if kind and 2 <= length <= 64:
                entries.append(Entry(raw[start : start + length - 2].decode("utf-16-le"), kind, first, size))
        return entries

    def stream(self, name: str) -> bytes | None:
        """The bytes of a stream by its name, or nothing if there is none."""
        entry = next((entry for entry in self.entries if entry.name == name and entry.kind == _STREAM), None)
        if entry is None:
            return None
        try:
            if entry.size >= self._cutoff:
                return self._chain(entry.start)[: entry.size]
            return self._mini_chain(entry.start)[: entry.size]
        except struct.error as error:
            raise Unreadable(DAMAGED) from error

    def _mini_chain(self, sector: int) -> bytes:
        pieces: list[bytes] = []
        while sector < _FREE:
            pieces.append(self._mini[sector * 64 : sector * 64 + 64])
            if len(pieces) * 64 > len(self._mini) + 64:
                raise Unreadable(DAMAGED)
            (sector,) = struct.unpack_from("<L", self._mini_fat, sector * 4)
        return b"".join(pieces)
