"""The budget ledger's verbs: an entry is added, or taken back by its opposite."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from licensetrack.accounts.permissions import EVERYWHERE, Actor, require
from licensetrack.core import audit
from licensetrack.core.clock import now, today
from licensetrack.core.db import transaction
from licensetrack.core.errors import Conflict, Forbidden, Refused
from licensetrack.procurement.models import BudgetEntry


@dataclass(frozen=True)
class BudgetLine:
    """One line as a paper states it; the amount is in yuan. The voucher identifies the line."""

    kind: str
    on: dt.date
    amount: Decimal
    voucher: str
    summary: str = ""


def check_line(line: BudgetLine) -> None:
    """A voucher is needed, only an adjustment may be negative, and no line lies in the future. Raises Refused."""
    if not line.voucher.strip():
        raise Refused("A budget entry needs a voucher number.")
    if line.amount <= 0 and line.kind != "adjustment":
        raise Refused("The amount must be above zero.")
    if line.on > today():
        raise Refused("The date %(on)s lies in the future.", on=line.on)


def post_entry(line: BudgetLine, *, actor: Actor, document_id: int | None = None, place: str = "") -> BudgetEntry:
    """Adds one entry. Raises Refused when its voucher is in the ledger already."""
    _require_city(actor, "procurement:budget:post")
    check_line(line)
    with transaction() as db:
        audit.lock_head(db)  # two entries of one voucher share no row at which the second could wait
        if standing_entries(db, line.voucher):
            raise Refused("The voucher %(voucher)s is in the ledger already.", voucher=line.voucher)
        entry = BudgetEntry(
            kind=line.kind, on=line.on, at=now(), amount=line.amount, summary=line.summary, voucher=line.voucher,
            actor_id=actor.id, reverses_id=None, document_id=document_id, place=place,
        )  # fmt: skip
        db.add(entry)
        db.flush()
        audit.record(
            db, "procurement:budget:post", f"voucher:{line.voucher}", actor, entry=entry.id, amount=line.amount
        )
    return entry


def reverse_entry(entry: BudgetEntry, *, actor: Actor, reason: str) -> BudgetEntry:
    """Takes an entry back on its own day. Raises Conflict when somebody did so before."""
    _require_city(actor, "procurement:budget:reverse")
    with transaction() as db:
        audit.lock_head(db)
        if db.scalar(select(BudgetEntry.id).where(BudgetEntry.reverses_id == entry.id)) is not None:
            raise Conflict("The entry of voucher %(voucher)s was taken back already.", voucher=entry.voucher)
        opposite = BudgetEntry(
            kind=entry.kind, on=entry.on, at=now(), amount=-entry.amount, summary=reason[:200], voucher=entry.voucher,
            actor_id=actor.id, reverses_id=entry.id, document_id=None, place="",
        )  # fmt: skip
        db.add(opposite)
        db.flush()
        audit.record(db, "procurement:budget:reverse", f"voucher:{entry.voucher}", actor, entry=entry.id, reason=reason)
    return opposite


def _require_city(actor: Actor, permission: str) -> None:
    require(actor, permission)
    if actor.scope != EVERYWHERE:
        raise Forbidden("The budget is the city's; your account is for a part of it.")


def standing_entries(db: Session, voucher: str | None = None) -> Sequence[BudgetEntry]:
    """Entries that were not taken back, of one voucher or all, in order of their day."""
    reversal = aliased(BudgetEntry)
    taken_back = select(reversal.reverses_id).where(reversal.reverses_id.is_not(None))
    query = select(BudgetEntry).where(BudgetEntry.reverses_id.is_(None), BudgetEntry.id.not_in(taken_back))
    if voucher is not None:
        query = query.where(BudgetEntry.voucher == voucher)
    return db.scalars(query.order_by(BudgetEntry.on, BudgetEntry.id)).all()
