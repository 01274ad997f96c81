"""What people changed of the schedules that stand in code, and how far each was planned."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from licensetrack.core.columns import Instant
from licensetrack.core.db import Base


class ScheduleRow(Base):
    """One schedule by its name: a cron text of its own or None for the code's, paused or not.

    Every time up to `planned_until` has its job or was passed over; the next one is counted from there.
    """

    __tablename__ = "schedule"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    cron: Mapped[str | None] = mapped_column(String(100))
    paused: Mapped[bool]
    planned_until: Mapped[dt.datetime] = mapped_column(Instant)
    revision: Mapped[int]
