"""Jobs about jobs: those that nobody wanted and that ended long ago are forgotten."""

from __future__ import annotations

import datetime as dt

from licensetrack.core.clock import now
from licensetrack.core.job_queue import forget_unwanted
from licensetrack.jobs.handlers import Run, handles

# What failed is looked at later. Those that run each minute would bury the others within a day.
DONE_KEPT, KEPT, BRIEFLY_KEPT = dt.timedelta(days=7), dt.timedelta(days=90), dt.timedelta(hours=1)
BRIEF = ("notices:dispatch", "notices:send", "jobs:sweep")


@handles("jobs:sweep", label="Forget old jobs of the clock")
def work_sweep(run: Run) -> None:
    """Every hour: what people wanted stays, and of each schedule the newest job."""
    result: dict[str, int] = {}
    with run.completing(result) as db:
        at = now()
        result["removed"] = forget_unwanted(
            db, done_before=at - DONE_KEPT, ended_before=at - KEPT, brief=BRIEF, brief_before=at - BRIEFLY_KEPT
        )
