"""Reminders that were told: each step of each due date once. Who heard it says its notice."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from licensetrack.core.columns import BigId, Instant, JsonText
from licensetrack.core.db import Base


class Reminder(Base):
    """One step of one due date, told on a day. `subject` is what the audit trail calls it: ``set:SQ-2024-0001``.

    A due date that changes is another row, so it starts anew. `about` holds what its sentence needs besides.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("kind", "subject", "due_on", "step"),
        Index("ix_reminder_told_on", "told_on"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(24))
    subject: Mapped[str] = mapped_column(String(80))
    due_on: Mapped[dt.date]
    step: Mapped[int]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    about: Mapped[dict[str, Any]] = mapped_column(JsonText)
    told_on: Mapped[dt.date]
    told_at: Mapped[dt.datetime] = mapped_column(Instant)
