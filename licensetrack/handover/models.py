"""What the centre hands over with a set: licence files, who took them out and why, and the unit's receipts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from licensetrack.core.columns import BigId, Instant, JsonText
from licensetrack.core.db import Base


class LicenseFile(Base):
    """A licence file of a set. Its bytes lie sealed in the blob; a newer version makes it obsolete, nothing deletes it.

    `facts` are what could be read from it, without serial and fingerprint: these stay in the sealed bytes alone.
    `differences` are what did not fit the set when it was attached, which somebody acknowledged with `reason`.
    """

    __tablename__ = "license_file"
    __table_args__ = (
        UniqueConstraint("set_id", "version"),
        UniqueConstraint("blob_id"),
        CheckConstraint("version > 0 AND size > 0", name="counted"),
        Index(
            "uq_license_file_current", "set_id", unique=True,
            sqlite_where=text("obsolete_at IS NULL"), postgresql_where=text("obsolete_at IS NULL"),
        ),
        Index("ix_license_file_sha256", "sha256"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("license_set.id"))
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    sm3: Mapped[str] = mapped_column(String(64))  # empty where this Python has no SM3
    blob_id: Mapped[int] = mapped_column(ForeignKey("blob.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(JsonText)
    differences: Mapped[list[Any]] = mapped_column(JsonText)
    reason: Mapped[str] = mapped_column(String(500), default="")
    attached_by: Mapped[int | None]
    attached_login: Mapped[str] = mapped_column(String(80))
    attached_name: Mapped[str] = mapped_column(String(80))
    attached_at: Mapped[dt.datetime] = mapped_column(Instant)
    obsolete_at: Mapped[dt.datetime | None] = mapped_column(Instant)


class LicenseFileAccess(Base):
    """Somebody saw a secret of a licence file or took it out: who, when, why. Only ever added."""

    __tablename__ = "license_file_access"
    __table_args__ = (CheckConstraint("act IN ('reveal', 'download')", name="act"),)
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("license_file.id"), index=True)
    act: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(500))
    by_unit: Mapped[bool]  # by the unit that holds the set: from then on a receipt is due
    actor_id: Mapped[int | None]
    login: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(Instant)


class Receipt(Base):
    """The unit's word that it got a file (签收): which bytes, on which day, by whom. Only ever added."""

    __tablename__ = "receipt"
    __table_args__ = (UniqueConstraint("number"), UniqueConstraint("file_id"))
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    number: Mapped[str] = mapped_column(String(40))
    file_id: Mapped[int] = mapped_column(ForeignKey("license_file.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    on: Mapped[dt.date]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    actor_id: Mapped[int | None]
    login: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(Instant)
