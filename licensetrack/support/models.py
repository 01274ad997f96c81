"""Service orders as they count: each version is a row; a change closes the old version and adds a new one.

Rows come from a loaded ledger (技术服务台账), or from the life of an order that is handled here (`handling_models`).
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Identity, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from licensetrack.core.columns import BigId, Instant
from licensetrack.core.db import Base


def _words(longest: int) -> Mapped[str]:
    return mapped_column(String(longest), default="", server_default="")


class ServiceOrder(Base):
    """One technical service for a unit. Times are wall clock in Shenzhen, as the ledger (技术服务台账) states them.

    `received` is when it came in: 提出时间 where that is known, else 受理时间, which `accepted` says otherwise.
    `answer_due` is when the time to answer was used up; without it the contract's hours hold (measures/service.py).
    `restore_due` is the same of the time to restore; without it nothing was promised, or it stood still.
    """

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
    source: Mapped[str] = _words(20)
    product: Mapped[str] = _words(120)
    severity: Mapped[str] = _words(20)
    title: Mapped[str] = _words(500)
    raised_by: Mapped[str] = _words(80)
    accepted: Mapped[dt.datetime | None] = mapped_column(DateTime)
    arrived: Mapped[dt.datetime | None] = mapped_column(DateTime)
    restored: Mapped[dt.datetime | None] = mapped_column(DateTime)
    answer_due: Mapped[dt.datetime | None] = mapped_column(DateTime)
    restore_due: Mapped[dt.datetime | None] = mapped_column(DateTime)
    limits: Mapped[str] = _words(120)
    late: Mapped[bool | None]
    late_reason: Mapped[str] = _words(500)
    handler: Mapped[str] = _words(120)
    work: Mapped[str] = mapped_column(Text, default="", server_default="")
    related: Mapped[str] = _words(200)
    confirmed_by: Mapped[str] = _words(80)
    papers: Mapped[str] = _words(500)
