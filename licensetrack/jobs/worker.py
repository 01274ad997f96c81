"""The worker: a process of its own that does the jobs of the table, and leads the schedules while it holds the lease.

APScheduler drives it with a memory store, so nothing is pickled: a tick for the lease and the times that have come,
and beats for the jobs that run. Which of several workers leads is decided by the lease row.
"""

from __future__ import annotations

import datetime as dt
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.orm import Session

from licensetrack.core import leases
from licensetrack.core.clock import BUSINESS_ZONE
from licensetrack.core.db import reading, transaction
from licensetrack.core.job_claims import Claimed, beat, take_back
from licensetrack.jobs.beside import end_with_parent
from licensetrack.jobs.handlers import handlers
from licensetrack.jobs.leading import LEADER, leader
from licensetrack.jobs.running import claim_batch, claim_due, do_all, process_name
from licensetrack.jobs.schedules import SCHEDULES, is_due, plan_due

log = structlog.get_logger()
LEASE_SECONDS, THREADS, POLL_SECONDS = 15.0, 3, 0.5


class Worker:
    """One worker: `threads` jobs at a time; it leads, or takes over when the leader was silent for `lease` seconds."""

    def __init__(self, *, lease: float = LEASE_SECONDS, threads: int = THREADS, poll: float = POLL_SECONDS) -> None:
        self.name = process_name()
        self.lease = dt.timedelta(seconds=lease)
        self.held: leases.Held | None = None
        self._threads, self._poll = max(threads, 1), poll
        self._told, self._over = False, threading.Event()
        self._claims: set[str] = set()
        self._long_places = threading.Semaphore(max(self._threads - 1, 1))
        self._ticked_at = self._steady_since = self._clock = 0.0
        self._scheduler = BackgroundScheduler(timezone=BUSINESS_ZONE)

    def run(self, started: Callable[[], None] = lambda: None) -> None:
        """Works until `end`; a job that has begun is finished first."""
        options = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        seconds = self.lease.total_seconds()
        for name, act, share in (("tick", self.tick, 5), ("beat", self.beat, 4)):
            self._scheduler.add_job(self._safely(act), "interval", seconds=seconds / share, id=name, **options)
        started()
        self.tick()
        self._scheduler.start()
        workers = [threading.Thread(target=self._work, name=f"jobs-{n}") for n in range(self._threads)]
        for thread in workers:
            thread.start()
        while not self._told:
            time.sleep(0.2)
        self._over.set()
        for thread in workers:
            thread.join()
        self._scheduler.shutdown(wait=True)
        self._give_up()

    def end(self) -> None:
        """Takes no more jobs; `run` returns when those that have begun are done.

        Only a flag, for a signal's handler calls this: an event's lock may be held by the very thread it interrupts.
        """
        self._told = True

    def tick(self) -> None:
        """Prolongs the lease or takes a free one; as the leader, plans what is due and takes back what was left."""
        at, was = time.monotonic(), self.held
        if was is None and self._somebody_leads():
            return
        with transaction(even_read_only=True) as db:
            leases.be_brief(db, self.lease / 3)
            self.held = leases.take(db, LEADER, self.name, self.lease)
            clock = leases.database_now(db).timestamp() - at
        if self.held is None:
            return
        if self.held != was:
            log.info("worker leads", worker=self.name, fence=self.held.fence)
        half = self.lease.total_seconds() / 2
        if self.held != was or at - self._ticked_at > half or abs(clock - self._clock) > half:
            self._steady_since = at  # new, late, or the clock was put: who is silent can not be told yet
        self._ticked_at, self._clock = at, clock
        self._plan()
        if at - self._steady_since >= half:  # everybody had time to beat since
            self._take_back()

    def _plan(self) -> None:
        """Writes the jobs of the times that have come, if this worker still leads."""
        held = self.held
        if held is None:
            return
        with reading() as db:
            due = is_due(db, leases.database_now(db))
        if due:
            with transaction(even_read_only=True) as db:
                if leases.holds(db, held):
                    plan_due(db, leases.database_now(db))
                else:
                    self.held = None

    def beat(self) -> None:
        """Says that this worker's jobs go on."""
        claims = set(self._claims)
        if claims:
            with transaction(even_read_only=True) as db:
                leases.be_brief(db, self.lease / 3)
                beat(db, claims)

    def _somebody_leads(self) -> bool:
        with reading() as db:
            lease = leader(db)
            return lease is not None and lease.expires_at - leases.database_now(db) <= 2 * self.lease

    def _take_back(self) -> None:
        held = self.held
        with transaction(even_read_only=True) as db:
            if held is not None and leases.holds(db, held):
                for job_id in take_back(db, self.lease):
                    log.warning("worker of a job is silent, job taken back", job=job_id)

    def _give_up(self) -> None:
        if self.held is not None:
            with transaction(even_read_only=True) as db:
                leases.give_up(db, self.held)
            self.held = None

    def _safely(self, act: Callable[[], None]) -> Callable[[], None]:
        """A database that is away for a while must not end the worker."""

        def run() -> None:
            try:
                act()
            except Exception:
                log.exception("worker could not do its round")

        return run

    def _work(self) -> None:
        batch: list[Claimed] = []
        while batch or not self._over.is_set():
            try:
                batch = batch or self._claim_due()
                if not batch:
                    self._over.wait(self._poll)
                    continue
                batch = self._do(batch)
            except Exception:
                batch = []
                log.exception("worker could not do a job")
                self._over.wait(1)

    def _do(self, batch: list[Claimed]) -> list[Claimed]:
        claims = {mine.claim for mine in batch}
        self._claims.update(claims)
        try:
            return do_all(batch, self._claim_next)
        finally:
            self._claims.difference_update(claims)
            if handlers()[batch[0].kind].long:
                self._long_places.release()

    def _claim_due(self) -> list[Claimed]:
        """Jobs of any kind while there is a place for long work, else of the short kinds."""
        place = self._long_places.acquire(blocking=False)
        batch: list[Claimed] = []
        try:
            batch = claim_due(list(handlers()) if place else self._short_kinds(), self.name)
            return batch
        finally:
            if place and not (batch and handlers()[batch[0].kind].long):
                self._long_places.release()

    def _claim_next(self, db: Session) -> list[Claimed]:
        """Short jobs in the transaction that ends the last ones."""
        return [] if self._over.is_set() else claim_batch(db, self._short_kinds(), self.name)

    def _short_kinds(self) -> list[str]:
        return [kind for kind, one in handlers().items() if not one.long]


def run_worker(
    *,
    lease: float = LEASE_SECONDS,
    threads: int = THREADS,
    poll: float = POLL_SECONDS,
    beside: bool = False,
) -> None:
    """Runs a worker until the process is told to end; `beside` the pages, until their process is gone."""
    worker = Worker(lease=lease, threads=threads, poll=poll)

    def end(_number: int, _frame: FrameType | None) -> None:
        worker.end()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    if beside:
        end_with_parent(worker.end)
    worker.run(lambda: log.info("worker started", worker=worker.name, kinds=len(handlers()), schedules=len(SCHEDULES)))
