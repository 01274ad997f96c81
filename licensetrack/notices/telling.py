"""From the outbox to people: each message is handled once, in one transaction with the notices that it becomes."""

from __future__ import annotations

import datetime as dt
import logging

from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from licensetrack.accounts.models import User
from licensetrack.core.clock import now
from licensetrack.core.db import BUSY, reading, transaction
from licensetrack.core.errors import Conflict, Uncertain
from licensetrack.core.outbox import OutboxMessage
from licensetrack.core.statements import touched
from licensetrack.notices.posting import post
from licensetrack.notices.tags import TELLERS, Act

PATIENCE = dt.timedelta(hours=1)  # a message that can not be told is tried so long, and then given up
log = logging.getLogger(__name__)


def dispatch(*, most: int = 1000) -> tuple[int, int]:
    """Handles what waits in the outbox, oldest first; returns how many messages, and how many notices they became.

    A message that nobody hears of is handled too. One that can not be told does not hold up the others.
    """
    with reading() as db:
        waiting = db.scalars(
            select(OutboxMessage.id).where(OutboxMessage.sent_at.is_(None)).order_by(OutboxMessage.id).limit(most)
        ).all()
    handled = told = 0
    for message_id in waiting:
        try:
            with transaction(even_read_only=True) as db:
                count = _handle(db, message_id)
        except (Uncertain, OperationalError):
            raise  # the database is away: the whole job is tried again
        except Exception as error:
            if isinstance(error, Conflict) and error.message == BUSY:
                raise
            log.exception("outbox message %s could not be told", message_id)
            _give_up(message_id)
            continue
        if count is not None:
            handled, told = handled + 1, told + count
    return handled, told


def _handle(db: Session, message_id: int) -> int | None:
    """Tells one message; None where somebody else just did."""
    table = OutboxMessage
    if not touched(db, update(table).where(table.id == message_id, table.sent_at.is_(None)).values(sent_at=now())):
        return None
    message = db.get_one(table, message_id)
    teller = TELLERS.get(message.tag)
    if teller is None:
        return 0
    actor = None if message.actor_id is None else db.get(User, message.actor_id)
    count = 0
    for nth, notice in enumerate(teller(Act(db, message.tag, message.payload, actor))):
        count += post(
            db, notice.kind, to=set(notice.to) - {message.actor_id or 0}, subject=notice.subject,
            dedupe=notice.dedupe or f"outbox:{message.id}:{nth}", link=notice.link, unit_id=notice.unit_id,
            **{"by": "licensetrack" if actor is None else actor.name, **notice.told},
        )  # fmt: skip
    return count


def _give_up(message_id: int) -> None:
    table = OutboxMessage
    late = (table.id == message_id, table.sent_at.is_(None), table.posted_at < now() - PATIENCE)
    with transaction(even_read_only=True) as db:
        touched(db, update(table).where(*late).values(sent_at=now()))
