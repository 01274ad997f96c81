"""What pages show of jobs and schedules: which jobs whom, how far each is, what runs when and how it last ended."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, allows
from licensetrack.core.job_queue import Job, job_of
from licensetrack.core.job_schedules import ScheduleRow
from licensetrack.core.pages import turn
from licensetrack.jobs import progress_files
from licensetrack.jobs.cron import next_after
from licensetrack.jobs.schedules import SCHEDULES, Schedule

READ_ALL = "system:job:read"
PAGE_SIZE = 50


@dataclass(frozen=True)
class Wanted:
    """What a list of jobs is asked for; empty means any."""

    state: str = ""
    kind: str = ""
    schedule: str = ""
    own: bool = False


class JobPage(NamedTuple):
    """One page of jobs, the newest first, and how many match in all."""

    jobs: list[Job]
    total: int
    page: int
    last: int


class Planned(NamedTuple):
    """One schedule as it stands: its time, when it comes next (None while paused), and its last job."""

    schedule: Schedule
    cron: str
    changed: bool
    paused: bool
    revision: int
    next_at: dt.datetime | None
    last_job: Job | None


def sees_all(actor: Actor) -> bool:
    """Whether the actor may see and steer jobs of others; everybody sees the own ones."""
    return allows(actor, READ_ALL)


def visible_job(db: Session, job_id: int, actor: Actor) -> Job:
    """A job that the actor may see, with its newest progress. Raises NotFound."""
    return with_progress(db, job_of(db, job_id, actor, others=sees_all(actor)))


def with_progress(db: Session, job: Job) -> Job:
    """The job as it was read, to be shown only, with its newest progress."""
    db.expunge(job)
    job.done, job.total = progress_files.seen(job)
    return job


def page_of_jobs(db: Session, wanted: Wanted, page: int, actor: Actor) -> JobPage:
    """A page of the jobs that the actor may see."""
    where: list[Any] = []
    if wanted.own or not sees_all(actor):
        where.append(Job.wanted_by_id == actor.id)
    for column, value in ((Job.state, wanted.state), (Job.kind, wanted.kind), (Job.schedule, wanted.schedule)):
        if value:
            where.append(column == value)
    total = db.scalar(select(func.count()).select_from(Job).where(*where)) or 0
    place = turn(page, total, PAGE_SIZE)
    query = select(Job).where(*where).order_by(Job.id.desc()).limit(PAGE_SIZE).offset(place.before)
    jobs = list(db.scalars(query))
    db.expunge_all()
    for job in jobs:
        job.done, job.total = progress_files.seen(job)
    return JobPage(jobs, total, place.page, place.last)


def planned(db: Session, at: dt.datetime) -> list[Planned]:
    """Every schedule."""
    rows = {row.name: row for row in db.scalars(select(ScheduleRow))}
    return [_planned(db, one, rows.get(one.name), at) for one in SCHEDULES.values()]


def planned_one(db: Session, one: Schedule, at: dt.datetime) -> Planned:
    """One schedule as it stands."""
    return _planned(db, one, db.get(ScheduleRow, one.name), at)


def _planned(db: Session, one: Schedule, row: ScheduleRow | None, at: dt.datetime) -> Planned:
    cron = row.cron if row is not None and row.cron else one.cron
    paused = row is not None and row.paused
    last = db.scalars(select(Job).where(Job.schedule == one.name).order_by(Job.id.desc()).limit(1)).first()
    return Planned(
        one, cron, cron != one.cron, paused, row.revision if row else 1, None if paused else next_after(cron, at), last
    )
