"""Leases: who of several processes leads, for how long, and a fence that tells a late leader from the present one."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from sqlalchemy import Integer, String, case, func, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from licensetrack.core.clock import now
from licensetrack.core.columns import Instant
from licensetrack.core.db import Base
from licensetrack.core.statements import insert_for


class Lease(Base):
    """A right that one process holds until `expires_at`; `fence` grows by one whenever another takes it."""

    __tablename__ = "lease"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(120))
    fence: Mapped[int] = mapped_column(Integer)
    taken_at: Mapped[dt.datetime] = mapped_column(Instant)
    expires_at: Mapped[dt.datetime] = mapped_column(Instant)


class Held(NamedTuple):
    """A lease as its holder knows it."""

    name: str
    holder: str
    fence: int


def database_now(db: Session) -> dt.datetime:
    """The instant by the clock that all processes of one database share.

    That of the PostgreSQL server, for the clocks of several machines differ; SQLite's processes are on one machine.
    """
    if db.get_bind().dialect.name == "sqlite":
        return now()
    instant: dt.datetime = db.execute(select(func.clock_timestamp(type_=Instant))).scalar_one()
    return instant


def be_brief(db: Session, span: dt.timedelta) -> None:
    """Lets PostgreSQL end this transaction when its process stands still in it for so long: its locks hold up others.

    (The general limit, a minute, is for transactions that do something for people.) SQLite knows no such limit.
    """
    if db.get_bind().dialect.name != "sqlite":
        milliseconds = max(int(span.total_seconds() * 1000), 100)
        db.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = {milliseconds}"))


def take(db: Session, name: str, holder: str, span: dt.timedelta) -> Held | None:
    """Prolongs one's own lease, or takes one that is free or has run out; None while somebody else holds it.

    One that would last longer than two spans was written before the clock was put back: it counts as run out.
    """
    at = database_now(db)
    mine = Lease.holder == holder
    claim = (
        update(Lease)
        .where(Lease.name == name, or_(mine, Lease.expires_at <= at, Lease.expires_at > at + 2 * span))
        .values(
            holder=holder,
            expires_at=at + span,
            fence=case((mine & (Lease.expires_at > at), Lease.fence), else_=Lease.fence + 1),
            taken_at=case((mine & (Lease.expires_at > at), Lease.taken_at), else_=at),
        )
        .returning(Lease.fence)
    )
    fence = db.scalar(claim, execution_options={"synchronize_session": False})
    if fence is None:
        first = insert_for(db, Lease).values(name=name, holder=holder, fence=1, taken_at=at, expires_at=at + span)
        fence = db.scalar(first.on_conflict_do_nothing().returning(Lease.fence))
    return None if fence is None else Held(name, holder, fence)


def holds(db: Session, held: Held) -> bool:
    """Whether the lease is still one's own; locks its row, so that nobody takes it before the transaction ends."""
    still = (
        update(Lease)
        .where(
            Lease.name == held.name,
            Lease.holder == held.holder,
            Lease.fence == held.fence,
            Lease.expires_at > database_now(db),
        )
        .values(fence=Lease.fence)
        .returning(Lease.fence)
    )
    return db.scalar(still, execution_options={"synchronize_session": False}) is not None


def give_up(db: Session, held: Held) -> None:
    """Lets go before the time, so that the next one need not wait; nothing happens where it is lost already."""
    at = database_now(db)
    done = update(Lease).where(Lease.name == held.name, Lease.holder == held.holder, Lease.fence == held.fence)
    db.execute(done.values(expires_at=at), execution_options={"synchronize_session": False})
