"""The ledger's two tables: where each licence set stands now, and everything that ever happened to it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from licensetrack.core.columns import BigId, Instant, JsonText
from licensetrack.core.db import Base

DELTAS = (
    "issued_sets", "issued_cpus", "imported_sets", "imported_cpus", "accepted_sets", "accepted_cpus", "failed_imports",
)  # fmt: skip


class Standing:
    """Seven counters. On a set: where it stands now. On an event: the change it makes from its day on."""

    issued_sets: Mapped[int] = mapped_column(default=0)
    issued_cpus: Mapped[int] = mapped_column(default=0)
    imported_sets: Mapped[int] = mapped_column(default=0)
    imported_cpus: Mapped[int] = mapped_column(default=0)
    accepted_sets: Mapped[int] = mapped_column(default=0)
    accepted_cpus: Mapped[int] = mapped_column(default=0)
    failed_imports: Mapped[int] = mapped_column(default=0)


class LicenseSet(Standing, Base):
    """A licence set (套): issued to one platform of one unit. Always equal to the sum of its events."""

    __tablename__ = "license_set"
    __table_args__ = (
        CheckConstraint("kind IN ('formal', 'temporary')", name="kind"),
        CheckConstraint(
            "0 <= accepted_sets AND accepted_sets <= imported_sets"
            " AND imported_sets <= issued_sets AND issued_sets <= 1",
            name="sets_funnel",
        ),
        CheckConstraint(
            "0 <= accepted_cpus AND accepted_cpus <= imported_cpus AND imported_cpus <= issued_cpus", name="cpus_funnel"
        ),
        Index("ix_license_set_unit_id_stage", "unit_id", "stage"),
        Index("ix_license_set_product_stage", "product", "stage"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    platform_id: Mapped[int | None] = mapped_column(ForeignKey("platform.id"))
    product: Mapped[str] = mapped_column(ForeignKey("product.code"))
    entitlement_id: Mapped[int] = mapped_column(ForeignKey("entitlement.id"))
    kind: Mapped[str] = mapped_column(String(10))
    cpus: Mapped[int | None]  # empty where the product is counted in sets (BMS)
    stage: Mapped[str] = mapped_column(String(12))
    issued_on: Mapped[dt.date]
    imported_on: Mapped[dt.date | None]
    accepted_on: Mapped[dt.date | None]
    ended_on: Mapped[dt.date | None]
    fingerprint: Mapped[str] = mapped_column(String(80), default="")
    license_file: Mapped[str] = mapped_column(String(200), default="")
    support_end: Mapped[dt.date | None]
    edition: Mapped[str] = mapped_column(String(80), default="")
    site: Mapped[str] = mapped_column(String(200), default="")
    valid_until: Mapped[dt.date | None]  # a set past its validity is held until it is ended or superseded
    predecessor_id: Mapped[int | None] = mapped_column(ForeignKey("license_set.id"))
    note: Mapped[str] = mapped_column(String(500), default="")
    version: Mapped[int]


class Revocation(Base):
    """A host's licence file that became void, whose revocation code (失效码) is to be handed in within sixty days.

    It belongs to the fact at `position`: where that is corrected it follows, where that is taken back it is voided.
    """

    __tablename__ = "revocation"
    __table_args__ = (
        UniqueConstraint("set_id", "position"),
        CheckConstraint("(code = '') = (recorded_on IS NULL)", name="code"),
        Index("ix_revocation_due_on", "due_on"),
        Index("ix_revocation_unit_id", "unit_id"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("license_set.id"))
    position: Mapped[int]
    action: Mapped[str] = mapped_column(String(16))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))  # whose host it was
    fingerprint: Mapped[str] = mapped_column(String(80))
    opened_on: Mapped[dt.date]
    due_on: Mapped[dt.date]
    code: Mapped[str] = mapped_column(String(200), default="")
    recorded_on: Mapped[dt.date | None]
    recorded_by: Mapped[int | None]
    voided_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=0)  # one more with every code that is recorded


class LedgerEvent(Standing, Base):
    """One thing that happened to a set. Never edited: a reversal takes it back, a new event says it right.

    `on` is the day it counts from, `at` the instant it was recorded. `position` numbers the set's facts: a reversal and
    the corrected event keep the position of what they correct, and both legs of a relocation share one.
    """

    __tablename__ = "ledger_event"
    __table_args__ = (
        UniqueConstraint("set_id", "seq"),
        UniqueConstraint("key", "line"),
        UniqueConstraint("reverses_id"),
        CheckConstraint("(action = 'correct') = (reverses_id IS NOT NULL)", name="reversal"),
        Index("ix_ledger_event_on", "on"),
        Index("ix_ledger_event_unit_id", "unit_id"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("license_set.id"))
    seq: Mapped[int]
    position: Mapped[int]
    action: Mapped[str] = mapped_column(String(16))
    on: Mapped[dt.date]
    at: Mapped[dt.datetime] = mapped_column(Instant)
    actor_id: Mapped[int | None]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    product: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(10))
    district: Mapped[str] = mapped_column(String(40))
    category: Mapped[str] = mapped_column(String(40))
    cpus: Mapped[int | None]  # what the fact says: the size issued, or the change
    details: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("blob.id"))
    place: Mapped[str] = mapped_column(String(80), default="")
    key: Mapped[str] = mapped_column(String(64))
    line: Mapped[int]
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_event.id"))


class CapConsent(Base):
    """A second person's word that one act may go above a soft cap: asked for, confirmed by somebody else, used once.

    It is for one unit, or for any act (a load of ledgers too) when `unit_id` is empty; `sets` and `cpus` are the most
    that the act may add. `used_by` is the key of the operation that used it, with what that added.
    """

    __tablename__ = "cap_consent"
    __table_args__ = (
        CheckConstraint("stage IN ('asked', 'confirmed', 'declined', 'withdrawn', 'used')", name="stage"),
        CheckConstraint("sets >= 0 AND cpus >= 0 AND sets + cpus > 0", name="some"),
        CheckConstraint("answered_login <> asked_login", name="two_persons"),
        CheckConstraint("(stage = 'used') = (used_by IS NOT NULL)", name="used"),
        CheckConstraint("used_sets <= sets AND used_cpus <= cpus", name="within"),
        Index("ix_cap_consent_entitlement_id_stage", "entitlement_id", "stage"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    entitlement_id: Mapped[int] = mapped_column(ForeignKey("entitlement.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    sets: Mapped[int]
    cpus: Mapped[int]
    reason: Mapped[str] = mapped_column(String(500))
    stage: Mapped[str] = mapped_column(String(10))
    asked_by: Mapped[int | None]
    asked_login: Mapped[str] = mapped_column(String(80))
    asked_name: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[dt.datetime] = mapped_column(Instant)
    answered_by: Mapped[int | None]
    answered_login: Mapped[str | None] = mapped_column(String(80))
    answered_name: Mapped[str | None] = mapped_column(String(80))
    answered_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    answer: Mapped[str] = mapped_column(String(500), default="")
    used_by: Mapped[str | None] = mapped_column(String(64))
    used_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    used_sets: Mapped[int] = mapped_column(default=0)
    used_cpus: Mapped[int] = mapped_column(default=0)
