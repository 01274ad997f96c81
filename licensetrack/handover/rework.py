"""Rework after a declined acceptance: a task for one set, open until the set is imported or accepted anew."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import update
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor
from licensetrack.core.clock import now
from licensetrack.handover.acceptance_models import ReworkTask


def open_rework(
    db: Session, set_id: int, *, certificate_id: int, on: dt.date, reason: str, actor: Actor
) -> ReworkTask:  # fmt: skip
    """A task for a declined set, in the caller's transaction, which holds the set; an older one ends with it."""
    close_rework(db, set_id, on)
    task = ReworkTask(
        set_id=set_id, open_set_id=set_id, certificate_id=certificate_id, reason=reason[:500], opened_on=on,
        opened_at=now(), opened_by=actor.name, closed_on=None,
    )  # fmt: skip
    db.add(task)
    db.flush()
    return task


def close_rework(db: Session, set_id: int, on: dt.date) -> None:
    """Ends the set's open task, if it has one; in the caller's transaction."""
    db.execute(
        update(ReworkTask)
        .where(ReworkTask.open_set_id == set_id)
        .values(open_set_id=None, closed_on=on)
        .execution_options(synchronize_session=False)
    )
