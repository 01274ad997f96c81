"""Evidence (佐证材料): files with what they are, and what each of them proves; nothing of it is ever deleted."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from licensetrack.core.columns import BigId, Instant
from licensetrack.core.db import Base

STANDS = text("withdrawn_at IS NULL")
LINKED = text("undone_at IS NULL")


class EvidenceFile(Base):
    """One file, stored once by its digest. Its words may be corrected; its bytes may not, and it ends by withdrawal."""

    __tablename__ = "evidence_file"
    __table_args__ = (
        CheckConstraint("evidence_class IN ('formal', 'working', 'original', 'explanation')", name="evidence_class"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_reason = '')", name="withdrawn_with_a_reason"),
        UniqueConstraint("number"),
        Index(
            "uq_evidence_file_standing", "digest", unique=True, sqlite_where=STANDS, postgresql_where=STANDS,
        ),
        Index("ix_evidence_file_blob_id", "blob_id"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    number: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    blob_id: Mapped[int] = mapped_column(ForeignKey("blob.id"))
    digest: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(200))
    evidence_class: Mapped[str] = mapped_column(String(12))
    retention: Mapped[str] = mapped_column(String(20))
    document_number: Mapped[str] = mapped_column(String(80))
    document_date: Mapped[dt.date | None]
    added_at: Mapped[dt.datetime] = mapped_column(Instant)
    added_by_id: Mapped[int | None]
    added_by: Mapped[str] = mapped_column(String(80))
    added_name: Mapped[str] = mapped_column(String(80))
    withdrawn_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    withdrawn_by: Mapped[str] = mapped_column(String(80))
    withdrawn_name: Mapped[str] = mapped_column(String(80))
    withdrawn_reason: Mapped[str] = mapped_column(String(500))


class EvidenceLink(Base):
    """What a file proves: an indicator of a framework and year, a set, a budget entry (by voucher) or a service order.

    `subject` is the indicator's code, the set's or order's number, or the voucher; `wanted` the kind of evidence that
    the indicator asks for. A link ends by a recorded act.
    """

    __tablename__ = "evidence_link"
    __table_args__ = (
        CheckConstraint("target IN ('indicator', 'set', 'budget', 'order')", name="target"),
        CheckConstraint("(target = 'indicator') = (framework <> '' AND year > 0)", name="indicator_of_a_framework"),
        CheckConstraint("wanted = '' OR target = 'indicator'", name="wanted_by_an_indicator"),
        CheckConstraint("reason <> '' AND (undone_at IS NULL) = (undone_reason = '')", name="with_a_reason"),
        Index(
            "uq_evidence_link_standing", "evidence_id", "target", "subject", "framework", "year", "wanted",
            unique=True, sqlite_where=LINKED, postgresql_where=LINKED,
        ),
        Index("ix_evidence_link_subject", "target", "subject"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence_file.id"))
    target: Mapped[str] = mapped_column(String(10))
    subject: Mapped[str] = mapped_column(String(80))
    framework: Mapped[str] = mapped_column(String(80))
    year: Mapped[int]
    wanted: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(500))
    linked_at: Mapped[dt.datetime] = mapped_column(Instant)
    linked_by_id: Mapped[int | None]
    linked_by: Mapped[str] = mapped_column(String(80))
    linked_name: Mapped[str] = mapped_column(String(80))
    undone_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    undone_by: Mapped[str] = mapped_column(String(80))
    undone_name: Mapped[str] = mapped_column(String(80))
    undone_reason: Mapped[str] = mapped_column(String(500))
