"""The evaluation's tables: the run and its scores, which move, and the snapshot and its traces, which never do."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, String, Text, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from licensetrack.core.columns import BigId, Instant, JsonText
from licensetrack.core.db import Base


class Exact(TypeDecorator[Decimal]):
    """A decimal kept as its own text: exact on every database; nothing adds these up in SQL."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else format(Decimal(value), "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Evaluation(Base):
    """One evaluation of a year; re-opening a signed one makes the next version, the old one stays.

    `framework` and `paper` are the contents of their files when it was made. `figures` are all measures' values as of
    the day, as known at the instant: the same question gives them again at sign-off, or nobody signs. `revision` counts
    changes. `total` is the one that counts; `own_total` is the unit's where reviewed scores make another one (else it
    is empty), and `reviews` holds those scores by indicator (`reviews.Review`).
    """

    __tablename__ = "evaluation"
    __table_args__ = (
        UniqueConstraint("kind", "year", "version"),
        CheckConstraint("stage IN ('draft', 'completed', 'reviewed', 'signed')", name="stage"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    year: Mapped[int]
    version: Mapped[int]
    stage: Mapped[str] = mapped_column(String(12))
    revision: Mapped[int]
    as_of: Mapped[dt.date]
    known_at: Mapped[dt.datetime] = mapped_column(Instant)
    framework_code: Mapped[str] = mapped_column(String(80))
    framework_digest: Mapped[str] = mapped_column(String(64))
    framework: Mapped[dict[str, Any]] = mapped_column(JsonText)
    paper: Mapped[dict[str, Any]] = mapped_column(JsonText)
    figures: Mapped[dict[str, Any]] = mapped_column(JsonText)
    total: Mapped[Decimal] = mapped_column(Exact)
    own_total: Mapped[Decimal | None] = mapped_column(Exact)
    reviews: Mapped[dict[str, Any]] = mapped_column(JsonText, default=dict, server_default="{}")
    grade: Mapped[str] = mapped_column(String(20))
    signed_at: Mapped[dt.datetime | None] = mapped_column(Instant)


class EvaluationStep(Base):
    """A step somebody took with an evaluation: evaluate, reopen, rework, complete, review, send_back, sign."""

    __tablename__ = "evaluation_step"
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"), index=True)
    action: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[int | None]
    login: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(Instant)
    note: Mapped[str] = mapped_column(String(500), default="")


class IndicatorResult(Base):
    """What a level-3 indicator came to: its value, its points and the words that go with them.

    `score` counts; where a reviewer set it, `own_score` is the unit's and `review_reason` says why.
    """

    __tablename__ = "indicator_result"
    __table_args__ = (UniqueConstraint("evaluation_id", "code"),)
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(20))
    weight: Mapped[Decimal] = mapped_column(Exact)
    target: Mapped[Decimal | None] = mapped_column(Exact)
    value: Mapped[Decimal | None] = mapped_column(Exact)
    value_text: Mapped[str] = mapped_column(String(200))
    score: Mapped[Decimal | None] = mapped_column(Exact)
    own_score: Mapped[Decimal | None] = mapped_column(Exact)
    review_reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    band: Mapped[str] = mapped_column(String(10))
    deviation: Mapped[str | None] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text)
    explanation: Mapped[str] = mapped_column(Text)
    facts: Mapped[str] = mapped_column(Text)
    evidence: Mapped[list[str]] = mapped_column(JsonText)
    assumption: Mapped[bool]


class EvaluationSnapshot(Base):
    """A signed evaluation for ever: canonical JSON with its digest. The database refuses UPDATE and DELETE."""

    __tablename__ = "evaluation_snapshot"
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"), unique=True)
    content: Mapped[str] = mapped_column(Text)
    algorithm: Mapped[str] = mapped_column(String(10))
    digest: Mapped[str] = mapped_column(String(64))
    frozen_at: Mapped[dt.datetime] = mapped_column(Instant)


class EvaluationTrace(Base):
    """A part of the rows behind one measure of a signed evaluation, one JSON text a line. Never changed either.

    The snapshot holds the digest over all lines of a measure, each with its line feed.
    """

    __tablename__ = "evaluation_trace"
    __table_args__ = (UniqueConstraint("evaluation_id", "measure", "part"),)
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"))
    measure: Mapped[str] = mapped_column(String(80))
    part: Mapped[int]
    lines: Mapped[str] = mapped_column(Text)
