"""Files and the database as things: rows have their files, files their rows, and the engine finds no damage."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, text

Share = tuple[int, int]  # the nth of so many
WHOLE: Share = (1, 1)
# An upload in progress has its file before its row. What a crash left is swept away each hour once it is an hour old
# (core/blobs.py, jobs/schedules.py): only what lies there longer than both and some time to spare is wrong.
GRACE = 3 * 3600  # seconds


def files(connection: Connection, folder: Path, share: Share = WHOLE) -> Iterator[str]:
    """Rows without their file or with damaged bytes; files without a row; parts that nobody finished.

    Only the bytes of one share are read; that every file is there is asked of all.
    """
    known = set()
    for row in connection.execute(text("SELECT digest, size, name FROM blob ORDER BY id")):
        path = folder / row.digest[:2] / row.digest
        known.add(path)
        if not path.exists():
            yield f"the file of “{row.name}” is missing"
        elif path.stat().st_size != row.size or (is_in(row.digest, share) and not _is_whole(path, row.digest)):
            yield f"the file of “{row.name}” was changed"
    for path in sorted(folder.glob("??/*")):
        if path not in known and time.time() - path.stat().st_mtime > GRACE:
            yield f"the file {path.name} belongs to no row"


def is_in(digest: str, share: Share) -> bool:
    """Whether a file belongs to a share: by its digest, so that the shares are alike and no file changes its own."""
    nth, of = share
    return int(digest[:8], 16) % of == nth - 1


def _is_whole(path: Path, digest: str) -> bool:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == digest


def engine(connection: Connection) -> Iterator[str]:
    """Damage that the database itself finds."""
    if connection.dialect.name != "sqlite":
        return
    for row in connection.execute(text("PRAGMA integrity_check")):
        if row[0] != "ok":
            yield str(row[0])
    for row in connection.execute(text("PRAGMA foreign_key_check")):
        yield f"{row[0]} row {row[1]} points at a row of {row[2]} that does not exist"
