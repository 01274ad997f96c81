"""The figures of every month's end as they were known then: written once, never changed."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Identity, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from licensetrack.core.columns import BigId, Instant
from licensetrack.core.db import Base


class MonthClosing(Base):
    """One month that was closed: its last day, and the instant up to which was counted what was known."""

    __tablename__ = "month_closing"
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    as_of: Mapped[dt.date] = mapped_column(unique=True)
    known_at: Mapped[dt.datetime] = mapped_column(Instant)
    closed_at: Mapped[dt.datetime] = mapped_column(Instant)


class MonthFigure(Base):
    """One figure of a closed month as its own text; empty where there was nothing to divide."""

    __tablename__ = "month_figure"
    __table_args__ = (UniqueConstraint("closing_id", "name"),)
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    closing_id: Mapped[int] = mapped_column(ForeignKey("month_closing.id"))
    name: Mapped[str] = mapped_column(String(80))
    value: Mapped[str | None] = mapped_column(String(40))


class MonthReport(Base):
    """The report of a closed month as it went to the managers: the very file."""

    __tablename__ = "month_report"
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    closing_id: Mapped[int] = mapped_column(ForeignKey("month_closing.id"), unique=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("blob.id"))
    made_at: Mapped[dt.datetime] = mapped_column(Instant)
