"""The tables of orders that are handled here: where each stands, every step it took, its papers, who may be sent.

An order moves; its steps are only ever added. What counts of it stands in `service_order` (models.py), written with
every step.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Identity, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from licensetrack.core.columns import BigId, Instant, JsonText
from licensetrack.core.db import Base


class ServiceCase(Base):
    """One order in hand. Times are wall clock in Shenzhen; `revision` counts the steps.

    `limits` is what was promised (minutes and hours), empty until the order is accepted; the three dues are when each
    limit is used up, empty while that is open: before the acceptance, and while the order waits for its unit.
    """

    __tablename__ = "service_case"
    __table_args__ = (
        CheckConstraint(
            "stage IN ('asked', 'accepted', 'working', 'paused', 'handed_over', 'closed', 'cancelled')", name="stage"
        ),
        CheckConstraint("mark IS NULL OR (mark BETWEEN 1 AND 5 AND stage = 'closed')", name="mark"),
        Index("ix_service_case_stage", "stage"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    district: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(20))
    severity: Mapped[str] = mapped_column(String(20), default="")
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    product: Mapped[str] = mapped_column(String(120), default="")
    set_id: Mapped[int | None] = mapped_column(ForeignKey("license_set.id"), index=True)
    platform_id: Mapped[int | None] = mapped_column(ForeignKey("platform.id"), index=True)
    extra: Mapped[dict[str, Any]] = mapped_column(JsonText)
    raised_by: Mapped[str] = mapped_column(String(80))
    asked_login: Mapped[str] = mapped_column(String(80))
    stage: Mapped[str] = mapped_column(String(12))
    revision: Mapped[int]
    received: Mapped[dt.datetime] = mapped_column(DateTime)
    stage_since: Mapped[dt.datetime] = mapped_column(DateTime)
    engineer_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    engineer: Mapped[str] = mapped_column(String(80), default="")
    firm: Mapped[str] = mapped_column(String(80), default="")
    limits: Mapped[dict[str, Any]] = mapped_column(JsonText)
    answer_due: Mapped[dt.datetime | None] = mapped_column(DateTime)
    arrive_due: Mapped[dt.datetime | None] = mapped_column(DateTime)
    restore_due: Mapped[dt.datetime | None] = mapped_column(DateTime)
    responded: Mapped[dt.datetime | None] = mapped_column(DateTime)
    arrived: Mapped[dt.datetime | None] = mapped_column(DateTime)
    restored: Mapped[dt.datetime | None] = mapped_column(DateTime)
    closed: Mapped[dt.datetime | None] = mapped_column(DateTime)
    mark: Mapped[int | None]


class ServiceStep(Base):
    """A step somebody took with an order: `moment` is when it happened, `at` when it was recorded. Never changed."""

    __tablename__ = "service_step"
    __table_args__ = (UniqueConstraint("case_id", "seq"),)
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"))
    seq: Mapped[int]
    action: Mapped[str] = mapped_column(String(20))
    stage: Mapped[str] = mapped_column(String(12))
    moment: Mapped[dt.datetime] = mapped_column(DateTime)
    at: Mapped[dt.datetime] = mapped_column(Instant)
    actor_id: Mapped[int | None]
    login: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(String(2000), default="")
    said: Mapped[dict[str, Any]] = mapped_column(JsonText)


class ServicePaper(Base):
    """A file that belongs to an order or to a bulletin's task."""

    __tablename__ = "service_paper"
    __table_args__ = (CheckConstraint("(case_id IS NULL) <> (task_id IS NULL)", name="belongs"),)
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("service_case.id"), index=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("bulletin_task.id"), index=True)
    blob_id: Mapped[int] = mapped_column(ForeignKey("blob.id"))
    name: Mapped[str] = mapped_column(String(255))
    at: Mapped[dt.datetime] = mapped_column(Instant)
    login: Mapped[str] = mapped_column(String(80))


class ServiceEngineer(Base):
    """The firm for which a vendor's engineer works: who works for it sees all orders that are assigned to it."""

    __tablename__ = "service_engineer"
    user_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    firm: Mapped[str] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(default=1)


class ServiceLimit(Base):
    """What is promised for a severity (and a kind, where it has a line of its own), from a day on. Never changed.

    Minutes of the hours (empty: round the clock); an empty limit is not promised.
    """

    __tablename__ = "service_limit"
    __table_args__ = (UniqueConstraint("valid_from", "severity", "kind"),)
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    valid_from: Mapped[dt.date]
    severity: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(40), default="")
    answer: Mapped[int | None]
    arrive: Mapped[int | None]
    restore: Mapped[int | None]
    hours: Mapped[str] = mapped_column(String(120), default="")
    note: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[dt.datetime] = mapped_column(Instant)
    login: Mapped[str] = mapped_column(String(80))


class WorkingYear(Base):
    """The working days of a year as somebody loaded them; the last one of a year holds."""

    __tablename__ = "working_year"
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    year: Mapped[int] = mapped_column(index=True)
    content: Mapped[str] = mapped_column(Text)
    at: Mapped[dt.datetime] = mapped_column(Instant)
    login: Mapped[str] = mapped_column(String(80))
