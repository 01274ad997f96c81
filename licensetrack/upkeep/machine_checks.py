"""What the machine under an installation has to have: Python, packages, keys, space, fonts, PostgreSQL's programs."""

from __future__ import annotations

import hashlib
import random
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from config import ROOT, Settings
from licensetrack.core import blobs
from licensetrack.core.blobs import Blob
from licensetrack.core.db import reading, wal_is_safe
from licensetrack.core.errors import DomainError
from licensetrack.jobs import backup_databases
from licensetrack.reports import fonts
from licensetrack.upkeep import start_rules, state
from licensetrack.upkeep.findings import Said, good, warning, wrong

PINS = ROOT / "requirements" / "runtime.txt"
OLDEST = (3, 11)
SAMPLE = 50
ENOUGH = 10 * state.LEAST_FREE
_PIN = re.compile(r"^([a-z0-9._-]+)==([^\s;\\]+)(\s*;)?", re.MULTILINE)


def python(_settings: Settings) -> Iterator[Said]:
    """The interpreter and the SQLite it brings."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST:
        yield wrong("python", "Python %(version)s is too old.", "Install Python 3.11 or newer.", version=version)
    elif sqlite3.sqlite_version_info < (3, 37):
        yield wrong(
            "python", "SQLite %(version)s is too old.", "Install a Python with SQLite 3.37 or newer.",
            version=sqlite3.sqlite_version,
        )  # fmt: skip
    else:
        mode = "WAL" if wal_is_safe() else "TRUNCATE"
        yield good(
            "python", "Python %(version)s, SQLite %(sqlite)s (journal %(mode)s).",
            version=version, sqlite=sqlite3.sqlite_version, mode=mode,
        )  # fmt: skip


def pins(_settings: Settings) -> Iterator[Said]:
    """Whether the packages are those of the hashed pins."""
    other = []
    for name, version, marker in _PIN.findall(PINS.read_text(encoding="utf-8")):
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            found = "" if not marker else version  # only wanted on some systems
        if found != version:
            other.append(f"{name} {found or '—'} ≠ {version}")
    if other:
        yield wrong(
            "pins", "Packages differ from the pins: %(names)s.",
            "Run python3 run.py setup; if that does not help, delete .venv first.", names=", ".join(other[:5]),
        )  # fmt: skip
    else:
        yield good("pins", "All packages are those of the pins.")


def settings_safe(settings: Settings) -> Iterator[Said]:
    """What the start refuses in production is an error there, and a warning elsewhere."""
    found = False
    production = start_rules.in_production(settings)
    for one in start_rules.dangers(settings):
        found = True
        speak = wrong if production and one.name not in settings.allowed else warning
        yield speak(f"settings.{one.name}", one.what, one.remedy, **one.values)
    if not found:
        yield good("settings", "The settings are safe for production.")


def space(settings: Settings) -> Iterator[Said]:
    """Free space where files, backups and the database lie."""
    places = {"files": settings.blobs, "uploads": settings.uploads, "backups": settings.backups}
    address = make_url(settings.database_url)
    if address.get_backend_name() == "sqlite" and address.database:
        places["database"] = Path(address.database)
    least = min(places.values(), key=state.free_bytes)
    free = state.free_bytes(least)
    told = {"free": f"{free // 1024**2:,}", "path": least}
    if free < state.LEAST_FREE:
        yield wrong(
            "space", "Only %(free)s MB are free at “%(path)s”.", "Make room, or move it to another disk.", **told
        )
    elif free < ENOUGH:
        yield warning("space", "Only %(free)s MB are free at “%(path)s”.", "Make room soon.", **told)
    else:
        yield good("space", "%(free)s MB are free at “%(path)s”.", **told)


def files(settings: Settings) -> Iterator[Said]:
    """Whether the folder of files takes one more, and whether fifty by chance are as they were."""
    if not state.can_keep(settings.blobs):
        yield wrong(
            "files", "No file can be kept in “%(path)s”.", "Give the folder to the user that the program runs as.",
            path=settings.blobs,
        )  # fmt: skip
        return
    blobs.use_folder(settings.blobs)
    try:
        with reading() as db:
            known = sorted(set(db.scalars(select(Blob.digest))))
    except (SQLAlchemyError, RuntimeError):
        return  # the check of the database says so
    asked = random.sample(known, min(SAMPLE, len(known)))
    broken = [digest for digest in asked if not _is_whole(digest)]
    if broken:
        yield wrong(
            "files", "%(count)s of %(asked)s stored files that were looked at are missing or damaged, %(first)s first.",
            "Run licensetrack verify for all of them, and bring them back from a backup.",
            count=len(broken), asked=len(asked), first=broken[0][:12],
        )  # fmt: skip
    else:
        yield good(
            "files",
            "%(asked)s of %(count)s stored files were looked at and are whole.",
            asked=len(asked),
            count=len(known),
        )


def _is_whole(digest: str) -> bool:
    found = hashlib.sha256()
    try:
        with blobs.path_of(digest).open("rb") as file:
            while portion := file.read(1 << 20):
                found.update(portion)
    except OSError:
        return False
    return found.hexdigest() == digest


def typefaces(_settings: Settings) -> Iterator[Said]:
    """Whether Chinese can be printed."""
    try:
        book = fonts.font_book()
    except (DomainError, OSError) as error:
        told = error.message % error.values if isinstance(error, DomainError) else str(error)
        yield wrong("fonts", "No report can be printed: %(reason)s.", "Run python3 run.py setup.", reason=told)
        return
    names = sorted({book[purpose].names[0] for purpose in fonts.Purpose})
    yield good("fonts", "Fonts for reports: %(names)s.", names=", ".join(names))


def dump_programs(settings: Settings) -> Iterator[Said]:
    """Whether PostgreSQL can be backed up from here."""
    if make_url(settings.database_url).get_backend_name() == "sqlite":
        return
    try:
        found = {name: _major([backup_databases.program(name), "--version"]) for name in ("pg_dump", "pg_restore")}
    except DomainError as error:
        yield wrong("pg_dump", error.message, "Without it there is no backup.", **error.values)
        return
    server = _server_major()
    if server and min(found.values()) < server:
        yield wrong(
            "pg_dump", "pg_dump is of version %(found)s, the server of %(server)s: it refuses newer servers.",
            "Install PostgreSQL's client programs of the server's version, or name their folder in"
            " LICENSETRACK_PG_BIN.",
            found=min(found.values()), server=server,
        )  # fmt: skip
    else:
        yield good("pg_dump", "pg_dump and pg_restore of version %(found)s.", found=min(found.values()))


def _major(command: list[str]) -> int:
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603 - our own program
    number = re.search(r"(\d+)(?:\.\d+|devel|beta|rc)", said)
    return int(number[1]) if number else 0


def _server_major() -> int:
    try:
        with reading() as db:
            return int(db.execute(text("SHOW server_version_num")).scalar_one()) // 10000
    except (SQLAlchemyError, RuntimeError):
        return 0
