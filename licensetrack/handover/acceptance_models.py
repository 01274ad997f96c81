"""The tables of importing and accepting: attempts with what the platform showed, certificates, lines, rework."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from licensetrack.core.columns import BigId, Instant, JsonText
from licensetrack.core.db import Base


class ImportAttempt(Base):
    """One attempt to import a set, as it was told; never edited. `position` is the ledger's fact that it became.

    `issued_cpus` and `issued_until` are what the platform should have shown on that day. A result that `differs` is a
    failed import in the ledger: the platform took the file and shows something else than what was issued.
    """

    __tablename__ = "import_attempt"
    __table_args__ = (
        UniqueConstraint("set_id", "nth"),
        UniqueConstraint("set_id", "position"),
        CheckConstraint("result IN ('succeeded', 'failed', 'differs')", name="result"),
        CheckConstraint("(result = 'failed') = (reason <> '')", name="reason"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("license_set.id"))
    nth: Mapped[int]
    position: Mapped[int]
    on: Mapped[dt.date]
    at: Mapped[dt.datetime] = mapped_column(Instant)
    actor_id: Mapped[int | None]
    actor: Mapped[str] = mapped_column(String(80))
    result: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(24), default="")
    note: Mapped[str] = mapped_column(String(500), default="")
    issued_cpus: Mapped[int | None]
    issued_until: Mapped[dt.date | None]
    shown_cpus: Mapped[int | None]
    shown_until: Mapped[dt.date | None]
    shown_fingerprint: Mapped[str] = mapped_column(String(80), default="")
    screenshot_id: Mapped[int | None] = mapped_column(ForeignKey("blob.id"))


class AcceptanceCertificate(Base):
    """A certificate (验收单) for imported sets of one unit; `version` counts its moves.

    `document_id` is the paper as it was frozen, `scan_id` the sealed scan of it. Whoever signs for the unit and whoever
    signs for the centre are two accounts; a unit that signs on paper is known by name alone.
    """

    __tablename__ = "acceptance_certificate"
    __table_args__ = (
        CheckConstraint(
            "stage IN ('drawn', 'printed', 'unit_signed', 'scanned', 'accepted', 'declined', 'void')", name="stage"
        ),
        CheckConstraint("conclusion IN ('', 'pass', 'fail')", name="conclusion"),
        CheckConstraint(
            "unit_signer_id IS NULL OR center_signer_id IS NULL OR unit_signer_id <> center_signer_id",
            name="two_signers",
        ),
        CheckConstraint(
            "stage <> 'accepted' OR (conclusion = 'pass' AND unit_signer <> '' AND center_signer <> ''"
            " AND accepted_on IS NOT NULL AND document_id IS NOT NULL)",
            name="signed_by_both",
        ),
        Index("ix_acceptance_certificate_unit_id_stage", "unit_id", "stage"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    unit_name: Mapped[str] = mapped_column(String(200))
    unit_code: Mapped[str] = mapped_column(String(40))
    stage: Mapped[str] = mapped_column(String(12))
    version: Mapped[int]
    drawn_on: Mapped[dt.date]
    drawn_at: Mapped[dt.datetime] = mapped_column(Instant)
    drawn_by_id: Mapped[int | None]
    drawn_by: Mapped[str] = mapped_column(String(80))
    moved_at: Mapped[dt.datetime] = mapped_column(Instant)
    moved_by: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(String(500), default="")
    checks: Mapped[list[str]] = mapped_column(JsonText)
    conclusion: Mapped[str] = mapped_column(String(4), default="")
    problems: Mapped[str] = mapped_column(String(1000), default="")
    rework: Mapped[str] = mapped_column(String(1000), default="")
    unit_signer_id: Mapped[int | None]
    unit_signer: Mapped[str] = mapped_column(String(80), default="")
    unit_signed_on: Mapped[dt.date | None]
    center_signer_id: Mapped[int | None]
    center_signer: Mapped[str] = mapped_column(String(80), default="")
    accepted_on: Mapped[dt.date | None]
    ended_on: Mapped[dt.date | None]
    ended_reason: Mapped[str] = mapped_column(String(500), default="")
    document_id: Mapped[int | None] = mapped_column(ForeignKey("blob.id"))
    document_digest: Mapped[str] = mapped_column(String(64), default="")
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("blob.id"))
    scan_digest: Mapped[str] = mapped_column(String(64), default="")


class CertificateLine(Base):
    """One set on a certificate, with its facts as they were when it was drawn; never edited but for `open_set_id`.

    `open_set_id` repeats the set while the certificate is open and is empty afterwards: it is unique, so a set can not
    be on two open certificates, whoever draws them at the same moment.
    """

    __tablename__ = "certificate_line"
    __table_args__ = (
        UniqueConstraint("certificate_id", "position"),
        UniqueConstraint("certificate_id", "set_id"),
        UniqueConstraint("open_set_id"),
        CheckConstraint("open_set_id IS NULL OR open_set_id = set_id", name="open_set"),
        Index("ix_certificate_line_set_id", "set_id"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("acceptance_certificate.id"))
    position: Mapped[int]
    set_id: Mapped[int] = mapped_column(ForeignKey("license_set.id"))
    open_set_id: Mapped[int | None] = mapped_column(ForeignKey("license_set.id"))
    number: Mapped[str] = mapped_column(String(40))
    contract: Mapped[str] = mapped_column(String(80))
    product: Mapped[str] = mapped_column(String(40))
    edition: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(10))
    platform: Mapped[str] = mapped_column(String(200))
    site: Mapped[str] = mapped_column(String(200))
    fingerprint: Mapped[str] = mapped_column(String(80))
    license_file: Mapped[str] = mapped_column(String(200))
    asked_cpus: Mapped[int | None]
    issued_cpus: Mapped[int | None]
    shown_cpus: Mapped[int | None]
    valid_until: Mapped[dt.date | None]
    shown_until: Mapped[dt.date | None]
    issued_on: Mapped[dt.date]
    imported_on: Mapped[dt.date]
    attempts: Mapped[int]
    capacity_equal: Mapped[bool | None]
    validity_equal: Mapped[bool | None]
    screenshot: Mapped[bool]


class ReworkTask(Base):
    """What a declined acceptance leaves to do at one set; closed when the set is imported or accepted anew.

    `open_set_id` works as in CertificateLine: a set has one open task at the most.
    """

    __tablename__ = "rework_task"
    __table_args__ = (
        UniqueConstraint("open_set_id"),
        CheckConstraint("(open_set_id IS NULL) = (closed_on IS NOT NULL)", name="open_until_closed"),
        CheckConstraint("open_set_id IS NULL OR open_set_id = set_id", name="open_set"),
        Index("ix_rework_task_set_id", "set_id"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("license_set.id"))
    open_set_id: Mapped[int | None] = mapped_column(ForeignKey("license_set.id"))
    certificate_id: Mapped[int | None] = mapped_column(ForeignKey("acceptance_certificate.id"))
    reason: Mapped[str] = mapped_column(String(500))
    opened_on: Mapped[dt.date]
    opened_at: Mapped[dt.datetime] = mapped_column(Instant)
    opened_by: Mapped[str] = mapped_column(String(80))
    closed_on: Mapped[dt.date | None]
