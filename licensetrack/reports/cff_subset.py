"""Cuts the glyphs of one document out of a CID-keyed CFF font, outlines untouched: Adobe Technical Notes 5176 (CFF) and 5177 (Type 2).

Subroutines are written out where they are called. A report of 600 hanzi takes some 50 ms this way, against two seconds for
the general subsetter of fontTools, which would decode and encode every outline.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

_CHARSET, _CHAR_STRINGS, _PRIVATE, _SUBRS = 15, 17, 18, 19
_ROS, _FD_ARRAY, _FD_SELECT, _CID_COUNT, _FONT_MATRIX = 0x0C1E, 0x0C24, 0x0C25, 0x0C22, 0x0C07
_FONT_BBOX = 5
_CALL_SUBR, _CALL_GLOBAL, _RETURN, _END_CHAR, _ESCAPE = 10, 29, 11, 14, 12
_STEMS = frozenset({1, 3, 18, 23})
_MASKS = frozenset({19, 20})
_FLEXES = frozenset({34, 35, 36, 37})
_DEEPEST_CALL = 10


class UnusableOutlines(ValueError):
    """The font data is no CID-keyed CFF, or uses operators that no known text font uses."""


class _Index:
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


class _FontDict(NamedTuple):
    """One of the font's private dictionaries (hints) with its local subroutines."""

    private: bytes
    matrix: bytes
    subrs: _Index | None


class Outlines:
    """A CID-keyed CFF table, opened for cutting. `flat` outlines are kept, so that a second document costs next to nothing."""

    def __init__(self, data: bytes) -> None:
        names = _Index(data, data[2])
        tops = _Index(data, names.end)
        strings = _Index(data, tops.end)
        self._globals = _Index(data, strings.end)
        top = _read_dict(tops[0])
        if _ROS not in top:
            raise UnusableOutlines("not CID-keyed")
        self._bbox = _raw_operands(tops[0], _FONT_BBOX)
        self._char_strings = _Index(data, top[_CHAR_STRINGS][0])
        self._cids = _read_charset(data, top[_CHARSET][0], self._char_strings.count)
        self._selector = _read_selector(data, top[_FD_SELECT][0], self._char_strings.count)
        self._dicts = [self._font_dict(data, entry) for entry in _items(_Index(data, top[_FD_ARRAY][0]))]
        self._flat: dict[int, bytes] = {}

    @staticmethod
    def _font_dict(data: bytes, entry: bytes) -> _FontDict:
        size, start = _read_dict(entry)[_PRIVATE]
        private = data[start : start + size]
        subrs = _read_dict(private).get(_SUBRS)
        return _FontDict(
            _without(private, _SUBRS),
            _raw_operands(entry, _FONT_MATRIX),
            _Index(data, start + subrs[0]) if subrs else None,
        )

    def cid(self, glyph: int) -> int:
        """The character identifier of a glyph number."""
        return self._cids[glyph]

    def subset(self, glyphs: Sequence[int], name: str) -> bytes:
        """A complete CFF font with these glyphs (and .notdef), each under its own CID."""
        chosen = [0, *sorted(set(glyphs) - {0})]
        dict_of = [self._dict_of(glyph) for glyph in chosen]
        used = sorted(set(dict_of))
        number = {old: new for new, old in enumerate(used)}
        charset = b"\0" + b"".join(self._cids[glyph].to_bytes(2, "big") for glyph in chosen[1:])
        selector = b"\0" + bytes(number[old] for old in dict_of)
        char_strings = _write_index([self._flattened(glyph, old) for glyph, old in zip(chosen, dict_of, strict=True)])
        head = b"\1\0\4\4" + _write_index([name.encode("ascii")])
        tail = _write_index([b"Adobe", b"Identity"]) + _write_index([])

        def top_dict(offsets: tuple[int, int, int, int]) -> bytes:
            return (
                _integer(391)
                + _integer(392)
                + _integer(0)
                + b"\x0c\x1e"  # ROS: Adobe-Identity-0, the two strings above
                + (self._bbox + b"\x05" if self._bbox else b"")
                + _integer(max(self._cids[glyph] for glyph in chosen) + 1)
                + b"\x0c\x22"
                + _integer(offsets[0])
                + b"\x0f"
                + _integer(offsets[1])
                + b"\x0c\x25"
                + _integer(offsets[2])
                + b"\x11"
                + _integer(offsets[3])
                + b"\x0c\x24"
            )

        start = len(head) + len(_write_index([top_dict((0, 0, 0, 0))])) + len(tail)
        at = (start, start + len(charset), start + len(charset) + len(selector))
        arrays_at = at[2] + len(char_strings)
        entry_size = [len(self._entry(old, 0)) for old in used]
        private_at = arrays_at + len(_write_index([bytes(size) for size in entry_size]))
        entries = []
        for old in used:
            entries.append(self._entry(old, private_at))
            private_at += len(self._dicts[old].private)
        privates = b"".join(self._dicts[old].private for old in used)
        return (
            head
            + _write_index([top_dict((*at, arrays_at))])
            + tail
            + charset
            + selector
            + char_strings
            + _write_index(entries)
            + privates
        )

    def _entry(self, old: int, private_at: int) -> bytes:
        chosen = self._dicts[old]
        matrix = chosen.matrix + b"\x0c\x07" if chosen.matrix else b""
        return matrix + _integer(len(chosen.private)) + _integer(private_at) + b"\x12"

    def _dict_of(self, glyph: int) -> int:
        starts, numbers = self._selector
        return numbers[bisect_right(starts, glyph) - 1]

    def _flattened(self, glyph: int, old: int) -> bytes:
        flat = self._flat.get(glyph)
        if flat is None:
            run = _Flattening(self._globals, self._dicts[old].subrs)
            run.walk(self._char_strings[glyph], 0)
            flat = self._flat[glyph] = bytes(run.out)
        return flat


