"""Units over time: an organization keyed by its code, the names it had, the cloud platforms it runs."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Identity, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from licensetrack.core.columns import BigId, Instant
from licensetrack.core.db import Base


class Unit(Base):
    """An organization in scope (单位). District and category are as of now; ledger events keep those of their day."""

    __tablename__ = "unit"
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


class UnitName(Base):
    """A name a unit had or has; `until` is empty for the present one. Old papers keep old names, so both are found."""

    __tablename__ = "unit_name"
    __table_args__ = (Index("ix_unit_name_name_key", "name_key"),)
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200))
    until: Mapped[dt.date | None]


class Platform(Base):
    """A cloud platform (云平台) of a unit, into which sets are imported."""

    __tablename__ = "platform"
    __table_args__ = (UniqueConstraint("unit_id", "name_key"),)
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200))
