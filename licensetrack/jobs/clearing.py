"""Jobs about jobs: those of the clock that ended long ago are forgotten."""

from __future__ import annotations

import datetime as dt

from licensetrack.core.clock import now
from licensetrack.core.job_queue import forget_slots
from licensetrack.jobs.handlers import Run, handles

# Some run every minute; what failed is looked at later.
DONE_KEPT, KEPT = dt.timedelta(days=7), dt.timedelta(days=90)


@handles("jobs:sweep", label="Forget old jobs of the clock")
def work_sweep(run: Run) -> None:
    """Every night: what people wanted stays, and of each schedule the newest job."""
    result: dict[str, int] = {}
    with run.completing(result) as db:
        result["removed"] = forget_slots(db, done_before=now() - DONE_KEPT, ended_before=now() - KEPT)
