"""How far a job is while it holds SQLite's one write lock: a small file beside the database, on the same machine.

On PostgreSQL the row says it, written by a connection of its own.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.core.db import engine
from licensetrack.core.job_claims import Claimed
from licensetrack.core.job_queue import RUNNING, Job


def _folder() -> Path | None:
    url = engine().url
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(f"{url.database}.jobs")


def write(mine: Claimed, done: int, total: int) -> bool:
    """Keeps how far the job is; whether somebody asked to cancel it."""
    folder = _folder()
    if folder is None:
        return False
    folder.mkdir(mode=0o700, exist_ok=True)
    part, target = folder / f"{mine.id}.part", folder / str(mine.id)
    part.write_text(f"{mine.claim} {max(done, 0)} {max(total, 0)}", encoding="ascii")
    part.replace(target)
    return (folder / f"{mine.id}.cancel").exists()


def ask_cancel(job: Job) -> None:
    """Tells the job that holds the lock, for its row can not be written now."""
    folder = _folder()
    if folder is not None and (folder / str(job.id)).exists():
        (folder / f"{job.id}.cancel").touch(mode=0o600)


def seen(job: Job) -> tuple[int, int]:
    """How far a job is: done, total."""
    folder = _folder()
    if job.state == RUNNING and folder is not None:
        try:
            claim, done, total = (folder / str(job.id)).read_text(encoding="ascii").split()
        except (FileNotFoundError, ValueError):
            return job.done, job.total
        if claim == job.claim:
            return int(done), int(total)
    return job.done, job.total


def remove(job_id: int) -> None:
    """Forgets what an attempt said."""
    folder = _folder()
    if folder is not None and folder.exists():
        for name in (f"{job_id}", f"{job_id}.part", f"{job_id}.cancel"):
            (folder / name).unlink(missing_ok=True)


def sweep(db: Session) -> list[str]:
    """Removes what jobs said that do not run any more: a worker that falls right after a job's end leaves it behind.

    In a writing transaction: nobody else can be in one, and it is in one that a job speaks here.
    """
    folder = _folder()
    if folder is None or not folder.exists():
        return []
    running = {str(number) for number in db.scalars(select(Job.id).where(Job.state == RUNNING))}
    gone = [path for path in folder.iterdir() if path.name.partition(".")[0] not in running]
    for path in gone:
        path.unlink(missing_ok=True)
    return [path.name for path in gone]
