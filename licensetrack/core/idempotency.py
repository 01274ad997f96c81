"""Each wish takes effect once: a key from the form, a fingerprint of what was asked, and the answer that was given."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from licensetrack.core.clock import now
from licensetrack.core.columns import Instant, JsonText
from licensetrack.core.db import Base
from licensetrack.core.errors import Conflict
from licensetrack.core.statements import insert_for


class IdempotencyKey(Base):
    """A key that was used, with the answer to repeat."""

    __tablename__ = "idempotency_key"
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    answer: Mapped[dict[str, Any]] = mapped_column(JsonText)
    at: Mapped[dt.datetime] = mapped_column(Instant)


def answered(db: Session, key: str, fingerprint: str) -> dict[str, Any] | None:
    """The answer given before to this key; or None, and the key is the caller's: act, then `remember`.

    Call it first in the transaction: whoever comes with the same key meanwhile waits here until the effect is there or
    rolled back. Raises Conflict when the key came with other content.
    """
    claim = insert_for(db, IdempotencyKey).values(key=key, fingerprint=fingerprint, answer={}, at=now())
    if db.scalar(claim.on_conflict_do_nothing().returning(IdempotencyKey.key)) is not None:
        return None
    row = db.execute(select(IdempotencyKey.fingerprint, IdempotencyKey.answer).where(IdempotencyKey.key == key)).one()
    if row.fingerprint != fingerprint:
        raise Conflict("This form was sent before with other content. Please reload the page.")
    answer: dict[str, Any] = row.answer
    return answer


def remember(db: Session, key: str, answer: dict[str, Any]) -> None:
    """Keeps the answer with the effect, in one transaction."""
    db.execute(update(IdempotencyKey).where(IdempotencyKey.key == key).values(answer=answer))
