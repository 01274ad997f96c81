"""The audit chain as a page shows it: how long, from when, by which digest, where it ends, and whether it holds."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from licensetrack.core.audit import AuditEntry, AuditHead
from licensetrack.verify.chains import audit_chain

SHOWN = 20


@dataclass(frozen=True)
class Chain:
    """The chain's ends. `seq` and `digest` of its head are the checkpoint to write down."""

    entries: int
    first_at: dt.datetime | None
    last_at: dt.datetime | None
    algorithms: dict[str, int]
    seq: int
    digest: str


def chain(db: Session) -> Chain:
    """The chain as it stands, unverified."""
    entries, first_at, last_at = db.execute(
        select(func.count(), func.min(AuditEntry.at), func.max(AuditEntry.at)).select_from(AuditEntry)
    ).one()
    counted = select(AuditEntry.algorithm, func.count()).group_by(AuditEntry.algorithm).order_by(AuditEntry.algorithm)
    head = db.execute(select(AuditHead.seq, AuditHead.digest)).one()
    return Chain(entries, first_at, last_at, dict(db.execute(counted).all()), head.seq, head.digest)


def broken_links(db: Session) -> list[str]:
    """What is wrong with the chain from its first entry to its head; empty when it holds, twenty lines at the most."""
    return list(islice(audit_chain(db.connection()), SHOWN))


def holds_checkpoint(db: Session, seq: int, digest: str) -> bool:
    """Whether the entry of that number still has the digest written down earlier: a chain that was made anew as a
    whole holds in itself, and only what is kept outside tells it.
    """
    return db.scalar(select(AuditEntry.digest).where(AuditEntry.seq == seq)) == digest.strip().lower()
