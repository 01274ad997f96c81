"""Workers that are killed, stopped and woken up again: each effect once, each time once, and somebody always leads."""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from licensetrack.accounts.permissions import SYSTEM
from licensetrack.core import db
from licensetrack.core.job_queue import Job, enqueue
from licensetrack.core.leases import Lease, database_now
from licensetrack.verify.report import verify_records
from tests.jobs import chaos_kinds
from tests.jobs.zygote import Zygote

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("database")]
JOBS, WORKERS = 1000, 3


@pytest.fixture
def effects(database_url: str) -> str:
    """A table of effects in a fresh database; its address."""
    with db.transaction() as session:
        session.execute(text(chaos_kinds.TABLE))
    return database_url


def within(seconds: float, what: Callable[[], bool]) -> bool:
    """Whether it comes about; a slow machine has its time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if what():
            return True
        time.sleep(0.05)
    return False


def left() -> int:
    with db.reading() as session:
        return (
            session.scalar(select(func.count()).select_from(Job).where(Job.schedule.is_(None), Job.state != "done"))
            or 0
        )


def leader() -> tuple[int, int, dt.datetime] | None:
    """Process number, fence and beginning of the one who leads."""
    with db.reading() as session:
        row = session.get(Lease, "worker")
        if row is None or row.expires_at <= database_now(session):
            return None
        return int(row.holder.rpartition(":")[2]), row.fence, row.taken_at


def test_a_thousand_jobs_and_every_second_of_a_schedule_are_done_once_while_workers_are_killed(
    effects: str, tmp_path: Path
) -> None:
    with db.transaction() as session:
        kinds = ("chaos:effect", "chaos:effect", "chaos:quick")
        wanted = {enqueue(session, kinds[n % 3], actor=SYSTEM, attempts=1000).id for n in range(JOBS)}
    chance, kills = random.Random(5), 0
    with Zygote(effects, tmp_path, lease=1.0) as zygote:
        for _ in range(WORKERS):
            zygote.fork()
        while left() and kills < 60:
            time.sleep(1)
            zygote.kill(chance.choice(zygote.workers))
            zygote.fork()
            kills += 1
        assert within(240, lambda: left() == 0), f"{left()} left\n{zygote.log.read_text()[-3000:]}"
        for pid in list(zygote.workers):
            zygote.end(pid)
    with db.reading() as session:
        done = session.execute(text("SELECT job_id, count(*) FROM effect GROUP BY job_id")).all()
        tries = session.scalars(select(Job.attempt).where(Job.id.in_(wanted))).all()
        slots = session.execute(
            select(Job.slot, Job.state, Job.id).where(Job.schedule == "every-second").order_by(Job.slot)
        ).all()
    times = dict(done)
    assert {job: times.get(job, 0) for job in wanted if times.get(job, 0) != 1} == {}
    assert kills >= 3
    assert max(tries) > 1, "no kill hit a job: the test says nothing"
    first, last = slots[0].slot, slots[-1].slot
    assert [row.slot for row in slots] == [first + dt.timedelta(seconds=n) for n in range(len(slots))]
    assert last - first >= dt.timedelta(seconds=kills - 3)
    assert {row.id for row in slots if times.get(row.id, 0) != (row.state == "done")} == set()
    assert [found for found in verify_records() if found.broken] == []


def test_another_worker_leads_within_two_leases_of_the_leaders_death(effects: str, tmp_path: Path) -> None:
    lease = 3.0
    with Zygote(effects, tmp_path, lease=lease) as zygote:
        zygote.fork()
        assert within(60, lambda: leader() is not None)
        for _ in range(3):  # a machine that is busy with other things may be late once or twice
            standing = leader()
            assert standing is not None
            old, fence, _since = standing
            successor = str(zygote.fork())
            assert within(60, lambda name=successor: name in zygote.log.read_text())  # type: ignore[misc]
            with db.reading() as session:
                died_at = database_now(session)
            zygote.kill(old)
            assert within(60, lambda old=old: (found := leader()) is not None and found[0] != old)  # type: ignore[misc]
            found = leader()
            assert found is not None
            assert found[1] == fence + 1
            took = found[2] - died_at
            if took <= dt.timedelta(seconds=2 * lease):
                return
    pytest.fail(f"the last take-over took {took.total_seconds():.1f} s")


def test_a_worker_that_was_stopped_past_its_lease_writes_nothing_when_it_wakes_up(effects: str, tmp_path: Path) -> None:
    with db.transaction() as session:
        job_id = enqueue(session, "chaos:held", actor=SYSTEM, folder=str(tmp_path)).id
    with Zygote(effects, tmp_path, lease=1.5) as zygote:
        slow = zygote.fork()
        assert within(60, (tmp_path / "began").exists)
        stop_outside_a_transaction(slow, effects)
        zygote.fork()
        assert within(60, lambda: left() == 0), zygote.log.read_text()[-3000:]
        (tmp_path / "go").touch()
        os.kill(slow, signal.SIGCONT)
        assert within(60, lambda: "job was given to another worker" in zygote.log.read_text())
    with db.reading() as session:
        written = text("SELECT attempt FROM effect WHERE job_id = :job")
        assert session.scalars(written, {"job": job_id}).all() == [2]
        assert session.get_one(Job, job_id).attempt == 2
    assert not (tmp_path / "wrote-1").exists()


def stop_outside_a_transaction(pid: int, url: str) -> None:
    """SIGSTOP at a moment when the process does not hold SQLite's one lock: that would stop everybody."""
    for _ in range(100):
        os.kill(pid, signal.SIGSTOP)
        if not url.startswith("sqlite") or is_free(url.removeprefix("sqlite:///")):
            return
        os.kill(pid, signal.SIGCONT)
        time.sleep(0.1)
    raise AssertionError("it never lets go")


def is_free(path: str) -> bool:
    import fcntl

    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        with Path(f"{path}.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
    except (sqlite3.OperationalError, BlockingIOError):
        return False
    finally:
        connection.close()
    return True
