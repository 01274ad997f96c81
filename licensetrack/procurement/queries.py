"""Reading the bought side: products and the entitlement a set is issued under."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from licensetrack.core.clock import today
from licensetrack.core.db import row_with_id
from licensetrack.core.errors import NotFound
from licensetrack.procurement.models import Entitlement, Product


def products(db: Session) -> Sequence[Product]:
    """All products, those that stand alone before those that depend on others."""
    return db.scalars(select(Product).order_by(Product.metric, Product.code.desc())).all()


def product(db: Session, code: str) -> Product:
    """One product. Raises NotFound."""
    found = db.get(Product, code)
    if found is None:
        raise NotFound("There is no product “%(code)s”.", code=code)
    return found


def entitlement_for(db: Session, code: str) -> Entitlement:
    """The newest entitlement of a product, of those that have begun. Raises NotFound."""
    query = select(Entitlement).where(Entitlement.product == code, _begun(today())).order_by(Entitlement.id.desc())
    found = db.scalars(query).first()
    if found is None:
        raise NotFound("There is no entitlement for the product “%(code)s”.", code=code)
    return found


def _begun(day: dt.date) -> ColumnElement[bool]:
    return or_(Entitlement.valid_from.is_(None), Entitlement.valid_from <= day)


def entitlements(db: Session, begun_by: dt.date = dt.date.max) -> Sequence[Entitlement]:
    """All entitlements that have begun by a day, in the order of their products, the newest of a product first."""
    known = {product.code: nth for nth, product in enumerate(products(db))}
    found = db.scalars(select(Entitlement).where(_begun(begun_by)).order_by(Entitlement.id.desc())).all()
    return sorted(found, key=lambda one: known[one.product])


def entitlement(db: Session, entitlement_id: int) -> Entitlement:
    """One entitlement. Raises NotFound."""
    return row_with_id(db, Entitlement, entitlement_id)
