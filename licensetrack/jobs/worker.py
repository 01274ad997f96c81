"""The worker: a process of its own that does by the clock what people forget; nothing is pickled."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType

import structlog
from apscheduler.events import EVENT_SCHEDULER_STARTED
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.cron import CronTrigger

from licensetrack.core import blobs
from licensetrack.core.clock import BUSINESS_ZONE
from licensetrack.core.db import transaction
from licensetrack.verify.report import verify

log = structlog.get_logger()


def check_books() -> bool:
    """Asks every invariant, as `licensetrack verify` does; says in the log which is broken. True when all hold."""
    broken = [finding for finding in verify() if finding.broken]
    for finding in broken:
        log.error("invariant broken", invariant=finding.invariant, examples=list(finding.broken))
    if not broken:
        log.info("books are right")
    return not broken


def sweep_files() -> int:
    """Removes files that a crash left without a row; returns how many."""
    with transaction() as db:
        removed = blobs.sweep(db)
    if removed:
        log.info("files without a row removed", count=len(removed))
    return len(removed)


SCHEDULE: dict[str, tuple[Callable[[], object], str]] = {
    "check-books": (check_books, "30 2 * * *"),
    "sweep-files": (sweep_files, "10 * * * *"),
}


def scheduler() -> BlockingScheduler:
    """The schedule, in business time. A run that was missed while the machine slept is made up once."""
    schedule = BlockingScheduler(timezone=BUSINESS_ZONE)
    for name, (job, cron) in SCHEDULE.items():
        trigger = CronTrigger.from_crontab(cron, timezone=BUSINESS_ZONE)
        schedule.add_job(job, trigger, id=name, coalesce=True, max_instances=1, misfire_grace_time=3600)
    return schedule


def run_worker() -> None:
    """Runs until the process is told to end; a job that has begun is finished first."""
    schedule = scheduler()

    def end(_number: int, _frame: FrameType | None) -> None:
        if schedule.running:
            schedule.shutdown(wait=True)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    schedule.add_listener(lambda _: log.info("worker started", jobs=sorted(SCHEDULE)), EVENT_SCHEDULER_STARTED)
    schedule.start()
