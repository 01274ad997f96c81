"""Files and the database as things: rows have their files, files their rows, and the engine finds no damage."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, text

GRACE = 3600  # seconds: an upload in progress has its file before its row


def files(connection: Connection, folder: Path) -> Iterator[str]:
    """Rows without their file or with damaged bytes; files without a row; parts that nobody finished."""
    known = set()
    for row in connection.execute(text("SELECT digest, size, name FROM blob ORDER BY id")):
        path = folder / row.digest[:2] / row.digest
        known.add(path)
        if not path.exists():
            yield f"the file of “{row.name}” is missing"
        elif path.stat().st_size != row.size or hashlib.sha256(path.read_bytes()).hexdigest() != row.digest:
            yield f"the file of “{row.name}” was changed"
    for path in sorted(folder.glob("??/*")):
        if path not in known and time.time() - path.stat().st_mtime > GRACE:
            yield f"the file {path.name} belongs to no row"


def engine(connection: Connection) -> Iterator[str]:
    """Damage that the database itself finds."""
    if connection.dialect.name != "sqlite":
        return
    for row in connection.execute(text("PRAGMA integrity_check")):
        if row[0] != "ok":
            yield str(row[0])
    for row in connection.execute(text("PRAGMA foreign_key_check")):
        yield f"{row[0]} row {row[1]} points at a row of {row[2]} that does not exist"
