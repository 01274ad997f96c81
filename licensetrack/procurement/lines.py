"""What a contract buys, line by line: the right to a product, in which edition, for how long and for how much of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require_city
from licensetrack.core import audit
from licensetrack.core.db import transaction
from licensetrack.core.errors import Refused
from licensetrack.procurement.claims import Changed, change_row, check_lengths, differences
from licensetrack.procurement.contract_models import Contract
from licensetrack.procurement.contracts import CHANGE, contract
from licensetrack.procurement.models import Entitlement, Product
from licensetrack.procurement.queries import entitlement
from licensetrack.procurement.rules import check_needed, check_period, check_positive, check_within

PRODUCT = "procurement:product:change"


@dataclass(frozen=True)
class LineEntry:
    """What a contract says about one entitlement; the amount is in yuan."""

    edition: str = ""
    amount: Decimal | None = None
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None


@dataclass(frozen=True)
class ProductEntry:
    """What may change of a product. Its code and metric do not: the ledger counts by them."""

    name: str
    vendor: str = ""
    editions: str = ""


def add_line(contract_id: int, product: str, entry: LineEntry, *, actor: Actor) -> Entitlement:
    """A contract buys the right to a product, without a ceiling until a cap is set; new sets are issued under it."""
    require_city(actor, CHANGE)
    with transaction() as db:
        owner = contract(db, contract_id)
        if db.get(Product, product) is None:
            raise Refused("There is no such product.").at("product")
        _check(db, owner, entry, None)
        line = Entitlement(
            product=product, contract=owner.number, contract_id=contract_id, cap_rule="open", **asdict(entry)
        )
        db.add(line)
        db.flush()
        audit.record(
            db, CHANGE, f"contract:{owner.number}", actor, entitlement=line.id, product=product, new=asdict(entry)
        )
    return line


def change_line(entitlement_id: int, contract_id: int, entry: LineEntry, *, actor: Actor) -> Changed:
    """Says anew what a contract buys with an entitlement; one that belonged to none joins the contract."""
    require_city(actor, CHANGE)
    with transaction() as db:
        line, owner = entitlement(db, entitlement_id), contract(db, contract_id)
        if line.contract_id not in (None, contract_id):
            raise Refused("This entitlement belongs to another contract.")
        _check(db, owner, entry, entitlement_id)
        changed = differences(line, entry) | ({} if line.contract_id else {"contract": (line.contract, owner.number)})
        if changed:
            for name, value in asdict(entry).items():
                setattr(line, name, value)
            line.contract_id, line.contract = contract_id, owner.number
            audit.record(
                db,
                CHANGE,
                f"contract:{owner.number}",
                actor,
                entitlement=line.id,
                product=line.product,
                changed=changed,
            )
    return changed


def describe_product(code: str, entry: ProductEntry, *, actor: Actor, seen: int | None = None) -> Changed:
    """Changes a product's name, vendor or editions. Raises NotFound, Refused, Conflict."""
    require_city(actor, PRODUCT)
    check_needed(entry.name, "name")
    check_lengths(Product, asdict(entry))
    with transaction() as db:
        _, changed = change_row(db, Product, code, entry, seen)
        if changed:
            audit.record(db, PRODUCT, f"product:{code}", actor, changed=changed)
    return changed


def lines(db: Session, contract_id: int | None) -> Sequence[Entitlement]:
    """What a contract buys; for None, what no contract is known for."""
    query = select(Entitlement).where(
        Entitlement.contract_id.is_(None) if contract_id is None else Entitlement.contract_id == contract_id
    )
    return db.scalars(query.order_by(Entitlement.id)).all()


def _check(db: Session, owner: Contract, entry: LineEntry, own: int | None) -> None:
    check_lengths(Entitlement, asdict(entry))
    check_positive(entry.amount)
    check_period(entry.valid_from, entry.valid_until, "valid_until")
    others = (one.amount for one in lines(db, owner.id) if one.id != own)
    check_within(owner.amount, (*others, entry.amount), "amount")
