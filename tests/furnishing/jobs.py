"""Objects of the area "jobs" in the house of the access table; tests/furnishing/everything.py says more."""

import datetime as dt

from licensetrack.accounts.permissions import SYSTEM
from licensetrack.core import db
from licensetrack.core.clock import now
from licensetrack.core.job_queue import enqueue
from tests.furnishing.everything import Objects


def furnish(_objects: Objects) -> Objects:
    """A job of the program's own that is not due for years."""
    with db.transaction() as session:
        job = enqueue(session, "books:check", actor=SYSTEM, not_before=now() + dt.timedelta(days=3650))
    return {"a_job": job.id}
