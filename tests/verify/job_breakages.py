"""How each invariant of jobs can be broken by SQL, and the jobs that are broken."""

import datetime as dt

from licensetrack.accounts.permissions import SYSTEM
from licensetrack.core.clock import now
from licensetrack.core.db import transaction
from licensetrack.core.job_claims import claim, fail, finish
from licensetrack.core.job_queue import enqueue, write_job
from licensetrack.core.leases import Lease, database_now
from tests.verify.breakages import Case


def leave_jobs() -> None:
    """A time of a schedule that was done, a job that failed and one that runs, while a worker has led for an hour."""
    with transaction() as db:
        write_job(db, "t:done", SYSTEM, {}, dedupe="nightly:2024-03-01 18:00:00.000000", schedule="nightly",
                  slot=dt.datetime(2024, 3, 1, 18, tzinfo=dt.UTC))  # fmt: skip
        for kind in ("t:failed", "t:running"):
            enqueue(db, kind, actor=SYSTEM)
        at, hour = max(now(), database_now(db)), dt.timedelta(hours=1)
        [done], [failed], [_running] = (claim(db, "there:1", [f"t:{name}"]) for name in ("done", "failed", "running"))
        finish(db, (done, None))
        fail(db, failed, "It broke off: %(reason)s.", {"reason": "OSError"})
        db.add(Lease(name="worker", holder="there:1", fence=1, taken_at=at - hour, expires_at=at + hour))


JOB_CASES = [
    Case("each time of a schedule has one job of its own", ("UPDATE job SET dedupe = 'x' WHERE slot IS NOT NULL",)),
    Case(
        "a job that runs or has run says by whom and since when",
        ("UPDATE job SET worker = '' WHERE kind = 't:done'",),
    ),
    Case("no job was tried more often than it may be", ("UPDATE job SET attempt = 9 WHERE kind = 't:done'",)),
    Case("a job that failed says why", ("UPDATE job SET error = '' WHERE kind = 't:failed'",)),
    Case(
        "no job counts as running whose worker is silent",
        ("UPDATE job SET beat_at = '2024-01-01 00:00:00.000000' WHERE kind = 't:running'",),
    ),
]
