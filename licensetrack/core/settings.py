"""What an office decides while the program runs: a name, a value, since when; each change is audited."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from licensetrack.core import audit
from licensetrack.core.audit import Acting
from licensetrack.core.clock import now
from licensetrack.core.columns import Instant, JsonText
from licensetrack.core.db import Base


class Setting(Base):
    """One decision; a name without a row has the value that its room states as default."""

    __tablename__ = "setting"
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[Any] = mapped_column(JsonText)
    changed_at: Mapped[dt.datetime] = mapped_column(Instant)


def setting(db: Session, name: str, default: Any) -> Any:
    """The value decided, or the default. What is read is JSON: text, numbers, lists, dicts."""
    found = db.get(Setting, name)
    return default if found is None else found.value


def change_setting(db: Session, name: str, value: Any, *, actor: Acting, tag: str) -> None:
    """Writes a decision with its audit entry, old and new; part of the caller's transaction, who asked who may."""
    found = db.get(Setting, name)
    old = None if found is None else found.value
    if found is None:
        db.add(Setting(name=name, value=value, changed_at=now()))
    else:
        found.value, found.changed_at = value, now()
    db.flush()
    audit.record(db, tag, f"setting:{name}", actor, old=old, new=value)
