"""The audit trail: a row per change, refusal, sign-in and export, chained by digests, in the change's transaction."""

from __future__ import annotations

import datetime as dt
from typing import Any, Protocol

from sqlalchemy import BigInteger, Index, String, Text, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from licensetrack.core.clock import now
from licensetrack.core.columns import Instant, canonical_json, instant_text
from licensetrack.core.db import Base
from licensetrack.core.digests import chain_algorithm, digest

GENESIS = "0" * 64


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
    at = now()
    db.execute(update(AuditHead).where(AuditHead.id == 1).values(seq=AuditHead.seq + 1))  # takes the lock on PostgreSQL
    head = db.execute(select(AuditHead.seq, AuditHead.digest).where(AuditHead.id == 1)).one()
    text, algorithm = canonical_json(details), chain_algorithm()
    covered = [head.seq, instant_text(at), actor.id, actor.login, tag, subject, outcome, operation, text, head.digest]
    link = digest(canonical_json(covered), algorithm)
    db.execute(
        insert(AuditEntry).values(
            seq=head.seq, at=at, actor_id=actor.id, actor=actor.login, tag=tag, subject=subject, outcome=outcome,
            operation=operation, details=text, algorithm=algorithm, previous=head.digest, digest=link,
        )
    )  # fmt: skip
    db.execute(update(AuditHead).where(AuditHead.id == 1).values(digest=link))
    return int(head.seq)
