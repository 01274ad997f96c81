"""Jobs as rows: work that somebody wants done, written in the transaction of the change that wants it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    String,
    UniqueConstraint,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from licensetrack.core import audit
from licensetrack.core.audit import Acting
from licensetrack.core.clock import now
from licensetrack.core.columns import BigId, Instant, JsonText
from licensetrack.core.db import Base, row_with_id, transaction
from licensetrack.core.errors import Conflict, NotFound
from licensetrack.core.statements import insert_for, touched

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
STATES = (QUEUED, RUNNING, DONE, FAILED, CANCELLED)
ENDED = (DONE, FAILED, CANCELLED)
ATTEMPTS = 3


class Job(Base):
    """One piece of work: queued → running → done, failed or cancelled; back to queued when an attempt went wrong.

    `claim` is a token that only the attempt that runs now knows: whoever writes with an older one writes nothing.
    `beat_at` is when its worker was last heard of, by the database's clock. `done` of `total` says how far it is
    (`total` 0: nobody can say). `note` and `error` are msgids with their values.
    """

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="state"),
        CheckConstraint("(state = 'running') = (claim IS NOT NULL)", name="claim"),
        CheckConstraint("(state IN ('queued', 'running')) = (ended_at IS NULL)", name="ended"),
        CheckConstraint("attempt >= 0 AND most_attempts >= 1", name="attempt"),
        CheckConstraint("done >= 0 AND total >= 0", name="progress"),
        UniqueConstraint("dedupe"),
        UniqueConstraint("schedule", "slot"),
        Index("ix_job_state", "state", "id"),
        Index("ix_job_schedule", "schedule", "id"),
        Index("ix_job_wanted_by_id", "wanted_by_id", "id"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(80))
    arguments: Mapped[dict[str, Any]] = mapped_column(JsonText)
    state: Mapped[str] = mapped_column(String(10))
    dedupe: Mapped[str | None] = mapped_column(String(200))
    schedule: Mapped[str | None] = mapped_column(String(60))
    slot: Mapped[dt.datetime | None] = mapped_column(Instant)
    wanted_by_id: Mapped[int | None]
    wanted_by: Mapped[str] = mapped_column(String(80))
    wanted_at: Mapped[dt.datetime] = mapped_column(Instant)
    not_before: Mapped[dt.datetime | None] = mapped_column(Instant)
    attempt: Mapped[int]
    most_attempts: Mapped[int]
    worker: Mapped[str] = mapped_column(String(120))
    claim: Mapped[str | None] = mapped_column(String(32))
    started_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    beat_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    done: Mapped[int]
    total: Mapped[int]
    note: Mapped[str] = mapped_column(String(300))
    note_values: Mapped[dict[str, Any]] = mapped_column(JsonText)
    result: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    error: Mapped[str] = mapped_column(String(500))
    error_values: Mapped[dict[str, Any]] = mapped_column(JsonText)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    cancel_asked_at: Mapped[dt.datetime | None] = mapped_column(Instant)

    @property
    def ended(self) -> bool:
        """Whether nothing will happen to it any more unless somebody asks for it."""
        return self.state in ENDED

    @property
    def percent(self) -> int:
        """How far the work is, 0 to 100."""
        if self.state == DONE:
            return 100
        return min(100, self.done * 100 // self.total) if self.total else 0


class JobLine(Base):
    """One line of a job's log: a msgid and its values, said by an attempt."""

    __tablename__ = "job_line"
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"), index=True)
    attempt: Mapped[int]
    at: Mapped[dt.datetime] = mapped_column(Instant)
    message: Mapped[str] = mapped_column(String(500))
    message_values: Mapped[dict[str, Any]] = mapped_column(JsonText)


def enqueue(
    db: Session,
    kind: str,
    *,
    actor: Acting,
    dedupe: str | None = None,
    not_before: dt.datetime | None = None,
    attempts: int = ATTEMPTS,
    **arguments: Any,
) -> Job:
    """Writes a job in the caller's transaction: rolled back with it, done only if it holds.

    A second one with the same `dedupe` (80 of our own letters at most are wise, 200 possible) is not written: the
    first is returned, in whatever state it is. Arguments are JSON, and shown to people: no secrets.
    """
    return write_job(db, kind, actor, arguments, dedupe=dedupe, not_before=not_before, attempts=attempts)


