"""Invariants of jobs and schedules: each time once, each end said, and nobody silent for long while somebody leads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from licensetrack.core.clock import now
from licensetrack.core.columns import Instant, instant_text
from licensetrack.core.job_queue import RUNNING, Job
from licensetrack.core.leases import Lease

JOB_CHECKS: dict[str, str] = {
    "a job that runs or has run says by whom and since when": """
        SELECT id, kind, state FROM job
        WHERE state IN ('running', 'done') AND (worker = '' OR started_at IS NULL OR beat_at IS NULL OR attempt < 1)""",
    "no job was tried more often than it may be": """
        SELECT id, kind, attempt, most_attempts FROM job WHERE attempt > most_attempts""",
    "a job that failed says why": """
        SELECT id, kind FROM job WHERE state = 'failed' AND error = ''""",
}
LED_FOR = dt.timedelta(minutes=5)  # many leases: by then every silent worker's jobs were taken back


def slots(connection: Connection) -> Iterator[str]:
    """Jobs for a time of a schedule that are not the one and only for that time."""
    seen: set[tuple[str | None, dt.datetime]] = set()
    query = select(Job.id, Job.schedule, Job.slot, Job.dedupe).where(Job.slot.is_not(None)).order_by(Job.id)
    for row in connection.execute(query):
        known = f"{row.schedule}:{instant_text(row.slot)}"
        if row.dedupe != known or (row.schedule, row.slot) in seen:
            yield f"job {row.id} is not the one for {known}"
        seen.add((row.schedule, row.slot))


def silent(connection: Connection) -> Iterator[str]:
    """Jobs that still count as running although their worker is silent and a leader had time to see that.

    Where nobody leads, as in a copy that was restored, they wait for the next worker, and nothing is wrong.
    """
    sqlite = connection.dialect.name == "sqlite"
    at = now() if sqlite else connection.execute(select(func.clock_timestamp(type_=Instant))).scalar_one()
    leads = select(Lease.name).where(Lease.expires_at > at, Lease.taken_at < at - LED_FOR)
    if connection.execute(leads.limit(1)).first() is None:
        return
    query = select(Job.id, Job.kind, Job.beat_at).where(Job.state == RUNNING, Job.beat_at < at - LED_FOR)
    for row in connection.execute(query.order_by(Job.id)):
        yield f"job {row.id} ({row.kind}) counts as running, its worker is silent since {instant_text(row.beat_at)}"
