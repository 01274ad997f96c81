"""What people do with jobs and schedules: cancel, ask again, check or run now, pause, resume, another time."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.core import audit, job_queue
from licensetrack.core.clock import now
from licensetrack.core.db import transaction
from licensetrack.core.errors import Conflict, NotFound
from licensetrack.core.job_queue import QUEUED, Job, enqueue, write_job
from licensetrack.core.job_schedules import ScheduleRow
from licensetrack.core.statements import insert_for
from licensetrack.jobs import progress_files
from licensetrack.jobs.cron import trigger_of
from licensetrack.jobs.queries import sees_all
from licensetrack.jobs.schedules import SCHEDULES, Schedule

CHECK, ASK = "system:check:run", "system:check:ask"


def cancel_job(job: Job, *, actor: Actor) -> Job:
    """Takes a job back or tells it to end. Raises NotFound for that of somebody else, Conflict where it has ended."""
    progress_files.ask_cancel(job)  # one that holds SQLite's write lock would not see its row change
    return job_queue.ask_cancel(job, actor=actor, others=sees_all(actor))


def retry_job(job: Job, *, actor: Actor) -> Job:
    """Queues a job anew that failed or was cancelled. Raises NotFound, Conflict."""
    return job_queue.ask_again(job, actor=actor, others=sees_all(actor))


def schedule_named(name: str) -> Schedule:
    """The schedule of that name. Raises NotFound."""
    if name not in SCHEDULES:
        raise NotFound("There is no such record.")
    return SCHEDULES[name]


def run_now(name: str, *, actor: Actor) -> Job:
    """Wants a schedule's job at once, beside its times; it is done in the name of whoever wanted it."""
    require(actor, "system:schedule:run")
    one = schedule_named(name)
    with transaction(even_read_only=True) as db:
        job = write_job(db, one.kind, actor, dict(one.arguments), schedule=one.name)
        audit.record(db, "system:schedule:run", f"schedule:{name}", actor, job=job.id)
    return job


def check_now(*, actor: Actor) -> list[Job]:
    """Wants whole checks of books and files at once; one that still waits for a worker is not wanted twice."""
    require(actor, CHECK)
    made = []
    with transaction(even_read_only=True) as db:
        audit.lock_head(db)  # two who ask at once come one after the other
        for kind in ("books:check", "files:check"):
            waits = select(Job).where(Job.kind == kind, Job.state == QUEUED, Job.wanted_by_id.is_not(None))
            job = db.scalars(waits.limit(1)).first()
            if job is None:
                job = enqueue(db, kind, actor=actor, whole=True)
                audit.record(db, ASK, f"job:{job.id}", actor, kind=kind)
            made.append(job)
    return made


def pause_schedule(name: str, *, actor: Actor, seen: int | None = None) -> None:
    """From now on its times pass by. Raises Conflict where it is paused, or stands otherwise than was seen."""
    require(actor, "system:schedule:pause")
    with transaction(even_read_only=True) as db:
        row = _claimed(db, schedule_named(name), seen)
        if row.paused:
            raise Conflict("This schedule is paused already.")
        row.paused = True
        audit.record(db, "system:schedule:pause", f"schedule:{name}", actor)


def resume_schedule(name: str, *, actor: Actor, seen: int | None = None) -> None:
    """It goes on with the next time from now; what passed by meanwhile is not made up. Raises Conflict."""
    require(actor, "system:schedule:resume")
    with transaction(even_read_only=True) as db:
        row = _claimed(db, schedule_named(name), seen)
        if not row.paused:
            raise Conflict("This schedule is not paused.")
        row.paused, row.planned_until = False, now()
        audit.record(db, "system:schedule:resume", f"schedule:{name}", actor)


def change_time(name: str, cron: str, *, actor: Actor, seen: int | None = None) -> None:
    """Gives a schedule another time, an empty text its usual one. Raises Refused at `cron`, Conflict."""
    require(actor, "system:schedule:change")
    one, text = schedule_named(name), " ".join(cron.split())
    if text:
        trigger_of(text)
    with transaction(even_read_only=True) as db:
        row = _claimed(db, one, seen)
        old, new = row.cron or one.cron, text or one.cron
        row.cron, row.planned_until = (None if new == one.cron else new), now()
        audit.record(db, "system:schedule:change", f"schedule:{name}", actor, old=old, new=new)


def _claimed(db: Session, one: Schedule, seen: int | None) -> ScheduleRow:
    """The row, locked and one revision further. Raises Conflict where somebody changed it since it was seen."""
    first = insert_for(db, ScheduleRow).values(name=one.name, cron=None, paused=False, planned_until=now(), revision=1)
    db.execute(first.on_conflict_do_nothing())
    step = update(ScheduleRow).where(ScheduleRow.name == one.name).values(revision=ScheduleRow.revision + 1)
    if seen is not None:
        step = step.where(ScheduleRow.revision == seen)
    row = db.scalars(step.returning(ScheduleRow), execution_options={"populate_existing": True}).first()
    if row is None:
        raise Conflict("Somebody changed this schedule meanwhile. Please look at it again.")
    return row