def write_job(
    db: Session,
    kind: str,
    actor: Acting,
    arguments: dict[str, Any],
    *,
    dedupe: str | None = None,
    not_before: dt.datetime | None = None,
    attempts: int = ATTEMPTS,
    schedule: str | None = None,
    slot: dt.datetime | None = None,
) -> Job:
    """What `enqueue` and the schedules share; `schedule` and `slot` say which time of which schedule it is for."""
    row = {
        "kind": kind, "arguments": arguments, "state": QUEUED, "dedupe": dedupe, "schedule": schedule, "slot": slot,
        "wanted_by_id": actor.id, "wanted_by": actor.login, "wanted_at": now(), "not_before": not_before,
        "attempt": 0, "most_attempts": attempts, "worker": "", "done": 0, "total": 0, "note": "", "note_values": {},
        "error": "", "error_values": {},
    }  # fmt: skip
    statement = insert_for(db, Job).values(row).on_conflict_do_nothing(index_elements=["dedupe"]).returning(Job)
    written = db.scalars(statement).first()
    return written or db.scalars(select(Job).where(Job.dedupe == dedupe)).one()


def job_of(db: Session, job_id: int, actor: Acting, *, others: bool = False) -> Job:
    """A job as it stands; that of somebody else only with `others` (jobs/acts.py asks the permission). NotFound."""
    job = row_with_id(db, Job, job_id, fresh=True)
    if not others and (job.wanted_by_id is None or job.wanted_by_id != actor.id):
        raise NotFound("There is no such record.")
    return job


def log_lines(db: Session, job_id: int, *, after: int = 0) -> list[JobLine]:
    """What a job said, oldest first; only lines with a larger id than `after`."""
    query = select(JobLine).where(JobLine.job_id == job_id, JobLine.id > after).order_by(JobLine.id)
    return list(db.scalars(query))


def ask_cancel(job: Job, *, actor: Acting, others: bool = False) -> Job:
    """Takes a queued job back; a running one is told, and ends the next time it says how far it is.

    Raises Conflict where it has ended, NotFound where it is somebody else's and `others` is not given.
    """
    with transaction(even_read_only=True) as db:
        job_of(db, job.id, actor, others=others)
        at = now()
        waiting = (
            update(Job)
            .where(Job.id == job.id, Job.state == QUEUED)
            .values(state=CANCELLED, ended_at=at, cancel_asked_at=at, error="", error_values={})
        )
        running = update(Job).where(Job.id == job.id, Job.state == RUNNING).values(cancel_asked_at=at)
        if not (touched(db, waiting) or touched(db, running)):
            raise Conflict("This job has ended already.")
        audit.record(db, "system:job:cancel", f"job:{job.id}", actor, kind=job.kind)
        return row_with_id(db, Job, job.id, fresh=True)


def ask_again(job: Job, *, actor: Acting, others: bool = False) -> Job:
    """Queues a job anew that failed or was cancelled, with all its attempts. Conflict where it did not end so."""
    with transaction(even_read_only=True) as db:
        job_of(db, job.id, actor, others=others)
        again = (
            update(Job)
            .where(Job.id == job.id, Job.state.in_((FAILED, CANCELLED)))
            .values(
                state=QUEUED, attempt=0, not_before=None, ended_at=None, cancel_asked_at=None, done=0, total=0,
                error="", error_values={}, note="", note_values={}, worker="",
            )
        )  # fmt: skip
        if not touched(db, again):
            raise Conflict("Only a job that failed or was cancelled can be asked for again.")
        audit.record(db, "system:job:retry", f"job:{job.id}", actor, kind=job.kind)
        return row_with_id(db, Job, job.id, fresh=True)


def forget_unwanted(
    db: Session, *, done_before: dt.datetime, ended_before: dt.datetime, brief: Collection[str],
    brief_before: dt.datetime,
) -> int:  # fmt: skip
    """Removes jobs that nobody wanted: those for times of schedules, and those of `brief` kinds, which run each minute.

    They go when they were done, or ended, before an instant; done ones of the brief kinds sooner; each schedule's
    newest stays. Returns how many. Their times do not come again; what people wanted stays, for its `dedupe` stands for
    the wish.
    """
    newest = select(func.max(Job.id)).where(Job.schedule.is_not(None)).group_by(Job.schedule)
    done, short = Job.state == DONE, Job.kind.in_(brief)
    over = or_(Job.ended_at < ended_before, done & (Job.ended_at < done_before))
    gone = or_(or_(Job.slot.is_not(None), short) & over, short & done & (Job.ended_at < brief_before))
    old = (Job.wanted_by_id.is_(None), gone, Job.id.not_in(newest))
    touched(db, delete(JobLine).where(JobLine.job_id.in_(select(Job.id).where(*old))))
    return touched(db, delete(Job).where(*old))
