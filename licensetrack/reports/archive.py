"""Rewrites an Office file so that the same content gives the same bytes: fixed dates and a fixed order inside its
ZIP.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_CONTENT_TYPES = "[Content_Types].xml"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def repacked(data: bytes, edit: Callable[[str, bytes], bytes] | None = None) -> bytes:
    """The same parts, the table of content types first and the others by name, each dated 1980-01-01.

    `edit` gets each part's name and content and returns the content to write.
    """
    output = BytesIO()
    with ZipFile(BytesIO(data)) as source, ZipFile(output, "w", ZIP_DEFLATED) as target:
        for name in sorted(source.namelist(), key=lambda part: (part != _CONTENT_TYPES, part)):
            entry = ZipInfo(name, _EPOCH)
            entry.compress_type = ZIP_DEFLATED
            entry.create_system = 0
            entry.external_attr = 0
            content = source.read(name)
            target.writestr(entry, edit(name, content) if edit else content, compresslevel=6)
    return output.getvalue()
