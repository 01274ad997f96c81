"""The job of the reminders: every morning, what has become due."""

from __future__ import annotations

from typing import Any

from licensetrack.accounts.permissions import SYSTEM
from licensetrack.core.clock import today
from licensetrack.jobs.handlers import Run, handles
from licensetrack.reminders.telling import tell_steps


@handles("reminders:tell", label="Tell what is due")
def tell(run: Run) -> None:
    """Told and ended in one transaction: a worker that dies in between has told nothing.

    The program tells, whoever asked for it: the trail of the schedules knows who that was.
    """
    result: dict[str, Any] = {}
    with run.completing(result):
        result.update(tell_steps(today(), actor=SYSTEM)._asdict())
