"""Surveys behind a budget: what units say they need, what the market asks, each with the file that it came in."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Identity, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from licensetrack.core.columns import BigId, Instant, Yuan
from licensetrack.core.db import Base


class Survey(Base):
    """One survey (需求调研表, 市场单价调研) as it came; a corrected file is another survey, the wrong one withdrawn."""

    __tablename__ = "survey"
    __table_args__ = (
        CheckConstraint("kind IN ('demand', 'prices')", name="kind"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_reason = '')", name="withdrawn"),
        UniqueConstraint("document_id", "sheet"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    year: Mapped[int]  # the first year that it asks about
    title: Mapped[str] = mapped_column(String(200))
    document_id: Mapped[int] = mapped_column(ForeignKey("blob.id"))
    sheet: Mapped[str] = mapped_column(String(80))
    actor_id: Mapped[int | None]
    recorded_at: Mapped[dt.datetime] = mapped_column(Instant)
    withdrawn_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    withdrawn_reason: Mapped[str] = mapped_column(String(500), default="")


class DemandLine(Base):
    """What one unit said about one platform: what runs there, and what it will need in three years to come."""

    __tablename__ = "demand_line"
    __table_args__ = (UniqueConstraint("survey_id", "position"),)
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    position: Mapped[int]  # the row of the sheet
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    platform: Mapped[str] = mapped_column(String(200), default="")
    software: Mapped[str] = mapped_column(String(200), default="")  # 现用虚拟化品牌/版本
    servers: Mapped[int | None]
    cpus: Mapped[int | None]
    cores: Mapped[int | None]  # of each CPU
    held: Mapped[str] = mapped_column(String(200), default="")  # 已有授权及到期日
    first_year: Mapped[int | None]  # CPUs to be added in the survey's year,
    second_year: Mapped[int | None]  # in the one after it
    third_year: Mapped[int | None]  # and in the third
    cloud_cpus: Mapped[int | None]
    bms_sets: Mapped[int | None]
    method: Mapped[str] = mapped_column(String(80), default="")
    expected: Mapped[str] = mapped_column(String(80), default="")  # 预计时间, as written
    answer: Mapped[str] = mapped_column(String(500), default="")  # 反馈及采纳情况


class PriceLine(Base):
    """One price that somebody asked for: who offers which product for how much."""

    __tablename__ = "price_line"
    __table_args__ = (CheckConstraint("unit_price > 0", name="unit_price"), UniqueConstraint("survey_id", "position"))
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    position: Mapped[int]
    product: Mapped[str] = mapped_column(ForeignKey("product.code"))
    supplier: Mapped[str] = mapped_column(String(200))
    edition: Mapped[str] = mapped_column(String(80), default="")
    unit_price: Mapped[Decimal] = mapped_column(Yuan)
    quoted_on: Mapped[dt.date | None]
    origin: Mapped[str] = mapped_column(String(200), default="")  # a quotation, a public tender, a web shop
    note: Mapped[str] = mapped_column(String(500), default="")
