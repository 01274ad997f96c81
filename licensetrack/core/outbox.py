"""The outbox: what others must hear of a change, written with the change and sent only after its commit."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Identity, Index, String, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from licensetrack.core import audit
from licensetrack.core.clock import now
from licensetrack.core.columns import BigId, Instant, JsonText
from licensetrack.core.db import Base


class OutboxMessage(Base):
    """One message to be sent; `sent_at` stays empty until somebody took it. `actor_id`: who acted, if a person did."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index(
            "ix_outbox_message_unsent", "id", sqlite_where=text("sent_at IS NULL"),
            postgresql_where=text("sent_at IS NULL"),
        ),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    tag: Mapped[str] = mapped_column(String(80))
    payload: Mapped[dict[str, Any]] = mapped_column(JsonText)
    posted_at: Mapped[dt.datetime] = mapped_column(Instant)
    sent_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    actor_id: Mapped[int | None]


def post(db: Session, tag: str, **payload: Any) -> None:
    """Queues one message in the caller's transaction: rolled back with it, sent only if it holds.

    Who acted is who the audit entry before it names: a verb records first, then posts.
    """
    db.add(OutboxMessage(tag=tag, payload=payload, posted_at=now(), sent_at=None, actor_id=audit.last_actor(db)))
    db.flush()
