"""The one flag that stops all writing: periods in which the program only reads, since a check of the books failed.

`core/db.py` asks for the standing row at the beginning of every writing transaction, on whatever way it comes: page,
API, loader, command line or job.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, Identity, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from licensetrack.core.clock import now
from licensetrack.core.columns import BigId, Instant
from licensetrack.core.db import Base, reading


class ReadOnlyPeriod(Base):
    """From when to when the program only read, why, and who released it. At most one stands."""

    __tablename__ = "read_only_period"
    __table_args__ = (
        CheckConstraint("standing = 1", name="standing"),
        CheckConstraint("(standing IS NULL) = (ended_at IS NOT NULL)", name="ended"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    standing: Mapped[int | None] = mapped_column(unique=True)
    began_at: Mapped[dt.datetime] = mapped_column(Instant)
    cause: Mapped[str] = mapped_column(String(200))  # the first invariant that did not hold
    ended_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    ended_by: Mapped[int | None]
    ended_login: Mapped[str | None] = mapped_column(String(80))
    ended_name: Mapped[str | None] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(500), default="")


def standing_period(db: Session) -> ReadOnlyPeriod | None:
    """The period that stands, if the program is read-only now."""
    return db.scalars(select(ReadOnlyPeriod).where(ReadOnlyPeriod.standing == 1)).first()


def is_read_only() -> bool:
    """Whether the program only reads now."""
    with reading() as db:
        return standing_period(db) is not None


def begin_read_only(db: Session, cause: str) -> ReadOnlyPeriod | None:
    """Stops all writing from the caller's commit on; None when it was stopped already. The caller records why."""
    if standing_period(db) is not None:
        return None
    made = ReadOnlyPeriod(
        standing=1, began_at=now(), cause=cause[:200], ended_at=None, ended_by=None, ended_login=None, ended_name=None
    )
    db.add(made)
    db.flush()
    return made


def end_read_only(db: Session, period_id: int, *, by: tuple[int | None, str, str], reason: str) -> bool:
    """Lets everybody write again; False when this period does not stand any more. `by` is id, login and name."""
    who, login, name = by
    released = (
        update(ReadOnlyPeriod)
        .where(ReadOnlyPeriod.id == period_id, ReadOnlyPeriod.standing == 1)
        .values(standing=None, ended_at=now(), ended_by=who, ended_login=login, ended_name=name, reason=reason)
        .returning(ReadOnlyPeriod.id)
    )
    return db.scalar(released.execution_options(synchronize_session=False)) is not None