class _Flattening:
    """Copies one outline while writing its subroutines out."""

    def __init__(self, global_subrs: _Index, local_subrs: _Index | None) -> None:
        self._global, self._local = global_subrs, local_subrs
        self.out = bytearray()
        self._stack: list[tuple[int, int]] = []  # each number and where it stands in the output
        self._stems = 0

    def walk(self, code: bytes, depth: int) -> bool:
        """Copies `code`; True when the outline has ended."""
        if depth > _DEEPEST_CALL:
            raise UnusableOutlines("subroutines call each other too deeply")
        out, stack = self.out, self._stack
        at, end = 0, len(code)
        while at < end:
            byte = code[at]
            if byte >= 32 or byte == 28:
                size, value = _number(code, at)
                stack.append((value, len(out)))
                out += code[at : at + size]
                at += size
                continue
            if byte in (_CALL_SUBR, _CALL_GLOBAL):
                at += 1
                if self._call(self._local if byte == _CALL_SUBR else self._global, depth):
                    return True
                continue
            if byte == _RETURN:
                return False
            size = 1
            if byte in _STEMS or byte in _MASKS:
                self._stems += len(stack) // 2
                size += (self._stems + 7) // 8 if byte in _MASKS else 0
            elif byte == _ESCAPE:
                size = 2
                if code[at + 1] not in _FLEXES:
                    raise UnusableOutlines(f"operator 12 {code[at + 1]}")
            out += code[at : at + size]
            at += size
            stack.clear()
            if byte == _END_CHAR:
                return True
        return False

    def _call(self, subrs: _Index | None, depth: int) -> bool:
        if subrs is None or not self._stack:
            raise UnusableOutlines("a call without a subroutine")
        value, position = self._stack.pop()
        del self.out[position:]
        bias = 107 if subrs.count < 1240 else 1131 if subrs.count < 33900 else 32768
        return self.walk(subrs[value + bias], depth + 1)


def _number(code: bytes, at: int) -> tuple[int, int]:
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


def _tokens(data: bytes) -> list[tuple[int, list[int], int, int]]:
    """Operator, operands, start of the operands and end of each entry of a DICT; operators of two bytes read as 0x0Cxx."""
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
            size, value = _number(data, at)
            operands.append(value)
            at += size
    return entries


def _read_dict(data: bytes) -> dict[int, list[int]]:
    return {operator: operands for operator, operands, _, _ in _tokens(data)}


def _raw_operands(data: bytes, wanted: int) -> bytes:
    for operator, _, start, end in _tokens(data):
        if operator == wanted:
            return data[start : end - (2 if wanted > 255 else 1)]
    return b""


def _without(data: bytes, unwanted: int) -> bytes:
    return b"".join(data[start:end] for operator, _, start, end in _tokens(data) if operator != unwanted)


def _items(index: _Index) -> list[bytes]:
    return [index[number] for number in range(index.count)]


def _read_charset(data: bytes, at: int, count: int) -> list[int]:
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


def _read_selector(data: bytes, at: int, count: int) -> tuple[list[int], list[int]]:
    if data[at] == 0:
        return list(range(count)), list(data[at + 1 : at + 1 + count])
    ranges = int.from_bytes(data[at + 1 : at + 3], "big")
    starts = [int.from_bytes(data[at + 3 + 3 * n : at + 5 + 3 * n], "big") for n in range(ranges)]
    return starts, [data[at + 5 + 3 * n] for n in range(ranges)]


def _integer(value: int) -> bytes:
    """Five bytes whatever the value, so that offsets do not move what they point to."""
    return b"\x1d" + value.to_bytes(4, "big", signed=True)


def _write_index(items: Sequence[bytes]) -> bytes:
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
