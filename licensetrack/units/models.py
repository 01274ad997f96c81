"""Units over time: an organization keyed by its code, the names it had, what became of it, its cloud platforms."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from licensetrack.core.columns import BigId, Instant, JsonText
from licensetrack.core.db import Base


class Unit(Base):
    """An organization in scope (单位). District and category are as of now; ledger events keep those of their day.

    `ended_on` is the first day on which it can hold nothing any more: merged, split or closed from that day on.
    """

    __tablename__ = "unit"
    __table_args__ = (
        CheckConstraint(
            "stage IN ('in_use', 'merged', 'split', 'closed') AND (stage = 'in_use') = (ended_on IS NULL)"
            " AND (stage = 'merged') = (merged_into_id IS NOT NULL)",
            name="stage",
        ),
        Index(
            "uq_unit_credit_code", "credit_code", unique=True,
            sqlite_where=text("credit_code <> ''"), postgresql_where=text("credit_code <> ''"),
        ),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200), unique=True)
    category: Mapped[str] = mapped_column(String(40), index=True)
    level: Mapped[str] = mapped_column(String(20), default="")
    district: Mapped[str] = mapped_column(String(40), index=True)
    contact: Mapped[str] = mapped_column(String(80), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(String(500), default="")
    recorded_at: Mapped[dt.datetime] = mapped_column(Instant)
    short_name: Mapped[str] = mapped_column(String(80), default="")
    credit_code: Mapped[str] = mapped_column(String(18), default="")
    superior: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    in_scope: Mapped[bool] = mapped_column(default=True)
    skeleton: Mapped[str] = mapped_column(String(200), index=True, default="")
    version: Mapped[int] = mapped_column(default=1)
    ended_on: Mapped[dt.date | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    stage: Mapped[str] = mapped_column(String(10), default="in_use")


class UnitName(Base):
    """A name a unit had or has; `until` is empty for the present one. Old papers keep old names, so both are found.

    It was so called from `since` (empty: as long as is known) up to the day before `until`.
    """

    __tablename__ = "unit_name"
    __table_args__ = (Index("ix_unit_name_name_key", "name_key"),)
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200))
    until: Mapped[dt.date | None]
    since: Mapped[dt.date | None]


class UnitEvent(Base):
    """One thing that happened to a unit as such. Never edited: a reopening takes the ending that it names back.

    `other_id` is the unit that it was merged into or that came out of it.
    """

    __tablename__ = "unit_event"
    __table_args__ = (UniqueConstraint("reverses_id"),)
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    action: Mapped[str] = mapped_column(String(12))
    on: Mapped[dt.date]
    at: Mapped[dt.datetime] = mapped_column(Instant)
    actor_id: Mapped[int | None]
    other_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    details: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("unit_event.id"))


class Platform(Base):
    """A cloud platform (云平台) of a unit, into which sets are imported; what it is, as far as it was described."""

    __tablename__ = "platform"
    __table_args__ = (UniqueConstraint("unit_id", "name_key"),)
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200))
    site: Mapped[str] = mapped_column(String(120), default="")
    network: Mapped[str] = mapped_column(String(20), default="")
    vendor: Mapped[str] = mapped_column(String(80), default="")
    software_version: Mapped[str] = mapped_column(String(80), default="")
    edition: Mapped[str] = mapped_column(String(80), default="")
    fingerprint: Mapped[str] = mapped_column(String(80), default="")
    note: Mapped[str] = mapped_column(String(500), default="")
    version: Mapped[int] = mapped_column(default=1)
