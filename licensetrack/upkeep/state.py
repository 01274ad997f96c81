"""How an installation stands right now, in numbers: for probes, for Prometheus, for `licensetrack doctor`."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from licensetrack.accounts.models import LoginSession
from licensetrack.core import schema
from licensetrack.core.db import reading
from licensetrack.core.job_queue import RUNNING, STATES, Job
from licensetrack.core.leases import database_now
from licensetrack.core.milestones import Milestone, milestone
from licensetrack.core.outbox import OutboxMessage

LEAST_FREE = 200 * 1024 * 1024  # bytes: below that a backup or a large upload may fail in the middle
SILENT = dt.timedelta(minutes=10)  # a job whose worker said nothing for so long


def database_answers() -> bool:
    """Whether a statement comes back."""
    try:
        with reading() as db:
            db.execute(select(1))
    except SQLAlchemyError:
        return False
    return True


def schema_is_newest() -> bool:
    """Whether the database is at the program's own newest migration; False where it does not answer."""
    try:
        with reading() as db:
            return schema_of(db) == schema.newest()
    except SQLAlchemyError:
        return False


def schema_of(db: Session) -> str:
    """The migration that the database is at; empty where it has none."""
    return MigrationContext.configure(db.connection()).get_current_revision() or ""


def can_keep(folder: Path) -> bool:
    """Whether a file can be written there; it is written without a name and gone at once."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"probe")
            probe.flush()
    except OSError:
        return False
    return True


def free_bytes(folder: Path) -> int:
    """Free space of the disk on which a folder lies, or will lie."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def jobs_by_state(db: Session) -> dict[str, int]:
    """How many jobs there are of each state."""
    found = dict(db.execute(select(Job.state, func.count()).group_by(Job.state)).all())
    return {state: found.get(state, 0) for state in STATES}


def stuck_jobs(db: Session) -> int:
    """Running jobs whose worker has not been heard of for ten minutes."""
    limit = database_now(db) - SILENT
    query = select(func.count()).select_from(Job).where(Job.state == RUNNING, Job.beat_at < limit)
    return int(db.scalar(query) or 0)


def failed_since(db: Session, at: dt.datetime) -> int:
    """Jobs that failed since an instant."""
    query = select(func.count()).select_from(Job).where(Job.state == "failed", Job.ended_at >= at)
    return int(db.scalar(query) or 0)


def waiting_messages(db: Session) -> int:
    """Messages of the outbox that nobody took yet."""
    return int(db.scalar(select(func.count()).select_from(OutboxMessage).where(OutboxMessage.sent_at.is_(None))) or 0)


def open_sessions(db: Session) -> int:
    """Sessions that have not ended."""
    query = select(func.count()).select_from(LoginSession).where(LoginSession.ended_at.is_(None))
    return int(db.scalar(query) or 0)


def last(db: Session, name: str) -> Milestone | None:
    """How a work that keeps the installation safe ended last: `milestones.BACKUP`, `milestones.VERIFY`."""
    return milestone(db, name)
