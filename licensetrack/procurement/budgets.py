"""The budget ledger's verbs: an entry is added, taken back by its opposite, or put right by both at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from licensetrack.accounts.permissions import Actor, require_city
from licensetrack.core import audit, blobs
from licensetrack.core.clock import now, today
from licensetrack.core.db import row_with_id, transaction
from licensetrack.core.errors import Conflict, Refused
from licensetrack.procurement.claims import check_lengths
from licensetrack.procurement.contract_models import Contract, PaymentTerm, Project
from licensetrack.procurement.models import BudgetEntry

POST = "procurement:budget:post"
REVERSE = "procurement:budget:reverse"
KINDS = ("appropriation", "adjustment", "receipt", "payment")
SOURCES = ("fiscal", "carried_over", "special_account", "own", "other")


@dataclass(frozen=True)
class BudgetLine:
    """One line as a paper states it; the amount is in yuan. The voucher identifies the line.

    `source` is one of SOURCES or not told, `approval` the number of the document that granted or changed the budget.
    """

    kind: str
    on: dt.date
    amount: Decimal
    voucher: str
    summary: str = ""
    source: str = ""
    approval: str = ""
    project_id: int | None = None
    contract_id: int | None = None
    term_id: int | None = None


@dataclass(frozen=True)
class Paper:
    """The paper of an entry as it was handed in: its name and its bytes."""

    name: str
    content: bytes


def check_line(line: BudgetLine) -> None:
    """A voucher is needed, only an adjustment may be negative, none is zero, and no line lies in the future.

    Raises Refused.
    """
    if line.kind not in KINDS:
        raise Refused("There is no such kind of budget entry.").at("kind")
    if not line.voucher.strip():
        raise Refused("A budget entry needs a voucher number.").at("voucher")
    if line.amount <= 0 and line.kind != "adjustment":
        raise Refused("The amount must be above zero.").at("amount")
    if not line.amount:
        raise Refused("An adjustment changes the budget by some amount.").at("amount")
    if line.on > today():
        raise Refused("The date %(on)s lies in the future.", on=line.on).at("on")
    if line.source and line.source not in SOURCES:
        raise Refused("There is no such source of funds.").at("source")
    if line.contract_id is not None and line.kind != "payment":
        raise Refused("Only a payment is made for a contract.").at("contract_id")


def completed(db: Session, line: BudgetLine) -> BudgetLine:
    """The line with what follows from the rest: the contract from its term, the project from its contract.

    Raises Refused for a term of another contract or a project of another year.
    """
    if line.term_id is not None:
        term = db.get(PaymentTerm, line.term_id)
        if term is None or line.contract_id not in (None, term.contract_id):
            raise Refused("This payment belongs to another contract.").at("term_id")
        line = replace(line, contract_id=term.contract_id)
    if line.contract_id is not None and line.project_id is None:
        contract = db.get(Contract, line.contract_id)
        of_contract = None if contract is None else contract.project_id
        if of_contract is not None and db.get_one(Project, of_contract).year == line.on.year:
            line = replace(line, project_id=of_contract)
    if line.project_id is not None:
        project = db.get(Project, line.project_id)
        if project is None or project.year != line.on.year:
            raise Refused("The project is not one of the year of this entry.").at("project_id")
    return line


def post_entry(
    line: BudgetLine, *, actor: Actor, document_id: int | None = None, place: str = "", paper: Paper | None = None
) -> BudgetEntry:
    """Adds one entry. Raises Refused when its voucher is in the ledger already.

    The paper is a stored file (`document_id`, and the place in it) or one that comes along (`paper`).
    """
    require_city(actor, POST)
    check_line(line)
    check_lengths(BudgetEntry, asdict(line))
    with transaction() as db:
        audit.lock_head(db)  # two entries of one voucher share no row at which the second could wait
        line = completed(db, line)
        if standing_entries(db, line.voucher):
            raise Refused("The voucher %(voucher)s is in the ledger already.", voucher=line.voucher).at("voucher")
        if paper is not None:
            document_id = blobs.register(db, paper.content, paper.name).id
        entry = BudgetEntry(
            kind=line.kind, on=line.on, at=now(), amount=line.amount, summary=line.summary, voucher=line.voucher,
            actor_id=actor.id, reverses_id=None, document_id=document_id, place=place, source=line.source,
            approval=line.approval, project_id=line.project_id, contract_id=line.contract_id, term_id=line.term_id,
        )  # fmt: skip
        db.add(entry)
        db.flush()
        audit.record(db, POST, f"voucher:{line.voucher}", actor, entry=entry.id, amount=line.amount)
        if paper is not None:
            blobs.keep(paper.content)
    return entry


def reverse_entry(entry: BudgetEntry, *, actor: Actor, reason: str) -> BudgetEntry:
    """Takes an entry back on its own day. Raises Conflict when somebody did so before."""
    require_city(actor, REVERSE)
    if not reason.strip():
        raise Refused("A reason is needed.").at("reason")
    if entry.reverses_id is not None:
        raise Refused("This entry takes another one back; it can not be taken back itself.")
    with transaction() as db:
        audit.lock_head(db)
        if db.scalar(select(BudgetEntry.id).where(BudgetEntry.reverses_id == entry.id)) is not None:
            raise Conflict("The entry of voucher %(voucher)s was taken back already.", voucher=entry.voucher)
        opposite = BudgetEntry(
            kind=entry.kind, on=entry.on, at=now(), amount=-entry.amount, summary=reason[:200], voucher=entry.voucher,
            actor_id=actor.id, reverses_id=entry.id, document_id=None, place="", source=entry.source,
            approval=entry.approval, project_id=entry.project_id, contract_id=entry.contract_id, term_id=entry.term_id,
        )  # fmt: skip
        db.add(opposite)
        db.flush()
        audit.record(db, REVERSE, f"voucher:{entry.voucher}", actor, entry=entry.id, reason=reason)
    return opposite


def correct_entry(
    entry: BudgetEntry, line: BudgetLine, *, actor: Actor, reason: str, document_id: int | None = None,
    place: str = "", paper: Paper | None = None,
) -> BudgetEntry:  # fmt: skip
    """Takes an entry back and posts it right, in one act."""
    with transaction():
        reverse_entry(entry, actor=actor, reason=reason)
        return post_entry(line, actor=actor, document_id=document_id, place=place, paper=paper)


def line_of(entry: BudgetEntry) -> BudgetLine:
    """A recorded entry as the line that it states."""
    return BudgetLine(**{name: getattr(entry, name) for name in BudgetLine.__dataclass_fields__})


def standing_entries(db: Session, voucher: str | None = None) -> Sequence[BudgetEntry]:
    """Entries that were not taken back, of one voucher or all, in order of their day."""
    reversal = aliased(BudgetEntry)
    taken_back = select(reversal.reverses_id).where(reversal.reverses_id.is_not(None))
    query = select(BudgetEntry).where(BudgetEntry.reverses_id.is_(None), BudgetEntry.id.not_in(taken_back))
    if voucher is not None:
        query = query.where(BudgetEntry.voucher == voucher)
    return db.scalars(query.order_by(BudgetEntry.on, BudgetEntry.id)).all()


def entry_at(db: Session, entry_id: int) -> BudgetEntry:
    """One entry. Raises NotFound."""
    return row_with_id(db, BudgetEntry, entry_id)


def story_of(db: Session, entry: BudgetEntry) -> Sequence[BudgetEntry]:
    """All that was ever posted under the entry's voucher, in the order in which it was."""
    return db.scalars(select(BudgetEntry).where(BudgetEntry.voucher == entry.voucher).order_by(BudgetEntry.id)).all()
