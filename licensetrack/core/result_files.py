"""Files that jobs made: written whole, named by their job, kept some days for whoever wanted them, then swept.

A file lies on the disk before the job's row names it, so no row lacks its file; what no row names after a crash is told
by its name and goes with the next sweep.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.core.clock import now
from licensetrack.core.db import reading
from licensetrack.core.durable import settle
from licensetrack.core.errors import NotFound
from licensetrack.core.job_queue import DONE, RUNNING, Job

KEPT = dt.timedelta(days=14)
PART = ".part"
GONE = "The file is no longer kept. Please have it made again."
_NAME = re.compile(r"(\d+)-[0-9a-f]{16}")
_PIECE = 1024 * 1024
_folder = Path("instance/results")

Kept = dict[str, Any]  # as it stands in the job's result: stored, name, media_type, size, digest, until


def use_folder(folder: Path) -> None:
    """Sets where results are kept (LICENSETRACK_RESULTS); several app nodes share it."""
    global _folder
    _folder = folder


def folder() -> Path:
    """Where results are kept."""
    return _folder


class Draft:
    """A result on its way: bytes go into `file`, `finish` gives it its name on the disk."""

    def __init__(self, target: Path, file: BinaryIO) -> None:
        self._target, self.file = target, file

    def finish(self, name: str, media_type: str = "application/octet-stream") -> Kept:
        """Makes the bytes last; what it returns belongs into the job's result, in the transaction that ends the job.

        `name` is what the file is called for people; the digest is SHA-256 of the bytes as they lie on the disk.
        """
        self.file.close()
        part = Path(self.file.name)
        digest, size = _digest(part), part.stat().st_size
        settle(part, self._target)
        until = (now() + KEPT).isoformat()
        return {
            "stored": self._target.name, "name": name, "media_type": media_type, "size": size, "digest": digest,
            "until": until,
        }  # fmt: skip


@contextmanager
def drafting(job_id: int) -> Iterator[Draft]:
    """A file for the result of a job that runs in this process; what an earlier attempt left is thrown away first.

    If the block raises, the file goes again, unless the job's row names it: a commit whose answer was lost may hold.
    """
    _folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in _folder.glob(f"{job_id}-*"):
        path.unlink(missing_ok=True)
    target = _folder / f"{job_id}-{secrets.token_hex(8)}"
    try:
        with target.with_name(target.name + PART).open("wb") as file:
            yield Draft(target, file)
    except BaseException:
        with suppress(Exception):  # no database: the sweep will see to it
            with reading() as db:
                row = db.execute(select(Job.state, Job.result).where(Job.id == job_id)).one_or_none()
            if row is None or target.name not in _named(row.state, row.result):
                target.unlink(missing_ok=True)
        raise
    finally:
        target.with_name(target.name + PART).unlink(missing_ok=True)


def open_kept(kept: Mapping[str, Any]) -> BinaryIO:
    """A result to read. Raises NotFound when it is no longer kept, or its bytes are not what the digest says."""
    stored = str(kept.get("stored", ""))
    path = _folder / stored
    if not _NAME.fullmatch(stored) or is_over(kept) or not path.is_file() or _digest(path) != kept["digest"]:
        raise NotFound(GONE)
    return path.open("rb")


def is_over(kept: Mapping[str, Any]) -> bool:
    """Whether its days are over."""
    return now() >= dt.datetime.fromisoformat(str(kept["until"]))


def sweep(db: Session) -> list[str]:
    """Removes files that no ended job names, files whose days are over, and parts; returns their names.

    Only a job that runs may hold a file that its row does not name yet.
    """
    if not _folder.is_dir():
        return []
    found = sorted(
        path for path in _folder.iterdir() if _NAME.match(path.name)
    )  # before the rows: they are never older
    owners = {int(match[1]) for path in found if (match := _NAME.match(path.name))}
    named: set[str] = set()
    running: set[int] = set()
    for row in _rows(db, owners):
        named |= _named(row.state, row.result)
        if row.state == RUNNING:
            running.add(row.id)
    gone = [path for path in found if path.name not in named and int(path.name.split("-")[0]) not in running]
    for path in gone:
        path.unlink(missing_ok=True)
    return [path.name for path in gone]


def _rows(db: Session, ids: Iterable[int]) -> Iterator[Any]:
    wanted = sorted(ids)
    for start in range(0, len(wanted), 500):
        query = select(Job.id, Job.state, Job.result).where(Job.id.in_(wanted[start : start + 500]))
        yield from db.execute(query)


def _named(state: str, result: Any) -> set[str]:
    """The files that an ended job's result names and that are still kept."""
    if state != DONE or not isinstance(result, dict):
        return set()
    files = [value for value in result.values() if isinstance(value, dict) and "stored" in value]
    return {str(one["stored"]) for one in files if not is_over(one)}


def _digest(path: Path) -> str:
    running = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            running.update(piece)
    return running.hexdigest()
