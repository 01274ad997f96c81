"""Which files are taken as evidence: told by what is in them, then held against the ending of their name."""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePath

from licensetrack.core.errors import Refused
from licensetrack.handover import file_kinds

MB = 1024 * 1024
LARGEST = 50 * MB
MOST_FILES = 50
# Kind → the endings of names that it may come with, the usual one first.
KINDS = {
    "docx": ("docx",), "xlsx": ("xlsx",), "pptx": ("pptx",), "doc": ("doc", "wps"), "xls": ("xls", "et"),
    "pdf": ("pdf",), "ofd": ("ofd",), "jpg": ("jpg", "jpeg"), "png": ("png",), "zip": ("zip",),
}  # fmt: skip
ENDINGS = tuple(ending for endings in KINDS.values() for ending in endings)
SHOWN_AS = {kind: file_kinds.MEDIA_TYPES[kind] for kind in ("pdf", "png", "jpg")}  # what a page may show
_OLE, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", (b"PK\x03\x04", b"PK\x05\x06")
# A member that only files of the kind have.
_MEMBERS = {
    "OFD.xml": "ofd",
    "word/document.xml": "docx",
    "xl/workbook.xml": "xlsx",
    "ppt/presentation.xml": "pptx",
}
_STREAMS = {"WordDocument": "doc", "Workbook": "xls", "Book": "xls"}


def kind_of(content: bytes) -> str:
    """One of KINDS by the bytes alone; nothing for any other file, and for office files that carry macros."""
    if content.startswith(_ZIP):
        return _kind_of_archive(content)
    if content.startswith(_OLE):
        return _kind_of_old_office(content)
    return file_kinds.kind_of(content)


def check_file(name: str, content: bytes) -> str:
    """The kind of a file that is taken. Raises Refused for an empty, too large, foreign or wrongly named file."""
    shown, ending = name[:80], PurePath(name).suffix[1:].lower()
    if not content:
        raise Refused("The file “%(name)s” is empty.", name=shown).at("files")
    if len(content) > LARGEST:
        raise Refused("The file “%(name)s” is larger than %(most)s MB.", name=shown, most=LARGEST // MB).at("files")
    if ending not in ENDINGS:
        raise Refused(
            "Files of this kind are not taken: “%(name)s”. Taken are: %(endings)s.", name=shown,
            endings=", ".join(ENDINGS),
        ).at("files")  # fmt: skip
    kind = kind_of(content)
    if ending not in KINDS.get(kind, ()):
        raise Refused("The file “%(name)s” is not what its ending says.", name=shown).at("files")
    return kind


def _kind_of_archive(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return ""
    if any(PurePath(member).name.lower() == "vbaproject.bin" for member in members):
        return ""
    return next((kind for member, kind in _MEMBERS.items() if member in members), "zip")


def _kind_of_old_office(content: bytes) -> str:
    """By the names of its streams, which an old office file keeps in UTF-16; one with macros has a stream VBA."""
    if _stream("_VBA_PROJECT") in content:
        return ""
    return next((kind for stream, kind in _STREAMS.items() if _stream(stream) in content), "")


def _stream(name: str) -> bytes:
    return name.encode("utf-16-le") + b"\0\0"
