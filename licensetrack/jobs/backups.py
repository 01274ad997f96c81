"""Backup and restore of an SQLite installation: one archive with the database, the files and their digests."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import tempfile
import zipfile
from pathlib import Path

from sqlalchemy.engine import make_url

from licensetrack.core import blobs, db
from licensetrack.core.clock import now
from licensetrack.core.errors import Refused

DATABASE, MANIFEST, FILES = "database.sqlite", "manifest.json", "files/"
NOT_SQLITE = "Backups of PostgreSQL are made with pg_dump; docs/operations.md says how."


def write_backup(target: Path) -> int:
    """Writes the archive beside its final name, checks it, then gives it that name; returns how many files it holds.

    The database is copied by SQLite's own backup, so writers may go on.
    Raises Refused on PostgreSQL, or when a stored file is damaged.
    """
    source = db.engine().url
    if source.get_backend_name() != "sqlite" or not source.database:
        raise Refused(NOT_SQLITE)
    part = target.with_name(target.name + ".part")
    try:
        with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            copy = Path(folder) / DATABASE
            _copy_database(Path(source.database), copy)
            archive.write(copy, DATABASE)
            digests = {DATABASE: _digest(copy.read_bytes())}
            for digest in _known_files(copy):
                content = blobs.path_of(digest).read_bytes() if blobs.path_of(digest).exists() else b""
                if _digest(content) != digest:
                    raise Refused("The stored file “%(name)s” is missing or damaged.", name=digest[:12])
                archive.writestr(FILES + digest, content)
                digests[FILES + digest] = digest
            archive.writestr(MANIFEST, json.dumps({"made_at": now().isoformat(), "sha256": digests}, indent=1))
        with part.open("rb") as written:
            os.fsync(written.fileno())
        check_backup(part)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return len(digests) - 1


def check_backup(path: Path) -> dict[str, str]:
    """Name → digest of everything in an archive. Raises Refused when it is no backup or a single byte is wrong."""
    try:
        with zipfile.ZipFile(path) as archive:
            digests: dict[str, str] = json.loads(archive.read(MANIFEST))["sha256"]
            for name, digest in digests.items():
                if _digest(archive.read(name)) != digest:
                    raise Refused("The backup is damaged at “%(name)s”.", name=name)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError) as error:
        raise Refused("“%(path)s” is not a whole backup: %(reason)s.", path=path.name, reason=error) from error
    return digests


def read_backup(source: Path, database_url: str, folder: Path) -> int:
    """Restores an archive where nothing is yet; returns how many files. Raises Refused rather than overwrite."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise Refused(NOT_SQLITE)
    target = Path(url.database)
    if target.exists() or (folder.exists() and any(folder.iterdir())):
        raise Refused(
            "There is data already at “%(path)s”; a backup is restored into an empty place only.", path=target
        )
    digests = check_backup(source)
    blobs.use_folder(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(source) as archive:
        for name in digests:
            if name.startswith(FILES):
                blobs.keep(archive.read(name))
        part = target.with_name(target.name + ".part")
        part.write_bytes(archive.read(DATABASE))
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(target)  # last: a database is there only when its files are
    return len(digests) - 1


def _copy_database(source: Path, target: Path) -> None:
    live, copy = sqlite3.connect(source), sqlite3.connect(target)
    try:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    finally:
        copy.close()
        live.close()


def _known_files(database: Path) -> list[str]:
    copy = sqlite3.connect(database)
    try:
        return [digest for (digest,) in copy.execute("SELECT DISTINCT digest FROM blob ORDER BY digest")]
    finally:
        copy.close()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
