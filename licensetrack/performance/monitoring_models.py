"""The tables of monitoring: the form of a cut-off date, its steps, what was reported for ever, and what is followed up.

A monitoring moves; its steps, its snapshot and the steps of its follow-ups are only ever added.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from licensetrack.core.columns import BigId, Instant, JsonText
from licensetrack.core.db import Base


class Monitoring(Base):
    """One monitoring of a year at a cut-off date; opening a reported one again makes the next version.

    `framework`, `targets`, `figures` and `trends` are what was read as known at the instant; `header` and `judgements`
    is what the officer says. `revision` counts changes.
    """

    __tablename__ = "monitoring"
    __table_args__ = (
        UniqueConstraint("year", "as_of", "version"),
        CheckConstraint("stage IN ('draft', 'submitted', 'reported', 'closed')", name="stage"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    year: Mapped[int]
    as_of: Mapped[dt.date]
    version: Mapped[int]
    stage: Mapped[str] = mapped_column(String(12))
    revision: Mapped[int]
    known_at: Mapped[dt.datetime] = mapped_column(Instant)
    framework_code: Mapped[str] = mapped_column(String(80))
    framework_digest: Mapped[str] = mapped_column(String(64))
    framework: Mapped[dict[str, Any]] = mapped_column(JsonText)
    targets: Mapped[dict[str, Any]] = mapped_column(JsonText)
    figures: Mapped[dict[str, Any]] = mapped_column(JsonText)
    trends: Mapped[dict[str, Any]] = mapped_column(JsonText)
    header: Mapped[dict[str, Any]] = mapped_column(JsonText)
    judgements: Mapped[dict[str, Any]] = mapped_column(JsonText)
    reported_at: Mapped[dt.datetime | None] = mapped_column(Instant)


class MonitoringStep(Base):
    """A step somebody took with a monitoring: draft, rework, submit, send_back, report, close, reopen."""

    __tablename__ = "monitoring_step"
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    monitoring_id: Mapped[int] = mapped_column(ForeignKey("monitoring.id"), index=True)
    action: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[int | None]
    login: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(Instant)
    note: Mapped[str] = mapped_column(String(500), default="")


class MonitoringSnapshot(Base):
    """A reported monitoring for ever: canonical JSON with its digest. The database refuses UPDATE and DELETE."""

    __tablename__ = "monitoring_snapshot"
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    monitoring_id: Mapped[int] = mapped_column(ForeignKey("monitoring.id"), unique=True)
    content: Mapped[str] = mapped_column(Text)
    algorithm: Mapped[str] = mapped_column(String(10))
    digest: Mapped[str] = mapped_column(String(64))
    frozen_at: Mapped[dt.datetime] = mapped_column(Instant)


class FollowUp(Base):
    """What has to be put right after a monitoring: made when it is reported, open until somebody else accepts it."""

    __tablename__ = "follow_up"
    __table_args__ = (
        UniqueConstraint("monitoring_id", "code"),
        CheckConstraint("stage IN ('open', 'mended', 'accepted')", name="stage"),
        CheckConstraint("stage = 'open' OR (result <> '' AND mended_on IS NOT NULL)", name="mended"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    monitoring_id: Mapped[int] = mapped_column(ForeignKey("monitoring.id"))
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    requirement: Mapped[str] = mapped_column(String(500))
    owner: Mapped[str] = mapped_column(String(80))
    due_on: Mapped[dt.date]
    stage: Mapped[str] = mapped_column(String(12))
    revision: Mapped[int]
    result: Mapped[str] = mapped_column(String(500))
    mended_on: Mapped[dt.date | None]


class FollowUpStep(Base):
    """A step somebody took with a follow-up: mend, return, accept."""

    __tablename__ = "follow_up_step"
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"), index=True)
    action: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[int | None]
    login: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(Instant)
    note: Mapped[str] = mapped_column(String(500), default="")
