"""What is kept for how long: notices for half a year, unread ones too; what happened stands in the audit trail."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from licensetrack.core.clock import now
from licensetrack.core.statements import touched
from licensetrack.notices.models import Delivery, Notice, NoticeEvent

KEPT = dt.timedelta(days=180)
UNENDED = ("held", "waiting", "sending")


def sweep(db: Session) -> int:
    """Removes notices and deliveries older than they are kept; returns how many notices.

    The names of what was told once (`dedupe`) stay, so that it is not told again.
    """
    before = now() - KEPT
    removed = touched(db, delete(Notice).where(Notice.at < before))
    old = (Delivery.made_at < before, Delivery.state.not_in(UNENDED))
    parts = (*old, Delivery.into_id.is_not(None))
    touched(db, delete(Delivery).where(*parts))
    whole = select(Delivery.into_id).where(Delivery.into_id.is_not(None))
    touched(db, delete(Delivery).where(*old, Delivery.id.not_in(whole)))
    named = (select(table.event_id).where(table.event_id.is_not(None)) for table in (Notice, Delivery))
    gone = (NoticeEvent.at < before, NoticeEvent.dedupe.is_(None) | NoticeEvent.dedupe.like("outbox:%"))
    free = [NoticeEvent.id.not_in(one) for one in named]
    touched(db, delete(NoticeEvent).where(*gone, *free))
    return removed
