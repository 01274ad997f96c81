"""The day's digest: what people did not want at once, gathered into one mail for each."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.models import User
from licensetrack.core.clock import now
from licensetrack.core.statements import touched
from licensetrack.notices.models import Delivery, NoticeEvent
from licensetrack.notices.posting import delivery

KIND = "digest"


def gather(db: Session) -> int:
    """Makes one delivery for each person who has something held, and collects that into it; returns how many."""
    waiting = db.scalars(select(Delivery.user_id).where(Delivery.state == "held").distinct()).all()
    people = db.scalars(select(User).where(User.id.in_(waiting)).order_by(User.id)).all()
    at = now()
    for person in people:
        made = delivery(KIND, None, at, user=person)
        db.add(made)
        db.flush()
        held = (Delivery.user_id == person.id, Delivery.state == "held")
        collected = {"state": "collected", "into_id": made.id, "ended_at": at}
        touched(db, update(Delivery).where(*held).values(collected))
    return len(people)


def events_in(db: Session, delivery_id: int) -> Sequence[NoticeEvent]:
    """What a digest tells, oldest first."""
    query = select(NoticeEvent).join(Delivery, Delivery.event_id == NoticeEvent.id)
    return list(db.scalars(query.where(Delivery.into_id == delivery_id).order_by(NoticeEvent.at, NoticeEvent.id)))
