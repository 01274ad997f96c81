"""The building blocks of a CFF table: numbers, indexes and dictionaries (Adobe Technical Note 5176)."""

from __future__ import annotations

from collections.abc import Sequence


class UnusableOutlines(ValueError):
    """The font data is no CID-keyed CFF, or uses operators that no known text font uses."""


class Index:
    """A CFF INDEX: its items are read where they lie."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self.count = int.from_bytes(data[at : at + 2], "big")
        if self.count == 0:
            self.end = at + 2
            return
        self._size = data[at + 2]
        self._offsets = at + 3
        self._base = at + 2 + (self.count + 1) * self._size
        self.end = self._base + self._offset(self.count)

    def _offset(self, number: int) -> int:
        at = self._offsets + number * self._size
        return int.from_bytes(self._data[at : at + self._size], "big")

    def __getitem__(self, number: int) -> bytes:
        if not 0 <= number < self.count:
            raise UnusableOutlines(f"no item {number} in an index of {self.count}")
        return self._data[self._base + self._offset(number) : self._base + self._offset(number + 1)]


def number_at(code: bytes, at: int) -> tuple[int, int]:
    """Size and value of a Type 2 number; the fraction of a 16.16 number is dropped, no subroutine has one."""
    byte = code[at]
    if byte == 28:
        return 3, int.from_bytes(code[at + 1 : at + 3], "big", signed=True)
    if byte < 247:
        return 1, byte - 139
    if byte < 251:
        return 2, (byte - 247) * 256 + code[at + 1] + 108
    if byte < 255:
        return 2, -(byte - 251) * 256 - code[at + 1] - 108
    return 5, int.from_bytes(code[at + 1 : at + 3], "big", signed=True)


def tokens(data: bytes) -> list[tuple[int, list[int], int, int]]:
    """Operator, operands, start of the operands and end of each entry of a DICT; operators of two bytes read as
    0x0Cxx.
    """
    entries, operands, start, at = [], list[int](), 0, 0
    while at < len(data):
        byte = data[at]
        if byte <= 21:
            size = 2 if byte == 12 else 1
            operator = 0x0C00 + data[at + 1] if byte == 12 else byte
            entries.append((operator, operands, start, at + size))
            operands, start = [], at + size
            at += size
        elif byte == 30:  # a real number in nibbles, ended by a nibble 15
            at += 1
            while data[at] & 15 != 15 and data[at] >> 4 != 15:
                at += 1
            at += 1
            operands.append(0)
        elif byte == 29:
            operands.append(int.from_bytes(data[at + 1 : at + 5], "big", signed=True))
            at += 5
        else:
            size, value = number_at(data, at)
            operands.append(value)
            at += size
    return entries


def read_dict(data: bytes) -> dict[int, list[int]]:
    return {operator: operands for operator, operands, _, _ in tokens(data)}


def raw_operands(data: bytes, wanted: int) -> bytes:
    for operator, _, start, end in tokens(data):
        if operator == wanted:
            return data[start : end - (2 if wanted > 255 else 1)]
    return b""


def without(data: bytes, unwanted: int) -> bytes:
    return b"".join(data[start:end] for operator, _, start, end in tokens(data) if operator != unwanted)


def items(index: Index) -> list[bytes]:
    return [index[number] for number in range(index.count)]


def read_charset(data: bytes, at: int, count: int) -> list[int]:
    form, at = data[at], at + 1
    cids = [0]
    if form == 0:
        return cids + [int.from_bytes(data[at + 2 * n : at + 2 * n + 2], "big") for n in range(count - 1)]
    left = 1 if form == 1 else 2
    while len(cids) < count:
        first = int.from_bytes(data[at : at + 2], "big")
        more = int.from_bytes(data[at + 2 : at + 2 + left], "big")
        cids.extend(range(first, first + more + 1))
        at += 2 + left
    return cids[:count]


def read_selector(data: bytes, at: int, count: int) -> tuple[list[int], list[int]]:
    if data[at] == 0:
        return list(range(count)), list(data[at + 1 : at + 1 + count])
    ranges = int.from_bytes(data[at + 1 : at + 3], "big")
    starts = [int.from_bytes(data[at + 3 + 3 * n : at + 5 + 3 * n], "big") for n in range(ranges)]
    return starts, [data[at + 5 + 3 * n] for n in range(ranges)]


def integer(value: int) -> bytes:
    """Five bytes whatever the value, so that offsets do not move what they point to."""
    return b"\x1d" + value.to_bytes(4, "big", signed=True)


def write_index(items: Sequence[bytes]) -> bytes:
    if not items:
        return b"\0\0"
    offsets, at = [1], 1
    for item in items:
        at += len(item)
        offsets.append(at)
    return (
        len(items).to_bytes(2, "big")
        + b"\4"
        + b"".join(offset.to_bytes(4, "big") for offset in offsets)
        + b"".join(items)
    )
