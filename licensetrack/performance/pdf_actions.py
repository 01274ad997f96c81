"""Whether a PDF holds what a reader would run: a browser's own reader runs scripts, whatever frame it is in."""

from __future__ import annotations

import re
import zlib

MOST_READ = 32 * 1024 * 1024  # bytes of objects that are looked through, once they are inflated
# What begins an action of one of these kinds, or a form with scripts of its own; a name ends where a delimiter stands.
_ACTS = re.compile(
    rb"/(?:JavaScript|Launch|SubmitForm|ImportData|RichMedia|Rendition|GoToE|GoToR|XFA|Encrypt)(?=[\s/<>\[\]()%]|\Z)"
)
_PACKED = re.compile(rb"/ObjStm(?=[\s/<>\[\]()%])")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_BODY = re.compile(rb"stream\r?\n")
_NEAR = 4096


def acts(content: bytes) -> bool:
    """Whether it may run or send anything, or can not be looked through (encrypted, or packed in a way that is not
    read here); then no page shows it. Links that somebody has to click are not meant.
    """
    meant = _meant(content)
    packed = list(_PACKED.finditer(content))
    if _ACTS.search(meant) or len(packed) != len(_PACKED.findall(meant)):  # who hides the word has something to hide
        return True
    read = 0
    for one in packed:
        objects = _unpacked(content, one.start())
        read += len(objects or b"")
        if objects is None or read > MOST_READ or _ACTS.search(_meant(objects)):
            return True
    return False


def _meant(content: bytes) -> bytes:
    """With names as they are meant: /J#61vaScript is /JavaScript."""
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), content)


def _unpacked(content: bytes, at: int) -> bytes | None:
    """The objects of the packed stream whose dictionary names it at `at`; None where they can not be read."""
    start, body = content.rfind(b"obj", 0, at), _BODY.search(content, at, at + _NEAR)
    head = b"" if body is None else content[max(start, 0) : body.start()]
    if body is None or b"/FlateDecode" not in head or b"/DecodeParms" in head or b"endobj" in head:
        return None
    try:
        return zlib.decompressobj().decompress(content[body.end() :], MOST_READ + 1)
    except zlib.error:
        return None
