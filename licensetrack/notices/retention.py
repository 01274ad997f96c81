"""What is kept for how long: notices for half a year, unread ones too; what happened stands in the audit trail."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from licensetrack.core.clock import now
from licensetrack.notices.models import Delivery, Notice, NoticeEvent

KEPT = dt.timedelta(days=180)
UNENDED = ("held", "waiting", "sending")
_BLIND = {"synchronize_session": False}


def sweep(db: Session) -> int:
    """Removes notices and deliveries older than they are kept; returns how many notices.

    The names of what was told once (`dedupe`) stay, so that it is not told again.
    """
    before = now() - KEPT
    removed: Any = db.execute(delete(Notice).where(Notice.at < before), execution_options=_BLIND)
    old = (Delivery.made_at < before, Delivery.state.not_in(UNENDED))
    parts = (*old, Delivery.into_id.is_not(None))
    db.execute(delete(Delivery).where(*parts), execution_options=_BLIND)
    whole = select(Delivery.into_id).where(Delivery.into_id.is_not(None))
    db.execute(delete(Delivery).where(*old, Delivery.id.not_in(whole)), execution_options=_BLIND)
    named = (select(table.event_id).where(table.event_id.is_not(None)) for table in (Notice, Delivery))
    gone = (NoticeEvent.at < before, NoticeEvent.dedupe.is_(None) | NoticeEvent.dedupe.like("outbox:%"))
    free = [NoticeEvent.id.not_in(one) for one in named]
    db.execute(delete(NoticeEvent).where(*gone, *free), execution_options=_BLIND)
    return int(removed.rowcount)
