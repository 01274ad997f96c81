"""The container of a sealed pack: a ZIP of which every byte follows from its manifest.

This text goes into every sealed pack as part of its verifier: the standard library alone, Python 3.8.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import struct
import zlib
from typing import Any, Dict, Tuple, Union

MANIFEST, SIGNATURE = "manifest.json", "signature.json"
CHUNK = 1 << 20
Buffer = Union[bytes, mmap.mmap]


class Broken(Exception):
    """The pack is not what was sealed; the text says where."""


def local_header(name: str, size: int, crc: int) -> bytes:
    """What stands before a file: stored as it is, dated 1980-01-01."""
    raw = name.encode()
    return struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0x800, 0, 0, 0x21, crc, size, size, len(raw), 0) + raw


def central_entry(name: str, size: int, crc: int, offset: int) -> bytes:
    """A file's line in the directory at the end."""
    raw = name.encode()
    fixed = struct.pack(
        "<4s6H3I5H2I", b"PK\1\2", 20, 20, 0x800, 0, 0, 0x21, crc, size, size, len(raw), 0, 0, 0, 0, 0, offset
    )
    return fixed + raw


def end_record(count: int, size: int, offset: int) -> bytes:
    """The last 22 bytes."""
    return struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, size, offset, 0)


def canonical(value: Any) -> bytes:
    """JSON of which there is one spelling only."""
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n").encode()


class Pack:
    """The pack taken apart along its manifest; a byte that does not belong there raises Broken."""

    def __init__(self, data: Buffer) -> None:
        self._data, self._at, self._directory = data, 0, [b""]
        self.files: Dict[str, Tuple[int, int]] = {}
        self.manifest_bytes, self.signature_bytes = self._small(MANIFEST), self._small(SIGNATURE)
        self.manifest = parsed(self.manifest_bytes, MANIFEST)
        for listed in self.manifest["files"]:
            self._expect(listed["path"], listed["size"], listed["crc32"])
        directory = b"".join(self._directory)
        tail = directory + end_record(len(self._directory) - 1, len(directory), self._at)
        if bytes(data[self._at :]) != tail:
            raise Broken("压缩包末尾的目录与清单不一致：有增加、缺少、改名的文件或多余的内容")

    def _small(self, name: str) -> bytes:
        head = self._data[self._at : self._at + 30]
        if len(head) < 30:
            raise Broken("文件不完整，或不是封存包")
        size = int.from_bytes(head[22:26], "little")
        start = self._at + 30 + len(name)
        content = bytes(self._data[start : start + size])
        self._expect(name, size, zlib.crc32(content))
        return content

    def _expect(self, name: str, size: int, crc: int) -> None:
        header = local_header(name, size, crc)
        start = self._at + len(header)
        if name in self.files or bytes(self._data[self._at : start]) != header or start + size > len(self._data):
            raise Broken("文件“%s”与清单不一致：缺少、改名、长度或位置不对" % name)
        self._directory.append(central_entry(name, size, crc, self._at))
        self.files[name] = (start, size)
        self._at = start + size

    def content(self, name: str) -> bytes:
        """The whole of a file. Raises Broken where there is none."""
        if name not in self.files:
            raise Broken("缺少文件“%s”" % name)
        start, size = self.files[name]
        return bytes(self._data[start : start + size])

    def digest(self, name: str, algorithm: str) -> str:
        """A file's digest, read piece by piece."""
        start, size = self.files[name]
        whole, view = hashlib.new(algorithm), memoryview(self._data)
        try:
            for at in range(start, start + size, CHUNK):
                whole.update(view[at : min(at + CHUNK, start + size)])
        finally:
            view.release()
        return whole.hexdigest()


def parsed(content: bytes, name: str) -> Any:
    """What a JSON file of the pack says. Raises Broken."""
    try:
        return json.loads(content.decode("utf-8"))
    except ValueError:
        raise Broken("“%s”无法读取" % name) from None
