"""What really runs and what was found about it: scans with their hosts, comparison runs, differences and their story.

Scans, hosts, core rules, runs and steps are only ever added; a difference moves.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from licensetrack.core.columns import BigId, Instant, JsonText
from licensetrack.core.db import Base


class HostScan(Base):
    """What somebody saw running on a day: a file, a call of the interface, a collector. Corrected by a new scan.

    `digest` is SHA-256 over its coverage and hosts (`scans.content_of`).
    """

    __tablename__ = "host_scan"
    __table_args__ = (
        CheckConstraint("way IN ('file', 'mapping', 'rest', 'collector')", name="way"),
        Index("ix_host_scan_on", "on"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    way: Mapped[str] = mapped_column(String(10))
    source: Mapped[str] = mapped_column(String(200))
    on: Mapped[dt.date]
    at: Mapped[dt.datetime] = mapped_column(Instant)
    actor_id: Mapped[int | None]
    login: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(80))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("blob.id"))
    sheet: Mapped[str] = mapped_column(String(80), default="")
    hosts: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))


class ScanCoverage(Base):
    """A platform that a scan looked at for one product, hosts or none; the newest by day and number counts."""

    __tablename__ = "scan_coverage"
    __table_args__ = (UniqueConstraint("scan_id", "platform_id", "product"),)
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    scan_id: Mapped[int] = mapped_column(ForeignKey("host_scan.id"))
    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id"), index=True)
    product: Mapped[str] = mapped_column(ForeignKey("product.code"))


class DeployedHost(Base):
    """One server under one product as a scan saw it: its physical CPUs, the cores of each (0: nobody said).

    Edition, fingerprint and the last valid day are what the platform itself shows of its licence.
    """

    __tablename__ = "deployed_host"
    __table_args__ = (
        UniqueConstraint("coverage_id", "name_key"),
        CheckConstraint("sockets > 0 AND cores >= 0", name="size"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    coverage_id: Mapped[int] = mapped_column(ForeignKey("scan_coverage.id"))
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(120))
    serial: Mapped[str] = mapped_column(String(80), default="")
    sockets: Mapped[int]
    cores: Mapped[int] = mapped_column(default=0)
    vendor: Mapped[str] = mapped_column(String(80), default="")
    software_version: Mapped[str] = mapped_column(String(80), default="")
    edition: Mapped[str] = mapped_column(String(80), default="")
    fingerprint: Mapped[str] = mapped_column(String(80), default="")
    valid_until: Mapped[dt.date | None]
    place: Mapped[str] = mapped_column(String(80), default="")


class CoreRule(Base):
    """How many cores of one CPU a licence of it covers; a CPU with more needs several. The newest row stands.

    For one product, of one maker or (empty) of all that have no rule of their own; 0 cores: no such rule any more.
    """

    __tablename__ = "core_rule"
    __table_args__ = (CheckConstraint("cores >= 0", name="cores"), Index("ix_core_rule_product", "product"))
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    product: Mapped[str] = mapped_column(ForeignKey("product.code"))
    vendor: Mapped[str] = mapped_column(String(80), default="")
    cores: Mapped[int]
    reason: Mapped[str] = mapped_column(String(500))
    actor_id: Mapped[int | None]
    login: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(Instant)


class ReconciliationRun(Base):
    """One comparison of contract, ledger and what runs, as of a day: what went in (`inputs`, `digest`), what came."""

    __tablename__ = "reconciliation_run"
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    as_of: Mapped[dt.date]
    at: Mapped[dt.datetime] = mapped_column(Instant)
    actor_id: Mapped[int | None]
    login: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(80))
    inputs: Mapped[dict[str, Any]] = mapped_column(JsonText)
    digest: Mapped[str] = mapped_column(String(64))
    counts: Mapped[dict[str, Any]] = mapped_column(JsonText)


class Difference(Base):
    """Something that a run found; the next runs follow it under its `key` until one does not see it any more.

    `quantity` is what runs less what is licensed, in CPUs. `waived_until`, `reason`, `asker` and `document_id` say what
    was asked for or holds as a waiver. `revision` counts its steps.
    """

    __tablename__ = "difference"
    __table_args__ = (
        CheckConstraint("stage IN ('open', 'asked', 'waived', 'worked_off', 'closed')", name="stage"),
        CheckConstraint("severity IN ('high', 'medium', 'low')", name="severity"),
        CheckConstraint("(stage IN ('asked', 'waived')) = (waived_until IS NOT NULL)", name="waiver"),
        CheckConstraint("(stage = 'closed') = (closed_run_id IS NOT NULL)", name="closed"),
        Index(
            "uq_difference_standing", "key", unique=True,
            sqlite_where=text("stage <> 'closed'"), postgresql_where=text("stage <> 'closed'"),
        ),
        Index("ix_difference_stage", "stage"),
        Index("ix_difference_unit_id", "unit_id"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    key: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    severity: Mapped[str] = mapped_column(String(10))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    platform_id: Mapped[int | None] = mapped_column(ForeignKey("platform.id"))
    product: Mapped[str] = mapped_column(ForeignKey("product.code"))
    set_id: Mapped[int | None] = mapped_column(ForeignKey("license_set.id"))
    ours: Mapped[str] = mapped_column(String(200), default="")
    theirs: Mapped[str] = mapped_column(String(200), default="")
    quantity: Mapped[int] = mapped_column(default=0)
    facts: Mapped[dict[str, Any]] = mapped_column(JsonText)
    stage: Mapped[str] = mapped_column(String(12))
    revision: Mapped[int]
    opened_on: Mapped[dt.date]
    opened_run_id: Mapped[int] = mapped_column(ForeignKey("reconciliation_run.id"))
    seen_run_id: Mapped[int] = mapped_column(ForeignKey("reconciliation_run.id"))
    closed_run_id: Mapped[int | None] = mapped_column(ForeignKey("reconciliation_run.id"))
    waived_until: Mapped[dt.date | None]
    reason: Mapped[str] = mapped_column(String(500), default="")
    asker: Mapped[str] = mapped_column(String(80), default="")
    document_id: Mapped[int | None] = mapped_column(ForeignKey("blob.id"))


class DifferenceStep(Base):
    """One step in the story of a difference. Never edited.

    A `work_off` names the set and the operation in the ledger that corrected it, and the day it counts from.
    """

    __tablename__ = "difference_step"
    __table_args__ = (UniqueConstraint("difference_id", "seq"),)
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    difference_id: Mapped[int] = mapped_column(ForeignKey("difference.id"))
    seq: Mapped[int]
    action: Mapped[str] = mapped_column(String(12))
    actor_id: Mapped[int | None]
    login: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(Instant)
    note: Mapped[str] = mapped_column(String(500), default="")
    run_id: Mapped[int | None] = mapped_column(ForeignKey("reconciliation_run.id"))
    set_id: Mapped[int | None] = mapped_column(ForeignKey("license_set.id"))
    event: Mapped[str] = mapped_column(String(16), default="")
    operation: Mapped[str] = mapped_column(String(64), default="")
    on: Mapped[dt.date | None]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("blob.id"))
