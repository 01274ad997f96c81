"""The people at both ends of a handover, each with an account, and files as they would upload them."""

from __future__ import annotations

import struct
import zlib

from licensetrack.accounts import users
from licensetrack.accounts.permissions import EVERYWHERE, SYSTEM, Actor, Scope
from licensetrack.units.models import Unit

PASSWORD = "correct horse 42"


def person(login: str, role: str, scope: Scope = EVERYWHERE) -> Actor:
    """Somebody with an account."""
    return users.actor_of(users.create_user(login, f"{login} 同志", role, PASSWORD, actor=SYSTEM, scope=scope))


def of_unit(unit: Unit, login: str = "bob") -> Actor:
    """A user of a unit."""
    return person(login, "unit_user", Scope("unit", str(unit.id)))


def picture(color: int = 120) -> bytes:
    """A small PNG."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = b"".join(b"\0" + bytes([color, color, 200]) * 40 for _ in range(20))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 40, 20, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def paper(text: str = "验收单") -> bytes:
    """A file that begins and ends like a PDF."""
    return b"%PDF-1.4\n" + text.encode() + b"\n%%EOF\n"
