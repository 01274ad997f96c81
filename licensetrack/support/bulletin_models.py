"""The tables of bulletins: a patch, a vulnerability or a feature library, and one task for each unit it concerns."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from licensetrack.core.columns import BigId, Instant, JsonText
from licensetrack.core.db import Base


class Bulletin(Base):
    """What a vendor or an authority made known. `concerns` is the product and the versions that it affects."""

    __tablename__ = "bulletin"
    __table_args__ = (
        CheckConstraint("kind IN ('patch', 'vulnerability', 'feature_library')", name="kind"),
        CheckConstraint("stage IN ('open', 'closed')", name="stage"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    references: Mapped[str] = mapped_column("reference_numbers", String(200), default="")
    level: Mapped[str] = mapped_column(String(20), default="")
    found_by: Mapped[str] = mapped_column(String(120), default="")
    version: Mapped[str] = mapped_column(String(80), default="")
    released_on: Mapped[dt.date]
    deadline: Mapped[dt.date]
    retest: Mapped[bool] = mapped_column(default=False)
    concerns: Mapped[dict[str, Any]] = mapped_column(JsonText)
    stage: Mapped[str] = mapped_column(String(10))
    revision: Mapped[int]


class BulletinTask(Base):
    """What one unit has to do about a bulletin; `sets` are the numbers of its licence sets that are affected."""

    __tablename__ = "bulletin_task"
    __table_args__ = (
        UniqueConstraint("bulletin_id", "unit_id"),
        CheckConstraint("stage IN ('open', 'reported', 'confirmed', 'dropped')", name="stage"),
        CheckConstraint("stage NOT IN ('reported', 'confirmed') OR done_on IS NOT NULL", name="done"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletin.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    district: Mapped[str] = mapped_column(String(40))
    sets: Mapped[list[str]] = mapped_column(JsonText)
    stage: Mapped[str] = mapped_column(String(10))
    revision: Mapped[int]
    done_on: Mapped[dt.date | None]
    result: Mapped[str] = mapped_column(String(500), default="")
    retest: Mapped[str] = mapped_column(String(500), default="")
    reported_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    confirmed_at: Mapped[dt.datetime | None] = mapped_column(Instant)


class BulletinStep(Base):
    """A step somebody took with a bulletin (no task) or with a unit's task. Never changed."""

    __tablename__ = "bulletin_step"
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletin.id"), index=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("bulletin_task.id"), index=True)
    action: Mapped[str] = mapped_column(String(20))
    at: Mapped[dt.datetime] = mapped_column(Instant)
    actor_id: Mapped[int | None]
    login: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(String(500), default="")
