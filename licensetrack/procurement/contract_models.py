"""What money is granted and spent for: a year's project, its contracts, and when each payment of one falls due."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Identity, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from licensetrack.core.columns import BigId, Instant, Yuan
from licensetrack.core.db import Base


class Project(Base):
    """A project of one budget year (项目), with what the head of every form of the finance bureau says about it."""

    __tablename__ = "project"
    __table_args__ = (
        CheckConstraint("starts_on IS NULL OR ends_on IS NULL OR starts_on <= ends_on", name="period"),
        UniqueConstraint("year", "code"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    year: Mapped[int]
    code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    category: Mapped[str] = mapped_column(String(80), default="")
    nature: Mapped[str] = mapped_column(String(12), default="")  # "", "new" or "continuing"
    authority: Mapped[str] = mapped_column(String(120), default="")  # 主管部门
    authority_code: Mapped[str] = mapped_column(String(40), default="")
    implementer: Mapped[str] = mapped_column(String(120), default="")  # 实施单位
    implementer_code: Mapped[str] = mapped_column(String(40), default="")
    leader: Mapped[str] = mapped_column(String(80), default="")  # 项目负责人
    leader_phone: Mapped[str] = mapped_column(String(40), default="")
    finance_leader: Mapped[str] = mapped_column(String(80), default="")  # 财务负责人
    starts_on: Mapped[dt.date | None]
    ends_on: Mapped[dt.date | None]
    overview: Mapped[str] = mapped_column(String(2000), default="")  # 项目概况
    basis: Mapped[str] = mapped_column(String(2000), default="")  # 立项依据
    version: Mapped[int] = mapped_column(default=1)
    recorded_at: Mapped[dt.datetime] = mapped_column(Instant)


class Contract(Base):
    """A contract with a supplier. What it costs is a promise; what was paid stands in the budget ledger alone."""

    __tablename__ = "contract"
    __table_args__ = (
        CheckConstraint("amount IS NULL OR amount > 0", name="amount"),
        CheckConstraint("starts_on IS NULL OR ends_on IS NULL OR starts_on <= ends_on", name="period"),
        UniqueConstraint("number"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    number: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200), default="")
    supplier: Mapped[str] = mapped_column(String(200), default="")
    amount: Mapped[Decimal | None] = mapped_column(Yuan)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    signed_on: Mapped[dt.date | None]
    starts_on: Mapped[dt.date | None]
    ends_on: Mapped[dt.date | None]
    note: Mapped[str] = mapped_column(String(500), default="")
    version: Mapped[int] = mapped_column(default=1)
    recorded_at: Mapped[dt.datetime] = mapped_column(Instant)


class PaymentTerm(Base):
    """A payment that a contract promises (支付期次): on which condition, and how much where it says so."""

    __tablename__ = "payment_term"
    __table_args__ = (
        CheckConstraint("amount IS NULL OR amount > 0", name="amount"),
        UniqueConstraint("contract_id", "label"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    label: Mapped[str] = mapped_column(String(40))
    condition: Mapped[str] = mapped_column(String(300), default="")
    amount: Mapped[Decimal | None] = mapped_column(Yuan)
    due_on: Mapped[dt.date | None]
    recorded_at: Mapped[dt.datetime] = mapped_column(Instant)
