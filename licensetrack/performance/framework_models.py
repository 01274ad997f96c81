"""Frameworks as records: versions that never change once in force, their steps, and targets, only ever added."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from licensetrack.core.columns import BigId, Instant, JsonText
from licensetrack.core.db import Base
from licensetrack.performance.models import Exact


class FrameworkVersion(Base):
    """One version of a framework; `content` is what its TOML file would hold, `digest` is over its canonical JSON.

    A draft may change; once in force the database refuses it. `open_code` is the code while it is a draft, so that a
    framework has one draft at the most. `based_on` says what the draft was made from.
    """

    __tablename__ = "framework_version"
    __table_args__ = (
        UniqueConstraint("code", "version"),
        CheckConstraint("stage IN ('draft', 'in_force', 'discarded')", name="stage"),
        CheckConstraint("(stage = 'draft') = (open_code IS NOT NULL)", name="open_draft"),
        CheckConstraint("open_code IS NULL OR open_code = code", name="open_code"),
        CheckConstraint("(stage = 'in_force') = (in_force_at IS NOT NULL)", name="in_force_at"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    stage: Mapped[str] = mapped_column(String(12))
    open_code: Mapped[str | None] = mapped_column(String(80), unique=True)
    revision: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    year: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    content: Mapped[dict[str, Any]] = mapped_column(JsonText)
    algorithm: Mapped[str] = mapped_column(String(10))
    digest: Mapped[str] = mapped_column(String(64))
    based_on: Mapped[str] = mapped_column(String(120))
    changed_at: Mapped[dt.datetime] = mapped_column(Instant)
    in_force_at: Mapped[dt.datetime | None] = mapped_column(Instant)


class FrameworkStep(Base):
    """A step somebody took with a framework's version: draft, edit, discard, put_in_force. Only ever added."""

    __tablename__ = "framework_step"
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    framework_id: Mapped[int] = mapped_column(ForeignKey("framework_version.id"), index=True)
    action: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[int | None]
    login: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(Instant)
    note: Mapped[str] = mapped_column(String(500))


class TargetRecord(Base):
    """What an indicator is to reach from a day on: who set it, why, by which document. Only ever added.

    It belongs to the framework's code, so that it holds in every later version too. Of two records that hold from the
    same day the later one counts: that is how a slip is mended. `paper_id` is the stored document.
    """

    __tablename__ = "target_record"
    __table_args__ = (Index("ix_target_record_framework_code_indicator", "framework_code", "indicator"),)
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    framework_code: Mapped[str] = mapped_column(String(80))
    indicator: Mapped[str] = mapped_column(String(20))
    value: Mapped[Decimal] = mapped_column(Exact)
    valid_from: Mapped[dt.date]
    author: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(500))
    document: Mapped[str] = mapped_column(String(200))
    paper_id: Mapped[int | None] = mapped_column(ForeignKey("blob.id"))
    paper_digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime] = mapped_column(Instant)
    actor_id: Mapped[int | None]
    actor: Mapped[str] = mapped_column(String(80))
