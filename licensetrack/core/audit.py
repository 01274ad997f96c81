"""The audit trail: a row per change, refusal, sign-in and export, chained by digests, in the change's transaction."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Protocol, cast

from sqlalchemy import BigInteger, Index, String, Table, Text, bindparam, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from licensetrack.core.clock import now
from licensetrack.core.columns import Instant, canonical_json, instant_text
from licensetrack.core.db import Base
from licensetrack.core.digests import chain_algorithm, digest

CLOCK_STEP = "system:clock:step"
_LAST_ACTOR = "audit:last_actor"
CLOCK_TOLERANCE = dt.timedelta(minutes=1)  # clocks of several machines differ a little; a larger step back is told


class Acting(Protocol):
    """Whoever acts: audit needs a number (None for the program itself) and a name that stays readable."""

    @property
    def id(self) -> int | None: ...
    @property
    def login(self) -> str: ...


class AuditEntry(Base):
    """One act. `digest` covers the row and the digest before it; `algorithm` says how, since machines differ."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_tag", "tag"), Index("ix_audit_entry_subject", "subject"))
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(Instant)
    actor_id: Mapped[int | None]
    actor: Mapped[str] = mapped_column(String(80))
    tag: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(200))
    outcome: Mapped[str] = mapped_column(String(10))
    operation: Mapped[str | None] = mapped_column(String(64), unique=True)
    details: Mapped[str] = mapped_column(Text)
    algorithm: Mapped[str] = mapped_column(String(10))
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """The chain's end, one row: whoever appends locks it, so that seq has no hole and no fork."""

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True)
class _Clock:
    """The machine's clock, which steps back by itself."""

    id: None = None
    login: str = "clock"


_CLOCK = _Clock()

# Every act writes an entry, so these are built once, on the tables themselves: a third less work for each act.
_entries, _heads = cast(Table, AuditEntry.__table__), cast(Table, AuditHead.__table__)
_LOCK = update(_heads).where(_heads.c.id == 1).values(seq=_heads.c.seq)
_LAST = select(_heads.c.seq, _heads.c.digest, _entries.c.at).outerjoin_from(
    _heads, _entries, _entries.c.seq == _heads.c.seq
)
_INSERT = insert(_entries)
_MOVE = update(_heads).where(_heads.c.id == 1).values(seq=bindparam("new_seq"), digest=bindparam("new_digest"))


def record(
    db: Session,
    tag: str,
    subject: str,
    actor: Acting,
    *,
    outcome: str = "done",
    operation: str | None = None,
    **details: Any,
) -> int:
    """Appends one entry; returns its seq. `tag` is the permission's string; `operation` ties ledger events to it."""
    lock_head(db)
    seq, previous, last = db.execute(_LAST).one()
    at = now()  # only now: whoever waited for the lock comes after the one who held it
    if last is not None and at < last:
        if last - at > CLOCK_TOLERANCE:
            seq, previous = _append(
                db, seq, previous, at, _CLOCK, CLOCK_STEP, "clock", "done", None, {"from": last, "to": at}
            )
        else:
            at = last
    seq, _ = _append(db, seq, previous, at, actor, tag, subject, outcome, operation, details)
    return seq


def lock_head(db: Session) -> None:
    """Waits for the turn to append, which ends with the transaction; also for acts that share no row to wait at."""
    db.execute(_LOCK)


def _append(
    db: Session,
    last_seq: int,
    previous: str,
    at: dt.datetime,
    actor: Acting,
    tag: str,
    subject: str,
    outcome: str,
    operation: str | None,
    details: dict[str, Any],
) -> tuple[int, str]:
    seq, text, algorithm = last_seq + 1, canonical_json(details), chain_algorithm()
    covered = [seq, instant_text(at), actor.id, actor.login, tag, subject, outcome, operation, text, previous]
    link = digest(canonical_json(covered), algorithm)
    entry = {
        "seq": seq, "at": at, "actor_id": actor.id, "actor": actor.login, "tag": tag, "subject": subject,
        "outcome": outcome, "operation": operation, "details": text, "algorithm": algorithm, "previous": previous,
        "digest": link,
    }  # fmt: skip
    db.execute(_INSERT, entry)
    db.execute(_MOVE, {"new_seq": seq, "new_digest": link})
    db.info[_LAST_ACTOR] = actor.id
    return seq, link


def last_actor(db: Session) -> int | None:
    """Who wrote the last entry of this transaction; None for the program itself, or where nothing was recorded yet."""
    found: int | None = db.info.get(_LAST_ACTOR)
    return found
