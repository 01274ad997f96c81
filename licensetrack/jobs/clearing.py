"""Jobs about jobs: those of the clock that ended long ago are forgotten."""

from __future__ import annotations

import datetime as dt

from licensetrack.core.clock import now
from licensetrack.core.job_queue import forget_slots
from licensetrack.jobs.handlers import Run, handles

KEPT = dt.timedelta(days=90)


@handles("jobs:sweep", label="Forget old jobs of the clock")
def work_sweep(run: Run) -> None:
    """Every night: what people wanted stays, and of each schedule the newest job."""
    result: dict[str, int] = {}
    with run.completing(result) as db:
        result["removed"] = forget_slots(db, now() - KEPT)
