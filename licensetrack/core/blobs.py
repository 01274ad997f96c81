"""Files by their digest: written, synced and renamed before their row exists, so no row lacks its file."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import BigInteger, Identity, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from licensetrack.core import durable
from licensetrack.core.clock import now
from licensetrack.core.columns import BigId, Instant
from licensetrack.core.db import Base
from licensetrack.core.errors import NotFound

_folder = Path("instance/blobs")


class Blob(Base):
    """A stored file: the same bytes under the same name are stored once."""

    __tablename__ = "blob"
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(255))
    stored_at: Mapped[dt.datetime] = mapped_column(Instant)


def use_folder(folder: Path) -> None:
    """Sets where files are kept (LICENSETRACK_BLOBS)."""
    global _folder
    _folder = folder


def folder() -> Path:
    """Where files are kept."""
    return _folder


def path_of(digest: str) -> Path:
    """The file of a SHA-256 digest: names given by users never become paths."""
    return _folder / digest[:2] / digest


def _write_durably(target: Path, portions: Iterable[bytes]) -> None:
    created = not target.parent.exists()
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(suffix=".part", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            for portion in portions:
                file.write(portion)
        durable.settle(Path(part), target)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
    if created:
        durable.sync_folder(target.parent.parent)


def register(db: Session, content: bytes, name: str) -> Blob:
    """The row of a file whose bytes `keep` writes before the commit; the same bytes of the same name have one row."""
    digest = hashlib.sha256(content).hexdigest()
    known = db.scalars(select(Blob).where(Blob.digest == digest, Blob.name == name[:255])).first()
    if known is not None:
        return known
    blob = Blob(digest=digest, size=len(content), name=name[:255], stored_at=now())
    db.add(blob)
    db.flush()
    return blob


def keep(content: bytes) -> None:
    """Writes a file's bytes durably; call it last in the transaction, so that a refused act leaves no file behind."""
    target = path_of(hashlib.sha256(content).hexdigest())
    if target.exists():
        os.utime(target)  # an old orphan that is wanted again is young for `sweep`
    else:
        _write_durably(target, [content])


def receive(digest: str, portions: Iterable[bytes]) -> None:
    """Writes a file that comes in portions, whatever its size. Raises ValueError when its bytes have another digest."""
    target, found = path_of(digest), hashlib.sha256()

    def seen() -> Iterator[bytes]:
        for portion in portions:
            found.update(portion)
            yield portion
        if found.hexdigest() != digest:
            raise ValueError(f"the bytes are not those of {digest}")

    _write_durably(target, seen())


def store(db: Session, content: bytes, name: str) -> Blob:
    """Registers and keeps a file in one go."""
    blob = register(db, content, name)
    keep(content)
    return blob


def sweep(db: Session, *, grace: dt.timedelta = dt.timedelta(hours=1)) -> list[str]:
    """Removes files that no row knows (a crash came between file and commit) once they are older than `grace`."""
    known, removed = set(db.scalars(select(Blob.digest))), []
    for path in _folder.glob("??/*"):
        age = dt.timedelta(seconds=now().timestamp() - path.stat().st_mtime)
        if path.name not in known and age > grace:
            path.unlink(missing_ok=True)
            removed.append(path.name)
    return removed


def load(db: Session, blob_id: int) -> tuple[Blob, bytes]:
    """A stored file and its bytes. Raises NotFound without a row, or when the bytes no longer match their digest."""
    blob = db.get(Blob, blob_id)
    if blob is None:
        raise NotFound("There is no such file.")
    path = path_of(blob.digest)
    content = path.read_bytes() if path.exists() else b""
    if hashlib.sha256(content).hexdigest() != blob.digest:
        raise NotFound("The stored file “%(name)s” is missing or damaged.", name=blob.name)
    return blob, content
