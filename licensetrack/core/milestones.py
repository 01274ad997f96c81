"""When the works that keep an installation safe were last done: the backup, the check of the books."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Boolean, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from licensetrack.core.clock import now
from licensetrack.core.columns import Instant, JsonText
from licensetrack.core.db import Base

BACKUP, VERIFY = "backup", "verify"


class Milestone(Base):
    """One kind of work: when it was last done, and when it last went well."""

    __tablename__ = "milestone"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(Instant)
    good: Mapped[bool] = mapped_column(Boolean)
    good_at: Mapped[dt.datetime | None] = mapped_column(Instant)  # empty while it never went well
    said: Mapped[dict[str, Any]] = mapped_column(JsonText)


def reach(db: Session, name: str, *, good: bool, **said: Any) -> None:
    """Notes that the work was done just now, and how it ended; part of the caller's transaction."""
    found, at = db.get(Milestone, name), now()
    if found is None:
        db.add(Milestone(name=name, at=at, good=good, good_at=at if good else None, said=said))
    else:
        found.at, found.good, found.said = at, good, said
        if good:
            found.good_at = at
    db.flush()


def milestone(db: Session, name: str) -> Milestone | None:
    """How that work ended last; None when it was never done."""
    return db.get(Milestone, name)
