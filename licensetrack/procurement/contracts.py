"""Contracts: with whom, for how much, in which payments; what was paid is asked of the budget ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require_city
from licensetrack.core import audit
from licensetrack.core.clock import now
from licensetrack.core.db import row_with_id, transaction
from licensetrack.core.errors import Refused
from licensetrack.procurement.claims import Changed, change_row, check_lengths, differences
from licensetrack.procurement.contract_models import Contract, PaymentTerm, Project
from licensetrack.procurement.models import Entitlement
from licensetrack.procurement.rules import check_needed, check_period, check_positive, check_within

REGISTER = "procurement:contract:register"
CHANGE = "procurement:contract:change"


@dataclass(frozen=True)
class ContractEntry:
    """What a contract says; the amount is in yuan."""

    number: str
    name: str = ""
    supplier: str = ""
    amount: Decimal | None = None
    project_id: int | None = None
    signed_on: dt.date | None = None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    note: str = ""


@dataclass(frozen=True)
class TermEntry:
    """One payment that a contract promises: `label` is how it calls it (首付款, 1), the amount is in yuan."""

    label: str
    condition: str = ""
    amount: Decimal | None = None
    due_on: dt.date | None = None


def check_contract(entry: ContractEntry) -> None:
    """A number is needed, an amount is above zero, and the period does not end before it begins. Raises Refused."""
    check_needed(entry.number, "number")
    check_positive(entry.amount)
    check_period(entry.starts_on, entry.ends_on)


def register_contract(entry: ContractEntry, *, actor: Actor) -> Contract:
    """A new contract. Raises Refused when its number is taken."""
    require_city(actor, REGISTER)
    check_contract(entry)
    check_lengths(Contract, asdict(entry))
    with transaction() as db:
        _check_references(db, entry, None)
        contract = Contract(**asdict(entry), version=1, recorded_at=now())
        db.add(contract)
        db.flush()
        audit.record(db, REGISTER, f"contract:{entry.number}", actor, new=asdict(entry))
    return contract


def change_contract(contract_id: int, entry: ContractEntry, *, actor: Actor, seen: int | None = None) -> Changed:
    """Changes what a contract says; returns what changed. `seen` is the version that the visitor saw.

    Raises Refused for a number that is taken or an amount below what its terms add up to, Conflict.
    """
    require_city(actor, CHANGE)
    check_contract(entry)
    check_lengths(Contract, asdict(entry))
    with transaction() as db:
        _check_references(db, entry, contract_id)
        check_within(entry.amount, (term.amount for term in terms(db, contract_id)), "amount")
        bought = db.scalars(select(Entitlement).where(Entitlement.contract_id == contract_id)).all()
        check_within(entry.amount, (line.amount for line in bought), "amount")
        _, changed = change_row(db, Contract, contract_id, entry, seen)
        if changed:
            for line in bought:
                line.contract = entry.number  # certificates print it
            audit.record(db, CHANGE, f"contract:{entry.number}", actor, changed=changed)
    return changed


def add_term(contract_id: int, entry: TermEntry, *, actor: Actor) -> PaymentTerm:
    """Adds a payment to those that a contract promises. Raises Refused when it has one of this name already."""
    require_city(actor, CHANGE)
    with transaction() as db:
        owner = contract(db, contract_id)
        _check_term(db, owner, entry, None)
        term = PaymentTerm(contract_id=contract_id, **asdict(entry), recorded_at=now())
        db.add(term)
        db.flush()
        audit.record(db, CHANGE, f"contract:{owner.number}", actor, term=entry.label, new=asdict(entry))
    return term


def change_term(term_id: int, entry: TermEntry, *, actor: Actor) -> Changed:
    """Changes what a contract promises about one payment; returns what changed."""
    require_city(actor, CHANGE)
    with transaction() as db:
        term = row_with_id(db, PaymentTerm, term_id)
        owner = contract(db, term.contract_id)
        _check_term(db, owner, entry, term_id)
        changed = differences(term, entry)
        for name, (_, new) in changed.items():
            setattr(term, name, new)
        if changed:
            audit.record(db, CHANGE, f"contract:{owner.number}", actor, term=entry.label, changed=changed)
    return changed


def contracts(db: Session, project_id: int | None = None) -> Sequence[Contract]:
    """All contracts, or those of a project, in order of their number."""
    query = select(Contract).order_by(Contract.number)
    return db.scalars(query if project_id is None else query.where(Contract.project_id == project_id)).all()


def contract(db: Session, contract_id: int) -> Contract:
    """One contract. Raises NotFound."""
    return row_with_id(db, Contract, contract_id)


def contract_numbered(db: Session, number: str) -> Contract | None:
    """The contract with this number."""
    return db.scalars(select(Contract).where(Contract.number == number)).first()


def terms(db: Session, contract_id: int | None = None) -> Sequence[PaymentTerm]:
    """The payments that a contract promises, or all do, in the order in which they were told."""
    query = select(PaymentTerm).order_by(PaymentTerm.id)
    return db.scalars(query if contract_id is None else query.where(PaymentTerm.contract_id == contract_id)).all()


def _check_references(db: Session, entry: ContractEntry, own: int | None) -> None:
    known = contract_numbered(db, entry.number)
    if known is not None and known.id != own:
        raise Refused("There is a contract “%(number)s” already.", number=entry.number).at("number")
    if entry.project_id is not None and db.get(Project, entry.project_id) is None:
        raise Refused("There is no such project.").at("project_id")


def _check_term(db: Session, owner: Contract, entry: TermEntry, own: int | None) -> None:
    check_needed(entry.label, "label")
    check_lengths(PaymentTerm, asdict(entry))
    check_positive(entry.amount)
    others = [term for term in terms(db, owner.id) if term.id != own]
    if any(term.label == entry.label for term in others):
        raise Refused("The contract has a payment “%(label)s” already.", label=entry.label).at("label")
    check_within(owner.amount, (*(term.amount for term in others), entry.amount), "amount")
