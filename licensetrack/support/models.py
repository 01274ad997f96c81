"""Service orders: each version of an order is a row; a correction closes the old version and adds a new one."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Identity, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from licensetrack.core.columns import BigId, Instant
from licensetrack.core.db import Base


class ServiceOrder(Base):
    """One technical service for a unit. Times are wall clock in Shenzhen, as the ledger (技术服务台账) states them."""

    __tablename__ = "service_order"
    __table_args__ = (
        CheckConstraint("satisfaction IS NULL OR satisfaction BETWEEN 1 AND 5", name="satisfaction"),
        Index("ix_service_order_number", "number"),
        Index(
            "uq_service_order_standing",
            "number",
            unique=True,
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
        Index("ix_service_order_received", "received"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    number: Mapped[str] = mapped_column(String(40))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    district: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(40))
    received: Mapped[dt.datetime] = mapped_column(DateTime)
    responded: Mapped[dt.datetime | None] = mapped_column(DateTime)
    completed: Mapped[dt.datetime | None] = mapped_column(DateTime)
    outcome: Mapped[str] = mapped_column(String(80), default="")
    satisfaction: Mapped[int | None]
    recorded_at: Mapped[dt.datetime] = mapped_column(Instant)
    superseded_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("blob.id"))
    place: Mapped[str] = mapped_column(String(80), default="")
