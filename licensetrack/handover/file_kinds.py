"""Which files are taken as a picture or as a scan: told by their first bytes, never by the name they come with."""

from __future__ import annotations

from licensetrack.core.errors import Refused

MB = 1024 * 1024
MOST_PICTURE, MOST_SCAN = 5 * MB, 20 * MB
PICTURES = ("png", "jpg")
SCANS = ("pdf", "jpg", "png", "ofd")
MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg", "pdf": "application/pdf", "ofd": "application/ofd"}
_PNG, _JPG, _PDF, _ZIP = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"%PDF-", b"PK\x03\x04"


def kind_of(content: bytes) -> str:
    """png, jpg, pdf or ofd; nothing for any other file. An OFD is a zip archive that begins with its OFD.xml."""
    if content.startswith(_PNG) and b"IHDR" in content[:32] and content.rstrip(b"\0").endswith(b"IEND\xaeB`\x82"):
        return "png"
    if content.startswith(_JPG) and b"\xff\xd9" in content[-64:]:
        return "jpg"
    if content.startswith(_PDF) and b"%%EOF" in content[-1024:]:
        return "pdf"
    if content.startswith(_ZIP) and b"OFD.xml" in content:
        return "ofd"
    return ""


def check_picture(content: bytes, field: str = "screenshot") -> str:
    """The kind of a screenshot. Raises Refused for an empty, too large or foreign file."""
    return _checked(content, PICTURES, MOST_PICTURE, field, "A screenshot is a PNG or JPG picture.")


def check_scan(content: bytes, field: str = "scan") -> str:
    """The kind of a sealed scan. Raises Refused for an empty, too large or foreign file."""
    return _checked(content, SCANS, MOST_SCAN, field, "A sealed scan is a PDF, OFD, JPG or PNG file.")


def _checked(content: bytes, kinds: tuple[str, ...], most: int, field: str, otherwise: str) -> str:
    if len(content) > most:
        raise Refused("The file is larger than %(most)s MB.", most=most // MB).at(field)
    kind = kind_of(content)
    if kind not in kinds:
        raise Refused(otherwise).at(field)
    return kind
