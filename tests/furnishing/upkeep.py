"""Furnishes the access table's house with a closed month and its report, a green check, and reminders told."""

from licensetrack.accounts.permissions import SYSTEM
from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.jobs.month_ends import close_one
from licensetrack.measures.months import months_to_close
from licensetrack.reminders.telling import tell_steps
from licensetrack.verify.nightly import check_books
from tests.furnishing.everything import Objects


def furnish(_objects: Objects) -> Objects:
    """The month before, the books as they are, and what is due today."""
    with reading() as db:
        [end] = months_to_close(db, today())
    close_one(end, SYSTEM)
    tell_steps(today(), actor=SYSTEM)
    return {"closed_month": f"{end:%Y-%m}", "check_run": check_books(actor=SYSTEM).id}
