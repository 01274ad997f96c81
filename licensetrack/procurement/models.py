"""The bought side: products, the entitlements they are issued under, and the money, entry by entry, never edited."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from licensetrack.core.columns import BigId, Instant, Yuan
from licensetrack.core.db import Base


class Product(Base):
    """A product that sets are issued of. CPUs of different products are never added together."""

    __tablename__ = "product"
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    metric: Mapped[str] = mapped_column(String(10))  # "cpu" or "set": BMS is counted in sets
    depends_on: Mapped[str | None] = mapped_column(ForeignKey("product.code"))
    vendor: Mapped[str] = mapped_column(String(80), default="", server_default="")
    editions: Mapped[str] = mapped_column(String(200), default="", server_default="")
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class Entitlement(Base):
    """The right bought: `open` has no ceiling (a site licence), `soft` wants a reason above it, `hard` refuses.

    The counters are moved by one conditional UPDATE; the CHECK holds even for hands that bypass the program.
    """

    __tablename__ = "entitlement"
    __table_args__ = (
        CheckConstraint("cap_rule IN ('open', 'soft', 'hard')", name="cap_rule"),
        CheckConstraint("cap_rule <> 'hard' OR cap_cpus IS NULL OR used_cpus <= cap_cpus", name="cpus_within_cap"),
        CheckConstraint("cap_rule <> 'hard' OR cap_sets IS NULL OR used_sets <= cap_sets", name="sets_within_cap"),
        CheckConstraint("used_sets >= 0 AND used_cpus >= 0", name="used_not_negative"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    product: Mapped[str] = mapped_column(ForeignKey("product.code"), index=True)
    contract: Mapped[str] = mapped_column(String(80))
    cap_rule: Mapped[str] = mapped_column(String(10), default="open")
    cap_sets: Mapped[int | None]
    cap_cpus: Mapped[int | None]
    used_sets: Mapped[int] = mapped_column(default=0)
    used_cpus: Mapped[int] = mapped_column(default=0)
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"))
    edition: Mapped[str] = mapped_column(String(80), default="", server_default="")
    amount: Mapped[Decimal | None] = mapped_column(Yuan)  # its share of what the contract costs
    valid_from: Mapped[dt.date | None]
    valid_until: Mapped[dt.date | None]


class CapChange(Base):
    """One change of an entitlement's cap, with what was used at that moment. Only ever added."""

    __tablename__ = "cap_change"
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    entitlement_id: Mapped[int] = mapped_column(ForeignKey("entitlement.id"), index=True)
    old_rule: Mapped[str] = mapped_column(String(10))
    old_sets: Mapped[int | None]
    old_cpus: Mapped[int | None]
    new_rule: Mapped[str] = mapped_column(String(10))
    new_sets: Mapped[int | None]
    new_cpus: Mapped[int | None]
    used_sets: Mapped[int]
    used_cpus: Mapped[int]
    reason: Mapped[str] = mapped_column(String(500))
    actor_id: Mapped[int | None]
    login: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(Instant)


class BudgetEntry(Base):
    """One line of the 预算执行台账: budget granted, adjusted, received or spent. Mistakes are reversed, not edited.

    Nothing else holds money that moved: contracts and terms say what was promised, and point nowhere from here but for
    what the line is about.
    """

    __tablename__ = "budget_entry"
    __table_args__ = (
        CheckConstraint("kind IN ('appropriation', 'adjustment', 'receipt', 'payment')", name="kind"),
        UniqueConstraint("reverses_id"),
        Index("ix_budget_entry_on", "on"),
        Index("ix_budget_entry_voucher", "voucher"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    on: Mapped[dt.date]
    at: Mapped[dt.datetime] = mapped_column(Instant)
    amount: Mapped[Decimal] = mapped_column(Yuan)
    summary: Mapped[str] = mapped_column(String(200), default="")
    voucher: Mapped[str] = mapped_column(String(80))
    actor_id: Mapped[int | None]
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("budget_entry.id"))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("blob.id"))
    place: Mapped[str] = mapped_column(String(80), default="")
    source: Mapped[str] = mapped_column(String(20), default="", server_default="")  # 资金来源
    approval: Mapped[str] = mapped_column(String(80), default="", server_default="")  # 批复或调整文号
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"))
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"))
    term_id: Mapped[int | None] = mapped_column(ForeignKey("payment_term.id"))
